/**
 * Scores a file of predictions against a file of gold, on databases laid out as Spider's are, in any of the modes. The
 * output is the JSON that other programs read (docs/evaluation.md). Knows no model.
 */
import { readFileSync } from "node:fs";
import { messageOf, UserError } from "../base/errors.ts";
import { sha256, sha256OfFile } from "../base/hash.ts";
import type { RunsSql } from "../db/executor.ts";
import { checkGolds, type GoldCheck } from "./check-gold.ts";
import { createSchemas, describeItem, type FileItem, type Scored } from "./file-item.ts";
import { type ClassedScore, modeReport, type ModeReport } from "./mode-report.ts";
import type { Mode } from "./mode-names.ts";
import { createModeScorer, type ModeItem, type ModeScore } from "./modes.ts";
import { isRefusal } from "./refusal.ts";
import { createScoreRunner, type ScoreRunner } from "./score-runner.ts";
import { findDatabases } from "./sources/databases.ts";
import { type GoldItem, readGold } from "./sources/gold.ts";
import { readPredictions } from "./sources/predictions.ts";
import { type ForeignKeyMap, foreignKeyMap, type TablesEntry } from "./spider/index.ts";
import { type Luck, luckOf, scoreOnSuites } from "./suite/luck.ts";
import { suiteFiles } from "./suite/suite-file.ts";

export type ScoreFiles = {
  readonly gold: string;
  /** The database of pairs that name none. */
  readonly dbId?: string;
  /** A file, or one answer for each item of the gold in its order. */
  readonly predictions: string | readonly Predicted[];
  /** Folder that holds DB/DB.sqlite for every database of the gold. */
  readonly databases: string;
  /** Spider's tables.json, for spider-em. */
  readonly tables?: string;
  /** Folder of test suites (`t2s eval suite make`): right answers are tried on all their databases. */
  readonly suite?: string;
};

/** A gold without predictions. */
export type GoldFiles = Omit<ScoreFiles, "predictions">;

export type Predicted = { readonly sql: string; readonly confidence?: number };

export type { FileItem } from "./file-item.ts";
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
  readonly runner?: ScoreRunner;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
};

/** Scores every item. Raises UserError for files that are missing, not of their form, or do not fit each other. */
export const scoreFile = async (
  { predictions, ...gold }: ScoreFiles,
  options: ScoreOptions,
): Promise<FileReport> => (await scoreFiles(gold, [predictions], options))[0];

/** Scores several answers to one gold, which is checked once. Raises as scoreFile does. */
export async function scoreFiles(
  files: GoldFiles,
  sources: readonly ScoreFiles["predictions"][],
  options: ScoreOptions,
): Promise<FileReport[]> {
  const runner = options.runner ?? createScoreRunner();
  runner.start(); // while the files are read
  try {
    return await scoreWith(runner, files, sources, options);
  } finally {
    if (options.runner === undefined) await runner.close();
  }
}

async function scoreWith(
  runner: ScoreRunner,
  files: GoldFiles,
  sources: readonly ScoreFiles["predictions"][],
  options: ScoreOptions,
): Promise<FileReport[]> {
  const { modes, timeoutMs, signal } = options;
  const { items: golds } = readGold(files.gold, files);
  const predictions = sources.map((source) => predictionsOf(source, golds));
  const databases = findDatabases(golds, files.databases);
  const fileOf = (dbId: string) => databases.get(dbId) ?? "";
  const foreignKeysOf = files.tables === undefined ? undefined : readForeignKeys(files.tables);
  const executor = { run: runner.execute };
  const schemas = createSchemas(fileOf);
  const modeOptions = { executor, runner, fileOf, foreignKeysOf, timeoutMs, ...schemas };
  const strict = createModeScorer("strict", modeOptions);
  const failure = new AbortController();
  const stop = AbortSignal.any([failure.signal, ...(signal === undefined ? [] : [signal])]);
  const scorers = modes.map(
    (mode) => [mode, mode === "strict" ? strict : createModeScorer(mode, modeOptions)] as const,
  );
  let done = 0;
  const scoreItem = async (gold: GoldItem, predicted: Predicted): Promise<Scored> => {
    const item = itemOf(gold, predicted.sql);
    const scores = new Map(
      await Promise.all(scorers.map(async ([mode, score]) => [mode, await score(item)] as const)),
    );
    stop.throwIfAborted();
    options.onProgress?.(++done, golds.length * sources.length);
    return { gold, item, scores, ...predicted };
  };
  const describe = async (one: Scored): Promise<Described> => {
    stop.throwIfAborted();
    const item = await describeItem(one, { ...schemas, executor, strict, fileOf });
    return { scores: one.scores, item };
  };
  const scoreAll = async (): Promise<Described[][]> => {
    const scored = await Promise.all(
      predictions.map((own) => Promise.all(golds.map((gold, i) => scoreItem(gold, own[i])))),
    );
    const described: Described[][] = [];
    for (const own of scored) described.push(await inLanes(own, describe));
    return described;
  };
  const scoring = scoreAll();
  const checking = checkGolds(golds, { runner, fileOf, tablesOf: schemas.tablesOf, signal: stop });
  for (const work of [scoring, checking]) work.catch((error: unknown) => failure.abort(error));
  await Promise.allSettled([scoring, checking]);
  const [described, check] = await Promise.all([scoring, checking]);
  const known = await conditionsOf(runner, files.gold, databases, timeoutMs);
  const reports = described.map(async (items, i) => {
    const conditions = {
      ...known,
      ...(await conditionsOfPredictions(sources[i], predictions[i])),
    };
    const report = { ...reportOf(items, modes, check), conditions };
    return files.suite === undefined ? report : withLuck(report, files.suite, executor);
  });
  return await Promise.all(reports);
}

/** Items that are described at the same time: each may hold whole results. */
const LANES = 8;

async function inLanes<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const lane = async () => {
    for (const [i, item] of waiting) results[i] = await work(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return results;
}

type Described = { readonly scores: ReadonlyMap<Mode, ModeScore>; readonly item: FileItem };

const itemOf = (gold: GoldItem, predictedSql: string): ModeItem => ({
  dbId: gold.dbId,
  goldSql: gold.sql,
  predictedSql,
  isToRefuse: gold.refusal !== undefined,
});

function predictionsOf(
  source: ScoreFiles["predictions"],
  golds: readonly GoldItem[],
): readonly Predicted[] {
  if (typeof source !== "string") return source;
  const { sqls, confidences } = readPredictions(source, golds);
  return sqls.map((sql, i) => ({ sql, confidence: confidences?.[i] }));
}

type Conditions = FileReport["conditions"];

async function conditionsOf(
  runner: ScoreRunner,
  gold: string,
  databases: ReadonlyMap<string, string>,
  timeoutMs: number | undefined,
): Promise<Omit<Conditions, "blank" | "predictions">> {
  const hashes = [...databases].map(async ([dbId, file]) => [dbId, await runner.hashOf(file)]);
  return {
    SQLite: process.versions.sqlite ?? "",
    Node: process.versions.node,
    timeoutMs: timeoutMs ?? "each mode's own",
    gold: await sha256OfFile(gold),
    databases: Object.fromEntries(await Promise.all(hashes)) as Record<string, string>,
  };
}

const conditionsOfPredictions = async (
  source: ScoreFiles["predictions"],
  predictions: readonly Predicted[],
): Promise<Pick<Conditions, "blank" | "predictions">> => ({
  blank: predictions.filter(({ sql }) => sql === "").length,
  predictions:
    typeof source === "string"
      ? await sha256OfFile(source)
      : sha256(predictions.map(({ sql }) => sql).join("\n")),
});

function reportOf(
  scored: readonly Described[],
  modes: readonly Mode[],
  { n, refusals, distinct, counts }: GoldCheck,
): Omit<FileReport, "conditions"> {
  const isValid = ({ scores }: Described) =>
    [...scores.values()].some(({ score }) => score !== null);
  return {
    n: scored.filter(isValid).length,
    modes: Object.fromEntries(
      modes.map((mode) => [mode, modeReport(mode, scoresOf(mode, scored))]),
    ),
    golds: { n, refusals, distinct, counts },
    items: scored.map(({ item }) => item),
  };
}

/** Tries every answer on its suite's databases: how many were right by luck. */
async function withLuck(
  report: FileReport,
  folder: string,
  executor: RunsSql,
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
