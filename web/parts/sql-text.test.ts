/** SQL set for reading keeps its meaning. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { readableSql } from "./sql-text.ts";

test("each clause begins a line; what stands in brackets or quotes stays", () => {
  expect(
    readableSql(
      "SELECT c.name, sum(o.amount) AS total FROM customer AS c LEFT JOIN \"order\" AS o ON o.customerId = c.id WHERE c.id IN (SELECT id FROM x WHERE y = 1) AND c.note <> 'FROM here' GROUP BY c.name ORDER BY total DESC LIMIT 3",
    ).split("\n"),
  ).toEqual([
    "SELECT c.name, sum(o.amount) AS total",
    "FROM customer AS c",
    'LEFT JOIN "order" AS o ON o.customerId = c.id',
    "WHERE c.id IN (SELECT id FROM x WHERE y = 1) AND c.note <> 'FROM here'",
    "GROUP BY c.name",
    "ORDER BY total DESC",
    "LIMIT 3",
  ]);
});

test.each([
  "SELECT 1",
  "SELECT a FROM t -- and a remark that goes on for longer than a line of sixty",
  "SELECT a\nFROM t WHERE this statement already has its lines, and they are a person's",
])("it is left alone: %s", (sql) => {
  expect(readableSql(sql)).toBe(sql);
});

test("only blanks outside of quotes change, whatever the text is", () => {
  const word = fc.constantFrom("SELECT", "FROM", "t", "(", ")", "'a  b'", '"c d"', "LEFT", "JOIN");
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string()), { minLength: 12 }), (words) => {
      const sql = words.join(" ");
      expect(readableSql(sql).replace(/\s/g, "")).toBe(sql.replace(/\s/g, ""));
    }),
  );
});
