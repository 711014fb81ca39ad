import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Rng } from "../../base/rng.ts";
import { introspect } from "../../schema/introspect.ts";
import { conditionsOf } from "./conditions.ts";
import { type Neighbour, neighboursOf } from "./neighbours.ts";
import { shopGolds, writeShop } from "../../../test/fixtures/shop-database.ts";

const file = writeShop();
const { tables } = introspect(file, { dbId: "shop" }).database;
afterAll(() => rmSync(dirname(dirname(file)), { recursive: true }));

const neighbours = (sql: string, max = 1000): Neighbour[] =>
  neighboursOf(sql, { tables, conditions: conditionsOf(shopGolds, tables), rng: new Rng(1), max });
const textsOf = (sql: string, kind: Neighbour["kind"]): string[] =>
  neighbours(sql).flatMap((one) => (one.kind === kind ? [one.sql] : []));

test("comparisons of quantities get every other operator, those of text the opposite one", () => {
  expect(textsOf("SELECT name FROM customer WHERE limit_amount > 5", "operator")).toEqual(
    expect.arrayContaining([
      "SELECT name FROM customer WHERE limit_amount >= 5",
      "SELECT name FROM customer WHERE limit_amount < 5",
    ]),
  );
  expect(textsOf("SELECT name FROM customer WHERE state = 'UT'", "operator")).toEqual([
    "SELECT name FROM customer WHERE state <> 'UT'",
  ]);
});

test("values go one step up and down, or to another value of the column", () => {
  expect(textsOf("SELECT name FROM customer WHERE limit_amount > 5", "value")).toEqual(
    expect.arrayContaining([
      "SELECT name FROM customer WHERE limit_amount > 6",
      "SELECT name FROM customer WHERE limit_amount > 4",
    ]),
  );
  const [other] = textsOf("SELECT name FROM customer WHERE state = 'UT'", "value");
  expect(other).toMatch(/state = '(CO|NM)'/);
});

test("text in double quotes that no column bears is a value", () => {
  const [other] = textsOf('SELECT name FROM customer WHERE state = "UT"', "value");
  expect(other).toMatch(/state = '(CO|NM)'/);
});

test("joins become outer joins, lose a column or go where nothing needs them", () => {
  const sql =
    'SELECT sum(amount) FROM "order" JOIN customer USING (branch_id, number) WHERE paid IS NULL';
  expect(textsOf(sql, "join").map((text) => text.replaceAll('"', ""))).toEqual(
    expect.arrayContaining([
      "SELECT SUM(amount) FROM order LEFT JOIN customer USING (branch_id, number) WHERE paid IS NULL",
      "SELECT SUM(amount) FROM order JOIN customer USING (number) WHERE paid IS NULL",
      "SELECT SUM(amount) FROM order WHERE paid IS NULL",
    ]),
  );
});

test("an added condition is one that another gold has, on a column that is not asked about yet", () => {
  const sql = "SELECT name FROM customer WHERE limit_amount > 5";
  const added = textsOf(sql, "condition").filter((text) => text.includes(" AND "));
  expect(added).toEqual(["SELECT name FROM customer WHERE limit_amount > 5 AND state = 'UT'"]);
});

test.each([
  ["SELECT city, count(*) FROM branch GROUP BY city", "distinct", /each group is one row/],
  ["SELECT branch_id, number FROM customer", "distinct", /key of its own/],
  ["SELECT name FROM customer JOIN branch ON id = branch_id", "join", /parent/],
  ["SELECT count(name) FROM customer", "aggregate", /never NULL/],
  ["SELECT name FROM customer ORDER BY name LIMIT 1", "distinct", /one row/],
] as const)("%s: a change that makes no difference has a proof", (sql, kind, proof) => {
  const found = neighbours(sql).filter((one) => one.kind === kind);
  expect(found.map((one) => one.proof)).toContainEqual(expect.stringMatching(proof));
});

test.each([
  ["SELECT name FROM customer", "distinct"],
  ['SELECT id FROM "order" JOIN customer USING (branch_id, number)', "join"],
  ["SELECT count(limit_amount) FROM customer", "aggregate"],
  ["SELECT state FROM customer ORDER BY limit_amount LIMIT 1", "distinct"],
] as const)("%s: a change that can make a difference has none", (sql, kind) => {
  const found = neighbours(sql).filter((one) => one.kind === kind);
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter((one) => one.proof !== undefined)).toEqual([]);
});

test("no neighbour is the gold or comes twice, and the same seed draws the same", () => {
  for (const sql of shopGolds) {
    const found = neighbours(sql, 7);
    expect(found).toHaveLength(7);
    expect(new Set([sql, ...found.map((one) => one.sql)]).size).toBe(8);
    expect(found).toEqual(neighbours(sql, 7));
  }
});
