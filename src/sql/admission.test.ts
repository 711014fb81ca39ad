import { expect, test } from "vitest";
import { outlineOf, refusalOf } from "./admission.ts";

test.each([
  ["", "empty-sql"],
  ["-- only a comment", "empty-sql"],
  [";;", "empty-sql"],
  ["SELECT 1; SELECT 2", "multi-statement"],
  ["SELECT 1;;", "multi-statement"],
  ["UPDATE t SET a = 1", "not-readonly"],
  ["(SELECT 1)", "not-readonly"],
  ["SELECT ?1", "unbound-parameter"],
  ["SELECT a FROM t WHERE b = :b", "unbound-parameter"],
  ["SELECT 1\0", "unbound-parameter"],
  [";SELECT 1;-- end", undefined],
  ["/* why */ with w as (select 1) select * from w", undefined],
  ["SELECT ';?' AS \"a;b\"", undefined],
])("%j: %s", (sql, refusal) => expect(refusalOf(sql)).toBe(refusal));

test("the outline sees the outermost clauses only", () => {
  const sql =
    "WITH w AS (SELECT a FROM t ORDER BY a LIMIT 1) SELECT a, max(b, 2) AS m, 'from' FROM w ORDER BY m DESC, (SELECT 1 LIMIT 1) LIMIT 3 OFFSET 2";
  const outline = outlineOf(sql);
  const text = (terms: typeof outline.items) =>
    terms.map((term) => sql.slice(term[0].start, term.at(-1)?.end));
  expect(text(outline.items)).toEqual(["a", "max(b, 2) AS m", "'from'"]);
  expect(text(outline.orderBy)).toEqual(["m DESC", "(SELECT 1 LIMIT 1)"]);
  expect(outline).toMatchObject({ isDistinct: false, isCompound: false, offset: 2 });
  expect(sql.slice(outline.limitAt)).toBe("LIMIT 3 OFFSET 2");
});

test.each([
  ["SELECT 1", 0],
  ["SELECT 1 LIMIT 5", 0],
  ["SELECT 1 LIMIT 5 OFFSET 7", 7],
  ["SELECT 1 LIMIT 7, 5", 7],
  ["SELECT 1 LIMIT 2 + 3", undefined],
  ["SELECT 1 LIMIT -1", undefined],
  ["SELECT 1 LIMIT 5 OFFSET (SELECT 1)", undefined],
])("%s has the offset %s", (sql, offset) => expect(outlineOf(sql).offset).toBe(offset));

test("DISTINCT and set operations are seen", () => {
  expect(outlineOf("SELECT DISTINCT a FROM t").isDistinct).toBe(true);
  expect(outlineOf("SELECT count(DISTINCT a) FROM t").isDistinct).toBe(false);
  expect(outlineOf("SELECT a FROM t EXCEPT SELECT b FROM u").isCompound).toBe(true);
});
