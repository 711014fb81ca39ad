import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { appendRecord, keepRecords, readRecords } from "./metrics.ts";

type Step = { readonly step: number };
const folder = mkdtempSync(join(tmpdir(), "t2s-track-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("records are read in the order in which they were appended; no file means none", () => {
  const path = join(folder, "new", "metrics.jsonl");
  expect(readRecords(path)).toEqual([]);
  for (const step of [1, 2, 3]) appendRecord(path, { step });
  expect(readRecords<Step>(path)).toEqual([{ step: 1 }, { step: 2 }, { step: 3 }]);
});

test("a record that a kill cut short is left out, and does not spoil the one appended next", () => {
  const path = join(folder, "cut.jsonl");
  appendRecord(path, { step: 1 });
  appendFileSync(path, '{"step":2,"lo');
  expect(readRecords<Step>(path)).toEqual([{ step: 1 }]);
  appendRecord(path, { step: 2 });
  expect(readRecords<Step>(path)).toEqual([{ step: 1 }, { step: 2 }]);
});

test("only the records that are accepted are kept, whole lines alone", () => {
  const path = join(folder, "kept.jsonl");
  for (const step of [1, 2, 3]) appendRecord(path, { step });
  appendFileSync(path, '{"step":4');
  keepRecords<Step>(path, ({ step }) => step <= 2);
  expect(readFileSync(path, "utf8")).toBe('{"step":1}\n{"step":2}\n');
});
