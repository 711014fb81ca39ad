import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { countsOf, hardnessOf } from "./hardness.ts";
import { parseStatement } from "./tree.ts";

/** The official script's classes and counts on its own parse (test-suite-sql-eval at e97acc546ecb). */
test.each([
  ["SELECT count(*) FROM singer", "easy", [0, 0, 0]],
  ["SELECT name, age FROM singer", "medium", [0, 0, 1]],
  ["SELECT max(age) , min(age) FROM singer", "medium", [0, 0, 2]],
  ["SELECT name FROM singer ORDER BY age LIMIT 3", "medium", [2, 0, 0]],
  ["SELECT name FROM singer WHERE age = 1 OR age = 2", "medium", [2, 0, 1]],
  ["SELECT name FROM singer WHERE age BETWEEN 1 AND 2", "easy", [1, 0, 0]],
  ["SELECT name FROM singer WHERE age = 2 AND age = 3", "medium", [1, 0, 1]],
  ["SELECT name FROM singer UNION SELECT name FROM stadium", "hard", [0, 1, 0]],
  ["SELECT name FROM singer WHERE age > (SELECT avg(age) FROM singer)", "hard", [1, 1, 0]],
  ["SELECT name, age FROM singer WHERE age > (SELECT avg(age) FROM singer)", "extra", [1, 1, 1]],
  [
    "SELECT name FROM singer WHERE age = (SELECT max(age) FROM singer) UNION SELECT name FROM stadium",
    "extra",
    [1, 2, 0],
  ],
  ["SELECT name FROM singer WHERE name NOT IN (1) AND country NOT LIKE 'x'", "extra", [2, 0, 2]],
  ["SELECT name FROM singer WHERE name IN (1) AND country LIKE 'x'", "medium", [2, 0, 1]],
  [
    "SELECT country , count(*) FROM singer GROUP BY country HAVING count(*) > 1 AND max(age) > 3",
    "medium",
    [1, 0, 2],
  ],
  ["SELECT max(age) , min(age) , name FROM singer WHERE age > 1 AND age < 5", "hard", [1, 0, 3]],
  ["SELECT a.n FROM a JOIN b ON a.i = b.i WHERE a.x = 1 ORDER BY a.y", "hard", [3, 0, 0]],
  [
    "SELECT a.n FROM a JOIN b ON a.i = b.i WHERE a.x = 1 GROUP BY a.n ORDER BY a.y LIMIT 1",
    "extra",
    [5, 0, 0],
  ],
  ["SELECT count(*) FROM (SELECT name FROM singer)", "easy", [0, 0, 0]],
])("%s is %s", (sql, hardness, [clauses, nested, others]) => {
  expect(countsOf(parseStatement(sql, "sqlite"))).toEqual({ clauses, nested, others });
  expect(hardnessOf(sql, "sqlite")).toBe(hardness);
});

test("what Spider does not know counts as nesting", () => {
  expect(hardnessOf("WITH w AS (SELECT a FROM t) SELECT a FROM w", "sqlite")).toBe("hard");
  expect(hardnessOf("SELECT (SELECT max(a) FROM t)", "sqlite")).toBe("hard");
});

const data = process.env.T2S_DATA;
test.skipIf(data === undefined)(
  "all 507 questions of Spider's dev set have the official class (needs T2S_DATA)",
  () => {
    const file = join(data ?? "", "spider", "dev_A.json");
    type Item = { query: string; hardness: string };
    const items = JSON.parse(readFileSync(file, "utf8")) as Item[];
    expect(items).toHaveLength(507);
    const wrong = items.filter(({ query, hardness }) => hardnessOf(query, "sqlite") !== hardness);
    expect(wrong).toEqual([]);
  },
);
