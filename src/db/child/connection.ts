/**
 * Connections for untrusted SQL: one that only reads, and one on a throw-away copy that may write to it. Neither reaches
 * another file, loads an extension or changes what other connections of this process see.
 */
import {
  constants as fileConstants,
  copyFileSync,
  existsSync,
  mkdirSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { constants, DatabaseSync } from "node:sqlite";
import { MAX_SQL_BYTES, MAX_VALUE_BYTES } from "../driver.ts";
import type { RunLimits } from "../run-result.ts";
import { scratchFolder } from "./serve-tasks.ts";

export type ConnectionLimits = Pick<RunLimits, "boundLengths" | "doubleQuotedLiterals">;

/** What a statement does that only reads. */
export const READING: ReadonlySet<number> = new Set([
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
/** Settings of the whole process. */
const FORBIDDEN_PRAGMAS: ReadonlySet<string> = new Set([
  "hard_heap_limit",
  "soft_heap_limit",
  "temp_store_directory",
  "data_store_directory",
  "lock_proxy_file",
]);
const BUSY_MS = 2000;
const MAX_KEPT_CONNECTIONS = 16;

/** A new connection that reads the file. */
export function openReading(file: string, limits: ConnectionLimits): DatabaseSync {
  return open(
    file,
    limits,
    true,
    (action, _, name) => READING.has(action) && isHarmless(action, "", name),
  );
}

/** A new connection that reads and writes a copy. */
export function openWriting(copy: string, limits: ConnectionLimits): DatabaseSync {
  return open(copy, limits, false, isHarmless);
}

export function isHarmless(action: number, first: string, second: string): boolean {
  if (action === constants.SQLITE_FUNCTION) return !FORBIDDEN_FUNCTIONS.has(second);
  if (action === constants.SQLITE_PRAGMA) return !FORBIDDEN_PRAGMAS.has(first);
  return action !== constants.SQLITE_ATTACH;
}

/** Whether an action of SQLite's authorizer may happen; names in lower case, "" where there is none. */
export type IsAllowed = (
  action: number,
  first: string,
  second: string,
  /** The database that the name belongs to ("main", "temp"), or the one that FROM names. */
  database: string,
  /** The view that the action happens for: as FROM names it, so that a WITH clause can pretend any name. */
  accessor: string,
) => boolean;

function open(
  file: string,
  limits: ConnectionLimits,
  readOnly: boolean,
  isAllowed: IsAllowed,
): DatabaseSync {
  const connection = openUnguarded(file, limits, readOnly);
  guard(connection, isAllowed);
  return connection;
}

/** Nothing that this connection is given next may come from outside: `guard` it first. */
export function openUnguarded(
  file: string,
  { boundLengths, doubleQuotedLiterals }: ConnectionLimits,
  readOnly: boolean,
): DatabaseSync {
  return new DatabaseSync(file, {
    readOnly,
    defensive: true,
    timeout: BUSY_MS,
    enableForeignKeyConstraints: false, // SQLite's own default
    enableDoubleQuotedStringLiterals: doubleQuotedLiterals,
    limits: boundLengths
      ? { attach: 0, length: MAX_VALUE_BYTES, sqlLength: MAX_SQL_BYTES }
      : { attach: 0 },
  });
}

/** From now on every statement asks first. */
export function guard(connection: DatabaseSync, isAllowed: IsAllowed): void {
  const lower = (name: string | null) => name?.toLowerCase() ?? "";
  connection.setAuthorizer((action, first, second, database, accessor) =>
    isAllowed(action, lower(first), lower(second), lower(database), lower(accessor))
      ? constants.SQLITE_OK
      : constants.SQLITE_DENY,
  );
}

type Kept = { readonly connection: DatabaseSync; readonly stamp: string };
const kept = new Map<string, Kept>();

/**
 * The open reading connection of that file, unless the file is another one by now. The oldest is closed when there are
 * many.
 */
export function keptConnection(file: string, limits: ConnectionLimits): DatabaseSync {
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
  const connection = openReading(file, limits);
  kept.set(key, { connection, stamp });
  return connection;
}

/** Calls `use` with the path of a copy of the file, which is deleted afterwards. */
export function withCopy<T>(file: string, use: (copy: string) => T): T {
  const folder = scratchFolder();
  const copy = join(folder, "copy.sqlite");
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const suffix of ["", "-wal"])
      if (suffix === "" || existsSync(file + suffix))
        copyFileSync(file + suffix, copy + suffix, fileConstants.COPYFILE_FICLONE);
    return use(copy);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
