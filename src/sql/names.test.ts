import { expect, test } from "vitest";
import { namesOf, unknownNames } from "./names.ts";

const TABLES = [
  { name: "Singer", columns: [{ name: "id" }, { name: "Name" }, { name: "age" }] },
  { name: "concert", columns: [{ name: "id" }, { name: "singerId" }, { name: "year" }] },
];

test.each([
  ["SELECT name FROM singer", [], []],
  ["SELECT s.NAME, rowid FROM SINGER s WHERE s.age > 1 ORDER BY age", [], []],
  ["SELECT title FROM singer", [], ["title"]],
  ["SELECT s.year FROM singer s JOIN concert c ON s.id = c.singerId", [], ["year"]],
  ["SELECT x.name FROM singer", [], ["name"]],
  ["SELECT name FROM band", ["band"], []],
  ["SELECT name, b.title FROM singer JOIN band b ON singer.id = b.id", ["band"], []],
  ["SELECT count(*) AS n FROM concert GROUP BY year HAVING n > 1 ORDER BY n", [], []],
  ["SELECT n, m FROM (SELECT count(*) AS n FROM concert)", [], ["m"]],
  ["WITH w AS (SELECT id, year FROM concert) SELECT w.id, w.age FROM w", [], ["age"]],
  [
    "SELECT name FROM singer WHERE EXISTS (SELECT 1 FROM concert WHERE singerId = singer.id AND age > 3)",
    [],
    [],
  ],
  ['SELECT name FROM singer WHERE name = "Joe"', [], []],
  ["SELECT name FROM singer JOIN concert USING (id)", [], []],
  ["SELECT name FROM singer JOIN concert USING (year)", [], ["year"]],
  ["SELECT * FROM (SELECT * FROM singer) AS t WHERE t.age = 1 AND t.height = 2", [], ["height"]],
  ["SELECT year FROM concert UNION SELECT age FROM singer ORDER BY year", [], []],
  ["SELECT name FROM sqlite_master", [], []],
])("%s: unknown tables %j, columns %j", (sql, tables, columns) => {
  expect(unknownNames(sql, "sqlite", TABLES)).toEqual({ tables, columns });
});

test("text that does not parse has no names", () => {
  expect(unknownNames("SELECT (", "sqlite", TABLES)).toBeUndefined();
  expect(namesOf("SELECT (", "sqlite")).toBeUndefined();
});

test("the names that a statement uses come with their tables where that is certain", () => {
  expect(
    namesOf(
      "SELECT T1.Name, year FROM singer T1 JOIN concert ON T1.id = singerId",
      "sqlite",
      TABLES,
    ),
  ).toEqual({
    tables: ["singer", "concert"],
    columns: [
      { table: "singer", column: "id" },
      { table: "concert", column: "singerId" },
      { table: "singer", column: "Name" },
      { table: "concert", column: "year" },
    ],
  });
  expect(namesOf("SELECT a, b FROM x JOIN y ON x.i = y.i", "sqlite")?.columns).toContainEqual({
    column: "a",
  });
});

test("what PostgreSQL holds in double quotes is a name, known or not", () => {
  const tables = [{ name: "Item", columns: [{ name: "Id" }] }];
  const sql = 'SELECT "Id", "Nope" FROM "Item"';
  expect(unknownNames(sql, "postgres", tables)?.columns).toHaveLength(1);
  expect(unknownNames(sql, "sqlite", tables)?.columns).toEqual([]);
});
