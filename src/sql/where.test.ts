import { expect, test } from "vitest";
import { outerWhereOf } from "./where.ts";

const withMore = (sql: string, ...conditions: string[]) =>
  outerWhereOf(sql, "sqlite")?.with(conditions);

test.each([
  ["SELECT a FROM t", "SELECT a FROM t WHERE x = 1"],
  ["SELECT a FROM t WHERE b > 2", "SELECT a FROM t WHERE b > 2 AND x = 1"],
  ["SELECT a FROM t WHERE b = 2 OR c = 3", "SELECT a FROM t WHERE (b = 2 OR c = 3) AND x = 1"],
  ["SELECT a FROM t WHERE (b OR c) AND d", "SELECT a FROM t WHERE (b OR c) AND d AND x = 1"],
  ["SELECT a FROM t GROUP BY a LIMIT 3", "SELECT a FROM t WHERE x = 1 GROUP BY a LIMIT 3"],
  [
    "SELECT a FROM t WHERE b IN (SELECT b FROM u WHERE c = 1 ORDER BY d) ORDER BY a",
    "SELECT a FROM t WHERE b IN (SELECT b FROM u WHERE c = 1 ORDER BY d) AND x = 1 ORDER BY a",
  ],
  [
    "SELECT (SELECT MAX(b) FROM u WHERE c = 1) FROM t",
    "SELECT (SELECT MAX(b) FROM u WHERE c = 1) FROM t WHERE x = 1",
  ],
  ["SELECT a FROM t WHERE b = 2; -- all", "SELECT a FROM t WHERE b = 2 AND x = 1; -- all"],
  ["SELECT a FROM t WHERE b = ' where '", "SELECT a FROM t WHERE b = ' where ' AND x = 1"],
])("%s gets a condition", (sql, more) => expect(withMore(sql, "x = 1")).toBe(more));

test("several conditions, one of them with an OR of its own", () => {
  expect(withMore("SELECT a FROM t", "x = 1 OR y = 2")).toBe(
    "SELECT a FROM t WHERE x = 1 OR y = 2",
  );
  expect(withMore("SELECT a FROM t", "x = 1 OR y = 2", "z = 3")).toBe(
    "SELECT a FROM t WHERE (x = 1 OR y = 2) AND z = 3",
  );
});

test.each([
  "SELECT a FROM t UNION SELECT b FROM u",
  "SELECT a FROM t RIGHT JOIN u USING (x)",
  "SELECT 1",
  "SELECT a FROM (SELECT b FROM t",
  "no statement",
  "",
])("%j has no outer WHERE", (sql) => expect(outerWhereOf(sql, "sqlite")).toBeUndefined());

test("the tables of FROM, once each; not those of sub-queries", () => {
  const sql = `SELECT Name FROM Bills AS a JOIN "Order Details" USING (Co, Job), x WHERE b IN (SELECT c FROM y)`;
  const outer = outerWhereOf(sql, "sqlite");
  expect([...(outer?.tables ?? [])]).toEqual(["bills", "order details", "x"]);
  expect(outer?.names).toContain("y");
  const left = outerWhereOf("SELECT 1 FROM t LEFT JOIN u USING (x) JOIN v USING (y)", "sqlite");
  expect([...(left?.tables ?? [])]).toEqual(["t", "v"]);
  const twice = outerWhereOf("SELECT 1 FROM t AS a JOIN t AS b ON a.x = b.y", "sqlite");
  expect(twice?.tables.size).toBe(0);
});
