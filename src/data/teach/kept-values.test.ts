import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parsePairs } from "../pairs.ts";
import { lostValues } from "./kept-values.ts";

test.each<[string, string, string, string[]]>([
  ["Customers in Boulder", "SELECT 1 WHERE City = 'Boulder'", "Who lives in boulder?", []],
  ["Customers in Boulder", "SELECT 1 WHERE City = 'Boulder'", "Who lives in Denver?", ["boulder"]],
  ["Vendors in Utah (UT)", "SELECT 1 WHERE State = 'UT'", "Vendors about Utah", ["ut"]],
  ["Top 5 jobs", "SELECT 1 LIMIT 5", "The five largest jobs", []],
  ["Top 5 jobs", "SELECT 1 LIMIT 5", "The largest jobs", ["5"]],
  ["Above 100,000", "SELECT 1 WHERE a > 100000", "more than 100k", []],
  ["Above 1.5", "SELECT 1 WHERE a > 1.5", "more than 15", ["1.5"]],
  ["In November 2025", "SELECT 1 WHERE m = '2025-11-01'", "for Nov 2025", []],
  ["In November 2025", "SELECT 1 WHERE m = '2025-11-01'", "for 2025-11", []],
  ["In November 2025", "SELECT 1 WHERE m = '2025-11-01'", "for 2025", ["11"]],
  ["Jobs run by O'Hara", "SELECT 1 WHERE n = 'O''Hara'", "What does o'hara run?", []],
  ['Names with "steel" in them', "SELECT 1 WHERE n LIKE '%steel%'", "Names with iron", ["steel"]],
  ["inactive vendors", "SELECT 1 WHERE a = 'N'", "vendors that sleep", []],
])("%j (%s) as %j loses %j", (question, sql, wording, lost) => {
  expect(lostValues(question, sql, wording)).toEqual(lost);
});

test("every question written for the bundled company keeps its own values", () => {
  const folder = join(import.meta.dirname, "..", "..", "..", "company", "pairs");
  const files = ["train-jobcost", "train-ledger", "train-payables"].map((name) =>
    join(folder, `${name}.jsonl`),
  );
  expect(files.every((file) => existsSync(file))).toBe(true);
  const pairs = files.flatMap((file) => parsePairs(file));
  expect(pairs.length).toBeGreaterThan(500);
  for (const { question, sql = "" } of pairs)
    expect(lostValues(question, sql, question)).toEqual([]);
});
