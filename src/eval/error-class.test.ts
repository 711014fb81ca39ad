import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createExecutor, type Executor } from "../db/executor.ts";
import { introspect } from "../schema/introspect.ts";
import { type ErrorAnalysis, ERROR_CLASSES, errorClass, type KeyedTable } from "./error-class.ts";
import { createStrictScorer } from "./strict.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-error-class-"));
const file = join(folder, "concerts.sqlite");
let executor: Executor;
let tables: readonly KeyedTable[];

beforeAll(() => {
  const connection = new DatabaseSync(file);
  connection.exec(`
    CREATE TABLE singer (Id INTEGER PRIMARY KEY, Name TEXT, Age INTEGER, Country TEXT);
    CREATE TABLE concert (Id INTEGER PRIMARY KEY, Singer_Id INTEGER REFERENCES singer (Id), Year INTEGER, Hall TEXT);
    INSERT INTO singer VALUES (1,'Ann',30,'FR'),(2,'Bob',20,'FR'),(3,'Cid',40,'DE'),(4,'Dot',50,'DE'),(5,'Eve',50,'IT');
    INSERT INTO concert VALUES (1,1,2014,'A'),(2,1,2015,'B'),(3,2,2014,'B'),(4,3,2016,'A'),(5,3,2014,'C');`);
  connection.close();
  executor = createExecutor({ workers: 1, timeoutMs: 10_000 });
  tables = introspect(file, { dbId: "concerts" }).database.tables;
});
afterAll(async () => {
  await executor.close();
  rmSync(folder, { recursive: true, force: true });
});

async function analyse(goldSql: string, predictedSql: string): Promise<ErrorAnalysis> {
  const scorer = createStrictScorer(executor, { timeoutMs: 500 });
  const score = await scorer.score(file, goldSql, predictedSql);
  const [gold, predicted] = await executor.runMany(file, [goldSql, predictedSql], {
    timeoutMs: 500,
  });
  const rows = gold.ok && predicted.ok ? { gold: gold.rows, predicted: predicted.rows } : undefined;
  return errorClass({ goldSql, predictedSql, tables, dialect: "sqlite", score, rows });
}

const JOIN = "FROM singer s JOIN concert c ON s.Id = c.Singer_Id";

/** Class, gold, prediction, the first difference in words. */
const cases: readonly (readonly [string, string, string, string | RegExp])[] = [
  ["empty", "SELECT Name FROM singer", "-- nothing", "holds no statement"],
  ["does-not-parse", "SELECT Name FROM singer", "The singers are Ann and Bob.", /not-readonly/],
  ["does-not-parse", "SELECT Name FROM singer", "SELECT Name FROM FROM singer", /syntax error/],
  ["does-not-parse", "SELECT Name FROM singer", "SELECT 1; SELECT 2", /multi-statement/],
  ["does-not-parse", "SELECT Name FROM singer", "DELETE FROM singer", /not-readonly/],
  [
    "timeout",
    "SELECT Name FROM singer",
    "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT max(x) FROM r",
    /limit/,
  ],
  ["unknown-table", "SELECT Name FROM singer", "SELECT Name FROM singers", "no table singers"],
  [
    "unknown-column",
    "SELECT Name FROM singer",
    "SELECT Title FROM singer",
    "no such column: Title",
  ],
  ["unknown-column", `SELECT c.Id ${JOIN}`, `SELECT Id ${JOIN}`, "ambiguous column name: Id"],
  [
    "unknown-column",
    "SELECT Name FROM singer",
    'SELECT "Title" FROM singer',
    "no column Title: the database reads it as a string",
  ],
  [
    "set-operation",
    `SELECT Name ${JOIN} WHERE Year = 2014 INTERSECT SELECT Name ${JOIN} WHERE Year = 2015`,
    `SELECT Name ${JOIN} WHERE Year = 2014 AND Year = 2015`,
    "lacks INTERSECT",
  ],
  [
    "set-operation",
    "SELECT Id FROM singer EXCEPT SELECT Singer_Id FROM concert",
    "SELECT Singer_Id FROM concert EXCEPT SELECT Id FROM singer",
    "the sides of EXCEPT are exchanged",
  ],
  [
    "nested",
    "SELECT Name FROM singer WHERE Age > (SELECT avg(Age) FROM singer)",
    "SELECT Name FROM singer",
    "lacks the sub-query singer.Age > (…)",
  ],
  [
    "nested",
    "SELECT Name FROM singer WHERE Id NOT IN (SELECT Singer_Id FROM concert)",
    "SELECT Name FROM singer WHERE Id NOT IN (SELECT Id FROM concert)",
    "ties the sub-query by singer.Id in concert.Id where the gold has singer.Id in concert.Singer_Id",
  ],
  ["wrong-tables", "SELECT Id FROM singer", "SELECT Id FROM concert", /reads concert where/],
  [
    "wrong-tables",
    `SELECT Name, Year ${JOIN}`,
    "SELECT Name, Year FROM singer s JOIN concert c ON s.Id = c.Id",
    "joins by concert.Id = singer.Id where the gold joins by concert.Singer_Id = singer.Id",
  ],
  [
    "wrong-tables",
    `SELECT Name, Year ${JOIN}`,
    "SELECT Name, Year FROM singer s LEFT JOIN concert c ON s.Id = c.Singer_Id",
    "LEFT JOIN concert where the gold has inner joins",
  ],
  ["missing-join", `SELECT Name, Year ${JOIN}`, "SELECT Year FROM concert", "does not read singer"],
  [
    "extra-join",
    "SELECT Name FROM singer",
    `SELECT Name ${JOIN} WHERE Year = 2015`,
    "reads concert, which the gold does not",
  ],
  [
    "wrong-condition",
    "SELECT Name FROM singer WHERE Age >= 20",
    "SELECT Name FROM singer WHERE Age > 20",
    "condition on singer.Age: > 20 where the gold has >= 20",
  ],
  [
    "wrong-condition",
    "SELECT Name FROM singer WHERE Age > 20 AND Country = 'FR'",
    "SELECT Name FROM singer WHERE Country = 'FR' OR 20 < Age",
    "OR where the gold has AND",
  ],
  [
    "wrong-condition",
    "SELECT Country FROM singer GROUP BY Country HAVING count(*) > 1",
    "SELECT Country FROM singer GROUP BY Country",
    "lacks the condition COUNT(*) > 1",
  ],
  [
    "wrong-value",
    "SELECT Name FROM singer WHERE Country = 'FR'",
    "SELECT Name FROM singer WHERE Country = 'France'",
    "singer.Country = 'France' where the gold has = 'FR'",
  ],
  [
    "wrong-grouping",
    "SELECT count(*) FROM singer",
    "SELECT count(*) FROM singer GROUP BY Country",
    "groups by singer.Country",
  ],
  [
    "wrong-aggregate",
    "SELECT max(Age) FROM singer",
    "SELECT min(Age) FROM singer",
    "selects MIN(singer.Age) where the gold has MAX(singer.Age)",
  ],
  [
    "wrong-aggregate",
    "SELECT count(DISTINCT Country) FROM singer",
    "SELECT count(Country) FROM singer",
    "selects COUNT(singer.Country) where the gold has COUNT(DISTINCT singer.Country)",
  ],
  [
    "wrong-ordering",
    "SELECT Name, Age FROM singer ORDER BY Age DESC",
    "SELECT Name, Age FROM singer ORDER BY Age",
    "the gold's rows in another order",
  ],
  [
    "wrong-limit",
    "SELECT Name FROM singer ORDER BY Id LIMIT 3",
    "SELECT Name FROM singer ORDER BY Id LIMIT 2",
    "LIMIT 2 where the gold has LIMIT 3",
  ],
  [
    "wrong-limit",
    "SELECT Name FROM singer WHERE Age = (SELECT max(Age) FROM singer)",
    "SELECT Name FROM singer ORDER BY Age DESC LIMIT 1",
    "LIMIT keeps one of the tied rows that the gold keeps",
  ],
  [
    "distinct",
    "SELECT DISTINCT Country FROM singer",
    "SELECT Country FROM singer",
    "the gold's rows, but some more or less often",
  ],
  [
    "distinct",
    `SELECT Name ${JOIN}`,
    "SELECT Name FROM singer WHERE Id IN (SELECT Singer_Id FROM concert)",
    "the gold's rows, but some more or less often",
  ],
  [
    "other-columns",
    "SELECT Name FROM singer",
    "SELECT Age, Name FROM singer",
    "the gold's rows, but other columns",
  ],
  [
    "other-columns",
    "SELECT Name, Age FROM singer",
    "SELECT Name FROM singer",
    "lacks the column singer.Age",
  ],
  [
    "other-columns",
    "SELECT Name FROM singer",
    "SELECT Country FROM singer",
    "selects singer.Country where the gold has singer.Name",
  ],
];

describe("the class of a wrong prediction, and why", () => {
  test.each(cases)("%s: %s | %s", async (expected, gold, predicted, text) => {
    const { class: primary, differences } = await analyse(gold, predicted);
    expect([primary, differences[0].class]).toEqual([expected, expected]);
    if (typeof text === "string") expect(differences[0].text).toBe(text);
    else expect(differences[0].text).toMatch(text);
  });
});

describe("another way of asking the same is no difference", () => {
  test.each([
    [
      "SELECT Name FROM singer WHERE Age > 20 AND Country = 'FR'",
      "SELECT s.name FROM singer AS s WHERE 'FR' = s.country AND 20 < s.age",
    ],
    [
      "SELECT Id FROM singer EXCEPT SELECT Singer_Id FROM concert WHERE Year = 2014",
      "SELECT Id FROM singer WHERE Id NOT IN (SELECT Singer_Id FROM concert WHERE Year = 2015)",
    ],
    [
      "SELECT Id FROM singer WHERE Id NOT IN (SELECT Singer_Id FROM concert WHERE Year = 2014)",
      "SELECT Id FROM singer s WHERE NOT EXISTS (SELECT 1 FROM concert c WHERE c.Singer_Id = s.Id AND Year = 2015)",
    ],
    [
      `SELECT Name, Hall ${JOIN} WHERE Year = 2014`,
      "SELECT Name, Hall FROM singer, concert WHERE singer.Id = Singer_Id AND Year = 2015",
    ],
    ["SELECT Singer_Id FROM concert WHERE Year = 2014", `SELECT s.Id ${JOIN} WHERE c.Year = 2015`],
    [
      "SELECT Name FROM singer WHERE Age BETWEEN 20 AND 2014",
      "SELECT Name FROM singer WHERE Age >= 20 AND Age <= 2015",
    ],
  ])("%s | %s", (goldSql, predictedSql) => {
    const { differences } = errorClass({ goldSql, predictedSql, tables, dialect: "sqlite" });
    const sure = differences.filter(({ isMinor }) => !isMinor).map((one) => one.class);
    expect(sure.filter((name) => name !== "wrong-value")).toEqual([]);
  });
});

test("a refusal is wrong where there is an answer, and an answer where there is none", () => {
  const item = { tables, dialect: "sqlite" } as const;
  const sql = "SELECT Name FROM singer";
  const classOf = (goldSql?: string, predictedSql?: string) =>
    errorClass({ ...item, goldSql, predictedSql }).class;
  expect([classOf(sql, undefined), classOf(undefined, sql)]).toEqual(["refused", "not-refused"]);
});

test("another of the tied rows is no error of the prediction", async () => {
  const gold = "SELECT Name FROM singer ORDER BY Age DESC LIMIT 1";
  const { class: primary } = await analyse(
    gold,
    "SELECT Name FROM singer ORDER BY Age DESC, Id DESC LIMIT 1",
  );
  expect(primary).toBe("other");
});

test("differences stand in the order of precedence, those of the primary class first", async () => {
  const { class: primary, differences } = await analyse(
    `SELECT Name, Year ${JOIN} WHERE Age > 20 ORDER BY Year`,
    "SELECT Hall FROM concert WHERE Year = 2014 ORDER BY Hall",
  );
  expect(primary).toBe("missing-join");
  const ranks = differences.map((one) => ERROR_CLASSES.indexOf(one.class));
  expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  expect(ranks.length).toBeGreaterThan(3);
});

test("a query does not differ from itself", () => {
  fc.assert(
    fc.property(fc.constantFrom(...cases.map(([, gold]) => gold)), (sql) => {
      const item = { goldSql: sql, predictedSql: sql, tables, dialect: "sqlite" } as const;
      expect(errorClass(item)).toEqual({ class: "other", differences: [] });
    }),
  );
});

test("no text raises an error", () => {
  const words = `SELECT FROM WHERE JOIN ON IN NOT ( ) , = 'x' "y" * Name singer concert UNION GROUP BY ORDER LIMIT 1 . ; AND OR`;
  const text = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom(...words.split(" ")), { maxLength: 25 }).map((list) => list.join(" ")),
    fc.integer({ min: 1, max: 20_000 }).map((n) => `SELECT ${"(".repeat(n)}1${")".repeat(n)}`),
  );
  fc.assert(
    fc.property(text, (predictedSql) => {
      const goldSql = `SELECT Name ${JOIN} WHERE Year = 2014`;
      const found = errorClass({ goldSql, predictedSql, tables, dialect: "sqlite" });
      expect(ERROR_CLASSES).toContain(found.class);
    }),
    { numRuns: 200 },
  );
});
