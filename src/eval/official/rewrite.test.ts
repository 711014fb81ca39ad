import { describe, expect, test } from "vitest";
import { asksForOrder, dropDistinct, fixYear, joinOperators, plugValues } from "./rewrite.ts";

describe("distinct goes, wherever it is a word outside of quotes and comments", () => {
  test.each([
    ["SELECT DISTINCT name FROM t", "SELECT  name FROM t"],
    ["SELECT count(DISTINCT x) FROM t", "SELECT count( x) FROM t"],
    ["SELECT t.distinct, distinct(x)", "SELECT t., (x)"],
    ["SELECT 'it''s distinct', \"distinct\"", "SELECT 'it''s distinct', \"distinct\""],
    ["SELECT [distinct], `distinct` FROM t", "SELECT [distinct], `distinct` FROM t"],
    ["SELECT distinct_x, xdistinct, :distinct", "SELECT distinct_x, xdistinct, :distinct"],
    ["SELECT 1 -- distinct ;\n, distinct 2", "SELECT 1 -- distinct ;\n,  2"],
    ["/* distinct ; */ SELECT DISTINCT 1", "/* distinct ; */ SELECT  1"],
    ["SELECT 'open distinct", "SELECT 'open "],
    ["SELECT 'it\\'s distinct' FROM t", "SELECT 'it\\'s distinct' FROM t"],
  ])("%j", (sql, expected) => expect(dropDistinct(sql)).toBe(expected));
});

describe("only the first statement is kept", () => {
  test.each([
    ["SELECT 1; DROP TABLE t", "SELECT 1;"],
    ["SELECT ';' ; SELECT 2", "SELECT ';' ;"],
    ["SELECT (1;2); 3", "SELECT (1;2);"],
    ["SELECT ) ; 2", "SELECT ) ;"],
    ["; SELECT 1", ";"],
    ["-- c", "-- c"],
  ])("%j", (sql, expected) => expect(dropDistinct(sql)).toBe(expected));
});

test.each([
  ["SELECT 1 ORDER BY 1", true],
  ["select 1 from (select 2 order by 1)", true],
  ["SELECT 'order by'", true],
  ["SELECT 1 ORDER  BY 1", false],
  ["SELECT 1 ORDER\nBY 1", false],
])("%j asks for order: %s", (sql, expected) => expect(asksForOrder(sql)).toBe(expected));

test("the other rewritings work on plain substrings", () => {
  expect(plugValues("SELECT market_value, Value FROM t")).toBe("SELECT market_1, Value FROM t");
  expect(joinOperators("a > = 1 AND b < = 2 AND c ! = 3")).toBe("a >= 1 AND b <= 2 AND c != 3");
  expect(fixYear("year (CURDATE ( ) ) - 5")).toBe("2020- 5");
});
