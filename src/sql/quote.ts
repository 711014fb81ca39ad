/** Identifiers and values as SQL text: identifiers quoted only where they must be. */
import type { Dialect } from "./dialect.ts";

/** SQLite's keywords (sqlite.org/lang_keywords.html): as a bare name, some of them do not parse. */
const KEYWORDS: ReadonlySet<string> = new Set(
  `abort action add after all alter always analyze and as asc attach autoincrement before begin between by cascade case
  cast check collate column commit conflict constraint create cross current current_date current_time current_timestamp
  database default deferrable deferred delete desc detach distinct do drop each else end escape except exclude exclusive
  exists explain fail filter first following for foreign from full generated glob group groups having if ignore immediate
  in index indexed initially inner insert instead intersect into is isnull join key last left like limit match
  materialized natural no not nothing notnull null nulls of offset on or order others outer over partition plan pragma
  preceding primary query raise range recursive references regexp reindex release rename replace restrict returning right
  rollback row rows savepoint select set table temp temporary then ties to transaction trigger unbounded union unique
  update user using vacuum values view virtual when where window with without`.split(/\s+/),
);

/** Of these, names that SQLite and the parser read without quotes wherever a name may stand. */
const FREE_IN_SQLITE: ReadonlySet<string> = new Set(
  `abort action after analyze attach before begin cascade column conflict database deferred detach do each exclude
  exclusive explain fail first following for generated groups ignore immediate initially instead key last materialized
  no nulls of others plan pragma preceding query range reindex release rename replace restrict rollback savepoint temp
  temporary ties trigger unbounded user vacuum view virtual without`.split(/\s+/),
);

/** PostgreSQL's reserved words that SQLite does not know, or leaves free (postgresql.org/docs/15/sql-keywords-appendix.html). */
const RESERVED_IN_POSTGRES: ReadonlySet<string> = new Set(
  `analyse analyze any array asymmetric authorization binary both cast collation column concurrently current_catalog
  current_role current_schema current_user deferrable do end false fetch for freeze grant ilike initially lateral leading
  localtime localtimestamp only overlaps placing session_user similar some symmetric tablesample trailing true user
  variadic verbose`.split(/\s+/),
);

/** Whether a name can stand in SQL without quotes. PostgreSQL reads a bare name in lower case. */
export function isPlainName(name: string, dialect?: Dialect): boolean {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return false;
  const lower = name.toLowerCase();
  if (dialect === "postgres" && (name !== lower || RESERVED_IN_POSTGRES.has(lower))) return false;
  const hasFree = dialect === "sqlite" || dialect === "postgres";
  return !KEYWORDS.has(lower) || (hasFree && FREE_IN_SQLITE.has(lower));
}

/** A name as it stands in SQL: `"Order Details"`, `` `order` `` in MySQL, `[order]` in T-SQL, plain where it may be. */
export function quoteName(name: string, dialect: Dialect): string {
  if (isPlainName(name, dialect)) return name;
  if (dialect === "mysql") return `\`${name.replaceAll("`", "``")}\``;
  if (dialect === "tsql") return `[${name.replaceAll("]", "]]")}]`;
  return `"${name.replaceAll('"', '""')}"`;
}

/** A value as a literal: texts in single quotes, numbers bare. */
export const quoteValue = (value: number | string): string =>
  typeof value === "number" ? String(value) : `'${value.replaceAll("'", "''")}'`;
