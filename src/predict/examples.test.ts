import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { exampleOf } from "../../test/fixtures/examples.ts";
import { buildDatabase } from "../../test/fixtures/shop.ts";
import { indexCells, readCells } from "../link/cells.ts";
import { introspect } from "../schema/introspect.ts";
import { createNearest, EXAMPLES, examplesOf, fixedExamples } from "./examples.ts";
import { valueHint } from "./hints.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-examples-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = buildDatabase(join(folder, "shop.sqlite"));
const cells = indexCells(readCells(file, introspect(file, { dbId: "shop" }).database));

const pairs = [
  exampleOf(
    "1",
    "Which customers live in New York?",
    "SELECT name FROM customer WHERE city = 'New York'",
  ),
  exampleOf("2", "Which orders did Ada place?", "SELECT 2"),
  exampleOf("3", "How many orders are above 20?", "SELECT 3"),
  exampleOf("4", "Who drives our trucks?"),
];

test.each([
  ["Which customers live in London?", "Which customers live in New York?"],
  ["Which orders did Grace place?", "Which orders did Ada place?"],
  ["how many order are above 1,500.50", "How many orders are above 20?"],
  ["the trucks", "Who drives our trucks?"],
])("%j is most like %j: names of values do not count, their columns do", (question, nearest) => {
  const found = createNearest(pairs, cells)(question, 2);
  expect(found.at(-1)?.question).toBe(nearest);
});

test("the most similar one stands last, with its answer as a model is to write it", () => {
  const nearest = createNearest(pairs, cells);
  const found = nearest("Which customers live in London, and which orders did they place?", 2);
  expect(found.map(({ question }) => question)).toEqual([pairs[1].question, pairs[0].question]);
  expect(found[1].answer).toBe(pairs[0].sql);
  expect(nearest("our trucks", 1)[0].answer).toBe("-- cannot answer: there is no such table");
  expect(nearest("zzz", 3)).toEqual([]);
  expect(createNearest([], cells)("Who?", 3)).toEqual([]);
});

test("fixed examples are of different shapes, one refusal among five, the same for a seed", () => {
  const many = [...pairs, ...pairs.map((pair) => ({ ...pair, question: `${pair.question} 2` }))];
  const chosen = fixedExamples(many, 5, 1);
  expect(chosen).toHaveLength(4);
  expect(chosen.filter(({ answer }) => answer.startsWith("--"))).toHaveLength(1);
  expect(new Set(chosen.map(({ answer }) => answer)).size).toBe(4);
  expect(fixedExamples(many, 5, 1)).toEqual(chosen);
});

test.each([
  ["none", undefined],
  ["fixed:5", { how: "fixed", count: 5 }],
  ["nearest:50", { how: "nearest", count: 50 }],
])("%s is %j", (text, choice) => {
  expect(EXAMPLES.test(text)).toBe(true);
  expect(examplesOf(text)).toEqual(choice);
});

test.each(["", "5", "nearest", "nearest:0", "nearest:51", "near:3"])("%j is no choice", (text) =>
  expect(EXAMPLES.test(text)).toBe(false),
);

test.each([
  ["orders of Ada", "'Ada' is in customer.name"],
  ["did Grace move to new york?", "'Grace' is in customer.name; 'New York' is in customer.city"],
  ["How many?", undefined],
])("the hint of %j is %j", (question, hint) => expect(valueHint(question, cells)).toBe(hint));
