/**
 * Child processes that score pairs of gold and prediction, check golds, and run statements. A pair goes to the child that
 * has the gold's result already. Knows no mode: see official/.
 */
import { statSync } from "node:fs";
import { sha256OfFile } from "../base/hash.ts";
import type { Executor, RunResult } from "../db/executor.ts";
import { createRun, failureOf } from "../db/sqlite-executor.ts";
import {
  createProcessPool,
  type ProcessPool,
  type TaskEnd,
  type TaskOptions,
} from "../db/process-pool.ts";
import type {
  AnyAnswer,
  AnyTask,
  CheckTask,
  GoldOutcome,
  ScoreTask,
  TaskScore,
} from "./score-task.ts";

export type ScoreRunnerOptions = {
  /** Child processes at most; they start when needed. */
  readonly workers?: number;
  /** Address space of a child, of which Node reserves about 1.8 GB without using it. */
  readonly memoryMb?: number;
};

/** A task without the database's hash, which the runner finds. */
export type PairTask = WithoutDatabase<ScoreTask>;
type WithoutDatabase<Task> = Task extends unknown ? Omit<Task, "database"> : never;

export type ScoreRunner = {
  /** Starts the processes ahead of work that is about to come. */
  start(): void;
  /** Scores a pair. A statement that hits the time limit is killed with its process. */
  run(task: PairTask, timeoutMs: number): Promise<TaskScore>;
  /** Runs one statement, as an executor does. */
  readonly execute: Executor["run"];
  /** Checks a gold. Each of its statements has the time limit. */
  check(task: CheckTask, timeoutMs: number): Promise<GoldOutcome>;
  /** SHA-256 of a database, found once while it does not change; empty for a file that is missing. */
  hashOf(file: string): Promise<string>;
  /** Ends all processes. */
  close(): Promise<void>;
};

/** Starts no process before the first pair. Close it. */
export function createScoreRunner({
  workers = 2,
  memoryMb = 3000,
}: ScoreRunnerOptions = {}): ScoreRunner {
  const pool: ProcessPool<AnyTask, AnyAnswer> = createProcessPool(childEntry(), {
    workers,
    memoryMb,
  });
  // The child answers each kind of task with its kind of answer.
  const runPair = (task: ScoreTask, options: TaskOptions) =>
    pool.run(task, options) as Promise<TaskEnd<TaskScore>>;
  const runCheck = (task: CheckTask, timeoutMs: number) =>
    pool.run(task, { timeoutMs, lane: laneOf(task.sql) }) as Promise<TaskEnd<GoldOutcome>>;
  const hashOf = createHasher();
  /** Golds that were found to run too long or to need too much. */
  const badGolds = new Map<string, TaskScore>();
  return {
    start: () => pool.start(),
    hashOf,
    async run(pair, timeoutMs) {
      const { file, goldSql } = pair;
      const task = { ...pair, database: await hashOf(file) };
      const key = `${task.database} ${goldSql}`;
      const known = badGolds.get(key);
      if (known !== undefined) return known;
      const lane = laneOf(key);
      const first = await runPair(task, { timeoutMs, lane });
      // a process that ended may have been full of what ran before
      const end = first.kind === "died" ? await runPair(task, { timeoutMs, lane }) : first;
      if (end.kind === "answer") return end.answer;
      const gold = await runPair({ ...task, mode: "gold" }, { timeoutMs, lane });
      const isRight = gold.kind === "answer" && gold.answer.verdict === 1;
      if (isRight || gold.kind === "closed") return unanswered(end, timeoutMs);
      const score = { ...unanswered(gold, timeoutMs), reason: "gold-invalid" } as const;
      badGolds.set(key, score);
      return score;
    },
    execute: createRun(
      (task, options) => pool.run({ ...task, mode: "run" }, options) as Promise<TaskEnd<RunResult>>,
    ),
    async check(task, timeoutMs) {
      const end = await runCheck(task, timeoutMs);
      if (end.kind === "answer") return end.answer;
      // Which of its statements was it? Alone, the gold says so.
      const brief =
        end.kind === "closed" ? end : await runCheck({ ...task, isBrief: true }, timeoutMs);
      if (brief.kind === "answer") return brief.answer;
      const { message, ms } = failureOf(brief, timeoutMs);
      return { findings: ms > task.slowMs ? ["fails", "slow"] : ["fails"], message, rows: 0, ms };
    },
    close: () => pool.close(),
  };
}

/** The compiled child beside compiled code, the source beside source. */
const childEntry = (): URL =>
  new URL(`child/score-child.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url);

function unanswered(end: TaskEnd<TaskScore>, timeoutMs: number): TaskScore {
  if (end.kind === "answer") return end.answer;
  const { reason, message, ms } = failureOf(end, timeoutMs);
  return { verdict: 0, reason, message, msGold: 0, msPredicted: ms, hasWritten: false };
}

/** SHA-256 of files, again when a file has changed. A file that is missing has an empty one. */
function createHasher(): (file: string) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return (file) => {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return Promise.resolve("");
    const key = `${stat.ino} ${stat.mtimeMs} ${stat.size} ${file}`;
    const found = known.get(key) ?? sha256OfFile(file);
    known.set(key, found);
    return found;
  };
}

/** FNV-1a: an even spread of golds over the children. */
function laneOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
