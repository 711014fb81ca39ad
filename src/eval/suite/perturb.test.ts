import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Rng } from "../../base/rng.ts";
import { createExecutor, type Executor } from "../../db/executor.ts";
import { introspect } from "../../schema/introspect.ts";
import { domainsOf } from "./domains.ts";
import { focusesOf } from "./focus.ts";
import { perturb } from "./perturb.ts";
import { shopGolds, writeShop } from "../../../test/fixtures/shop-database.ts";
import { SourceRows } from "./source-rows.ts";
import { witnessesOf } from "./witnesses.ts";
import { ddlOf, writeDatabase } from "./write-database.ts";

const file = writeShop();
const folder = dirname(file);
const { tables } = introspect(file, { dbId: "shop" }).database;
const focuses = shopGolds.flatMap((sql) => focusesOf(sql, tables));
let executor: Executor;
let source: SourceRows;

beforeAll(() => {
  executor = createExecutor({ workers: 1 });
  source = new SourceRows(file, { tables });
});
afterAll(async () => {
  source.close();
  await executor.close();
  rmSync(dirname(folder), { recursive: true });
});

async function drawn(name: string, seed: number): Promise<string> {
  const domains = domainsOf(tables, source, focuses);
  const witnessed = await witnessesOf(executor, file, focuses);
  const options = { tables, source, domains, rng: new Rng(seed), copies: 20, others: 10 };
  const path = join(folder, name);
  writeDatabase(path, perturb(witnessed, options), { ddl: ddlOf(file), tables });
  return path;
}

function all(path: string, sql: string): Record<string, unknown>[] {
  const connection = new DatabaseSync(path, { readOnly: true });
  try {
    return connection.prepare(sql).all();
  } finally {
    connection.close();
  }
}

test("a perturbed database has the source's schema, and every foreign key finds its parent", async () => {
  const path = await drawn("a.sqlite", 1);
  const schema = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";
  expect(all(path, schema)).toEqual(all(file, schema));
  expect(all(path, "PRAGMA foreign_key_check")).toEqual([]);
  expect(all(path, 'SELECT count(*) AS n FROM "order"')[0].n).toBeGreaterThan(100);
});

test("rows lie at the edge of comparisons, tie, repeat and lack what may be lacking", async () => {
  const path = await drawn("b.sqlite", 2);
  const count = (sql: string) =>
    Number(Object.values(all(path, `SELECT count(*) FROM ${sql}`)[0])[0]);
  expect(count("customer WHERE limit_amount = 1000")).toBeGreaterThan(0);
  expect(count("\"order\" WHERE placed = '2025-01-01'")).toBeGreaterThan(0);
  expect(count("\"order\" WHERE placed = '2024-12-31'")).toBeGreaterThan(0);
  expect(count('"order" WHERE amount IN (100, 500)')).toBeGreaterThan(0);
  expect(count('(SELECT 1 FROM "order" GROUP BY amount HAVING count(*) > 1)')).toBeGreaterThan(0);
  expect(count('"order" WHERE paid IS NULL')).toBeGreaterThan(0);
});

test("unwritten rules of the source hold: closed lists, dates, no NULL where there was none", async () => {
  const path = await drawn("c.sqlite", 3);
  const states = all(path, "SELECT DISTINCT state FROM customer ORDER BY 1");
  expect(states.map(({ state }) => state)).toEqual(["CO", "NM", "UT"]);
  expect(all(path, 'SELECT placed FROM "order" WHERE date(placed) IS NOT placed')).toEqual([]);
  expect(all(path, "SELECT 1 FROM customer WHERE limit_amount < 0")).toEqual([]);
});

test("the same seed writes the same bytes, another seed others", async () => {
  const [a, b, c] = [
    await drawn("1.sqlite", 7),
    await drawn("2.sqlite", 7),
    await drawn("3.sqlite", 8),
  ];
  expect(readFileSync(a).equals(readFileSync(b))).toBe(true);
  expect(readFileSync(a).equals(readFileSync(c))).toBe(false);
});
