/** Append-only records of a run: one JSON line for each event. A line is whole or absent. Knows no metric. */
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { writeFileAtomic } from "../base/files.ts";

/** Appends one line; after a line that a kill cut short it begins a new one. Makes the folder. */
export function appendRecord(path: string, record: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  const handle = openSync(path, "a+");
  try {
    writeSync(handle, `${endsLine(handle) ? "" : "\n"}${JSON.stringify(record)}\n`);
  } finally {
    closeSync(handle);
  }
}

function endsLine(handle: number): boolean {
  const { size } = fstatSync(handle);
  const last = new Uint8Array(1);
  return size === 0 || readSync(handle, last, 0, 1, size - 1) === 0 || last[0] === 0x0a;
}

/** All whole records; a line that a kill cut short is left out. */
export function readRecords<T>(path: string): T[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return line === "" ? [] : [JSON.parse(line) as T];
      } catch {
        return [];
      }
    });
}

/** Keeps the records that `keep` accepts: what a killed run wrote after its last checkpoint is written again. */
export function keepRecords<T>(path: string, keep: (record: T) => boolean): void {
  const kept = readRecords<T>(path).filter(keep);
  writeFileAtomic(path, kept.map((record) => `${JSON.stringify(record)}\n`).join(""));
}

/** What stands in a file of records now; `isAnew`: the file was written anew, and these are all of its records. */
export type NewRecords<T> = { readonly isAnew: boolean; readonly records: readonly T[] };

/**
 * The records of a file as it grows: first all that it holds, then those that come, and after each look whether or not
 * there were any. Ends when the signal aborts.
 */
export async function* followRecords<T>(
  path: string,
  { signal, everyMs = 500 }: { readonly signal: AbortSignal; readonly everyMs?: number },
): AsyncGenerator<NewRecords<T>> {
  let seen = { ino: -1, size: -1, count: 0 };
  while (!signal.aborted) {
    const { ino = 0, size = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
    const isAnew = ino !== seen.ino || size < seen.size;
    const isChanged = isAnew || size > seen.size;
    const all = isChanged ? readRecords<T>(path) : [];
    const records = isAnew ? all : all.slice(seen.count);
    if (isChanged) seen = { ino, size, count: all.length };
    yield { isAnew, records };
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
