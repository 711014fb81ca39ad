/**
 * card.md: what a set of pairs is, in plain words: origin, licences, method, counts, checks, weaknesses. It claims nothing
 * that the examples do not say of themselves.
 */
import type { Database } from "../schema/schema.ts";
import { rejectionMeanings } from "./check/codes.ts";
import type { Rejection } from "./clean.ts";
import type { Example } from "./example.ts";
import { type Leak, leakSection } from "./leaks.ts";
import { named, NARROW, rareFeatures } from "./stats/advice.ts";
import { percent } from "./stats/counts.ts";
import { spiderTrain } from "./stats/question-sets.ts";
import { inline } from "./stats/text.ts";
import { type DataStats, statsOf } from "./stats.ts";

export type CardInput = {
  readonly database: Database;
  readonly examples: readonly Example[];
  readonly rejected: readonly Rejection[];
  readonly leaks?: readonly Leak[];
  /** Sentences about where files of pairs come from, as their makers state it. */
  readonly origins?: readonly string[];
  /** Licences by method ("imported:spider") where the examples do not name them (`source.licence`). */
  readonly licences?: Readonly<Record<string, string>>;
  /** Sections of others, each with its heading, behind the checks. */
  readonly sections?: readonly string[];
  readonly stats?: DataStats;
};

/** The card as Markdown. */
export function renderCard({
  database,
  examples,
  rejected,
  leaks,
  origins = [],
  licences = {},
  sections: others = [],
  stats = statsOf(examples, database),
}: CardInput): string {
  const sections = [
    `# Pairs for ${database.dbId}`,
    `${stats.n} questions on ${database.tables.length} tables: ${stats.kinds.answer ?? 0} with SQL, ${stats.kinds.refuse ?? 0} to refuse. Schema ${database.fingerprint.slice(0, 12)}.`,
    `## How they were made\n\n${[...methodLines(examples), ...origins].map((line) => `- ${line}`).join("\n")}`,
    `## Licences\n\n${licenceTable(examples, licences)}`,
    `## What was checked\n\n${checkLines(examples)
      .map((line) => `- ${line}`)
      .join("\n")}`,
    ...others,
    `## Known weaknesses\n\n${weaknesses(stats)
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

/** What each origin says of its licence. */
function licenceTable(
  examples: readonly Example[],
  licences: Readonly<Record<string, string>>,
): string {
  const licenceOf = ({ source: { method, licence } }: Example): string => {
    if (licence !== undefined) return licence;
    if (method.split(":")[0] === "synthesized")
      return "none of others: made of the names and values of this database";
    return licences[method] ?? "not stated";
  };
  const origin = ({ source: { method } }: Example) =>
    method.startsWith("synthesized") ? "synthesized" : method;
  const groups = Map.groupBy(examples, (one) => `${origin(one)} | ${licenceOf(one)}`);
  const rows = [...groups].map(([key, group]) => `| ${key} | ${group.length} |`);
  return ["| origin | licence | pairs |", "|---|---|--:|", ...rows].join("\n");
}

/** What a reader would find out too late otherwise; computed, all of it. */
function weaknesses(stats: DataStats): string[] {
  const { n, methods, joins, shapes, singleShapes, untouchedColumns, wording, duplicates } = stats;
  const answers = Math.max(1, stats.kinds.answer ?? 0);
  const synthetic = (methods.synthesized ?? 0) / Math.max(1, n);
  const rare = rareFeatures(stats);
  const usual = wording.sample && spiderTrain.distinct[wording.sample.size];
  const lines: [boolean, string][] = [
    [synthetic > 0, `${percent(synthetic)} are composed by program: nobody ever asked them.`],
    [true, "No human annotator has reviewed these pairs unless a line above says so."],
    [
      singleShapes > 0,
      `${singleShapes} of ${shapes} shapes of SQL stand in one pair only (${percent(singleShapes / answers)} of the answers).`,
    ],
    [rare.length > 0, `Rarer than half of Spider train's share: ${rare.join(", ")}.`],
    [
      untouchedColumns.length > 0,
      `${untouchedColumns.length} of ${Object.keys(stats.columns).length} columns stand in no query.`,
    ],
    [
      joins.unusedKeys.length > 0,
      `No pair joins along ${joins.unusedKeys.length} of ${joins.keys} foreign keys: ${named(joins.unusedKeys)}.`,
    ],
    [
      joins.usedPaths < joins.paths,
      `${joins.paths - joins.usedPaths} of ${joins.paths} paths of two foreign keys are not joined along.`,
    ],
    [
      usual !== undefined && wording.sample!.distinct2 < NARROW * usual.distinct2,
      `Narrow wording: distinct-2 is ${wording.sample?.distinct2.toFixed(3)} on ${wording.sample?.size} questions, in as many of Spider train ${usual?.distinct2.toFixed(3)} (over 140 databases).`,
    ],
    [
      duplicates.sameSql > 0,
      `${duplicates.sameSql} pairs ask in other words what another one asks.`,
    ],
    [(stats.kinds.refuse ?? 0) === 0, "No question is to be refused."],
  ];
  return lines.filter(([holds]) => holds).map(([, line]) => line);
}

function checkLines(examples: readonly Example[]): string[] {
  const answers = examples.filter(({ kind }) => kind === "answer");
  const count = (fits: (example: Example) => boolean) => answers.filter(fits).length;
  return [
    `${count(({ checks }) => checks.executed)} of ${answers.length} queries were executed on the database without an error.`,
    `${count(({ checks }) => checks.rows > 0)} return at least one row.`,
    `${count(({ checks }) => checks.discriminating)} were compared with queries that differ in one point (a condition left out or turned around, another aggregate, order or limit): each gives another result.`,
    ...reviewLines(examples),
    sharedTemplatesLine(answers),
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

function sharedTemplatesLine(answers: readonly Example[]): string {
  const splits = Map.groupBy(answers, ({ templateId }) => templateId);
  const shared = [...splits.values()].filter(
    (group) => new Set(group.map(({ split }) => split)).size > 1,
  );
  return shared.length === 0
    ? "Train, dev and test share no SQL template (the query with its literals masked)."
    : `${shared.length} SQL templates (queries with their literals masked) stand in more than one of train, dev and test.`;
}

function countsTable(stats: DataStats): string {
  const rows: [string, string][] = [
    ["train / dev / test", `${stats.splits.train} / ${stats.splits.dev} / ${stats.splits.test}`],
    ["templates", String(stats.templates)],
    ["shapes", String(stats.shapes)],
    ["hardness", inline(stats.hardness)],
    ["SQL has", inline(stats.features)],
    ["refusals", inline(stats.refusals)],
    ["tables", inline(stats.tables)],
    ["keys joined along", `${stats.joins.usedKeys} of ${stats.joins.keys}`],
  ];
  return ["| | |", "|---|---|", ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join(
    "\n",
  );
}

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
