/**
 * A trusted, read-only connection to a SQLite file, for our own statements (introspection, samples). Untrusted SQL goes
 * through executor.ts.
 */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { messageOf, UserError } from "../base/errors.ts";
import type { Session } from "./driver.ts";
import type { SqlCell } from "./run-result.ts";

const HEADER = "SQLite format 3\0";
const BUSY_MS = 1000;

/**
 * Opens a database. Raises UserError("database-invalid") for a missing, empty, foreign, damaged, encrypted or locked
 * file. Close what you opened.
 */
export function openTrusted(file: string): DatabaseSync {
  checkHeader(file);
  let connection: DatabaseSync | undefined;
  try {
    connection = new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS });
    connection.prepare("SELECT count(*) FROM sqlite_schema").get();
    return connection;
  } catch (error) {
    connection?.close();
    throw new UserError("database-invalid", `${file} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

const SCHEME = "sqlite:";

/** The path within `sqlite:PATH`; a bare path is one. */
export const sqliteFileOf = (database: string): string =>
  database.startsWith(SCHEME) ? database.slice(SCHEME.length) : database;

/** openTrusted as every engine has it. Raises UserError("database-invalid"). */
export async function openSqliteSession(database: string): Promise<Session> {
  const connection = openTrusted(sqliteFileOf(database));
  return {
    rows: async (sql, parameters = []) => {
      const statement = connection.prepare(sql);
      statement.setReturnArrays(true);
      statement.setReadBigInts(true);
      return statement.all(...parameters) as unknown as SqlCell[][];
    },
    close: async () => connection.close(),
  };
}

function checkHeader(file: string): void {
  const found = headerOf(file);
  if (found === HEADER) return;
  const got = found === "" ? "is empty" : `starts with ${JSON.stringify(found.slice(0, 16))}`;
  throw new UserError(
    "database-invalid",
    `${file} ${got}; a SQLite database starts with "SQLite format 3"`,
  );
}

function headerOf(file: string): string {
  try {
    if (statSync(file).isDirectory())
      throw new UserError("database-invalid", `${file} is a folder; a SQLite file is wanted`);
    const handle = openSync(file, "r");
    try {
      const bytes = new Uint8Array(HEADER.length);
      const length = readSync(handle, bytes, 0, bytes.length, 0);
      return Buffer.from(bytes.subarray(0, length)).toString("latin1");
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError("database-invalid", `${file} cannot be opened: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
