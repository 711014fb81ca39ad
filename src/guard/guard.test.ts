import { describe, expect, test } from "vitest";
import { POSTGRES_FUNCTIONS, SQLITE_FUNCTIONS } from "./functions.ts";
import { createGuard, type Guard } from "./guard.ts";

const tables = [
  { name: "customer", columns: [{ name: "id" }, { name: "name" }, { name: "city" }] },
  { name: "Order", columns: [{ name: "id" }, { name: "customerId" }, { name: "amount" }] },
];
const guardWith = (rowFilters: Record<string, string> = {}): Guard =>
  createGuard({ dialect: "sqlite", tables, functions: SQLITE_FUNCTIONS, rowFilters });
const verdict = (sql: string, guard: Guard = guardWith()): string => {
  const admission = guard(sql);
  return admission.ok ? "ok" : `${admission.code}: ${admission.message}`;
};

describe("queries pass as they are", () => {
  test.each([
    "SELECT name FROM customer WHERE city = 'x;y--z'",
    'SELECT c.name, count(*) FROM customer c JOIN "Order" o ON o.customerId = c.id GROUP BY 1 HAVING sum(o.amount) > 5 ORDER BY 2 DESC LIMIT 3',
    'WITH big AS (SELECT * FROM "Order" WHERE amount > 10) SELECT * FROM big UNION SELECT * FROM big',
    "SELECT name, rank() OVER (PARTITION BY city ORDER BY id) FROM customer",
    "SELECT strftime('%Y', 'now'), CASE WHEN 1 THEN 'a' ELSE NULL END, CAST('1' AS INTEGER), x'00ff'",
    'SELECT (SELECT max(amount) FROM "Order" WHERE customerId = customer.id) FROM customer',
    'SELECT sum(amount) OVER w FROM "Order" WINDOW w AS (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 2 FOLLOWING)',
    "SELECT group_concat(name, ', '), substr(name, 1, 2) || '-', x'00' FROM customer GROUP BY name COLLATE NOCASE",
    "VALUES (1, 2)",
    'SELECT name FROM customer WHERE city = "London"',
  ])("%s", (sql) => {
    expect(guardWith()(sql)).toEqual({ ok: true, sql });
  });
});

test("comments do not run, and hide nothing", () => {
  expect(guardWith()("SELECT 1 /* ; */ -- DROP TABLE customer")).toEqual({
    ok: true,
    sql: "SELECT 1    ",
  });
  expect(verdict("SELECT 1 /* */; /* */ DROP TABLE customer")).toContain("more than one statement");
});

describe("what is no plain query on what may be seen is refused with a code and a reason", () => {
  test.each([
    ["", "sql-refused: there is no statement"],
    ["SELECT 1; SELECT 2", "sql-refused: there is more than one statement"],
    ["DELETE FROM customer", "sql-refused: the statement is no SELECT"],
    ["WITH x AS (SELECT 1) DELETE FROM customer", "sql-refused"],
    ["WITH x AS (DELETE FROM customer RETURNING *) SELECT * FROM x", "sql-refused"],
    ["SELECT * INTO copy FROM customer", 'sql-refused: the statement holds "into"'],
    ["SELECT name FROM customer FOR UPDATE", 'sql-refused: the statement holds "locks"'],
    ["SELECT :name", "sql-refused: the statement has a parameter without a value"],
    ["SELECT 2 IN customer", 'sql-refused: the statement holds "is field"'],
    ["SELECT * FROM json_each('[1]')", "sql-refused: the statement holds something in FROM"],
    ["SELECT * FROM (customer)", "sql-refused: the statement holds something in FROM"],
    ["SELECT load_extension('x')", "sql-refused: the function load_extension is not among"],
    ["SELECT randomblob(9)", "sql-refused: the function randomblob is not among"],
    ["SELECT * FROM salary", "sql-unknown-name: there is no table salary"],
    ["SELECT * FROM sqlite_master", "sql-unknown-name: there is no table sqlite_master"],
    ["SELECT 1 WHERE EXISTS (SELECT 1 FROM salary)", "sql-unknown-name: there is no table salary"],
    ["SELECT pay FROM customer", "sql-unknown-name: there is no column pay"],
    ["SELECT * FROM main.customer", 'sql-refused: the statement holds "schema"'],
    ["WITH customer AS (SELECT 1) SELECT * FROM customer", "sql-refused: the name customer of a"],
    ["hello world", "sql-refused: the statement is no SELECT"],
    [`SELECT ${"1+".repeat(9000)}1`, "sql-refused: the statement has 18008 characters"],
    [`SELECT ${"(".repeat(900)}1${")".repeat(900)}`, "sql-refused: the statement cannot be read"],
  ])("%s", (sql, reason) => {
    expect(verdict(sql)).toContain(reason);
  });
});

test("each mention of a table with a row filter becomes a query for the rows to be seen", () => {
  const guard = guardWith({
    CUSTOMER: "city = 'Zürich'",
    order: "customerId IN (SELECT id FROM customer)",
  });
  const rows = "(SELECT * FROM customer WHERE (city = 'Zürich'))";
  const sqlOf = (sql: string) => {
    const admission = guard(sql);
    return admission.ok ? admission.sql : admission.message;
  };
  expect(sqlOf("SELECT '😀', name FROM customer")).toBe(
    `SELECT '😀', name FROM ${rows} AS customer`,
  );
  expect(
    sqlOf("SELECT c.id FROM Customer c, customer AS d WHERE c.id IN (SELECT id FROM [customer])"),
  ).toBe(
    `SELECT c.id FROM ${rows} c, ${rows} AS d WHERE c.id IN (SELECT id FROM ${rows} AS [customer])`,
  );
  expect(
    sqlOf('WITH x AS (SELECT 1 FROM customer) SELECT * FROM x UNION SELECT 2 FROM "Order"'),
  ).toBe(
    `WITH x AS (SELECT 1 FROM ${rows} AS customer) SELECT * FROM x UNION SELECT 2 FROM (SELECT * FROM "Order" WHERE (customerId IN (SELECT id FROM ${rows} AS customer))) AS "Order"`,
  );
});

describe("a row filter that is no condition on what the key sees is an error of the key", () => {
  test.each<[Record<string, string>, string]>([
    [{ salary: "pay > 1" }, "there is no such table"],
    [{ customer: "pay > 1" }, "there is no column pay"],
    [{ customer: "1) OR (1" }, "it is not one condition"],
    [{ customer: "1) GROUP BY (1" }, "it is not one condition"],
    [{ customer: "id IN (SELECT id FROM salary)" }, "there is no table salary"],
    [{ customer: "id IN (SELECT id FROM customer)" }, "it needs its own table"],
    [
      { customer: 'id IN (SELECT id FROM "Order")', Order: "id IN (SELECT id FROM customer)" },
      "it needs its own table",
    ],
    [{ customer: "1; DROP TABLE customer" }, "more than one statement"],
    [{ customer: "" }, "it is not one condition"],
  ])("%j", (rowFilters, reason) => {
    expect(() => guardWith(rowFilters)).toThrow(reason);
  });
});

describe("on PostgreSQL", () => {
  const guard = createGuard({
    dialect: "postgres",
    tables,
    functions: POSTGRES_FUNCTIONS,
    schema: "sales",
    rowFilters: { customer: "city = 'Zürich'" },
  });
  const rows = "(SELECT * FROM customer WHERE (city = 'Zürich'))";
  test.each([
    [
      "SELECT c.name::text, count(*) FILTER (WHERE c.id > 1) FROM sales.customer c WHERE name ILIKE 'a%' GROUP BY 1",
      `SELECT c.name::text, count(*) FILTER (WHERE c.id > 1) FROM ${rows} c WHERE name ILIKE 'a%' GROUP BY 1`,
    ],
    [
      "SELECT EXTRACT(year FROM now()), date_trunc('day', now() - INTERVAL '1 day'), DATE '2024-01-01'",
      undefined,
    ],
    [
      'SELECT DISTINCT ON (amount) amount, array_agg(id ORDER BY id) OVER () FROM "Order" /* /* x */ */',
      "refused: the statement holds a spelling",
    ],
    [
      '(SELECT id FROM "Order") UNION (SELECT 1) -- done',
      '(SELECT id FROM "Order") UNION (SELECT 1)  ',
    ],
    ["SELECT 'salary'::regclass", "refused: the statement holds an unusual type"],
    ['SELECT count(sales.id) FROM "Order" sales', undefined],
    [
      'SELECT amount FROM "Order" sales WHERE EXISTS (SELECT 1 FROM "Order" o WHERE (sales.id = o.customerId))',
      undefined,
    ],
    [
      'SELECT EXTRACT(year FROM sales.amount), sales.id IS DISTINCT FROM sales.amount FROM "Order" sales, sales."Order" o',
      'SELECT EXTRACT(year FROM sales.amount), sales.id IS DISTINCT FROM sales.amount FROM "Order" sales, "Order" o',
    ],
    [
      'SELECT o.id FROM (sales."Order" o JOIN sales."Order" p ON (p.id = o.id)), SALES."Order" q',
      'SELECT o.id FROM ("Order" o JOIN "Order" p ON (p.id = o.id)), "Order" q',
    ],
    [
      'SELECT mode() WITHIN GROUP (ORDER BY id) FROM sales."Order"',
      'SELECT mode() WITHIN GROUP (ORDER BY id) FROM "Order"',
    ],
    ["SELECT id FROM sales.salary", "refused: there is no table salary"],
    ["SELECT count(sales.customer.id) FROM sales.customer", "refused: the statement"],
    ["SELECT id FROM other.customer", 'refused: the statement holds "schema"'],
    ["SELECT sales.peek(1)", 'refused: the statement holds "method call"'],
    ["SELECT 1 OPERATOR(pg_catalog.+) 1", 'refused: the statement holds "operator"'],
    ["WITH x AS (TABLE salary) SELECT * FROM x", "refused: the statement holds TABLE"],
    ["SELECT E'a\\' ', 1", "refused: the statement holds a spelling"],
    ["SELECT pg_sleep(1)", "refused: the function pg_sleep is not among"],
    ["SELECT $1", "refused: the statement has a parameter"],
    ['SELECT "nope" FROM customer', "refused: there is no column nope"],
  ])("%s", (sql, expected = sql) => {
    const admission = guard(sql);
    const told = admission.ok ? admission.sql : `refused: ${admission.message}`;
    expect(told.slice(0, expected.length)).toBe(expected);
  });
});
