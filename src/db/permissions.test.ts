import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildDatabase } from "../../test/fixtures/shop.ts";
import { createExecutor, type Executor } from "./executor.ts";
import type { Permissions } from "./run-result.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-permissions-"));
const DDL = `
CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, city TEXT);
CREATE TABLE "Order" (id INTEGER PRIMARY KEY, customerId INTEGER, amount REAL);
CREATE TABLE salary (id INTEGER PRIMARY KEY, pay REAL);
INSERT INTO customer VALUES (1, 'Ada', 'London'), (2, 'Grace', 'Paris'), (3, 'Linus', 'London');
INSERT INTO "Order" VALUES (1, 1, 10), (2, 2, 20), (3, 2, 30), (4, 3, 40);
INSERT INTO salary VALUES (1, 100), (2, 200);
CREATE VIEW total AS SELECT sum(pay) AS pay FROM salary;
CREATE VIEW cities (place, n) AS SELECT city, count(*) FROM customer GROUP BY city;
CREATE VIEW "direct" AS SELECT name FROM main.customer;
CREATE VIEW anyone AS SELECT 1 AS one FROM customer;
CREATE VIEW hidden AS SELECT * FROM salary;
`;
const file = buildDatabase(join(folder, "shop.sqlite"), DDL);
const permissions: Permissions = {
  tables: {
    customer: ["id", "name", "city"],
    order: ["id", "customerid", "amount"],
    total: ["pay"],
    cities: ["place", "n"],
    direct: ["name"],
    anyone: ["one"],
  },
  functions: ["count", "sum", "max", "upper", "like", "group_concat"],
  filters: {
    customer: "city = 'London'",
    order: "customerId IN (SELECT id FROM customer) -- of what is seen",
  },
};
let executor: Executor;
beforeAll(() => {
  executor = createExecutor({ workers: 1 });
});
afterAll(async () => {
  await executor.close();
  rmSync(folder, { recursive: true, force: true });
});

async function outcome(sql: string, given: Permissions = permissions): Promise<unknown> {
  const result = await executor.run(file, sql, { permissions: given, timeoutMs: 5000 });
  return result.ok ? result.rows : result.reason;
}

describe("rows that do not meet the condition are not there, whatever way they are asked for", () => {
  test.each<[string, unknown]>([
    ["SELECT name FROM customer ORDER BY id", [["Ada"], ["Linus"]]],
    ["SELECT count(*) FROM customer", [[2n]]],
    ["SELECT count(*) FROM (SELECT 1 FROM customer)", [[2n]]],
    ["SELECT a.name FROM customer a, customer b WHERE a.id = b.id AND b.id = 2", []],
    ["WITH c AS (SELECT * FROM customer) SELECT count(*) FROM c", [[2n]]],
    ["SELECT (SELECT group_concat(name) FROM customer)", [["Ada,Linus"]]],
    ["SELECT 2 IN customer", "exec-error"],
    ["SELECT 2 IN (SELECT id FROM temp.customer)", [[0n]]],
    ['SELECT sum(amount) FROM "Order"', [[50]]],
    ["SELECT place, n FROM cities", [["London", 2n]]],
    ["SELECT count(*) FROM anyone", [[2n]]],
    ["SELECT pay FROM total", [[300]]],
    ["SELECT name FROM customer UNION SELECT name FROM customer ORDER BY 1", [["Ada"], ["Linus"]]],
  ])("%s", async (sql, rows) => {
    expect(await outcome(sql)).toEqual(rows);
  });
});

describe("what is not permitted is refused by SQLite itself", () => {
  test.each([
    "SELECT * FROM main.customer",
    "SELECT count(*) FROM main.customer",
    "WITH customer AS (SELECT * FROM main.customer) SELECT * FROM customer",
    "WITH total AS (SELECT * FROM salary) SELECT * FROM total",
    "SELECT 2 IN main.customer",
    "SELECT name FROM direct",
    "SELECT count(*) FROM direct",
    "SELECT count(*) FROM main.anyone",
    "SELECT count(*) FROM main.cities",
    "SELECT * FROM salary",
    "SELECT count(*) FROM salary",
    "SELECT pay FROM hidden",
    "SELECT count(*) FROM hidden",
    "SELECT EXISTS (SELECT 1 FROM salary)",
    "SELECT count(*) FROM sqlite_schema",
    "SELECT name FROM sqlite_master",
    "SELECT name FROM sqlite_temp_master",
    "SELECT count(*) FROM temp.sqlite_schema",
    "SELECT * FROM pragma_table_info('salary')",
    "SELECT count(*) FROM pragma_table_info('salary')",
    "SELECT value FROM json_each('[1]')",
    "SELECT count(*) FROM json_each('[1]')",
    "SELECT count(*) FROM dbstat",
    "SELECT hex('a')",
    "SELECT load_extension('x')",
    "DELETE FROM customer",
    "DROP VIEW customer",
    "CREATE TEMP VIEW v AS SELECT * FROM main.customer",
    "PRAGMA database_list",
    "ATTACH 'x' AS y",
  ])("%s", async (sql) => {
    expect(await outcome(sql)).toMatch(/^(not-readonly|exec-error)$/);
  });
});

test("without conditions tables read as they are, with rowid; a column that is not listed does not", async () => {
  const all: Permissions = { tables: { customer: ["id", "name"] }, functions: [], filters: {} };
  expect(await outcome("SELECT rowid, name FROM customer WHERE id = 2", all)).toEqual([
    [2n, "Grace"],
  ]);
  expect(await outcome("SELECT city FROM customer", all)).toBe("not-readonly");
  expect(await outcome("SELECT * FROM customer", all)).toBe("not-readonly");
});

test("a condition that does not compile fails the run and reads nothing", async () => {
  const broken = { ...permissions, filters: { customer: "nope = 1" } };
  expect(await outcome("SELECT name FROM customer", broken)).toBe("exec-error");
});

test("a run that nobody waits for any more is taken back, and its process is free again", async () => {
  const endless =
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";
  const gone = new AbortController();
  const running = executor.run(file, endless, { timeoutMs: 60_000, signal: gone.signal });
  const waiting = executor.run(file, endless, { timeoutMs: 60_000, signal: gone.signal });
  setTimeout(() => gone.abort(), 100);
  expect((await waiting).ok).toBe(false);
  expect((await running).ok).toBe(false);
  expect(await outcome("SELECT count(*) FROM customer")).toEqual([[2n]]);
});
