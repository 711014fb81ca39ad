/**
 * Runs untrusted SQL on any database that the product knows: a SQLite file in a child process that can be killed
 * (sqlite-executor.ts), a PostgreSQL server in a read-only transaction (postgres/executor.ts). Knows nothing of what SQL
 * means.
 */
import type { Executor, ExecutorOptions } from "./driver.ts";
import { driverOf, type EngineName, engineOf } from "./drivers.ts";

export type { Executor, ExecutorOptions, RunOptions, RunsSql } from "./driver.ts";
export type { RunFailure, RunLimits, RunResult, SqlCell } from "./run-result.ts";

/** Starts no process and opens no connection before the first run. Close it. */
export function createExecutor(options: ExecutorOptions = {}): Executor {
  const open = new Map<EngineName, Executor>();
  let isClosed = false;
  const executorOf = (database: string): Executor => {
    const engine = engineOf(database);
    const known = open.get(engine);
    if (known !== undefined) return known;
    const executor = driverOf(database).createExecutor(options);
    if (isClosed) void executor.close();
    open.set(engine, executor);
    return executor;
  };
  return {
    run: (database, sql, given) => executorOf(database).run(database, sql, given),
    runMany: (database, sqls, given) => executorOf(database).runMany(database, sqls, given),
    close: async () => {
      isClosed = true;
      await Promise.all([...open.values()].map((executor) => executor.close()));
    },
  };
}
