/** The choice among statements, on a real database: agreement of results, what the question says, what it does not. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { buildDatabase } from "../../test/fixtures/shop.ts";
import { createExecutor } from "../db/executor.ts";
import { indexCells, readCells } from "../link/cells.ts";
import { introspect } from "../schema/introspect.ts";
import { createChooser } from "./choose.ts";
import { createLogLikelihood, learnWordModel } from "./word-model.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-choose-"));
const file = buildDatabase(join(folder, "shop.sqlite"));
const { database } = introspect(file, { dbId: "shop" });
const executor = createExecutor({ workers: 1 });
afterAll(async () => {
  await executor.close();
  rmSync(folder, { recursive: true, force: true });
});
const parts = {
  database,
  run: (sqls: readonly string[]) => executor.runMany(file, sqls),
  cells: indexCells(readCells(file, database)),
};
const choose = createChooser(parts);

/** The chosen one of statements with their probabilities. */
async function chosen(
  question: string,
  candidates: Readonly<Record<string, number>>,
): Promise<string> {
  const list = Object.entries(candidates).map(([sql, confidence]) => ({ sql, confidence }));
  return list[(await choose(question, list)).place].sql;
}

test("of statements that say the same the most probable one wins", async () => {
  expect(
    await chosen("all customers", {
      "SELECT id FROM customer": 0.2,
      "SELECT name FROM customer": 0.5,
      "SELECT city FROM customer": 0.1,
    }),
  ).toBe("SELECT name FROM customer");
});

test("the support of a result is its share of all that speaks for any", async () => {
  const supportOf = async (candidates: Readonly<Record<string, number>>) => {
    const list = Object.entries(candidates).map(([sql, confidence]) => ({ sql, confidence }));
    return (await choose("all customers", list)).support;
  };
  expect(
    await supportOf({
      "SELECT name FROM customer": 0.2,
      "SELECT c.name FROM customer c": 0.1,
      "SELECT id FROM customer": 0.1,
    }),
  ).toBeCloseTo(0.75, 6);
  expect(
    await supportOf({ "SELECT name FROM customer": 0.2, "SELECT c.name FROM customer c": 0.2 }),
  ).toBe(1);
});

test("equal results stand together", async () => {
  expect(
    await chosen("all customers", {
      "SELECT city FROM customer": 0.4,
      "SELECT name FROM customer": 0.3,
      "SELECT c.name FROM customer c": 0.2,
    }),
  ).toContain("name");
});

test("one that looks for what the question names goes before a more probable one that does not", async () => {
  expect(
    await chosen("customers in London", {
      "SELECT name FROM customer": 0.6,
      "SELECT name FROM customer WHERE city = 'London'": 0.1,
    }),
  ).toContain("London");
  expect(
    await chosen("orders above 15", {
      'SELECT id FROM "order"': 0.6,
      'SELECT id FROM "order" WHERE amount > 15': 0.05,
    }),
  ).toContain("> 15");
});

test("one that looks for what nobody asked for goes behind", async () => {
  expect(
    await chosen("names of the customers", {
      "SELECT name FROM customer WHERE city = 'London'": 0.6,
      "SELECT name FROM customer": 0.1,
    }),
  ).toBe("SELECT name FROM customer");
});

test("one that fails or finds nothing goes behind one that finds something", async () => {
  expect(
    await chosen("the customers", {
      "SELECT nam FROM customer": 0.6,
      "SELECT name FROM customer WHERE name = city": 0.2,
      "SELECT name FROM customer": 0.1,
    }),
  ).toBe("SELECT name FROM customer");
  expect(await chosen("the customers", { "SELECT nam FROM customer": 1 })).toBe(
    "SELECT nam FROM customer",
  );
});

test("one that the question's words were seen with goes before a more probable one", async () => {
  const logLikelihood = createLogLikelihood(
    learnWordModel(
      [
        { question: "where our customers live", sql: "SELECT city FROM customer" },
        { question: "who our customers are", sql: "SELECT name FROM customer" },
      ],
      "sqlite",
    ),
    "sqlite",
  );
  const taught = createChooser({ ...parts, logLikelihood });
  const candidates = [
    { sql: "SELECT name FROM customer", confidence: 0.6 },
    { sql: "SELECT city FROM customer", confidence: 0.4 },
  ];
  expect((await choose("where do they live", candidates)).place).toBe(0);
  expect((await taught("where do they live", candidates)).place).toBe(1);
  const failing = { sql: "SELECT city FROM nowhere", confidence: 0.9 };
  const words = "live live live live live live live live";
  expect((await taught(words, [failing, candidates[0]])).place).toBe(1);
});

test("the shorter way goes first, and one whose groups leave a column open goes behind", async () => {
  expect(
    await chosen("ids of the customers with orders", {
      'SELECT DISTINCT customer.id FROM customer JOIN "order" ON customer.id = "order".customerId': 0.4,
      'SELECT DISTINCT customerId FROM "order" WHERE customerId > 1': 0.01,
      'SELECT customerId FROM "order"': 0.3,
    }),
  ).toBe('SELECT customerId FROM "order"');
  expect(
    await chosen("total by day", {
      'SELECT placedOn, SUM(amount) FROM "order"': 0.6,
      'SELECT placedOn, SUM(amount) FROM "order" GROUP BY placedOn': 0.1,
    }),
  ).toContain("GROUP BY");
  expect(
    await chosen("total of each customer", {
      'SELECT name, SUM(amount) FROM customer JOIN "order" ON customer.id = customerId GROUP BY customerId': 0.6,
      'SELECT name, SUM(amount) FROM customer JOIN "order" ON customer.id = customerId GROUP BY name, placedOn': 0.3,
    }),
  ).toContain("GROUP BY customerId");
});
