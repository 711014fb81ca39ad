/**
 * The tables and columns a statement names, and those of them that a schema does not have. Names inside the statement
 * (aliases, common table expressions, output names) are not names of the schema. A column counts as unknown only when
 * every table it could belong to is known; double-quoted text that is no column is a string to SQLite.
 */
import type { Dialect } from "./dialect.ts";
import { resolveNames } from "./resolve.ts";
import type { NamedTable } from "./scope.ts";
import { parseSql } from "./tree.ts";

export type StatementNames = {
  /** As written, each once. */
  readonly tables: readonly string[];
  /** Each once; with its table where that is certain. */
  readonly columns: readonly { readonly table?: string; readonly column: string }[];
};

/** What a statement uses; undefined for text that does not parse. Give the schema to resolve unqualified columns. */
export function namesOf(
  sql: string,
  dialect: Dialect,
  tables?: readonly NamedTable[],
): StatementNames | undefined {
  const parsed = parseSql(sql, dialect);
  if (!parsed.ok) return undefined;
  const resolutions = parsed.statements.map((statement) =>
    resolveNames(statement, tables, dialect),
  );
  const columns = resolutions
    .flatMap((resolution) => resolution.columns)
    .filter((use) => !use.literal && use.expression === undefined)
    .filter((use) => use.source === undefined || use.source.table !== undefined)
    .map(({ source, name }) =>
      source?.table === undefined ? { column: name } : { table: source.table, column: name },
    );
  return {
    tables: unique(
      resolutions.flatMap(({ sources }) => sources.flatMap(({ table }) => table ?? [])),
      (name) => name.toLowerCase(),
    ),
    columns: unique(columns, ({ table, column }) => `${table ?? ""}.${column}`.toLowerCase()),
  };
}

/** Names that the schema does not have; undefined for text that does not parse. */
export function unknownNames(
  sql: string,
  dialect: Dialect,
  tables: readonly NamedTable[],
): { readonly tables: readonly string[]; readonly columns: readonly string[] } | undefined {
  const parsed = parseSql(sql, dialect);
  if (!parsed.ok) return undefined;
  const known = new Set(tables.map(({ name }) => name.toLowerCase()));
  const resolutions = parsed.statements.map((statement) =>
    resolveNames(statement, tables, dialect),
  );
  const named = resolutions.flatMap(({ sources }) => sources.flatMap(({ table }) => table ?? []));
  const columns = resolutions.flatMap((resolution) =>
    [...resolution.columns, ...resolution.usings].filter(({ unknown }) => unknown),
  );
  const lower = (name: string) => name.toLowerCase();
  return {
    tables: unique(named, lower).filter((name) => !known.has(lower(name)) && !isCatalog(name)),
    columns: unique(
      columns.map(({ name }) => name),
      lower,
    ),
  };
}

const isCatalog = (table: string) => /^sqlite_(schema|master|sequence|stat\d)$/i.test(table);

function unique<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
