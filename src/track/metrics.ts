/** Append-only records of a run: one JSON line for each event. A line is whole or absent. Knows no metric. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { writeFileAtomic } from "../base/files.ts";

export function appendRecord(path: string, record: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, `${JSON.stringify(record)}\n`);
}

/** All whole records; a last line that a kill cut short is left out. */
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
