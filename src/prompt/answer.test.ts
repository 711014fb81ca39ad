import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAnswer, renderAnswer } from "./answer.ts";

test.each([
  ["plain SQL", "SELECT 1", "SELECT 1"],
  ["a trailing semicolon and chatter", "SELECT a FROM t; This query returns a.", "SELECT a FROM t"],
  ["a semicolon within a string", "SELECT ';' FROM t; x", "SELECT ';' FROM t"],
  ["a code fence", "Sure!\n```sql\nSELECT a\nFROM t;\n```\nIt works.", "SELECT a\nFROM t"],
  ["an open code fence", "```sql\nSELECT a FROM t", "SELECT a FROM t"],
  ["prose before the statement", "The answer is: SELECT a FROM t", "SELECT a FROM t"],
  ["prose after a blank line", "SELECT a FROM t\n\nThis selects a.", "SELECT a FROM t"],
  [
    "a common table expression",
    "WITH x AS (SELECT 1) SELECT * FROM x",
    "WITH x AS (SELECT 1) SELECT * FROM x",
  ],
  ["an unclosed quote", "SELECT 'a FROM t", "SELECT 'a FROM t"],
])("reads %s", (_name, completion, sql) => {
  expect(parseAnswer(completion)).toEqual({ kind: "answer", sql });
});

test.each([
  "-- cannot answer: no table of stock",
  "  --cannot answer no table of stock",
  "-- Cannot Answer: no table of stock\nSELECT 1",
  "-- cannot answer: -- cannot answer: no table of stock",
])("reads the refusal %j", (completion) => {
  expect(parseAnswer(completion)).toEqual({ kind: "refuse", refusal: "no table of stock" });
});

test("what is written for training is read back as it was", () => {
  expect(parseAnswer(renderAnswer({ kind: "refuse", refusal: "no column for tax" }))).toEqual({
    kind: "refuse",
    refusal: "no column for tax",
  });
  expect(
    parseAnswer(renderAnswer({ kind: "answer", sql: "SELECT a FROM t WHERE b = 'x;y'" })),
  ).toEqual({ kind: "answer", sql: "SELECT a FROM t WHERE b = 'x;y'" });
});

test("no completion crashes the reader", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) =>
      ["answer", "refuse"].includes(parseAnswer(text).kind),
    ),
  );
});

test("a completion of a hundred thousand characters is read in linear time", () => {
  expect(parseAnswer(`SELECT ${"'".repeat(100_001)}`).kind).toBe("answer");
});
