import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildDatabase } from "../../../test/fixtures/shop.ts";
import { createExecutor, type Executor } from "../../db/executor.ts";
import type { FileItem } from "../score-file.ts";
import { resultsOf } from "./results.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-results-"));
let file: string;
let executor: Executor;

beforeAll(() => {
  file = buildDatabase(join(folder, "shop.sqlite"));
  executor = createExecutor({ workers: 1 });
});
afterAll(async () => {
  await executor.close();
  rmSync(folder, { recursive: true, force: true });
});

async function resultOf(goldSql: string, predictedSql: string, reason = "values") {
  const item: FileItem = {
    index: 0,
    id: "0",
    dbId: "shop",
    hardness: "easy",
    goldSql,
    predictedSql,
    verdicts: { strict: 0 },
    reasons: { strict: reason },
    flags: [],
    ms: {},
    errorClass: "other",
    differences: [],
    disagreement: {},
  };
  const [pair] = await resultsOf({ items: [item] }, executor, () => file);
  return pair;
}

test("rows without an equal on the other side are marked, and the first 20 shown", async () => {
  const numbers = (from: number, to: number) =>
    `WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to}) SELECT i, 'x' || i AS name FROM n`;
  const { gold, predicted } = await resultOf(numbers(1, 30), numbers(3, 31));
  expect(gold).toMatchObject({
    columns: ["i", "name"],
    numeric: [true, false],
    rowCount: 30,
    isCut: false,
    alone: [0, 1],
    aloneCount: 2,
  });
  expect(predicted).toMatchObject({ rowCount: 29, alone: [], aloneCount: 1 });
  expect("rows" in gold && gold.rows).toHaveLength(20);
});

test("another order of columns, NULL and equal numbers are no difference", async () => {
  const { gold, predicted } = await resultOf("SELECT 1, NULL, 'a'", "SELECT 'a', 1.0, NULL");
  expect([gold, predicted]).toMatchObject([{ aloneCount: 0 }, { aloneCount: 0 }]);
  expect("rows" in gold && gold.rows).toEqual([["1", null, "a"]]);
});

test("what is long, wide or binary is cut", async () => {
  const wide = Array.from({ length: 40 }, (_, i) => `${i}`).join(", ");
  const { gold, predicted } = await resultOf(
    `SELECT ${wide}`,
    "SELECT printf('%1000s', 'a'), x'00ff'",
  );
  expect(gold).toMatchObject({ columnCount: 40, aloneCount: 0 });
  expect("columns" in gold && gold.columns).toHaveLength(30);
  const [[long, binary]] = "rows" in predicted ? predicted.rows : [[]];
  expect([long?.length, binary]).toEqual([81, "x'00ff'"]);
});

test.each([
  ["a failure", "SELECT missing", "exec-error", /no such column: missing/],
  ["a refusal", "-- cannot answer: no table", "refused", /was refused/],
  ["what ran into a limit", "SELECT 1", "timeout", /limit when it was scored/],
  ["a write", "CREATE TABLE t (a)", "not-readonly", /./],
  ["nothing at all", "", "empty-sql", /./],
])("%s is a message", async (_name, sql, reason, message) => {
  const { predicted } = await resultOf("SELECT 1", sql, reason);
  expect("message" in predicted && predicted.message).toMatch(message);
});

test("a question to refuse has no gold to run", async () => {
  const { gold, predicted } = await resultOf("", "SELECT 1");
  expect(gold).toEqual({ message: "The question is to be refused." });
  expect(predicted).toMatchObject({ rowCount: 1, aloneCount: 0 });
});
