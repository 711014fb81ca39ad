/**
 * A text file line by line, whatever its encoding: UTF-8 and UTF-16 with or without a byte-order mark; a line that is no
 * UTF-8 is read as Windows-1252, of which Latin-1 is a part, so that files glued from both are read whole. The file is
 * never held as a whole.
 */
import { closeSync, openSync, readSync } from "node:fs";

/** What is not UTF-8. */
export type Encoding = "utf-16le" | "utf-16be" | "windows-1252";

/** Lines without their ends. `onEncoding` is told of each encoding but UTF-8 that was met, once. */
export function* readLines(
  path: string,
  onEncoding: (encoding: Encoding) => void = () => {},
): Generator<string> {
  const met = new Set<Encoding>();
  const meet = (encoding: Encoding) => {
    if (met.has(encoding)) return;
    met.add(encoding);
    onEncoding(encoding);
  };
  const chunks = readChunks(path);
  const { value: first } = chunks.next();
  if (first === undefined) return;
  const wide = wideEncodingOf(first);
  if (wide !== undefined) meet(wide);
  const pieces =
    wide === undefined
      ? decodeLines(joined(first, chunks), meet)
      : splitLines(joined(first, chunks), new TextDecoder(wide));
  for (const line of pieces) yield line.endsWith("\r") ? line.slice(0, -1) : line;
}

const CHUNK_BYTES = 1 << 20;

function* readChunks(path: string): Generator<Buffer> {
  const file = openSync(path, "r");
  try {
    for (;;) {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      const length = readSync(file, chunk, 0, CHUNK_BYTES, null);
      if (length === 0) return;
      yield chunk.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}

function* joined(first: Buffer, rest: Iterable<Buffer>): Generator<Buffer> {
  yield first;
  yield* rest;
}

/** UTF-16, by its mark, or because every other of the first bytes is mostly zero. */
function wideEncodingOf(start: Buffer): Encoding | undefined {
  if (start[0] === 0xff && start[1] === 0xfe) return "utf-16le";
  if (start[0] === 0xfe && start[1] === 0xff) return "utf-16be";
  const head = start.subarray(0, 1000);
  const zeros = [0, 1].map(
    (side) => head.filter((byte, index) => index % 2 === side && byte === 0).length,
  );
  const many = head.length / 4;
  if (zeros[1] > many && zeros[0] < many) return "utf-16le";
  return zeros[0] > many && zeros[1] < many ? "utf-16be" : undefined;
}

function* splitLines(chunks: Iterable<Buffer>, decoder: TextDecoder): Generator<string> {
  let rest = "";
  for (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}

const NEWLINE = 0x0a;

/** Bytes are cut at line ends before they are decoded, so that each line can have its own encoding. */
function* decodeLines(
  chunks: Iterable<Buffer>,
  meet: (encoding: Encoding) => void,
): Generator<string> {
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  const windows = new TextDecoder("windows-1252");
  const decode = (bytes: Buffer): string => {
    try {
      return utf8.decode(bytes);
    } catch {
      meet("windows-1252");
      return windows.decode(bytes);
    }
  };
  let pieces: Buffer[] = [];
  for (const chunk of chunks) {
    let from = 0;
    for (let end; (end = chunk.indexOf(NEWLINE, from)) >= 0; from = end + 1) {
      yield decode(Buffer.concat([...pieces, chunk.subarray(from, end)]));
      pieces = [];
    }
    if (from < chunk.length) pieces.push(chunk.subarray(from));
  }
  if (pieces.length > 0) yield decode(Buffer.concat(pieces));
}
