/** Every text comes back line by line, whatever its encoding and wherever the pieces of the file are cut. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { type Encoding, readLines } from "./lines.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-lines-"));
const path = join(folder, "file");
afterAll(() => rmSync(folder, { recursive: true }));

function read(bytes: Uint8Array): { lines: string[]; met: Encoding[] } {
  writeFileSync(path, bytes);
  const met: Encoding[] = [];
  return { lines: [...readLines(path, (encoding) => met.push(encoding))], met };
}
const utf16be = (text: string) => Buffer.from(text, "utf16le").swap16();

test("UTF-8 and UTF-16 with a mark are read as they were written", () => {
  const line = fc.string({ unit: "grapheme" }).map((text) => text.replace(/[\r\n\uFEFF]/g, ""));
  fc.assert(
    fc.property(fc.array(line, { minLength: 1 }), fc.constantFrom("\n", "\r\n"), (lines, end) => {
      const text = `\uFEFF${lines.map((one) => `${one}${end}`).join("")}`;
      for (const bytes of [Buffer.from(text), Buffer.from(text, "utf16le"), utf16be(text)])
        expect(read(bytes).lines).toEqual(lines);
    }),
  );
});

test("UTF-16 without a mark is told from its zeros", () => {
  const text = '{"question": "Größe?"}\n{"question": "naïve"}';
  const lines = text.split("\n");
  expect(read(Buffer.from(text, "utf16le"))).toEqual({ lines, met: ["utf-16le"] });
  expect(read(utf16be(text))).toEqual({ lines, met: ["utf-16be"] });
});

test("a line that is no UTF-8 is Windows-1252, and its neighbours stay what they are", () => {
  const windows = Buffer.from([0x93, 0x47, 0x72, 0xf6, 0xdf, 0x65, 0x94, 0x20, 0x80, 0x0a]);
  const bytes = Buffer.concat([Buffer.from("Größe\n"), windows, Buffer.from("日本\n")]);
  expect(read(bytes)).toEqual({
    lines: ["Größe", "“Größe” €", "日本"],
    met: ["windows-1252"],
  });
});

test("characters and lines that lie across the pieces of a file are whole", () => {
  const lines = Array.from({ length: 300 }, (_, i) => `${"é".repeat(7001 + i)}𝄞${i}`);
  for (const encoding of ["utf8", "utf16le"] as const)
    expect(read(Buffer.from(`\uFEFF${lines.join("\n")}`, encoding)).lines).toEqual(lines);
});

test("an empty file has no lines", () => expect(read(Buffer.alloc(0)).lines).toEqual([]));
