/**
 * A file → its records, whatever holds them: Parquet, a JSON list, JSON lines, delimited text with a header. What holds
 * them is told from the content. A record that is broken is a value with its reason, and the rest goes on. Knows no form
 * of pairs.
 */
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { UserError } from "../../base/errors.ts";
import { type Delimited, parseDelimited, separatorOf } from "../delimited.ts";
import { type Encoding, readLines } from "./lines.ts";
import { readParquet } from "./parquet.ts";
import type { Fields, FileRecord } from "./record.ts";

/**
 * The records of a file. Raises not-found; data-invalid for a file that is empty or nothing that could hold records.
 * `onEncoding` is told of each encoding but UTF-8.
 */
export async function readRecords(
  path: string,
  onEncoding?: (encoding: Encoding) => void,
): Promise<Iterable<FileRecord>> {
  if (!existsSync(path)) throw new UserError("not-found", `there is no ${path}`);
  if (!statSync(path).isFile())
    throw new UserError("data-invalid", `${path} is a folder; a file of pairs is wanted`);
  if (startOf(path) === "PAR1") return readParquet(path);
  const first = firstLine(path);
  if (first === undefined)
    throw new UserError("data-invalid", `${path} is empty; pairs are wanted`);
  const lines = () => readLines(path, onEncoding);
  if (first.startsWith("[")) return listRecords([...lines()].join("\n"));
  if (first.startsWith("{")) return lineRecords(lines());
  return tableRecords([...lines()].join("\n"), first, path);
}

function startOf(path: string): string {
  const bytes = Buffer.alloc(4);
  const file = openSync(path, "r");
  try {
    return bytes.subarray(0, readSync(file, bytes, 0, 4, 0)).toString("latin1");
  } finally {
    closeSync(file);
  }
}

function firstLine(path: string): string | undefined {
  for (const line of readLines(path)) if (line.trim() !== "") return line.trim();
  return undefined;
}

function recordOf(text: string, at: string): FileRecord {
  try {
    const value = JSON.parse(text) as unknown;
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    if (isObject) return { at, fields: value as Fields };
    return { at, reason: "is no JSON object", text };
  } catch {
    return { at, reason: "is not JSON", text };
  }
}

function* lineRecords(lines: Iterable<string>): Generator<FileRecord> {
  let number = 0;
  for (const line of lines) {
    number++;
    if (line.trim() !== "") yield recordOf(line, `line ${number}`);
  }
}

/**
 * Items are parsed one by one, so that one that is broken does not take the others along: behind it the list goes on where
 * a line begins as the first item's did.
 */
function* listRecords(text: string): Generator<FileRecord> {
  const skip = /[\s,]*/y;
  let at = text.indexOf("[") + 1;
  let lineStart: string | undefined;
  for (let item = 1; ; item++) {
    skip.lastIndex = at;
    at += skip.exec(text)?.[0].length ?? 0;
    if (at >= text.length || text[at] === "]") return;
    lineStart ??= `\n${indentAt(text, at)}{`;
    let end = endOfItem(text, at);
    const record = recordOf(text.slice(at, end), `item ${item}`);
    if ("reason" in record) {
      const next = text.indexOf(lineStart, at);
      if (next > 0 && next < end) end = next;
      yield { ...record, text: text.slice(at, end).trim() };
    } else yield record;
    at = end;
  }
}

/** The blanks between the start of a line and `at`, if nothing else stands there. */
const indentAt = (text: string, at: number): string =>
  /^[ \t]*$/.exec(text.slice(text.lastIndexOf("\n", at) + 1, at))?.[0] ?? "";

const TOKEN = /"[^"\\\n]*(?:\\.[^"\\\n]*)*"?|[{}[\],]/g;

/** The comma behind an item, or the bracket that ends the list. */
function endOfItem(text: string, start: number): number {
  let depth = 0;
  TOKEN.lastIndex = start;
  for (let token = TOKEN.exec(text); token !== null; token = TOKEN.exec(text)) {
    const [mark] = token;
    if (depth === 0 && (mark === "," || mark === "]")) return token.index;
    if (mark === "{" || mark === "[") depth++;
    if (mark === "}" || mark === "]") depth--;
  }
  return text.length;
}

function* tableRecords(text: string, first: string, path: string): Generator<FileRecord> {
  const separator = separatorOf(first);
  if (!first.includes(separator) || first.includes("\0"))
    throw new UserError(
      "data-invalid",
      `${path} begins with ${JSON.stringify(first.slice(0, 40))}; Parquet, a JSON list, JSON lines, or CSV or TSV with a header is wanted`,
    );
  const { header, rows, lines }: Delimited = parseDelimited(text.trimStart(), separator);
  const names = header.map((name) => name.trim());
  for (const [index, cells] of rows.entries()) {
    const at = `line ${lines[index]}`;
    if (cells.length === names.length)
      yield { at, fields: Object.fromEntries(names.map((name, i) => [name, cells[i]])) };
    else if (cells.join("").trim() !== "")
      yield {
        at,
        reason: "has another number of cells than the header",
        text: cells.join(separator),
      };
  }
}
