/**
 * Writes a draft as a SQLite file with the source's own schema: tables with their keys and checks, indexes, views and
 * triggers. Rows that a constraint refuses are left out, and so are rows whose parents are missing then.
 */
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openTrusted } from "../../db/sqlite.ts";
import type { Table } from "../../schema/schema.ts";
import { quoteName } from "../../sql/quote.ts";
import type { Draft } from "./draft.ts";
import type { Row } from "./source-rows.ts";

const name = (text: string): string => quoteName(text, "sqlite");

export type Ddl = readonly { readonly type: string; readonly name: string; readonly sql: string }[];

/** The statements that made the source's schema, without SQLite's own tables. */
export function ddlOf(file: string): Ddl {
  const connection = openTrusted(file);
  try {
    return connection
      .prepare(
        `SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
         AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')
         ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 WHEN 'view' THEN 2 ELSE 3 END, rowid`,
      )
      .all() as { type: string; name: string; sql: string }[];
  } finally {
    connection.close();
  }
}

/** Writes the file as a whole, or not at all; a file of that name is replaced. Returns how many rows it holds. */
export function writeDatabase(
  file: string,
  draft: Draft,
  { ddl, tables }: { readonly ddl: Ddl; readonly tables: readonly Table[] },
): number {
  const partial = `${file}.partial`;
  mkdirSync(dirname(file), { recursive: true });
  rmSync(partial, { force: true });
  let rows: number;
  const connection = new DatabaseSync(partial, { enableForeignKeyConstraints: false });
  try {
    connection.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");
    const make = (isEarly: boolean) => {
      for (const { type, sql } of ddl)
        if ((type === "table" || type === "index") === isEarly) connection.exec(sql);
    };
    make(true);
    for (const table of tables)
      if (table.kind === "table") insertRows(connection, table.name, draft.rowsOf(table.name));
    removeOrphans(connection, tables);
    rows = countRows(connection, tables);
    make(false);
    connection.exec("COMMIT");
  } finally {
    connection.close();
  }
  renameSync(partial, file);
  return rows;
}

const countRows = (connection: DatabaseSync, tables: readonly Table[]): number =>
  tables
    .filter(({ kind }) => kind === "table")
    .map((table) => connection.prepare(`SELECT count(*) AS n FROM ${name(table.name)}`).get())
    .reduce((sum, row) => sum + Number(row?.n), 0);

const GENERATED = new Set([2n, 3n, 2, 3]);

function insertRows(connection: DatabaseSync, table: string, rows: readonly Row[]): void {
  const columns = connection
    .prepare("SELECT name, hidden FROM pragma_table_xinfo(?)")
    .all(table)
    .filter(({ hidden }) => !GENERATED.has(hidden as number))
    .map((column) => column.name as string);
  const values = columns.map(() => "?").join(", ");
  const insert = connection.prepare(
    `INSERT OR IGNORE INTO ${name(table)} (${columns.map(name).join(", ")}) VALUES (${values})`,
  );
  for (const row of rows)
    try {
      insert.run(...columns.map((column) => row[column] ?? null));
    } catch {
      // A STRICT table refuses a cell of another type even under OR IGNORE: this row stays out like others.
    }
}

/** Deletes rows that refer to nothing until none is left: each round may take away the parents of others. */
function removeOrphans(connection: DatabaseSync, tables: readonly Table[]): void {
  const statements = tables.flatMap((table) =>
    table.foreignKeys.map(({ columns, refTable, refColumns }) => {
      const child = name(table.name);
      const present = columns.map((column) => `${child}.${name(column)} IS NOT NULL`).join(" AND ");
      const equal = columns.map(
        (column, i) => `p.${name(refColumns[i])} = ${child}.${name(column)}`,
      );
      return connection.prepare(
        `DELETE FROM ${child} WHERE ${present} AND NOT EXISTS (SELECT 1 FROM ${name(refTable)} AS p WHERE ${equal.join(" AND ")})`,
      );
    }),
  );
  let changes = 1;
  while (changes > 0)
    changes = statements.reduce((sum, statement) => sum + Number(statement.run().changes), 0);
}
