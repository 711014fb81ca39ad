/** A database of any engine as plain data. */
import { engineOf } from "../db/drivers.ts";
import { readPostgresUrl } from "../db/postgres/url.ts";
import { sqliteFileOf } from "../db/sqlite.ts";
import { introspect, type Introspection, type IntrospectOptions } from "./introspect.ts";
import { introspectPostgres } from "./introspect-postgres.ts";

/**
 * Describes the database at a path or URL. Raises UserError("database-invalid", "database-unreachable",
 * "database-empty"), or UserError("config-invalid") for an unknown table or schema.
 */
export async function describeDatabase(
  database: string,
  options: Omit<IntrospectOptions, "dbId"> = {},
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
