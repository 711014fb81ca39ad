/**
 * Rows of the database that a suite is made from: some of every table, and any that is named by a key. Reads through a
 * trusted connection of its own. Close it.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { SqlCell } from "../../db/executor.ts";
import { openTrusted } from "../../db/sqlite.ts";
import type { Database } from "../../schema/schema.ts";
import { quoteName } from "../../sql/quote.ts";

/** Column name → cell, as the table spells its columns. */
export type Row = { readonly [column: string]: SqlCell };

/** Rows kept of each table, taken evenly from its first MAX_READ. */
const MAX_KEPT = 500;
const MAX_READ = 20_000;

export class SourceRows {
  readonly #connection: DatabaseSync;
  readonly #kept = new Map<string, readonly Row[]>();
  readonly #lookups = new Map<string, StatementSync>();

  constructor(file: string, { tables }: Pick<Database, "tables">) {
    this.#connection = openTrusted(file);
    for (const { name, kind, rowCount } of tables)
      if (kind === "table") this.#kept.set(name, this.#read(name, rowCount));
  }

  /** Some rows of a table, always the same. */
  of(table: string): readonly Row[] {
    return this.#kept.get(table) ?? [];
  }

  /** The row whose columns have these cells, if there is one. */
  find(table: string, columns: readonly string[], cells: readonly SqlCell[]): Row | undefined {
    const where = columns.map((column) => `${quoteName(column, "sqlite")} = ?`).join(" AND ");
    const sql = `SELECT * FROM ${quoteName(table, "sqlite")} WHERE ${where}`;
    const statement = this.#lookups.get(sql) ?? this.#prepare(sql);
    this.#lookups.set(sql, statement);
    return statement.get(...cells) as Row | undefined;
  }

  close(): void {
    this.#connection.close();
  }

  #read(table: string, rowCount: number): Row[] {
    const every = Math.max(1, Math.floor(Math.min(rowCount, MAX_READ) / MAX_KEPT));
    const sql = `SELECT * FROM ${quoteName(table, "sqlite")} LIMIT ${MAX_READ}`;
    const rows: Row[] = [];
    let index = 0;
    for (const row of this.#prepare(sql).iterate())
      if (index++ % every === 0) rows.push(row as Row);
    return rows;
  }

  #prepare(sql: string): StatementSync {
    const statement = this.#connection.prepare(sql);
    statement.setReadBigInts(true);
    return statement;
  }
}
