import { expect, test } from "vitest";
import { groupingOf } from "./grouping.ts";

const keys = new Set(["id"]);

test.each([
  ["SELECT name FROM t", 0, false],
  ["SELECT name, COUNT(*) FROM t GROUP BY name", 0, false],
  ["SELECT substr(d, 1, 7), SUM(a) FROM t GROUP BY 1 ORDER BY SUM(a) DESC", 0, false],
  ["SELECT t.name, SUM(a) AS s FROM t JOIN u USING (x) GROUP BY Name ORDER BY s", 1, false],
  ["SELECT name, COUNT(*) FROM t GROUP BY id", 0, false],
  ["SELECT MAX(a) FROM t WHERE b > 1", 0, false],
  ["SELECT name, (SELECT SUM(a) FROM u WHERE u.x = t.x) FROM t", 0, false],
  ["SELECT strftime('%Y', d) AS y, SUM(a) FROM t GROUP BY y", 0, false],
  ["SELECT name, SUM(a) OVER (PARTITION BY b) FROM t", 0, false],
  ["SELECT name, GROUP_CONCAT(x) FROM t GROUP BY name", 0, false],
  ["SELECT name, a FROM t GROUP BY name", 0, true],
  ["SELECT name, SUM(a) FROM t", 0, true],
  ["SELECT SUM(a) FROM t ORDER BY a LIMIT 1", 0, true],
  ["SELECT a FROM t WHERE b IN (SELECT b, SUM(c) FROM u JOIN v USING (x)) AND d = 1", 1, true],
  ["SELECT COUNT(*) + a FROM t JOIN u USING (x) JOIN v USING (y)", 2, true],
  ["no statement", 0, false],
])("%s: %i joins, open: %s", (sql, joins, hasOpenColumn) =>
  expect(groupingOf(sql, "sqlite", keys)).toEqual({ joins, hasOpenColumn }),
);
