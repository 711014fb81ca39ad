/** From the dialect in which shapes print to the database's own. */
import type { Database } from "../../schema/schema.ts";
import { createPostgresWriter } from "../../sql/to-postgres.ts";
import type { RunMany } from "./samples.ts";

/** Writes a drawn query as the database reads it. */
export const writerFor = ({ dialect, tables }: Database): ((sql: string) => string) =>
  dialect === "postgres" ? createPostgresWriter(tables) : (sql) => sql;

/** Runs drawn queries on the database. */
export function runnerFor(database: Database, run: RunMany): RunMany {
  const write = writerFor(database);
  return (sqls) => run(sqls.map(write));
}
