/**
 * Runs untrusted SQL on SQLite files in a pool of child processes. Each run has a time limit, a limit of rows and bytes,
 * and its child a limit of memory. Knows nothing of what SQL means, and does not protect against reading: see
 * child/run-sql.ts.
 */
import { createProcessPool, type ProcessPool, type TaskEnd } from "./process-pool.ts";
import { type Executor, type ExecutorOptions, USUAL_TIMEOUT_MS, usualLimits } from "./driver.ts";
import type { RunLimits, RunResult, RunTask } from "./run-result.ts";
import { sqliteFileOf } from "./sqlite.ts";

/** A pool that starts no process before the first run. Close it. */
export function createSqliteExecutor({
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
    runMany: (database, sqls, options) =>
      Promise.all(sqls.map((sql) => run(database, sql, { connection: "kept", ...options }))),
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
    timeoutMs: usualTimeoutMs = USUAL_TIMEOUT_MS,
    maxRows = usualLimits.maxRows,
    maxBytes = usualLimits.maxBytes,
  }: Pick<ExecutorOptions, "timeoutMs" | "maxRows" | "maxBytes"> = {},
): Executor["run"] {
  const usual: RunLimits = { ...usualLimits, maxRows, maxBytes };
  return async (database, sql, { timeoutMs = usualTimeoutMs, signal, ...limits } = {}) => {
    const task = { file: sqliteFileOf(database), sql, limits: { ...usual, ...limits } };
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
  if (end.kind === "cancelled") return { reason: "cancelled", message: "cancelled", ms: end.ms };
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
