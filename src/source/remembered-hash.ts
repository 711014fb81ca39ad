/**
 * The SHA-256 of a large file, remembered by its size and time of change, so that a start does not read the whole file
 * again. Knows nothing of what is in the file. A file changed without changing size and time goes unnoticed.
 */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { writeJson } from "../base/files.ts";
import { sha256, sha256OfFile } from "../base/hash.ts";

type Memory = { readonly size: number; readonly mtimeMs: number; readonly sha256: string };

/** Hashes `path`, or takes the hash remembered beneath `cacheFolder`. Raises what reading the file raises. */
export async function rememberedSha256(path: string, cacheFolder: string): Promise<string> {
  const file = realpathSync(path);
  const { size, mtimeMs } = statSync(file);
  const memoryFile = join(cacheFolder, "hashes", `${sha256(file).slice(0, 32)}.json`);
  const memory = readMemory(memoryFile);
  if (memory?.size === size && memory.mtimeMs === mtimeMs) return memory.sha256;
  const hash = await sha256OfFile(file);
  writeJson(memoryFile, { path: file, size, mtimeMs, sha256: hash });
  return hash;
}

function readMemory(path: string): Memory | undefined {
  try {
    const memory = JSON.parse(readFileSync(path, "utf8")) as Memory;
    return /^[0-9a-f]{64}$/.test(memory.sha256) ? memory : undefined;
  } catch {
    return undefined; // absent or broken: it is written anew
  }
}
