/**
 * Writes the bundled company as a SQLite file: schema.sql beside this file, filled from seed 42. The same bytes every
 * time with the same SQLite. Knows no question and no model.
 */
import { mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { makeTables } from "./generator/tables.ts";

const SEED = 42;

/** Replaces the file at `path` (its folder is made), or leaves it as it was. */
export function buildCompany(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.partial`;
  rmSync(partial, { force: true });
  try {
    writeDatabase(partial);
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

function writeDatabase(path: string): void {
  const db = new DatabaseSync(path);
  try {
    db.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF");
    db.exec("BEGIN");
    db.exec(readFileSync(new URL("schema.sql", import.meta.url), "utf8"));
    for (const [table, rows] of Object.entries(makeTables(SEED))) insert(db, table, rows);
    db.exec("COMMIT");
  } finally {
    db.close();
  }
}

function insert(
  db: DatabaseSync,
  table: string,
  rows: readonly Readonly<Record<string, SQLInputValue>>[],
): void {
  const columns = Object.keys(rows[0]);
  const places = columns.map(() => "?").join(", ");
  const statement = db.prepare(`INSERT INTO ${table} (${columns.join(", ")}) VALUES (${places})`);
  for (const row of rows) statement.run(...columns.map((column) => row[column]));
}
