import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { templateOf } from "./template.ts";

const TABLES = [
  { name: "singer", columns: [{ name: "id" }, { name: "Name" }, { name: "age" }] },
  { name: "concert", columns: [{ name: "cid" }, { name: "sid" }, { name: "year" }] },
];
const idOf = (sql: string) => templateOf(sql, "sqlite").templateId;

describe("two writings of one query share a template", () => {
  test.each([
    ["SELECT name FROM singer WHERE age > 20", "select NAME from Singer where AGE > 31"],
    ["SELECT T1.name FROM singer AS T1", "SELECT singer.name FROM singer"],
    [
      "SELECT name FROM singer WHERE a = 1 AND b = 2",
      "SELECT name FROM singer WHERE (b = 3 AND a = 4)",
    ],
    [
      "SELECT T1.a FROM x AS T1 JOIN y AS T2 ON T1.i = T2.j",
      "SELECT p.a FROM x p INNER JOIN y q ON q.j = p.i",
    ],
    [
      "SELECT a, count(*) AS n FROM x GROUP BY a ORDER BY n DESC",
      "SELECT a, count(*) FROM x GROUP BY 1 ORDER BY 2 DESC",
    ],
    ["SELECT a FROM x WHERE b IN (1, 2, 3)", "SELECT a FROM x WHERE b IN ('p')"],
    ["SELECT a FROM x WHERE 3 < b", "SELECT a FROM x WHERE b > 7"],
    ['SELECT a FROM x WHERE b = "France"', "SELECT a FROM x WHERE b = 'Spain'"],
    [
      "SELECT q.n FROM (SELECT count(*) n FROM x GROUP BY g) q",
      "SELECT n FROM (SELECT count(*) AS n FROM x GROUP BY g) AS z",
    ],
    [
      "WITH w AS (SELECT a FROM x) SELECT a FROM w",
      "WITH v AS (SELECT a FROM x) SELECT v.a FROM v",
    ],
    [
      "SELECT a.n FROM e a JOIN e b ON a.boss = b.id",
      "SELECT T1.n FROM e T1 JOIN e T2 ON T2.id = T1.boss",
    ],
    [
      "SELECT a FROM x UNION SELECT b FROM y ORDER BY 1",
      "SELECT a FROM x UNION SELECT b FROM y ORDER BY a",
    ],
    ["SELECT T1.* FROM x AS T1", "SELECT * FROM x"],
    [
      "SELECT x.a FROM x JOIN y USING (k, l)",
      "SELECT p.a FROM x p JOIN y q ON p.k = q.k AND q.l = p.l",
    ],
    ["SELECT a FROM x WHERE b <> 1", "SELECT a FROM x WHERE b != -2.5 -- note"],
  ])("%s | %s", (left, right) => {
    expect(templateOf(left, "sqlite").template).toBe(templateOf(right, "sqlite").template);
  });
});

describe("different queries have different templates", () => {
  test.each([
    ["SELECT name FROM singer", "SELECT DISTINCT name FROM singer"],
    ["SELECT a FROM x WHERE b > 1", "SELECT a FROM x WHERE b >= 1"],
    [
      "SELECT a FROM x WHERE p = 1 AND (q = 2 OR r = 3)",
      "SELECT a FROM x WHERE p = 1 AND q = 2 OR r = 3",
    ],
    ["SELECT a FROM x JOIN y ON i = j", "SELECT a FROM x LEFT JOIN y ON i = j"],
    ["SELECT a, b FROM x ORDER BY 1", "SELECT a, b FROM x ORDER BY 2"],
    [
      "SELECT a.n FROM e a JOIN e b ON a.boss = b.id",
      "SELECT b.n FROM e a JOIN e b ON a.boss = b.id",
    ],
  ])("%s | %s", (left, right) => expect(idOf(left)).not.toBe(idOf(right)));
});

test("the shape forgets names and keeps structure", () => {
  const shape = (sql: string) => templateOf(sql, "sqlite").shape;
  expect(shape("SELECT name FROM singer WHERE age > 20")).toBe("SELECT c FROM t WHERE c > ?");
  expect(shape("SELECT s.name FROM singer s JOIN concert c ON s.id = c.sid")).toBe(
    "SELECT c FROM t JOIN t ON c = c",
  );
});

test("with the schema, unqualified columns of a join find their table and quoted text its meaning", () => {
  const of = (sql: string) => templateOf(sql, "sqlite", TABLES).canonical;
  expect(of("SELECT Name FROM singer JOIN concert ON id = sid WHERE year = 2014")).toBe(
    of("SELECT a.name FROM singer a JOIN concert b ON b.sid = a.id WHERE b.year = 2014"),
  );
  expect(of('SELECT id FROM singer WHERE Name = "Joe"')).toBe(
    "SELECT id FROM singer WHERE name = 'Joe'",
  );
  expect(of('SELECT id FROM singer WHERE Name = "age"')).toBe(
    "SELECT id FROM singer WHERE age = name",
  );
});

test("text that is not one statement is refused with its reason", () => {
  expect(() => templateOf("SELECT (", "sqlite")).toThrow(/data-invalid|Parse|parse/);
  expect(() => templateOf("SELECT 1; SELECT 2", "sqlite")).toThrow(/2 statements/);
  expect(() => templateOf("", "sqlite")).toThrow(/0 statements/);
});

test("the canonical form is a fixed point", () => {
  const columns = fc.constantFrom("a", "b", "order", "two words");
  const condition = fc
    .tuple(columns, fc.constantFrom("=", ">", "<=", "<>"), fc.integer({ min: -9, max: 9 }))
    .map(([column, sign, value]) => `"${column}" ${sign} ${value}`);
  const where = fc
    .array(condition, { minLength: 1, maxLength: 4 })
    .chain((conditions) =>
      fc
        .array(fc.constantFrom(" AND ", " OR "), { minLength: 3, maxLength: 3 })
        .map((words) => conditions.reduce((left, right, i) => `${left}${words[i - 1]}${right}`)),
    );
  fc.assert(
    fc.property(columns, where, (column, condition) => {
      const sql = `SELECT T1."${column}" FROM "my t" AS T1 WHERE ${condition}`;
      const once = templateOf(sql, "sqlite");
      const twice = templateOf(once.canonical, "sqlite");
      expect(twice.canonical).toBe(once.canonical);
      expect(twice.templateId).toBe(once.templateId);
    }),
    { numRuns: 60 },
  );
});
