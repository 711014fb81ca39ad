/** The engines that the product speaks to, and which of them a database belongs to. */
import type { Driver } from "./driver.ts";
import { createPostgresExecutor } from "./postgres/executor.ts";
import { openPostgresSession } from "./postgres/session.ts";
import { createSqliteExecutor } from "./sqlite-executor.ts";
import { openSqliteSession } from "./sqlite.ts";

export type EngineName = "sqlite" | "postgres";

const drivers: Readonly<Record<EngineName, Driver>> = {
  sqlite: { createExecutor: createSqliteExecutor, openSession: openSqliteSession },
  postgres: { createExecutor: createPostgresExecutor, openSession: openPostgresSession },
};

/** The engine of a database: a server's URL says its own; anything else is the path of a SQLite file. */
export const engineOf = (database: string): EngineName =>
  /^postgres(ql)?:\/\//i.test(database) ? "postgres" : "sqlite";

export const driverOf = (database: string): Driver => drivers[engineOf(database)];
