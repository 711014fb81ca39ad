/**
 * Runs one untrusted statement on a SQLite file, read-only: an authorizer that allows reading and calling functions, no
 * ATTACH, no extension, bounded rows and bytes. It cannot stop a statement that never ends: only killing its process
 * can, which is why this runs in a child. It does not hide tables: whoever may run SQL here may read the whole file.
 */
import { statSync } from "node:fs";
import { constants, DatabaseSync, type StatementSync } from "node:sqlite";
import type { RunFailure, RunLimits, RunResult, SqlCell } from "../run-result.ts";

const ALLOWED: ReadonlySet<number> = new Set([
  constants.SQLITE_SELECT,
  constants.SQLITE_READ,
  constants.SQLITE_FUNCTION,
  constants.SQLITE_RECURSIVE,
]);
/** Functions that reach beyond the database. */
const FORBIDDEN_FUNCTIONS: ReadonlySet<string> = new Set([
  "load_extension",
  "readfile",
  "writefile",
  "edit",
  "fts3_tokenizer",
]);
const BUSY_MS = 2000;
const MAX_VALUE_BYTES = 5_000_000;
const MAX_SQL_BYTES = 50_000;
const MAX_KEPT_CONNECTIONS = 8;

/** Runs `sql` and returns its rows, or why not; never throws on SQL. */
export function runSql(file: string, sql: string, limits: RunLimits): RunResult {
  const startedMs = performance.now();
  const fail = (reason: RunFailure, message: string): RunResult => ({
    ok: false,
    reason,
    message,
    ms: performance.now() - startedMs,
  });
  if (sql.includes("\0")) return fail("unbound-parameter", "the SQL holds a NUL character");
  if (isBlank(sql.replaceAll(";", " "))) return fail("empty-sql", "the SQL holds no statement");
  let connection: DatabaseSync | undefined;
  try {
    connection = limits.connection === "kept" ? keptConnection(file, limits) : open(file, limits);
    const statement = connection.prepare(sql);
    if (!isBlank(sql.slice(statement.sourceSQL.length)))
      return fail("multi-statement", "the SQL holds more than one statement");
    if (hasParameters(statement))
      return fail("unbound-parameter", "the SQL holds a parameter without a value");
    return collect(statement, limits, startedMs, fail);
  } catch (error) {
    return fail(reasonOf(error), error instanceof Error ? error.message : String(error));
  } finally {
    if (limits.connection === "fresh") connection?.close();
  }
}

function collect(
  statement: StatementSync,
  limits: RunLimits,
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

function open(file: string, { boundLengths, doubleQuotedLiterals }: RunLimits): DatabaseSync {
  const connection = new DatabaseSync(file, {
    readOnly: true,
    defensive: true,
    timeout: BUSY_MS,
    enableDoubleQuotedStringLiterals: doubleQuotedLiterals,
    limits: boundLengths
      ? { attach: 0, length: MAX_VALUE_BYTES, sqlLength: MAX_SQL_BYTES }
      : { attach: 0 },
  });
  connection.setAuthorizer((action, _first, second) =>
    ALLOWED.has(action) &&
    !(action === constants.SQLITE_FUNCTION && FORBIDDEN_FUNCTIONS.has(second?.toLowerCase() ?? ""))
      ? constants.SQLITE_OK
      : constants.SQLITE_DENY,
  );
  return connection;
}

type Kept = { readonly connection: DatabaseSync; readonly stamp: string };
const kept = new Map<string, Kept>();

/** The open connection of that file, unless the file is another one by now. The oldest is closed when there are many. */
function keptConnection(file: string, limits: RunLimits): DatabaseSync {
  const key = `${limits.boundLengths} ${limits.doubleQuotedLiterals} ${file}`;
  const { ino, mtimeMs, size } = statSync(file);
  const stamp = `${ino} ${mtimeMs} ${size}`;
  const found = kept.get(key);
  if (found?.stamp === stamp) return found.connection;
  found?.connection.close();
  kept.delete(key);
  const [oldest] = kept;
  if (oldest !== undefined && kept.size >= MAX_KEPT_CONNECTIONS) {
    oldest[1].connection.close();
    kept.delete(oldest[0]);
  }
  const connection = open(file, limits);
  kept.set(key, { connection, stamp });
  return connection;
}

/** Only blanks and comments. */
const isBlank = (text: string): boolean =>
  text.replace(/--[^\n]*|\/\*[^]*?(?:\*\/|$)/g, " ").trim() === "";

/** SQLite expands parameters into their values (here NULL) and leaves any other text as it is. */
const hasParameters = (statement: StatementSync): boolean =>
  statement.expandedSQL !== statement.sourceSQL;

const SQLITE_NOMEM = 7;
const SQLITE_READONLY = 8;
const SQLITE_TOOBIG = 18;
const SQLITE_AUTH = 23;

function reasonOf(error: unknown): RunFailure {
  const code = (error as { errcode?: number }).errcode ?? 0;
  const primary = code & 0xff;
  if (primary === SQLITE_NOMEM || primary === SQLITE_TOOBIG) return "too-large";
  const message = error instanceof Error ? error.message : "";
  const refused = primary === SQLITE_AUTH || primary === SQLITE_READONLY;
  return refused || message.startsWith("not authorized") ? "not-readonly" : "exec-error";
}
