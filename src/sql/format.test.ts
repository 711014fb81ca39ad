import fc from "fast-check";
import { expect, test } from "vitest";
import { formatSql, oneLineSql } from "./format.ts";
import { lexSql } from "./lexer.ts";

test("clauses, joins and set operations begin lines; queries inside are indented, functions are not", () => {
  const sql =
    "SELECT a, count(*) FROM t LEFT JOIN u ON t.id = u.id WHERE x NOT IN (SELECT y FROM z WHERE q LIKE '%from%') AND sum(b) OVER (PARTITION BY c ORDER BY d) > 1 GROUP BY a UNION ALL SELECT 1, 2";
  expect(formatSql(sql)).toEqual([
    "SELECT a, count(*)",
    "FROM t",
    "LEFT JOIN u ON t.id = u.id",
    "WHERE x NOT IN (",
    "  SELECT y",
    "  FROM z",
    "  WHERE q LIKE '%from%'",
    ") AND sum(b) OVER (PARTITION BY c ORDER BY d) > 1",
    "GROUP BY a",
    "UNION ALL",
    "SELECT 1, 2",
  ]);
});

test("a long line is wrapped between tokens", () => {
  const lines = formatSql(
    "SELECT aaaaaaaa, bbbbbbbb, cccccccc, 'one long text that stays' FROM t",
    24,
  );
  expect(lines).toEqual([
    "SELECT aaaaaaaa,",
    "  bbbbbbbb, cccccccc,",
    "  'one long text that stays'",
    "FROM t",
  ]);
});

const pieces = [
  "SELECT",
  "FROM",
  "WHERE",
  "(",
  ")",
  "a",
  "'x y'",
  '"from"',
  ",",
  "-- note\n",
  "/* b */",
  "JOIN",
  "LEFT",
  "UNION",
  "1.5",
  "?",
  "=",
  " ",
  "\n",
  "'open",
];

test("no token is lost or changed, whatever the text", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 40 }), (words) => {
      const sql = words.join(" ");
      const texts = (text: string) => lexSql(text).map((token) => token.text.trimEnd());
      expect(texts(formatSql(sql, 20).join("\n"))).toEqual(texts(sql));
    }),
  );
});

test("one line has no comment and no line end", () => {
  expect(oneLineSql("SELECT a -- the id\nFROM t\n  WHERE b='x -- y'")).toBe(
    "SELECT a FROM t WHERE b='x -- y'",
  );
});
