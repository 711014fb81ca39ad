/**
 * Files that are never half-written: everything goes to a temporary name beside its target and is renamed. Also JSON
 * lines. Knows no format but JSON.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { messageOf, UserError } from "./errors.ts";

/**
 * Writes a whole file, or nothing: temporary name, fsync, rename. Makes the folder. Content too large to hold at once
 * comes in pieces.
 */
export function writeFileAtomic(
  path: string,
  content: string | Uint8Array | Iterable<Uint8Array>,
): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.partial`;
  try {
    const handle = openSync(temporary, "w");
    try {
      for (const bytes of piecesOf(content))
        for (let offset = 0; offset < bytes.length;) offset += writeSync(handle, bytes, offset);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw asDiskError(error, path);
  }
}

function piecesOf(content: string | Uint8Array | Iterable<Uint8Array>): Iterable<Uint8Array> {
  if (typeof content === "string") return [Buffer.from(content)];
  return content instanceof Uint8Array ? [content] : content;
}

/** ENOSPC and its like become an error that says what to do; anything else is returned as it is. */
export function asDiskError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code !== "ENOSPC" && code !== "EDQUOT") return error;
  return new UserError("disk-full", `no space left while writing ${path}`, { cause: error });
}

/** Fails early when the disk that holds `folder` has less than `bytes` free. */
export function ensureFreeSpace(folder: string, bytes: number): void {
  mkdirSync(folder, { recursive: true });
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= bytes) return;
  const mb = (n: number) => `${Math.ceil(n / 1e6)} MB`;
  throw new UserError(
    "disk-full",
    `${folder} has ${mb(bavail * bsize)} free; ${mb(bytes)} are needed`,
  );
}

/** Another text where one of the files was written, made or removed meanwhile. */
export const stampOf = (paths: readonly string[]): string =>
  paths
    .map((path) => {
      const { mtimeMs = 0, size = 0, ino = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
      return `${mtimeMs} ${size} ${ino}`;
    })
    .join();

export const writeJson = (path: string, value: unknown): void =>
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);

export const writeJsonLines = (path: string, values: readonly unknown[]): void =>
  writeFileAtomic(path, values.map((value) => `${JSON.stringify(value)}\n`).join(""));

/** Reads a JSON file that this program wrote. Raises `file-damaged`, with the file's name, where it is damaged. */
export function readJson<T>(path: string): T {
  const text = readFileSync(path, "utf8");
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new UserError("file-damaged", `${path} is not JSON: ${messageOf(cause)}`, { cause });
  }
}

/** Reads JSON lines; blank lines are skipped; a broken line is an error that names file and line. */
export function readJsonLines<T>(path: string): T[] {
  const result: T[] = [];
  readFileSync(path, "utf8")
    .split("\n")
    .forEach((line, index) => {
      if (line.trim() === "") return;
      try {
        result.push(JSON.parse(line) as T);
      } catch (error) {
        throw new UserError(
          "data-invalid",
          `${path}:${index + 1} is not JSON: ${messageOf(error)}`,
          { cause: error },
        );
      }
    });
  return result;
}
