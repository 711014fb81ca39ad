/**
 * Scores one pair of gold and prediction as the official evaluators do. Statements that read share a connection for each
 * file; one that may write runs on a copy that is thrown away. Runs in a child process.
 */
import { withCopy } from "../../db/child/connection.ts";
import type { RunResult } from "../../db/run-result.ts";
import { areSameSets, softF1 } from "../official/bird-compare.ts";
import { timeRatios } from "../official/bird-reward.ts";
import { hasReplacement } from "../official/cells.ts";
import type { ScoreTask, TaskReason, TaskScore } from "../score-task.ts";
import { compareSpider } from "../official/spider-compare.ts";
import { openCopy, openFile, returnsInvalidText, runAsPython, runOnCopy } from "./python-sqlite.ts";
import type { Results } from "./results.ts";

type Task<Mode extends ScoreTask["mode"]> = Extract<ScoreTask, { mode: Mode }>;
type Rows = Extract<RunResult, { ok: true }>;
type Failure = Extract<RunResult, { ok: false }>;

/** Both statements together may take longer than one of them alone: then the clock starts again between them. */
const STEP_MS = 50;

/** Scores a task. `step` is called between two statements with a time limit each. */
export function scoreTask(task: ScoreTask, results: Results, step: () => void): TaskScore {
  try {
    switch (task.mode) {
      case "gold":
        return scoreGold(task, results);
      case "spider":
        return scoreSpider(task, results, step);
      case "bird":
        return scoreBird(task, results);
      case "reward":
        return scoreReward(task, results);
    }
  } catch (error) {
    return wrong("gold-invalid", {}, String(error));
  }
}

type Measured = { readonly gold?: RunResult; readonly predicted?: RunResult; hasWritten?: boolean };

const scored = (
  verdict: 0 | 1,
  reason: TaskReason,
  { gold, predicted, hasWritten = false }: Measured,
): TaskScore => ({
  verdict,
  reason,
  msGold: gold?.ms ?? 0,
  msPredicted: predicted?.ms ?? 0,
  hasWritten,
});

const wrong = (reason: TaskReason, measured: Measured, message: string): TaskScore => ({
  ...scored(0, reason, measured),
  message,
});

const goldInvalid = (gold: Failure): TaskScore => wrong("gold-invalid", { gold }, gold.message);
const failed = (predicted: Failure, measured: Measured): TaskScore =>
  wrong(predicted.reason, measured, predicted.message);

type Alone = { readonly result: RunResult; readonly hasWritten: boolean };

/** Runs a statement on a connection of its own. */
function runAlone(
  { file, database }: ScoreTask,
  sql: string,
  results: Results,
  maxRows?: number,
): Alone {
  const result = results.of(file, database, sql, maxRows);
  return needsCopy(result)
    ? { result: withCopy(file, (copy) => runAndClose(copy, sql, maxRows)), hasWritten: true }
    : { result, hasWritten: false };
}

const needsCopy = (result: RunResult): boolean => !result.ok && result.reason === "not-readonly";

function runAndClose(copy: string, sql: string, maxRows?: number): RunResult {
  const connection = openCopy(copy);
  try {
    return runOnCopy(connection, sql, maxRows);
  } finally {
    connection.close();
  }
}

function scoreGold(task: Task<"gold">, results: Results): TaskScore {
  const { result: gold } = runAlone(task, task.goldSql, results);
  return gold.ok ? scored(1, "ok", { gold }) : goldInvalid(gold);
}

function scoreSpider(task: Task<"spider">, results: Results, step: () => void): TaskScore {
  const { result: gold } = runAlone(task, task.goldSql, results);
  if (!gold.ok) return goldInvalid(gold);
  if (gold.ms > STEP_MS) step();
  // More rows than the gold has are wrong whatever they are.
  const { result: predicted, hasWritten } = runAlone(
    task,
    task.predictedSql,
    results,
    gold.rows.length,
  );
  const measured = { gold, predicted, hasWritten };
  if (!predicted.ok) return failed(predicted, measured);
  const reason = predicted.truncated
    ? "row-count"
    : compareSpider(gold.rows, predicted.rows, task.isOrdered);
  return scored(reason.startsWith("ok") ? 1 : 0, reason, measured);
}

function scoreBird(task: Task<"bird">, results: Results): TaskScore {
  const { file, database, goldSql, predictedSql, totalMs } = task;
  const gold = results.of(file, database, goldSql);
  if (!gold.ok && !needsCopy(gold)) return goldInvalid(gold);
  const predicted = results.of(file, database, predictedSql);
  if (needsCopy(gold) || needsCopy(predicted)) return scoreOnOneCopy(task, gold);
  const measured = { gold, predicted };
  if (!predicted.ok) return failed(predicted, measured);
  if (gold.ms + predicted.ms > totalMs)
    return wrong("timeout", measured, `both ran longer than ${totalMs / 1000} s`);
  if (isUnreadable(file, goldSql, gold as Rows))
    return wrong("gold-invalid", measured, "the result holds text that is no UTF-8");
  if (isUnreadable(file, predictedSql, predicted))
    return wrong("exec-error", measured, "the result holds text that is no UTF-8");
  return birdScore(gold as Rows, predicted, measured);
}

const isUnreadable = (file: string, sql: string, { rows, columns }: Rows): boolean =>
  hasReplacement(rows) && returnsInvalidText(file, sql, columns.length);

/** The gold sees what the prediction wrote. */
function scoreOnOneCopy(
  { file, goldSql, predictedSql }: Task<"bird">,
  goldAlone: RunResult,
): TaskScore {
  return withCopy(file, (copy) => {
    const connection = openCopy(copy);
    try {
      const predicted = runOnCopy(connection, predictedSql);
      if (!predicted.ok) return failed(predicted, { predicted, hasWritten: true });
      const gold = runOnCopy(connection, goldSql);
      const measured = { gold, predicted, hasWritten: true };
      if (gold.ok) return birdScore(gold, predicted, measured);
      return wrong(goldAlone.ok ? gold.reason : "gold-invalid", measured, gold.message);
    } finally {
      connection.close();
    }
  });
}

function birdScore(gold: Rows, predicted: Rows, measured: Measured): TaskScore {
  const isSame = areSameSets(gold.rows, predicted.rows);
  const right = gold.rows.length === 0 ? "ok-empty" : "ok";
  return {
    ...scored(isSame ? 1 : 0, isSame ? right : "values", measured),
    softF1: isSame && gold.rows.length === 0 ? 1 : softF1(gold.rows, predicted.rows),
  };
}

function scoreReward(task: Task<"reward">, results: Results): TaskScore {
  const { result: gold, hasWritten: goldWrites } = runAlone(task, task.goldSql, results);
  if (!gold.ok) return goldInvalid(gold);
  const { result: predicted, hasWritten } = runAlone(task, task.predictedSql, results);
  const measured = { gold, predicted, hasWritten: hasWritten || goldWrites };
  if (!predicted.ok) return failed(predicted, measured);
  const score = birdScore(gold, predicted, measured);
  if (score.verdict === 0) return score;
  try {
    return {
      ...score,
      ratios: measured.hasWritten
        ? withCopy(task.file, (copy) => ratiosOn(copy, openCopy, task))
        : ratiosOn(task.file, openFile, task),
    };
  } catch (error) {
    return wrong("exec-error", measured, String(error));
  }
}

/** Each execution has a connection of its own, whose opening is not timed. */
function ratiosOn(
  file: string,
  open: typeof openFile,
  { goldSql, predictedSql, rounds }: Task<"reward">,
): number[] {
  const run = open === openCopy ? runOnCopy : runAsPython;
  const timeOf = (sql: string): number => {
    const connection = open(file);
    const startedMs = performance.now();
    const result = run(connection, sql);
    connection.close();
    const ms = performance.now() - startedMs;
    if (!result.ok) throw new Error(result.message);
    return ms;
  };
  return timeRatios(
    rounds,
    () => timeOf(predictedSql),
    () => timeOf(goldSql),
  );
}
