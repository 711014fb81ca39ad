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

const READING: ReadonlySet<number> = new Set([
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

function isHarmless(action: number, first: string, second: string): boolean {
  if (action === constants.SQLITE_FUNCTION) return !FORBIDDEN_FUNCTIONS.has(second);
  if (action === constants.SQLITE_PRAGMA) return !FORBIDDEN_PRAGMAS.has(first);
  return action !== constants.SQLITE_ATTACH;
}

function open(
  file: string,
  { boundLengths, doubleQuotedLiterals }: ConnectionLimits,
  readOnly: boolean,
  isAllowed: (action: number, first: string, second: string) => boolean,
): DatabaseSync {
  const connection = new DatabaseSync(file, {
    readOnly,
    defensive: true,
    timeout: BUSY_MS,
    enableForeignKeyConstraints: false, // SQLite's own default
    enableDoubleQuotedStringLiterals: doubleQuotedLiterals,
    limits: boundLengths
      ? { attach: 0, length: MAX_VALUE_BYTES, sqlLength: MAX_SQL_BYTES }
      : { attach: 0 },
  });
  connection.setAuthorizer((action, first, second) =>
    isAllowed(action, first?.toLowerCase() ?? "", second?.toLowerCase() ?? "")
      ? constants.SQLITE_OK
      : constants.SQLITE_DENY,
  );
  return connection;
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
