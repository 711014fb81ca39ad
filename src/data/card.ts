/**
 * card.md: what a set of pairs is, in plain words: origin, method, counts, checks. It claims nothing that the examples
 * do not say of themselves.
 */
import type { Database } from "../schema/schema.ts";
import { rejectionMeanings } from "./check/codes.ts";
import type { Rejection } from "./clean.ts";
import type { Example } from "./example.ts";
import { type Leak, leakSection } from "./leaks.ts";
import { type Counts, type DataStats, statsOf } from "./stats.ts";

export type CardInput = {
  readonly database: Database;
  readonly examples: readonly Example[];
  readonly rejected: readonly Rejection[];
  readonly leaks?: readonly Leak[];
  /** Sentences about where files of pairs come from, as their makers state it. */
  readonly origins?: readonly string[];
  readonly stats?: DataStats;
};

/** The card as Markdown. */
export function renderCard({
  database,
  examples,
  rejected,
  leaks,
  origins = [],
  stats = statsOf(examples, database),
}: CardInput): string {
  const sections = [
    `# Pairs for ${database.dbId}`,
    `${stats.n} questions on ${database.tables.length} tables: ${stats.kinds.answer ?? 0} with SQL, ${stats.kinds.refuse ?? 0} to refuse. Schema ${database.fingerprint.slice(0, 12)}.`,
    `## How they were made\n\n${[...methodLines(examples), ...origins].map((line) => `- ${line}`).join("\n")}`,
    `## What was checked\n\n${checkLines(examples)
      .map((line) => `- ${line}`)
      .join("\n")}`,
    `## Counts\n\n${countsTable(stats)}`,
    leaks === undefined ? "" : leakSection(leaks),
    rejected.length > 0 ? `## Set aside\n\n${rejectedTable(rejected)}` : "",
    stats.untouchedColumns.length > 0
      ? `## Columns that no pair names\n\n${stats.untouchedColumns.join(", ")}`
      : "",
    tokenSection(stats),
  ];
  return `${sections.filter(Boolean).join("\n\n")}\n`;
}

function methodLines(examples: readonly Example[]): string[] {
  const groups = Map.groupBy(examples, ({ source }) => source.method.split(":")[0]);
  return [...groups].map(([method, group]) => {
    const models = [...new Set(group.flatMap(({ source }) => source.model ?? []))];
    const files = [...new Set(group.flatMap(({ source }) => source.method.split(":")[1] ?? []))];
    if (method === "synthesized")
      return `${group.length} synthesised: composed by program from the schema's names, comments, keys and values. No model and no person wrote them.`;
    const from =
      files.length > 0
        ? ` (${files.join(", ")}; how they were written is said where they come from)`
        : "";
    return `${group.length} ${method}${from}${models.length > 0 ? `, written by ${models.join(", ")}` : ""}.`;
  });
}

function checkLines(examples: readonly Example[]): string[] {
  const answers = examples.filter(({ kind }) => kind === "answer");
  const count = (fits: (example: Example) => boolean) => answers.filter(fits).length;
  return [
    `${count(({ checks }) => checks.executed)} of ${answers.length} queries were executed on the database without an error.`,
    `${count(({ checks }) => checks.rows > 0)} return at least one row.`,
    `${count(({ checks }) => checks.discriminating)} were compared with queries that differ in one point (a condition left out or turned around, another aggregate, order or limit): each gives another result.`,
    ...reviewLines(examples),
    "Train, dev and test share no SQL template (the query with its literals masked).",
    "No human annotator has reviewed these pairs unless a line above says so.",
  ];
}

function reviewLines(examples: readonly Example[]): string[] {
  const count = (review: Example["review"]) =>
    examples.filter((example) => example.review === review).length;
  const [accepted, fixed] = [count("accepted"), count("fixed")];
  return accepted + fixed === 0
    ? []
    : [
        `${accepted + fixed} were reviewed one by one (\`t2s data review\`): ${accepted} accepted as they were, ${fixed} fixed.`,
      ];
}

function countsTable(stats: DataStats): string {
  const rows: [string, string][] = [
    ["train / dev / test", `${stats.splits.train} / ${stats.splits.dev} / ${stats.splits.test}`],
    ["templates", String(stats.templates)],
    ["shapes", String(stats.shapes)],
    ["hardness", listCounts(stats.hardness)],
    ["tables", listCounts(stats.tables)],
  ];
  return ["| | |", "|---|---|", ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join(
    "\n",
  );
}

const listCounts = (counts: Counts): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");

function rejectedTable(rejected: readonly Rejection[]): string {
  const reasons = Map.groupBy(rejected, ({ code }) => code);
  const rows = [...reasons].map(
    ([code, group]) => `| ${code}: ${rejectionMeanings[code]} | ${group.length} |`,
  );
  return ["| reason | pairs |", "|---|--:|", ...rows].join("\n");
}

function tokenSection({ tokens }: DataStats): string {
  if (tokens === undefined) return "";
  const line = (name: string, { median, p95, max }: { median: number; p95: number; max: number }) =>
    `| ${name} | ${median} | ${p95} | ${max} |`;
  return [
    "## Tokens",
    `Prompt prefix (rules, schema, knowledge): ${tokens.prefix}. Longer than the model's context: ${tokens.tooLong}.`,
    [
      "| | median | 95 % | longest |",
      "|---|--:|--:|--:|",
      line("question", tokens.question),
      line("answer", tokens.answer),
    ].join("\n"),
  ].join("\n\n");
}
