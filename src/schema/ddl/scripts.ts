/**
 * SQL files as text: one file, or all *.sql below a folder in the order of their names. Tools write them in UTF-8, in
 * UTF-16 (SQL Server's) or in Windows-1252. Knows no SQL.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { messageOf, UserError } from "../../base/errors.ts";

export type Script = {
  /** For messages: relative to the folder that was named. */
  readonly file: string;
  readonly text: string;
};

/** Reads the script, or the scripts of a folder. Raises UserError("ddl-invalid") when there is none. */
export function readScripts(path: string): Script[] {
  const files = filesAt(path);
  if (files.length === 0) throw new UserError("ddl-invalid", `${path} holds no file named *.sql`);
  return files.map(({ file, full }) => ({ file, text: decodeScript(readFileSync(full)) }));
}

function filesAt(path: string): { file: string; full: string }[] {
  try {
    if (!statSync(path).isDirectory()) return [{ file: basename(path), full: path }];
    return readdirSync(path, { recursive: true, encoding: "utf8" })
      .filter((file) => /\.sql$/i.test(file) && statSync(join(path, file)).isFile())
      .sort()
      .map((file) => ({ file, full: join(path, file) }));
  } catch (error) {
    throw new UserError("ddl-invalid", `${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** The text of a file: by its byte order mark, else UTF-16 by its zeros, else UTF-8, else Windows-1252. */
export function decodeScript(bytes: Uint8Array): string {
  const encoding = utf16Of(bytes);
  if (encoding !== undefined) return new TextDecoder(encoding).decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

function utf16Of(bytes: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  const start = bytes.subarray(0, 200);
  const zerosAt = (parity: number) =>
    start.filter((byte, i) => byte === 0 && i % 2 === parity).length;
  if (zerosAt(1) * 4 > start.length) return "utf-16le";
  return zerosAt(0) * 4 > start.length ? "utf-16be" : undefined;
}
