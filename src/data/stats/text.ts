/** Counts of pairs as text for a terminal. */
import { terminalTable } from "../../report/terminal.ts";
import type { DataStats, TokenStats } from "../stats.ts";
import { named } from "./advice.ts";
import { type Counts, type Lengths, percent } from "./counts.ts";
import type { DatasetStats, FileStats } from "./dataset.ts";
import type { WordingStats } from "./wording.ts";

/** `a 3, b 1`. */
export const inline = (counts: Counts): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ") || "none";

/** Lines are kept to what a terminal shows; the page and --json have all. */
const MOST_NAMED = 12;

/** The statistics as the terminal shows them. */
export function statsText(stats: DataStats, notes: readonly string[] = []): string {
  const { joins, duplicates, values = [] } = stats;
  const rows = [
    ["pairs", `${stats.n} (${inline(stats.kinds)})`],
    ["splits", inline(stats.splits)],
    ["hardness", inline(stats.hardness)],
    ["made by", inline(stats.methods)],
    [
      "templates, shapes",
      `${stats.templates}, ${stats.shapes} (${stats.singleShapes} in one pair only)`,
    ],
    ["SQL has", inline(stats.features)],
    ["refusals", inline(stats.refusals)],
    ["tables", inline(stats.tables)],
    ["columns never named", named(stats.untouchedColumns, MOST_NAMED) || "none"],
    ["keys joined along", `${joins.usedKeys} of ${joins.keys}`],
    ["keys never joined along", named(joins.unusedKeys, MOST_NAMED) || "none"],
    ["paths of two keys", `${joins.usedPaths} of ${joins.paths} used`],
    ...(values.length === 0 ? [] : [["values asked for", valuesLine(values)]]),
    ...wordingRows(stats.wording, stats.n),
    [
      "repeated",
      `${duplicates.sameQuestion} questions (${duplicates.contradicting} with another answer), ${duplicates.sameSql} queries in other words`,
    ],
    ...(stats.tokens === undefined ? [] : tokenRows(stats.tokens)),
  ];
  const table = terminalTable(["", ""], rows).split("\n").slice(2).join("\n");
  const advice = stats.advice.map((sentence) => `- ${sentence}`);
  return [table, ...notes, ...(advice.length === 0 ? [] : ["", "Next:", ...advice])].join("\n");
}

function valuesLine(values: NonNullable<DataStats["values"]>): string {
  const all = values.reduce((sum, { distinct }) => sum + distinct, 0);
  const asked = values.reduce((sum, one) => sum + one.asked, 0);
  const worst = values
    .slice(0, 3)
    .map((one) => `${one.column} ${percent(one.asked / one.distinct)}`);
  return `${percent(asked / all)} of ${all} in ${values.length} columns; least ${worst.join(", ")}`;
}

const wordingRows = (
  { words, distinct1, distinct2, sample, skeletons }: WordingStats,
  n: number,
): string[][] => [
  ["words in a question", lengthsText(words)],
  [
    "distinct-1, distinct-2",
    `${distinct1.toFixed(3)}, ${distinct2.toFixed(3)}${sample ? `; on ${sample.size} questions ${sample.distinct1.toFixed(3)}, ${sample.distinct2.toFixed(3)}` : ""}`,
  ],
  ["wordings", `${skeletons} of ${n} questions differ when values are masked`],
];

const lengthsText = ({ median, p95, max }: Lengths) =>
  `median ${median}, 95 % ≤ ${p95}, longest ${max}`;

function tokenRows({ prefix, question, answer, tooLong, contextTokens, contexts }: TokenStats) {
  const others = contexts
    .filter(({ tooLong: count }) => count > 0)
    .map(({ tokens, share }) => `${tokens}: ${percent(share)}`);
  return [
    ["tokens of the prefix", `${prefix} (rules, schema, knowledge)`],
    ["tokens of a question", lengthsText(question)],
    ["tokens of an answer", lengthsText(answer)],
    ["too long to fit", `${tooLong} of the model's ${contextTokens}`],
    ["too long for a context", others.join(", ") || "of 512 and more: none"],
  ];
}

/** The counts of a dataset in Spider's form. */
export function datasetText(stats: DatasetStats): string {
  const head = ["file", "side", "pairs", "databases", "easy", "medium", "hard", "extra", "queries"];
  const rows = stats.files.map((file) => [
    file.file,
    file.side,
    String(file.n),
    String(Object.keys(file.databases).length),
    ...["easy", "medium", "hard", "extra"].map((name) => String(file.hardness[name] ?? 0)),
    String(file.templates),
  ]);
  return [
    terminalTable(head, rows, [2, 3, 4, 5, 6, 7, 8]),
    "",
    ...stats.files.flatMap(fileLines),
    ...(stats.unknownDatabases.length === 0
      ? []
      : [`No schema of: ${named(stats.unknownDatabases, MOST_NAMED)}`]),
    sharedLine(stats),
  ].join("\n");
}

function fileLines({ file, features, wording, duplicates, hardness, ...rest }: FileStats) {
  return [
    `${file}: ${inline(features)}`,
    `  words in a question: ${lengthsText(wording.words)}; distinct-2 ${wording.distinct2.toFixed(3)}; ${duplicates.sameQuestion} questions repeated, ${duplicates.sameSql} queries in other words`,
    ...(hardness.unparsed ? [`  ${hardness.unparsed} queries do not parse`] : []),
    ...(rest.hardnessDiffers === undefined
      ? []
      : [`  hardness differs from the file's own in ${rest.hardnessDiffers} of ${rest.n}`]),
  ];
}

/** What the check of databases on both sides says. */
export function sharedLine({ sharedDatabases }: DatasetStats): string {
  if (sharedDatabases === null)
    return "Files of one side only: whether train and dev share a database is not to be said.";
  return sharedDatabases.length === 0
    ? "Train and dev share no database."
    : `Train and dev share ${sharedDatabases.length} databases: ${named(sharedDatabases, MOST_NAMED)}`;
}
