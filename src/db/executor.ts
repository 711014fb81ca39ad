/**
 * Runs untrusted SQL on SQLite files in a pool of child processes. Each run has a time limit, a limit of rows and bytes,
 * and its child a limit of memory. Knows nothing of what SQL means, and does not protect against reading: see
 * child/run-sql.ts.
 */
import { createProcessPool, type ProcessPool, type TaskEnd } from "./process-pool.ts";
import type { RunLimits, RunResult, RunTask } from "./run-result.ts";

export type { RunFailure, RunLimits, RunResult, SqlCell } from "./run-result.ts";

export type ExecutorOptions = {
  /** Child processes at most; they start when needed. */
  readonly workers?: number;
  readonly timeoutMs?: number;
  readonly maxRows?: number;
  readonly maxBytes?: number;
  /** Address space of a child, of which Node reserves about 1.8 GB without using it. */
  readonly memoryMb?: number;
};

export type RunOptions = Partial<RunLimits> & {
  readonly timeoutMs?: number;
  /** Ends the run when nobody waits for it any more. */
  readonly signal?: AbortSignal;
};

export type Executor = {
  /** Runs one statement on the SQLite file, by default on a new connection. Failures of the SQL are values. */
  run(file: string, sql: string, options?: RunOptions): Promise<RunResult>;
  /** Runs many, by default on kept connections; results in the order of the statements. */
  runMany(file: string, sqls: readonly string[], options?: RunOptions): Promise<RunResult[]>;
  /** Kills all children. What still runs or waits ends as exec-error. */
  close(): Promise<void>;
};

/** Something that runs statements, whoever owns its processes. */
export type RunsSql = Pick<Executor, "run">;

const MIB = 2 ** 20;

/** A pool that starts no process before the first run. Close it. */
export function createExecutor({
  workers = 2,
  memoryMb = 3000,
  ...usual
}: ExecutorOptions = {}): Executor {
  const pool: ProcessPool<RunTask, RunResult> = createProcessPool(childEntry(), {
    workers,
    memoryMb,
  });
  const run = createRun((task, options) => pool.run(task, options), usual);
  return {
    run,
    runMany: (file, sqls, options) =>
      Promise.all(sqls.map((sql) => run(file, sql, { connection: "kept", ...options }))),
    close: () => pool.close(),
  };
}

/** Running one statement, from what takes a task to a child process (see child/run-sql.ts) and says how it ended. */
export function createRun(
  send: (
    task: RunTask,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ) => Promise<TaskEnd<RunResult>>,
  {
    timeoutMs: usualTimeoutMs = 30_000,
    maxRows = 1_000_000,
    maxBytes = 256 * MIB,
  }: Pick<ExecutorOptions, "timeoutMs" | "maxRows" | "maxBytes"> = {},
): Executor["run"] {
  const usual: RunLimits = {
    maxRows,
    maxBytes,
    overflow: "truncate",
    access: "read",
    connection: "fresh",
    boundLengths: true,
    doubleQuotedLiterals: true,
    prepareOnly: false,
  };
  return async (file, sql, { timeoutMs = usualTimeoutMs, signal, ...limits } = {}) => {
    const task = { file, sql, limits: { ...usual, ...limits } };
    return resultOf(await send(task, { timeoutMs, signal }), timeoutMs);
  };
}

/** The compiled child beside compiled code, the source beside source. */
const childEntry = (): URL =>
  new URL(`child/executor-child.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url);

function resultOf(end: TaskEnd<RunResult>, timeoutMs: number): RunResult {
  return end.kind === "answer" ? end.answer : { ok: false, ...failureOf(end, timeoutMs) };
}

type Failure = Omit<Extract<RunResult, { ok: false }>, "ok">;

/** Why a task has no answer. */
export function failureOf(
  end: Exclude<TaskEnd<unknown>, { kind: "answer" }>,
  timeoutMs: number,
): Failure {
  if (end.kind === "timeout")
    return { reason: "timeout", message: `ran longer than ${timeoutMs / 1000} s`, ms: end.ms };
  if (end.kind === "died")
    return {
      reason: "too-large",
      message: `its process ended (${end.signal}): out of memory`,
      ms: end.ms,
    };
  const message =
    end.kind === "closed" ? "the executor was closed" : "the process that runs SQL does not start";
  return { reason: "exec-error", message, ms: 0 };
}
