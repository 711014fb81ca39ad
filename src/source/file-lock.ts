/**
 * One process at a time. The lock is SQLite's on an empty database, so that the system itself takes it back when its
 * holder dies, however it dies. Knows nothing of what it protects. Not for network file systems that have no locks.
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 250;
const SQLITE_BUSY = 5;

/** Runs `action` while holding the lock `path`; `onWait` is called once if another holds it. */
export async function withFileLock<T>(
  path: string,
  action: () => Promise<T>,
  options: { readonly onWait?: () => void; readonly signal?: AbortSignal } = {},
): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    for (let waited = false; !tryLock(database); waited = true) {
      if (!waited) options.onWait?.();
      await sleep(POLL_MS, undefined, { signal: options.signal });
    }
    return await action();
  } finally {
    database.close();
  }
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return false;
    throw error;
  }
}
