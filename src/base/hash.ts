/** Content hashes: of bytes, of files without loading them whole, and of JSON values whatever the order of their keys. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

export const sha256 = (content: string | Uint8Array): string =>
  createHash("sha256").update(content).digest("hex");

/** SHA-256 of a file, read as a stream. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }))
    hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** SHA-256 of a JSON value with the keys of every object sorted. */
export const hashOfJson = (value: unknown): string => sha256(JSON.stringify(value, sortKeys));

function sortKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
