/** `t2s data diff`: what differs between two versions of the pairs. */
import type { Command } from "commander";
import { type BeforeAfter, type ChangedPair, diffPairs } from "../../../data/versions/diff.ts";
import { findVersion } from "../../../data/versions/versions.ts";
import { loadDatabase } from "../../../pipeline/stages/schema.ts";
import { readVersion, saveVersions } from "../../../pipeline/versions/save.ts";
import { terminalTable } from "../../../report/terminal.ts";
import { ioOf } from "../../io.ts";
import { contextOf } from "../run.ts";

/** Pairs that are shown of each kind of change; --json has all. */
const SHOWN = 10;

export function registerDiff(data: Command): void {
  data
    .command("diff")
    .description(
      "Says what differs between two versions of the pairs: added, removed and changed by id, and counts by table and shape.",
    )
    .argument("<before>", "a version: its name, its number (v2) or the beginning of its hash")
    .argument("<after>", "the other")
    .addHelpText("after", "\nExamples:\n  t2s data diff v2 v4\n  t2s data diff v1 v2 --json")
    .action(async (before: string, after: string, _options: unknown, self: Command) => {
      const io = ioOf(self);
      const context = contextOf(io);
      const { log } = await saveVersions(context);
      const [a, b] = [before, after].map((name) => findVersion(log, name));
      const [old, now] = [a, b].map((version) => readVersion(context.project, version));
      const bySplit = a.kind === "cleaned" && b.kind === "cleaned";
      const diff = diffPairs(old, now, await loadDatabase(context), bySplit);
      const { added, removed, changed, unchanged, tables, shapes } = diff;
      const title = (name: string, count: number) => `\n${count} ${name}`;
      const pairLine = ({ id, question }: { id: string; question: string }) =>
        `  ${id}  ${question}`;
      io.result(
        { before: a.name, after: b.name, ...diff },
        [
          `${a.name} (${a.n} pairs) → ${b.name} (${b.n} pairs): ${added.length} added, ${removed.length} removed, ${changed.length} changed, ${unchanged} as before`,
          ...shown(title("added", added.length), added.map(pairLine)),
          ...shown(title("removed", removed.length), removed.map(pairLine)),
          ...shown(title("changed", changed.length), changed.map(changeLines)),
          ...countLines("table", tables),
          ...countLines("shape", shapes),
        ].join("\n"),
      );
    });
}

function shown(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length - SHOWN;
  return [title, ...lines.slice(0, SHOWN), ...(more > 0 ? [`  … ${more} more (--json)`] : [])];
}

const changeLines = ({ id, before, after }: ChangedPair): string =>
  [
    `  ${id}`,
    ...Object.keys(after).flatMap((key) => [
      `    ${key} - ${before[key as keyof typeof before]}`,
      `    ${key} + ${after[key as keyof typeof after]}`,
    ]),
  ].join("\n");

function countLines(name: string, counts: Readonly<Record<string, BeforeAfter>>): string[] {
  const differ = Object.entries(counts)
    .filter(([, { before, after }]) => before !== after)
    .sort(([, a], [, b]) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before));
  if (differ.length === 0) return [];
  const rows = differ
    .slice(0, SHOWN)
    .map(([key, { before, after }]) => [key, String(before), String(after)]);
  return [`\n${terminalTable([name, "before", "after"], rows, [1, 2])}`];
}
