/**
 * Runs SQL so that what comes back is what Python's sqlite3 gives: a text without a statement has an empty result, and a
 * statement that changes rows opens a transaction that nobody commits. See docs/evaluation.md, "Running SQL".
 */
import { isUtf8 } from "node:buffer";
import type { DatabaseSync } from "node:sqlite";
import { keptConnection, openReading, openWriting } from "../../db/child/connection.ts";
import { runOn } from "../../db/child/run-sql.ts";
import type { RunResult } from "../../db/run-result.ts";

/** No bound on the length of a value or of SQL. */
const CONNECTION = { boundLengths: false, doubleQuotedLiterals: true } as const;
const MAX_BYTES = 256 * 2 ** 20;

/** The connection that stays open for statements which read. */
export const keepReading = (file: string): DatabaseSync => keptConnection(file, CONNECTION);
/** A new connection that may write; the file should be a copy. */
export const openCopy = (copy: string): DatabaseSync => openWriting(copy, CONNECTION);
export const openFile = (file: string): DatabaseSync => openReading(file, CONNECTION);

const AT_START = String.raw`^(?:\s|;|--[^\n]*(?:\n|$)|/\*[^]*?\*/)*`;
const CHANGES_ROWS = new RegExp(`${AT_START}(?:insert|update|delete|replace)\\b`, "i");
/** Statements that need another file, which they do not get; their result is empty. */
const NEEDS_FILE = new RegExp(`${AT_START}(?:attach|vacuum)\\b`, "i");

/** Runs one statement; on a reading connection one that may write is refused as "not-readonly". */
export function runAsPython(
  connection: DatabaseSync,
  sql: string,
  maxRows: number = Number.POSITIVE_INFINITY,
): RunResult {
  return withEmptyResult(
    runOn(connection, sql, {
      maxRows,
      maxBytes: MAX_BYTES,
      overflow: "truncate",
      prepareOnly: false,
    }),
  );
}

/** Runs one statement on a connection to a copy. */
export function runOnCopy(connection: DatabaseSync, sql: string, maxRows?: number): RunResult {
  if (CHANGES_ROWS.test(sql) && !connection.isTransaction) connection.exec("BEGIN");
  const result = runAsPython(connection, sql, maxRows);
  return !result.ok && result.reason === "not-readonly" && NEEDS_FILE.test(sql)
    ? emptyResult(result.ms)
    : result;
}

const withEmptyResult = (result: RunResult): RunResult =>
  !result.ok && result.reason === "empty-sql" ? emptyResult(result.ms) : result;

const emptyResult = (ms: number): RunResult => ({
  ok: true,
  columns: [],
  rows: [],
  ms,
  truncated: false,
});

/**
 * Whether a statement that reads returns text that is no UTF-8, by asking for the bytes of what it returns. False where
 * that cannot be asked.
 */
export function returnsInvalidText(file: string, sql: string, columnCount: number): boolean {
  const connection = openFile(file);
  try {
    connection.function("is_invalid_text", (bytes) =>
      bytes instanceof Uint8Array && !isUtf8(bytes) ? 1 : 0,
    );
    const names = Array.from({ length: columnCount }, (_, i) => `c${i}`);
    const tests = names.map(
      (name) => `(typeof(${name}) = 'text' AND is_invalid_text(CAST(${name} AS BLOB)))`,
    );
    const inner = sql.replace(/;\s*$/, "");
    const outer = `WITH result(${names.join(", ")}) AS (${inner}\n) SELECT 1 FROM result WHERE ${tests.join(" OR ")} LIMIT 1`;
    return connection.prepare(outer).get() !== undefined;
  } catch {
    return false;
  } finally {
    connection.close();
  }
}
