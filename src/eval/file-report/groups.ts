/** Items put into groups by what their golds and questions are like, and the score of a group. */
import { isRate, type Mode } from "../mode-names.ts";
import { bootstrapInterval, meanOf, wilsonInterval } from "../statistics.ts";
import { FEATURES, featuresOf, type SqlFeatures } from "../../sql/features.ts";
import type { FileItem } from "../score-file.ts";
import { HARDNESSES } from "./words.ts";

export type Group = { readonly title: string; readonly items: readonly FileItem[] };
export type Grouping = {
  readonly title: string;
  readonly note: string;
  readonly groups: readonly Group[];
};
export type Score = {
  readonly n: number;
  readonly score: number;
  readonly low: number;
  readonly high: number;
};

/** Enough for a whisker; the headline takes more. */
const RESAMPLES = 1000;

/** Mean verdict of the items that have one, as a fraction with its 95 % interval. */
export function scoreOf(items: readonly FileItem[], mode: Mode): Score {
  const values = items.flatMap(({ verdicts }) => verdicts[mode] ?? []);
  const n = values.length;
  const [low, high] = isRate(mode)
    ? wilsonInterval(values.filter((value) => value === 1).length, n)
    : bootstrapInterval(values, { resamples: RESAMPLES });
  return { n, score: meanOf(values), low, high };
}

/** An item with what its gold is made of; undefined where there is no gold that parses. */
export type Featured = { readonly item: FileItem; readonly sql: SqlFeatures | undefined };

/** Parses each gold once: many questions share one. */
export function withFeatures(items: readonly FileItem[]): Featured[] {
  const golds = [...new Set(items.map(({ goldSql }) => goldSql))].filter((sql) => sql !== "");
  const known = new Map(golds.map((sql) => [sql, featuresOf(sql)]));
  return items.map((item) => ({ item, sql: known.get(item.goldSql) }));
}

/** Longest question of each group, in words. */
const WORDS = [8, 12, 16, 24, Infinity];
const MOST_TABLES = 4;
const MOST_DATABASES = 24;

/** The groupings that the items allow; those of a single group are left out, but for hardness. */
export function groupingsOf(all: readonly Featured[]): Grouping[] {
  const databases = [...new Set(all.map(({ item }) => item.dbId))].sort();
  const groupings: Grouping[] = [
    {
      title: "Hardness",
      note: "Spider's classes, by its own parser of the gold, or the difficulty that BIRD's file names",
      groups: grouped(HARDNESSES, all, ({ item }, hardness) => item.hardness === hardness),
    },
    {
      title: "SQL of the gold",
      note: "An item counts in every row that its gold fits",
      groups: grouped([...FEATURES, PLAIN], all, ({ sql }, name) => hasFeature(sql, name)),
    },
    {
      title: "Tables of the gold",
      note: "Different tables that the gold reads",
      groups: grouped(TABLE_COUNTS, all, ({ sql }, title) => tableTitle(sql) === title),
    },
    {
      title: "Length of the question",
      note: "Words between blanks",
      groups: grouped(WORDS.map(wordsTitle), all, ({ item }, title) => lengthOf(item) === title),
    },
    {
      title: "Database",
      note: "The score on each database",
      groups:
        databases.length > MOST_DATABASES
          ? []
          : grouped(databases, all, ({ item }, dbId) => item.dbId === dbId),
    },
  ];
  return groupings.filter(({ title, groups }) => groups.length > (title === "Hardness" ? 0 : 1));
}

/** Of a gold with none of the features. */
const PLAIN = "none of these";

const hasFeature = (sql: SqlFeatures | undefined, name: string): boolean =>
  sql !== undefined && (name === PLAIN ? sql.features.length === 0 : sql.features.includes(name));

const TABLE_COUNTS = [
  "no table",
  ...Array.from({ length: MOST_TABLES - 1 }, (_, i) => `${i + 1}`),
  `${MOST_TABLES} and more`,
];
const tableTitle = (sql: SqlFeatures | undefined): string | undefined =>
  sql && TABLE_COUNTS[Math.min(sql.tables, MOST_TABLES)];

function wordsTitle(most: number, at: number): string {
  const least = at === 0 ? 1 : WORDS[at - 1] + 1;
  return most === Infinity
    ? `${least} and more`
    : at === 0
      ? `up to ${most}`
      : `${least} – ${most}`;
}

function lengthOf({ question }: FileItem): string | undefined {
  if (question === undefined) return undefined;
  const words = question.trim().split(/\s+/).length;
  const at = WORDS.findIndex((most) => words <= most);
  return wordsTitle(WORDS[at], at);
}

function grouped(
  titles: readonly string[],
  all: readonly Featured[],
  belongs: (one: Featured, title: string) => boolean,
): Group[] {
  return titles
    .map((title) => ({
      title,
      items: all.filter((one) => belongs(one, title)).map(({ item }) => item),
    }))
    .filter(({ items }) => items.length > 0);
}
