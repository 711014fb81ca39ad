/** What a process may leave behind: files that are new, gone or changed, and processes that still run. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../src/base/hash.ts";

/** Path → hash of every file in the folders. */
export function hashFiles(folders: readonly string[]): Map<string, string> {
  const entries = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()),
  );
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name));
  return new Map(paths.map((path) => [path, sha256(readFileSync(path))]));
}

/** Files that differ, one sentence each. */
export function differencesOf(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].flatMap((path) => {
    if (!before.has(path)) return `${path} is new`;
    if (!after.has(path)) return `${path} is gone`;
    return before.get(path) === after.get(path) ? [] : `${path} has changed`;
  });
}

/** Command lines of processes that name the folder: children name theirs for temporary files. Only on Linux. */
export function processesOf(folder: string): string[] {
  const ids = existsSync("/proc") ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  return ids
    .filter((id) => Number(id) !== process.pid)
    .map((id) => commandOf(id))
    .filter((command) => command.includes(folder));
}

function commandOf(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return ""; // it has ended
  }
}

/** Ids of the processes that this one has started and that still run. Only on Linux. */
export function childrenOf(parent: number): number[] {
  const ids = existsSync("/proc") ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  return ids.filter((id) => parentOf(id) === parent).map(Number);
}

function parentOf(id: string): number {
  try {
    // the command stands in brackets and may hold anything; the parent is the second field after it
    const [, after] = /^.*\) (.*)$/s.exec(readFileSync(`/proc/${id}/stat`, "utf8")) ?? [];
    return Number(after?.split(" ")[1]);
  } catch {
    return NaN; // it has ended
  }
}
