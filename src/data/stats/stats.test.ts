import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { exampleOf } from "../../../test/fixtures/examples.ts";
import { buildDatabase } from "../../../test/fixtures/shop.ts";
import { introspect } from "../../schema/introspect.ts";
import { profileColumns } from "../../schema/profile.ts";
import { templateOf } from "../../sql/template.ts";
import { renderCard } from "../card.ts";
import type { Example } from "../example.ts";
import { reasonOf, statsOf } from "../stats.ts";
import { lengthsOf, percent } from "./counts.ts";
import { joinGraphOf, usesOf } from "./coverage.ts";
import { duplicatesOf } from "./duplicates.ts";
import { isFilterLike } from "./values.ts";
import { distinctOf, wordingOf, wordsOf } from "./wording.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-stats-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = buildDatabase(
  join(folder, "trade.sqlite"),
  `CREATE TABLE region (id INTEGER PRIMARY KEY, name TEXT);
   CREATE TABLE customer (id INTEGER PRIMARY KEY, regionId INTEGER REFERENCES region(id), name TEXT, status TEXT, since TEXT);
   CREATE TABLE sale (id INTEGER PRIMARY KEY, customerId INTEGER REFERENCES customer(id), amount REAL, soldOn TEXT);
   CREATE TABLE unused (id INTEGER PRIMARY KEY, note TEXT);
   INSERT INTO region VALUES (1, 'North'), (2, 'South Coast');
   INSERT INTO customer VALUES (1, 1, 'Ada', 'A', '2020-01-05'), (2, 2, 'Bob', 'I', '2021-02-01'), (3, 2, 'Cy', 'A', '2021-03-01');
   INSERT INTO sale VALUES (1, 1, 10.5, '2024-01-01'), (2, 2, 20, '2024-02-01');`,
);
const { database } = introspect(file, { dbId: "trade" });

const pair = (id: string, question: string, sql: string): Example => {
  const { templateId, shapeId } = templateOf(sql, "sqlite", database.tables);
  return { ...exampleOf(id, question, sql), templateId, shapeId };
};
const refusal = (id: string, question: string, reason: string): Example => ({
  ...exampleOf(id, question),
  refusal: reason,
});
const examples = [
  pair(
    "1",
    "Who are the customers of South Coast?",
    "SELECT customer.name FROM customer JOIN region ON customer.regionId = region.id WHERE region.name = 'South Coast'",
  ),
  pair(
    "2",
    "How much was sold to active customers by region?",
    "SELECT regionId, sum(amount) FROM sale JOIN customer ON customer.id = sale.customerId WHERE status = 'A' GROUP BY regionId",
  ),
  pair("3", "Sales since February 2024?", "SELECT amount FROM sale WHERE soldOn >= '2024-02-01'"),
  pair("4", "Sales since January 2024?", "SELECT amount FROM sale WHERE soldOn >= '2024-01-01'"),
  refusal("5", "Who are the vendors?", "no table of vendors"),
  refusal("6", "Who are the banks?", "no table of banks"),
  refusal("7", "Delete all sales", "this would change data"),
];
const stats = statsOf(examples, database, undefined, profileColumns(file, database, isFilterLike));

test("tables, columns, features and refusals are counted by what the SQL names", () => {
  expect(stats).toMatchObject({
    n: 7,
    kinds: { answer: 4, refuse: 3 },
    tables: { region: 1, customer: 2, sale: 3, unused: 0 },
    templates: 3,
    refusals: { "no table of …": 2, "this would change data": 1 },
    features: { join: 2, group: 1, aggregate: 1, date: 2 },
  });
  expect(stats.columns).toMatchObject({ "sale.soldOn": 2, "customer.since": 0 });
  expect(stats.untouchedColumns).toEqual(["customer.since", "sale.id", "unused.id", "unused.note"]);
});

test("a key counts as used when a statement joins along it, a path when one joins along both of its keys", () => {
  expect(stats.joins).toEqual({
    keys: 2,
    usedKeys: 2,
    paths: 1,
    usedPaths: 0,
    byKey: { "customer(regionId) → region": 1, "sale(customerId) → customer": 1 },
    unusedKeys: [],
    unusedPaths: ["region – customer – sale"],
  });
  const both = pair(
    "8",
    "?",
    "SELECT 1 FROM sale s JOIN customer c ON c.id = s.customerId JOIN region r ON r.id = c.regionId",
  );
  expect(statsOf([...examples, both], database).joins.usedPaths).toBe(1);
  const wrong = pair("9", "?", "SELECT 1 FROM sale JOIN customer ON customer.id = sale.id");
  expect(statsOf([wrong], database).joins.usedKeys).toBe(0);
});

test("a key of two columns is joined along only when both are set equal", () => {
  const composite = {
    dialect: "sqlite" as const,
    tables: introspect(
      buildDatabase(
        join(folder, "composite.sqlite"),
        `CREATE TABLE a (x INTEGER, y INTEGER, PRIMARY KEY (x, y));
         CREATE TABLE b (x INTEGER, y INTEGER, up INTEGER REFERENCES c(id), FOREIGN KEY (x, y) REFERENCES a (x, y));
         CREATE TABLE c (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES c(id));`,
      ),
      { dbId: "composite" },
    ).database.tables,
  };
  const keysOf = (sql: string) => usesOf([{ sql, templateId: "" }], composite).get("")?.keys;
  expect(keysOf("SELECT 1 FROM a JOIN b USING (x)")).toEqual([]);
  expect(keysOf("SELECT 1 FROM a JOIN b USING (x, y)")).toEqual(["b(x, y) → a"]);
  expect(keysOf("SELECT 1 FROM c AS one JOIN c AS two ON one.id = two.parent")).toEqual([
    "c(parent) → c",
  ]);
  expect(joinGraphOf(composite).paths).toEqual(["a – b – c"]);
});

test("a value is asked for when the SQL or the question of a pair on its column has it", () => {
  const byColumn = new Map(stats.values?.map((one) => [one.column, one]));
  expect([...byColumn.keys()].sort()).toEqual(["customer.name", "customer.status", "region.name"]);
  expect(byColumn.get("region.name")).toMatchObject({ distinct: 2, asked: 1, missing: ["North"] });
  expect(byColumn.get("customer.status")).toMatchObject({ asked: 1, missing: ["I"] });
});

test("the advice names what is missing, and nothing else", () => {
  const text = stats.advice.join("\n");
  expect(text).toContain("paths of two keys are not, among them region – customer – sale.");
  expect(text).toContain(
    "Ask for the columns that no pair names: customer.since, sale.id, unused.id, unused.note.",
  );
  expect(text).toMatch(/Of the next 200 pairs \d+ should be (medium|hard|extra)/);
  expect(text).toContain("of the values that are there: customer.name (0 of 3; not Ada, Bob).");
  expect(text).not.toMatch(/to be refused|unused \(|The wording is narrow/);
  const untilRefusals = Array.from({ length: 40 }, (_, i) => ({ ...examples[0], id: String(i) }));
  expect(statsOf(untilRefusals, database).advice.join("\n")).toMatch(
    /^0 of 40 questions are to be refused/m,
  );
});

test("empty and unparsed pairs are counted, not raised", () => {
  expect(statsOf([], database)).toMatchObject({ n: 0, templates: 0, wording: { distinct2: 0 } });
  const broken = { ...exampleOf("1", "?", "SELEC ("), templateId: "unparsed:1" };
  expect(statsOf([broken], database)).toMatchObject({ n: 1, tables: { sale: 0 }, features: {} });
});

test("distinct-n is different n-grams divided by all", () => {
  expect(distinctOf([wordsOf("a b a b"), wordsOf("A b.")])).toEqual({
    distinct1: 2 / 6,
    distinct2: 2 / 4,
  });
  expect(wordsOf("Don't pay on 2025-11-01, O’Neil!")).toEqual([
    "don't",
    "pay",
    "on",
    "2025-11-01",
    "o’neil",
  ]);
  fc.assert(
    fc.property(fc.array(fc.array(fc.constantFrom("a", "b", "c"))), (texts) => {
      const { distinct1, distinct2 } = distinctOf(texts);
      expect(distinct1).toBeGreaterThanOrEqual(0);
      expect(Math.max(distinct1, distinct2)).toBeLessThanOrEqual(1);
    }),
  );
});

test("questions that differ in their values only are one wording", () => {
  const { skeletons, histogram, words } = wordingOf(
    ["Sales of North in 2024?", "Sales of South Coast in 2023?", "What was sold?"],
    [["North"], ["South Coast"], []],
  );
  expect(skeletons).toBe(2);
  expect(histogram.slice(0, 2)).toEqual([1, 2]);
  expect(words).toEqual({ median: 5, p95: 6, max: 6 });
});

test("repeats, contradictions and other words for one query are told apart", () => {
  const [one, , since] = examples;
  expect(
    duplicatesOf([
      one,
      { ...one, question: "who are  the customers of south coast" },
      { ...since, question: one.question },
      { ...one, question: "Customers in South Coast" },
      examples[3],
    ]),
  ).toEqual({ sameQuestion: 2, contradicting: 1, sameSql: 2 });
});

test("contexts too small for prefix, question and answer are said with their share", () => {
  const tokens = statsOf(examples, database, {
    countTokens: (text) => text.length,
    promptFor: () => ({ prefix: "x".repeat(480), suffixOf: (question) => question }),
    answerOf: () => "",
    contextTokens: 600,
  }).tokens;
  expect(tokens).toMatchObject({ prefix: 480, tooLong: 0, contextTokens: 600 });
  const long = examples.filter(({ question }) => 480 + question.length + 1 > 512).length;
  expect(long).toBeGreaterThan(0);
  expect(tokens?.contexts.slice(0, 2)).toEqual([
    { tokens: 512, tooLong: long, share: long / 7 },
    { tokens: 600, tooLong: 0, share: 0 },
  ]);
});

test.each([
  ["no table of parking permits", "no table of …"],
  ["no column for shoe size", "no column for …"],
  ["ambiguous: net or gross amount", "ambiguous: …"],
  ["not about this database", "not about this database"],
])("%s is counted as %s", (refusalText, reason) => {
  expect(reasonOf(refusalText)).toBe(reason);
});

test("percentiles are nearest-rank, shares have a decimal below ten", () => {
  expect(lengthsOf([5, 1, 3])).toEqual({ median: 3, p95: 5, max: 5 });
  expect(lengthsOf([])).toEqual({ median: 0, p95: 0, max: 0 });
  expect([0, 0.034, 0.1, 1].map(percent)).toEqual(["0 %", "3.4 %", "10 %", "100 %"]);
});

test("the card names licences, weaknesses and shared templates as they are", () => {
  const from = (example: Example, method: string, licence?: string): Example => ({
    ...example,
    source: { method, ...(licence !== undefined && { licence }) },
  });
  const card = renderCard({
    database,
    examples: [
      from(examples[0], "synthesized:join"),
      from(examples[1], "imported:spider", "CC BY-SA 4.0"),
      from({ ...examples[2], split: "train" }, "imported:bird"),
      from({ ...examples[3], split: "test" }, "curated:mine"),
    ],
    rejected: [],
    licences: { "imported:bird": "CC BY-SA 4.0 too" },
    sections: ["## Leaks\n\nNone."],
  });
  expect(card).toContain("| imported:spider | CC BY-SA 4.0 | 1 |");
  expect(card).toContain("| imported:bird | CC BY-SA 4.0 too | 1 |");
  expect(card).toContain("| curated:mine | not stated | 1 |");
  expect(card).toContain("- 25 % are composed by program");
  expect(card).toContain(
    "- 1 SQL templates (queries with their literals masked) stand in more than one of",
  );
  expect(card).toContain("- No question is to be refused.");
  expect(card).toContain("- No human annotator has reviewed");
  expect(card).toContain("## Leaks\n\nNone.");
});
