/**
 * The evaluated state of a prompt prefix, kept in files: computed once, loaded into every sequence and again in the
 * next run. A file counts only if its own hash, written last, is right, because llama.cpp trusts what it loads. Knows
 * no prompt text.
 */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { join } from "node:path";
import type { LlamaContextSequence } from "node-llama-cpp";
import { asDiskError, writeFileAtomic } from "../base/files.ts";
import { sha256OfFile } from "../base/hash.ts";

/**
 * The path of the state with this key, valid until the next call; `compute` evaluates the prefix into the given
 * sequence when there is no good file. Of all files those used last stay, as many as `keptBytes` hold, the newest in any
 * case. Raises disk-full.
 */
export async function ensureState(
  folder: string,
  key: string,
  keptBytes: number,
  compute: () => Promise<LlamaContextSequence>,
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${key}.state`);
  if (await isWhole(path)) {
    const now = new Date();
    utimesSync(path, now, now);
    return path;
  }
  const sequence = await compute();
  const temporary = `${path}.${process.pid}.partial`;
  try {
    await sequence.saveStateToFile(temporary);
    const hash = await sha256OfFile(temporary);
    renameSync(temporary, path);
    writeFileAtomic(`${path}.sha256`, hash);
  } catch (error) {
    throw asDiskError(error, path);
  } finally {
    rmSync(temporary, { force: true });
  }
  removeOldStates(folder, keptBytes);
  return path;
}

async function isWhole(path: string): Promise<boolean> {
  try {
    return readFileSync(`${path}.sha256`, "utf8") === (await sha256OfFile(path));
  } catch {
    return false; // one of the two is absent
  }
}

function removeOldStates(folder: string, keptBytes: number): void {
  const states = readdirSync(folder)
    .filter((name) => name.endsWith(".state"))
    .map((name) => join(folder, name))
    .map((path) => ({ path, stats: statSync(path) }))
    .sort((a, b) => b.stats.mtimeMs - a.stats.mtimeMs);
  let bytes = 0;
  for (const [i, { path, stats }] of states.entries()) {
    bytes += stats.size;
    if (i === 0 || bytes <= keptBytes) continue;
    rmSync(path, { force: true });
    rmSync(`${path}.sha256`, { force: true });
  }
}
