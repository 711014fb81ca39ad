/**
 * Runs one untrusted statement on a SQLite file: by default read-only, under an authorizer that allows reading and
 * calling functions; on a copy of the file where writing is asked for. Bounds rows and bytes. It cannot stop a statement
 * that never ends: only killing its process can, which is why this runs in a child. It hides tables and rows only where it
 * is given permissions (permitted.ts).
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { RunFailure, RunLimits, RunResult, SqlCell } from "../run-result.ts";
import { keptConnection, openReading, openWriting, withCopy } from "./connection.ts";
import { openPermitted } from "./permitted.ts";

export type ResultLimits = Pick<RunLimits, "maxRows" | "overflow" | "maxBytes" | "prepareOnly">;

/** Runs `sql` and returns its rows, or why not; never throws on SQL. */
export function runSql(file: string, sql: string, limits: RunLimits): RunResult {
  const startedMs = performance.now();
  const runAndClose = (connection: DatabaseSync): RunResult => {
    const result = runOn(connection, sql, limits);
    connection.close();
    return result;
  };
  try {
    if (limits.access === "copy")
      return withCopy(file, (copy) => runAndClose(openWriting(copy, limits)));
    if (limits.permissions) return runAndClose(openPermitted(file, limits, limits.permissions));
    if (limits.connection === "kept") return runOn(keptConnection(file, limits), sql, limits);
    return runAndClose(openReading(file, limits));
  } catch (error) {
    return failureOf(error, startedMs);
  }
}

/** Runs `sql` on an open connection; never throws. */
export function runOn(connection: DatabaseSync, sql: string, limits: ResultLimits): RunResult {
  const startedMs = performance.now();
  const fail = (reason: RunFailure, message: string): RunResult => ({
    ok: false,
    reason,
    message,
    ms: performance.now() - startedMs,
  });
  if (sql.includes("\0")) return fail("unbound-parameter", "the SQL holds a NUL character");
  if (isBlank(sql.replaceAll(";", " "))) return fail("empty-sql", "the SQL holds no statement");
  try {
    const statement = connection.prepare(sql);
    if (!isBlank(sql.slice(statement.sourceSQL.length)))
      return fail("multi-statement", "the SQL holds more than one statement");
    if (hasParameters(statement))
      return fail("unbound-parameter", "the SQL holds a parameter without a value");
    return collect(statement, limits, startedMs, fail);
  } catch (error) {
    return failureOf(error, startedMs);
  }
}
function collect(
  statement: StatementSync,
  limits: ResultLimits,
  startedMs: number,
  fail: (reason: RunFailure, message: string) => RunResult,
): RunResult {
  statement.setReturnArrays(true);
  statement.setReadBigInts(true);
  const columns = statement.columns().map(({ name }) => name ?? "");
  const rows: SqlCell[][] = [];
  let truncated = false;
  let bytes = 0;
  for (const row of limits.prepareOnly ? [] : statement.iterate()) {
    truncated = rows.length >= limits.maxRows;
    if (truncated) break;
    const cells = row as unknown as SqlCell[];
    bytes += bytesOf(cells);
    if (bytes > limits.maxBytes)
      return fail("too-large", `the result is larger than ${limits.maxBytes} bytes`);
    rows.push(cells);
  }
  if (truncated && limits.overflow === "fail")
    return fail("too-large", `the result has more than ${limits.maxRows} rows`);
  return { ok: true, columns, rows, ms: performance.now() - startedMs, truncated };
}

function bytesOf(cells: readonly SqlCell[]): number {
  let bytes = 16;
  for (const cell of cells)
    bytes +=
      typeof cell === "string" ? 8 + cell.length : cell instanceof Uint8Array ? cell.length : 8;
  return bytes;
}

/** Only what SQLite takes for blanks, and comments. */
const isBlank = (text: string): boolean =>
  /^[ \t\n\f\r]*$/.test(text.replace(/--[^\n]*|\/\*[^]*?(?:\*\/|$)/g, " "));

/** SQLite expands parameters into their values (here NULL) and leaves any other text as it is. */
const hasParameters = (statement: StatementSync): boolean =>
  statement.expandedSQL !== statement.sourceSQL;

const SQLITE_NOMEM = 7;
const SQLITE_READONLY = 8;
const SQLITE_TOOBIG = 18;
const SQLITE_AUTH = 23;

function failureOf(error: unknown, startedMs: number): RunResult {
  const message = error instanceof Error ? error.message : String(error);
  return { ok: false, reason: reasonOf(error), message, ms: performance.now() - startedMs };
}

function reasonOf(error: unknown): RunFailure {
  const code = (error as { errcode?: number }).errcode ?? 0;
  const primary = code & 0xff;
  if (primary === SQLITE_NOMEM || primary === SQLITE_TOOBIG) return "too-large";
  const message = error instanceof Error ? error.message : "";
  const refused = primary === SQLITE_AUTH || primary === SQLITE_READONLY;
  return refused || message.startsWith("not authorized") ? "not-readonly" : "exec-error";
}
