/** A database of any engine as plain data. */
import { engineOf } from "../db/drivers.ts";
import { readPostgresUrl } from "../db/postgres/url.ts";
import { sqliteFileOf } from "../db/sqlite.ts";
import { introspect, type Introspection } from "./introspect.ts";
import { introspectPostgres } from "./introspect-postgres.ts";

export type DescribeOptions = {
  /** Restricts it to those names; empty or left out means all. */
  readonly tables?: readonly string[];
  /** Without, no row is read: counts are 0 and there are no cell values. */
  readonly withStatistics?: boolean;
};

/**
 * Describes the database at a path or URL. Raises UserError("database-invalid", "database-unreachable",
 * "database-empty"), or UserError("config-invalid") for an unknown table or schema.
 */
export async function describeDatabase(
  database: string,
  options: DescribeOptions = {},
): Promise<Introspection> {
  const described = { dbId: dbIdOf(database), ...options };
  return engineOf(database) === "postgres"
    ? introspectPostgres(database, described)
    : introspect(sqliteFileOf(database), described);
}

/** The name of a database: that of its file without folder and extension, or the one that its server knows. */
export const dbIdOf = (database: string): string =>
  engineOf(database) === "postgres"
    ? readPostgresUrl(database).name
    : sqliteFileOf(database)
        .replace(/^.*[\\/]/, "")
        .replace(/\.[^.]+$/, "");
