/**
 * Scores a file of predictions against a file of gold, on databases laid out as Spider's are, in any of the modes. The
 * output is the JSON that other programs read (docs/evaluation.md). Knows no model.
 */
import { readFileSync } from "node:fs";
import { messageOf, UserError } from "../base/errors.ts";
import { sha256, sha256OfFile } from "../base/hash.ts";
import { createExecutor, type Executor } from "../db/executor.ts";
import { introspect } from "../schema/introspect.ts";
import type { Table } from "../schema/schema.ts";
import type { Hardness } from "../sql/hardness.ts";
import { checkGolds, type GoldCheck } from "./check-gold.ts";
import { type ErrorClass, errorClass } from "./error-class.ts";
import { type ClassedScore, modeReport, type ModeReport } from "./mode-report.ts";
import { createModeScorer, type Mode, type ModeItem, type ModeScore } from "./modes.ts";
import {
  type DifferenceMode,
  type DifferenceRule,
  differenceRules,
} from "./official/difference.ts";
import { isRefusal } from "./official/official-score.ts";
import { createOfficialRunner } from "./official/runner.ts";
import { findDatabases } from "./sources/databases.ts";
import { type GoldItem, readGold } from "./sources/gold.ts";
import { readPredictions } from "./sources/predictions.ts";
import {
  type ForeignKeyMap,
  foreignKeyMap,
  parseSpiderSql,
  readSpiderSchema,
  spiderHardness,
  type SpiderSchema,
  type TablesEntry,
} from "./spider/index.ts";
import { type Luck, luckOf, scoreOnSuites } from "./suite/luck.ts";
import { suiteFiles } from "./suite/suite-file.ts";
import type { StrictReason } from "./strict.ts";

export type ScoreFiles = {
  readonly gold: string;
  /** A file, or one answer for each item of the gold in its order. */
  readonly predictions: string | readonly Predicted[];
  /** Folder that holds DB/DB.sqlite for every database of the gold. */
  readonly databases: string;
  /** Spider's tables.json, for spider-em. */
  readonly tables?: string;
  /** Folder of test suites (`t2s eval suite make`): right answers are tried on all their databases. */
  readonly suite?: string;
};

export type Predicted = { readonly sql: string; readonly confidence?: number };

export type FileItem = {
  readonly index: number;
  readonly id: string;
  readonly dbId: string;
  readonly question?: string;
  /** Spider's official classes, from its own parser. */
  readonly hardness: Hardness | "unparsed";
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

export type { ModeReport } from "./mode-report.ts";

export type FileReport = {
  /** Items with a valid gold in one of the modes at least. */
  readonly n: number;
  readonly modes: Readonly<Partial<Record<Mode, ModeReport>>>;
  readonly golds: Pick<GoldCheck, "n" | "refusals" | "distinct" | "counts">;
  /** Of strict mode, with a suite. */
  readonly suite?: Luck;
  /** What the figures depend on. */
  readonly conditions: {
    readonly SQLite: string;
    readonly Node: string;
    readonly timeoutMs: number | "each mode's own";
    /** Predictions that are blank: wrong, except that BIRD's modes take one for an empty result. */
    readonly blank: number;
    /** SHA-256 of the files; of predictions that were no file, of their text. */
    readonly gold: string;
    readonly predictions: string;
    readonly databases: Readonly<Record<string, string>>;
  };
  readonly items: readonly FileItem[];
};

export type ScoreOptions = {
  readonly modes: readonly Mode[];
  /** The caller closes it; without one, one is made and closed. */
  readonly executor?: Executor;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
};

/** Scores every item. Raises UserError for files that are missing, not of their form, or do not fit each other. */
export async function scoreFile(files: ScoreFiles, options: ScoreOptions): Promise<FileReport> {
  const { items: golds } = readGold(files.gold);
  const predictions = predictionsOf(files, golds);
  const databases = findDatabases(golds, files.databases);
  const fileOf = (dbId: string) => databases.get(dbId) ?? "";
  const executor = options.executor ?? createExecutor();
  const runner = createOfficialRunner();
  try {
    const foreignKeysOf = files.tables === undefined ? undefined : readForeignKeys(files.tables);
    const { timeoutMs } = options;
    const setting = {
      executor,
      runner,
      fileOf,
      foreignKeysOf,
      timeoutMs,
      ...createSchemas(fileOf),
    };
    const scorers = options.modes.map((mode) => [mode, createModeScorer(mode, setting)] as const);
    let done = 0;
    const check = checkGolds(golds, { executor, fileOf, tablesOf: setting.tablesOf });
    const scored = await Promise.all(
      golds.map(async (gold, index): Promise<Described> => {
        options.signal?.throwIfAborted();
        const item = itemOf(gold, predictions[index].sql);
        const scores = await Promise.all(
          scorers.map(async ([mode, score]) => [mode, await score(item)] as const),
        );
        const one = { gold, item, ...predictions[index], scores: new Map(scores) };
        const described = await describe(one, setting);
        options.onProgress?.(++done, golds.length);
        return { scores: one.scores, item: described };
      }),
    );
    const { n, refusals, distinct, counts } = await check;
    const conditions = await conditionsOf(files, predictions, databases, timeoutMs);
    const report = {
      ...reportOf(scored, options.modes, { n, refusals, distinct, counts }),
      conditions,
    };
    return files.suite === undefined ? report : withLuck(report, files.suite, executor);
  } finally {
    await runner.close();
    if (options.executor === undefined) await executor.close();
  }
}

type Described = { readonly scores: Scored["scores"]; readonly item: FileItem };

type Scored = {
  readonly gold: GoldItem;
  readonly item: ModeItem;
  readonly confidence?: number;
  readonly scores: ReadonlyMap<Mode, ModeScore>;
};

const itemOf = (gold: GoldItem, predictedSql: string): ModeItem => ({
  dbId: gold.dbId,
  goldSql: gold.sql,
  predictedSql,
  isToRefuse: gold.refusal !== undefined,
});

function predictionsOf(
  { predictions }: ScoreFiles,
  golds: readonly GoldItem[],
): readonly Predicted[] {
  if (typeof predictions !== "string") return predictions;
  const { sqls, confidences } = readPredictions(predictions, golds);
  return sqls.map((sql, i) => ({ sql, confidence: confidences?.[i] }));
}

async function conditionsOf(
  { gold, predictions: source }: ScoreFiles,
  predictions: readonly Predicted[],
  databases: ReadonlyMap<string, string>,
  timeoutMs: number | undefined,
): Promise<FileReport["conditions"]> {
  const hashes = [...databases].map(async ([dbId, file]) => [dbId, await sha256OfFile(file)]);
  return {
    SQLite: process.versions.sqlite ?? "",
    Node: process.versions.node,
    timeoutMs: timeoutMs ?? "each mode's own",
    blank: predictions.filter(({ sql }) => sql === "").length,
    gold: await sha256OfFile(gold),
    predictions:
      typeof source === "string"
        ? await sha256OfFile(source)
        : sha256(source.map(({ sql }) => sql).join("\n")),
    databases: Object.fromEntries(await Promise.all(hashes)) as Record<string, string>,
  };
}

/** Schemas of the databases, read when they are first asked for. */
function createSchemas(fileOf: (dbId: string) => string) {
  const tables = new Map<string, readonly Table[]>();
  const schemas = new Map<string, SpiderSchema>();
  return {
    tablesOf(dbId: string): readonly Table[] {
      const known =
        tables.get(dbId) ?? introspect(fileOf(dbId), { dbId, statistics: false }).database.tables;
      tables.set(dbId, known);
      return known;
    },
    schemaOf(dbId: string): SpiderSchema {
      const known = schemas.get(dbId) ?? readSpiderSchema(fileOf(dbId));
      schemas.set(dbId, known);
      return known;
    },
  };
}

type Setting = ReturnType<typeof createSchemas> & {
  readonly executor: Executor;
  readonly runner: ReturnType<typeof createOfficialRunner>;
  readonly fileOf: (dbId: string) => string;
};

/** What is said of an item beside its scores. */
async function describe(
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
    hardness: spiderHardness(parseSpiderSql(goldSql, setting.schemaOf(dbId))),
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

/** The class of a wrong item; what strict mode says of it is found out if it was not among the modes. */
async function analyse({ item, scores }: Scored, setting: Setting) {
  const strict = scores.get("strict") ?? (await createModeScorer("strict", setting)(item));
  if (strict.score === null) return undefined;
  return errorClass({
    goldSql: item.isToRefuse ? undefined : item.goldSql,
    predictedSql: isRefusal(item.predictedSql) ? undefined : item.predictedSql,
    tables: setting.tablesOf(item.dbId),
    dialect: "sqlite",
    score: {
      verdict: strict.score === 1 ? 1 : 0,
      reason: strict.reason as StrictReason,
      message: strict.message,
      flags: [],
    },
  });
}

function reportOf(
  scored: readonly Described[],
  modes: readonly Mode[],
  golds: FileReport["golds"],
): Omit<FileReport, "conditions"> {
  const isValid = ({ scores }: Described) =>
    [...scores.values()].some(({ score }) => score !== null);
  return {
    n: scored.filter(isValid).length,
    modes: Object.fromEntries(
      modes.map((mode) => [mode, modeReport(mode, scoresOf(mode, scored))]),
    ),
    golds,
    items: scored.map(({ item }) => item),
  };
}

/** Tries every answer on its suite's databases: how many were right by luck. */
async function withLuck(
  report: FileReport,
  folder: string,
  executor: Executor,
): Promise<FileReport> {
  const verdicts = await scoreOnSuites(
    report.items.map(({ dbId, goldSql, predictedSql }) => ({
      goldSql: goldSql === "" ? undefined : goldSql,
      predictedSql: isRefusal(predictedSql) ? undefined : predictedSql,
      files: suiteFiles(folder, dbId),
    })),
    executor,
  );
  const isLucky = (index: number) => verdicts[index]?.alone === 1 && verdicts[index].suite === 0;
  return {
    ...report,
    suite: luckOf(verdicts),
    items: report.items.map((item, index) => ({ ...item, isLucky: isLucky(index) })),
  };
}

/** Every item's score in a mode, with the class of its gold. */
const scoresOf = (mode: Mode, scored: readonly Described[]) =>
  scored.flatMap(({ scores, item: { hardness } }): ClassedScore[] => {
    const score = scores.get(mode);
    return score === undefined ? [] : [{ ...score, hardness }];
  });

/** The foreign keys of each database in a tables.json. Raises data-invalid. */
function readForeignKeys(file: string): (dbId: string) => ForeignKeyMap {
  let entries: TablesEntry[];
  try {
    entries = JSON.parse(readFileSync(file, "utf8")) as TablesEntry[];
  } catch (error) {
    throw new UserError("data-invalid", `${file} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const maps = new Map<string, ForeignKeyMap>();
  return (dbId) => {
    const known = maps.get(dbId);
    if (known !== undefined) return known;
    const entry = Array.isArray(entries) ? entries.find(({ db_id }) => db_id === dbId) : undefined;
    if (entry === undefined)
      throw new UserError("data-invalid", `${file} has no entry for the database ${dbId}`);
    const map = foreignKeyMap(entry);
    maps.set(dbId, map);
    return map;
  };
}
