/**
 * A populated SQLite database out of CREATE TABLE scripts, for people who have no database at hand: everything else of
 * the program works on it as on a real one. Its rows are made up.
 */
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { LeftOut } from "./ddl/ddl.ts";
import type { ScriptDialect } from "./ddl/dialect.ts";
import { readDdl } from "./ddl/read.ts";
import { readScripts } from "./ddl/scripts.ts";
import { makeRows } from "./populate/rows.ts";
import { usableTable } from "./populate/usable.ts";
import { writeTables } from "./populate/write.ts";

export type DdlOptions = {
  /** Guessed from the scripts when left out. */
  readonly dialect?: ScriptDialect;
  /** Rows of a large table. */
  readonly rows?: number;
  readonly seed?: number;
};

export type DdlDatabase = {
  readonly dialect: ScriptDialect;
  readonly tables: number;
  readonly rows: number;
  /** What the database does not have, or has otherwise than the scripts. */
  readonly leftOut: readonly LeftOut[];
};

/**
 * Reads the script or folder of scripts at `path` and writes `file`, as a whole or not at all. Raises
 * UserError("ddl-invalid") when no table can be read.
 */
export function buildFromDdl(
  path: string,
  file: string,
  { dialect, rows = 1000, seed = 1 }: DdlOptions = {},
): DdlDatabase {
  const ddl = readDdl(readScripts(path), dialect === undefined ? {} : { dialect });
  const leftOut = [...ddl.leftOut];
  const note = (entry: LeftOut) => void leftOut.push(entry);
  const tables = ddl.tables.map((table) => usableTable(table, note));
  const states = makeRows(tables, { rows, seed });
  const partial = `${file}.partial`;
  mkdirSync(dirname(file), { recursive: true });
  rmSync(partial, { force: true });
  const connection = new DatabaseSync(partial, { enableForeignKeyConstraints: false });
  let written = 0;
  try {
    written = writeTables(connection, { tables, views: ddl.views, states }, note);
  } catch (error) {
    connection.close();
    rmSync(partial, { force: true });
    throw error;
  }
  connection.close();
  renameSync(partial, file);
  return { dialect: ddl.dialect, tables: tables.length, rows: written, leftOut };
}
