/** Counts of pairs as text for a terminal. */
import { terminalTable } from "../report/terminal.ts";
import type { Counts, DataStats } from "./stats.ts";

const inline = (counts: Counts): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");

export function statsText(stats: DataStats): string {
  const rows = [
    ["pairs", `${stats.n} (${inline(stats.kinds)})`],
    ["splits", inline(stats.splits)],
    ["hardness", inline(stats.hardness)],
    ["made by", inline(stats.methods)],
    ["templates, shapes", `${stats.templates}, ${stats.shapes}`],
    ["tables", inline(stats.tables)],
    ["columns never named", stats.untouchedColumns.join(", ") || "none"],
    ...(stats.tokens === undefined ? [] : tokenRows(stats.tokens)),
  ];
  return terminalTable(["", ""], rows).split("\n").slice(2).join("\n");
}

function tokenRows({
  prefix,
  question,
  answer,
  tooLong,
}: NonNullable<DataStats["tokens"]>): string[][] {
  const lengths = (
    name: string,
    { median, p95, max }: { median: number; p95: number; max: number },
  ) => [`tokens of ${name}`, `median ${median}, 95 % ≤ ${p95}, longest ${max}`];
  return [
    ["tokens of the prefix", `${prefix} (rules, schema, knowledge: the same for every question)`],
    lengths("a question", question),
    lengths("an answer", answer),
    ["too long to fit", String(tooLong)],
  ];
}
