/** What is said of one scored item beside its scores: hardness, the class of its error, why modes disagree. */
import { introspect } from "../schema/introspect.ts";
import type { RunsSql } from "../db/executor.ts";
import type { Table } from "../schema/schema.ts";
import type { Hardness } from "../sql/hardness.ts";
import { MAX_COMPARED_ROWS } from "./error-class/results.ts";
import { type ErrorClass, errorClass } from "./error-class.ts";
import type { Mode } from "./mode-names.ts";
import { type ModeItem, type ModeScore, type ModeScorer } from "./modes.ts";
import {
  type DifferenceMode,
  type DifferenceRule,
  differenceRules,
} from "./official/difference.ts";
import { isRefusal } from "./refusal.ts";
import type { GoldItem } from "./sources/gold.ts";
import {
  parseSpiderSql,
  readSpiderSchema,
  spiderHardness,
  type SpiderSchema,
} from "./spider/index.ts";
import type { StrictFlag, StrictReason } from "./strict.ts";

const DIFFICULTIES = ["simple", "moderate", "challenging"] as const;
type Difficulty = (typeof DIFFICULTIES)[number];

/** Spider's classes, or those that a file of BIRD names. */
export type ItemHardness = Hardness | "unparsed" | Difficulty;

const isDifficulty = (name: string | undefined): name is Difficulty =>
  (DIFFICULTIES as readonly (string | undefined)[]).includes(name);

export type FileItem = {
  readonly index: number;
  readonly id: string;
  readonly dbId: string;
  readonly question?: string;
  /** Of the gold. */
  readonly hardness: ItemHardness;
  readonly goldSql: string;
  readonly predictedSql: string;
  /** Probability of the prediction, where its source tells it. */
  readonly confidence?: number;
  /** null where the item has no valid gold in the mode. */
  readonly verdicts: Readonly<Partial<Record<Mode, number | null>>>;
  readonly reasons: Readonly<Partial<Record<Mode, string>>>;
  readonly flags: readonly string[];
  /** Milliseconds of gold and prediction by mode. */
  readonly ms: Readonly<Partial<Record<Mode, readonly [number, number]>>>;
  /** Of an item that some mode scores 0. */
  readonly errorClass: ErrorClass | null;
  /** In words, the one that gave the class first. */
  readonly differences: readonly string[];
  /** Right on the given database, wrong on another of the suite. */
  readonly isLucky?: boolean;
  /** Why strict and an official mode disagree. */
  readonly disagreement: Readonly<Partial<Record<DifferenceMode, readonly DifferenceRule[]>>>;
  readonly message?: string;
};

export type Scored = {
  readonly gold: GoldItem;
  readonly item: ModeItem;
  readonly confidence?: number;
  readonly scores: ReadonlyMap<Mode, ModeScore>;
};

export type Schemas = {
  tablesOf(dbId: string): readonly Table[];
  schemaOf(dbId: string): SpiderSchema;
  /** Of a gold, by Spider's own parser. */
  hardnessOf(dbId: string, sql: string): Hardness | "unparsed";
};

/** Schemas of the databases, and what follows from them for golds, found when they are first asked for. */
export function createSchemas(fileOf: (dbId: string) => string): Schemas {
  const tables = new Map<string, readonly Table[]>();
  const schemas = new Map<string, SpiderSchema>();
  const hardness = new Map<string, Hardness | "unparsed">();
  const schemaOf = (dbId: string): SpiderSchema => {
    const known = schemas.get(dbId) ?? readSpiderSchema(fileOf(dbId));
    schemas.set(dbId, known);
    return known;
  };
  return {
    tablesOf(dbId) {
      const known =
        tables.get(dbId) ??
        introspect(fileOf(dbId), { dbId, withStatistics: false }).database.tables;
      tables.set(dbId, known);
      return known;
    },
    schemaOf,
    hardnessOf(dbId, sql) {
      const key = `${dbId} ${sql}`;
      const known = hardness.get(key) ?? spiderHardness(parseSpiderSql(sql, schemaOf(dbId)));
      hardness.set(key, known);
      return known;
    },
  };
}

type Setting = Schemas & {
  readonly executor: RunsSql;
  /** For items whose strict score is not there yet. */
  readonly strict: ModeScorer;
  readonly fileOf: (dbId: string) => string;
};

/** What is said of an item beside its scores. */
export async function describeItem(
  { gold, item, confidence, scores }: Scored,
  setting: Setting,
): Promise<FileItem> {
  const { dbId, goldSql, predictedSql } = item;
  const all = [...scores];
  const isWrong = all.some(([, { score }]) => score === 0);
  const analysis = isWrong ? await analyse({ gold, item, scores }, setting) : undefined;
  const disagreement: Partial<Record<DifferenceMode, readonly DifferenceRule[]>> = {};
  const strict = scores.get("strict")?.score;
  for (const mode of ["spider-ex", "bird-ex"] as const) {
    const other = scores.get(mode)?.score;
    if (typeof strict !== "number" || typeof other !== "number" || strict === other) continue;
    const file = setting.fileOf(dbId);
    disagreement[mode] = await differenceRules(setting.executor, mode, file, goldSql, predictedSql);
  }
  return {
    index: gold.index,
    id: gold.id,
    dbId,
    ...(gold.question !== undefined && { question: gold.question }),
    hardness: isDifficulty(gold.difficulty) ? gold.difficulty : setting.hardnessOf(dbId, goldSql),
    goldSql,
    predictedSql,
    ...(confidence !== undefined && { confidence }),
    verdicts: Object.fromEntries(all.map(([mode, { score }]) => [mode, score])),
    reasons: Object.fromEntries(all.map(([mode, { reason }]) => [mode, reason])),
    flags: [...new Set(all.flatMap(([, { flags }]) => flags))],
    ms: Object.fromEntries(
      all.map(([mode, { msGold, msPredicted }]) => [mode, [msGold, msPredicted]]),
    ),
    errorClass: analysis?.class ?? null,
    differences: analysis?.differences.map(({ text }) => text) ?? [],
    disagreement,
    ...messageIn(all.map(([, score]) => score)),
  };
}

const messageIn = (scores: readonly ModeScore[]): { message?: string } => {
  const message = scores.find((score) => score.message !== undefined)?.message;
  return message === undefined ? {} : { message };
};

/**
 * The class of a wrong item, by both statements and both results; what strict mode says of it is found out if it was not
 * among the modes.
 */
async function analyse({ item, scores }: Scored, setting: Setting) {
  const strict = scores.get("strict") ?? (await setting.strict(item));
  if (strict.score === null) return undefined;
  const rows = HAS_RAN.has(strict.reason) ? await resultsOf(item, setting) : undefined;
  return errorClass({
    goldSql: item.isToRefuse ? undefined : item.goldSql,
    predictedSql: isRefusal(item.predictedSql) ? undefined : item.predictedSql,
    tables: setting.tablesOf(item.dbId),
    dialect: "sqlite",
    score: {
      verdict: strict.score === 1 ? 1 : 0,
      reason: strict.reason as StrictReason,
      message: strict.message,
      flags: strict.flags as StrictFlag[],
    },
    ...(rows !== undefined && { rows }),
  });
}

/** Strict mode's reasons to find two results different. */
const HAS_RAN: ReadonlySet<string> = new Set<StrictReason>([
  "row-count",
  "column-count",
  "row-order",
  "values",
  "permutation-limit",
]);

/** Both results, unless they are larger than what is compared. */
async function resultsOf({ dbId, goldSql, predictedSql }: ModeItem, setting: Setting) {
  const file = setting.fileOf(dbId);
  const limits = { maxRows: MAX_COMPARED_ROWS, overflow: "fail" } as const;
  const [gold, predicted] = await Promise.all(
    [goldSql, predictedSql].map((sql) => setting.executor.run(file, sql, limits)),
  );
  return gold.ok && predicted.ok ? { gold: gold.rows, predicted: predicted.rows } : undefined;
}
