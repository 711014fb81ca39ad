import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compactSql } from "../sql/compact.ts";
import { introspect } from "../schema/introspect.ts";
import { unknownNames } from "../sql/names.ts";
import { type Constraint, createConstraint } from "./constraint.ts";
import type { OpenKind, SqlTerminal } from "./expected.ts";
import { expectedAfter } from "./grammar.ts";
import { spellSchema } from "./names.ts";

const DDL = `
  CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, city TEXT, "Credit Limit" REAL);
  CREATE TABLE invoice (no INTEGER PRIMARY KEY, customer INTEGER REFERENCES customer (id), amount REAL, due TEXT);
  CREATE TABLE line (no INTEGER REFERENCES invoice (no), item TEXT, qty INTEGER, "größe" TEXT);
  CREATE TABLE island (alone TEXT, date TEXT);`;
const db = new DatabaseSync(":memory:");
db.exec(DDL);
const columns = (table: string) =>
  db
    .prepare("SELECT name FROM pragma_table_info(?)")
    .all(table)
    .map(({ name }) => ({ name: String(name) }));
const key = (column: string, refTable: string, refColumn: string) => ({
  columns: [column],
  refTable,
  refColumns: [refColumn],
});
const tables = [
  { name: "customer", foreignKeys: [] },
  { name: "invoice", foreignKeys: [key("customer", "customer", "id")] },
  { name: "line", foreignKeys: [key("no", "invoice", "no")] },
  { name: "island", foreignKeys: [] },
].map((table) => ({ ...table, columns: columns(table.name) }));
const strict = createConstraint(tables, "sqlite");
const lax = createConstraint(tables, "sqlite", { isStrict: false });

const bytes = (text: string) => Buffer.from(text, "utf8").toString("latin1");

/** Where the constraint stops a text that comes in pieces; "ended" if it takes all and may end, "open" if it may not. */
function read(constraint: Constraint, text: string, size = 3): string {
  let state = constraint.start;
  for (let at = 0; at < text.length; at += size) {
    const next = constraint.advance(state, bytes(text.slice(at, at + size)));
    if (next === undefined) return text.slice(0, at);
    state = next;
  }
  return constraint.mayEnd(state) ? "ended" : "open";
}

test.each([
  ["", false],
  ["-", true],
  ["--", true],
  ["-- cannot answer: no trucks", true],
  ["SEL", false],
  ["SELECT name FROM customer", false],
])("%j refuses: %s", (text, refuses) => {
  const state = text === "" ? strict.start : strict.advance(strict.start, text);
  expect(state && strict.isRefusal(state)).toBe(refuses);
});

describe("in PostgreSQL", () => {
  const postgres = createConstraint(tables, "postgres");
  test.each([
    "SELECT EXTRACT(YEAR FROM due), COUNT(*) FROM invoice GROUP BY 1 ORDER BY amount DESC NULLS LAST",
    "SELECT no FROM invoice WHERE TO_CHAR(due, 'YYYY-MM') = '2024-05' AND CAST(due AS DATE) > '2024-01-01'",
    "SELECT name FROM customer WHERE name ILIKE '%o%' OR city NOT ILIKE 'B%'",
    `SELECT ROUND(CAST(AVG("Credit Limit") AS DECIMAL), 2) FROM customer`,
    "SELECT CAST(qty AS DOUBLE PRECISION) / 2 FROM line",
  ])("%s is taken there alone", (sql) => {
    for (const size of [1, 3, 20]) expect(read(postgres, sql, size)).toBe("ended");
    expect(read(strict, sql)).not.toBe("ended");
  });
  test.each(["SELECT julianday(due) FROM invoice", "SELECT IFNULL(due, 1) FROM invoice"])(
    "%s is not taken",
    (sql) => expect(read(postgres, sql)).not.toBe("ended"),
  );
});

describe("takes whole statements, in pieces of any size", () => {
  test.each([
    "SELECT * FROM customer",
    "SELECT COUNT(*) FROM customer WHERE city = 'Oslo'",
    "SELECT DISTINCT city FROM customer ORDER BY city DESC LIMIT 3",
    `SELECT "Credit Limit" FROM customer WHERE name LIKE '%O''Hara%' AND city IS NOT NULL`,
    `SELECT "größe" FROM line WHERE "größe" <> 'übergroß'`,
    "SELECT name, SUM(amount) FROM invoice JOIN customer ON customer = id GROUP BY name HAVING SUM(amount) > 10.5",
    "SELECT name FROM customer WHERE id NOT IN (SELECT customer FROM invoice WHERE due < '2025-01-01')",
    "SELECT item, SUM(CASE WHEN qty > 1 THEN 1 ELSE 0 END) FROM invoice JOIN line USING (no) GROUP BY 1",
    "SELECT city FROM customer EXCEPT SELECT item FROM line ORDER BY city",
    "SELECT T1.name FROM customer AS T1 JOIN customer AS T2 ON T1.city = T2.city WHERE T2.id = 3",
    "SELECT no, (SELECT SUM(qty) FROM line WHERE line.no = invoice.no) FROM invoice",
    "SELECT COUNT(*) FROM (SELECT COUNT(*) AS n FROM invoice GROUP BY customer)",
    "SELECT 100.0 * SUM(amount) / (SELECT SUM(amount) FROM invoice) FROM invoice WHERE amount BETWEEN -5 AND 7",
    "SELECT date FROM island WHERE date = date('2025-01-01') ORDER BY 1.5, 2 - 1",
    "SELECT city, COUNT(*) FROM customer GROUP BY 1 ORDER BY 2 DESC LIMIT 10 OFFSET 5",
    "-- cannot answer: no table of ships",
  ])("%s", (sql) => {
    for (const size of [1, 2, 5, sql.length]) expect(read(lax, sql, size)).toBe("ended");
    if (!sql.startsWith("--")) expect(() => db.prepare(sql)).not.toThrow();
  });
});

describe("stops a statement where it goes wrong", () => {
  test.each([
    ["a table that does not exist", "SELECT name FROM cus", "tomers"],
    ["a column that no table has", "SELECT ", "nickname FROM customer"],
    ["a column of a table that is not in FROM", "SELECT no FROM invoice WHERE ", "city = 'Oslo'"],
    ["another statement", "SELECT name FROM customer", "; DROP TABLE customer"],
    ["a write", "", "DELETE FROM customer"],
    ["an aggregate in WHERE", "SELECT no FROM invoice WHERE ", "SUM(amount) > 3"],
    ["an aggregate within one", "SELECT SUM(", "MAX(amount)) FROM invoice"],
    ["an unknown function", "SELECT ", "load_extension('x') FROM invoice"],
    ["arms of unlike width", "SELECT name FROM customer UNION SELECT item", ", qty FROM line"],
    ["a table twice without alias", "SELECT name FROM customer JOIN ", "customer ON id = id"],
    ["clauses out of order", "SELECT city FROM customer GROUP BY city ", "WHERE id = 1"],
    ["a comment", "SELECT qty -", "- 1 FROM line"],
    ["two blanks", "SELECT ", " name FROM customer"],
    ["a column of the wrong table", "SELECT customer.", "amount FROM invoice"],
    ["a word on a number", "SELECT no FROM invoice WHERE no = 5", "AND no = 6"],
    ["a keyword for a name", "SELECT name AS ", "from FROM customer"],
    ["a limit in parts", "SELECT name FROM customer LIMIT 1", ".5"],
    ["an order by a place that is not there", "SELECT name FROM customer ORDER BY 2", " DESC"],
    ["the same in brackets", "SELECT name FROM customer ORDER BY (-1)", ", id"],
    ["a set ordered so", "SELECT name FROM customer UNION SELECT item FROM line ORDER BY ", "2 "],
    ["a group by an aggregate's place", "SELECT COUNT(*), city FROM customer GROUP BY 1", ", 2"],
    [
      "an aggregate of the outer query",
      "SELECT no FROM invoice WHERE no IN (SELECT SUM(amount) FROM line",
      ")",
    ],
    ["a column of what has none", "SELECT COUNT(*) FROM (SELECT 1 FROM line) AS T1 WHERE ", "T1."],
  ])("%s", (_name, good, bad) => {
    expect(["open", "ended"]).toContain(good === "" ? "open" : read(strict, good, 1));
    const state = good === "" ? strict.start : strict.advance(strict.start, bytes(good));
    expect(state && strict.advance(state, bytes(bad))).toBeUndefined();
  });

  test("in strict reading FROM brings what the list named; else that is left to binding", () => {
    expect(read(strict, "SELECT city FROM line", 1)).toBe("open");
    expect(read(strict, "SELECT city FROM line WHERE", 1)).not.toBe("open");
    expect(read(lax, "SELECT city FROM line", 1)).toBe("ended");
    // the way to customer leads over invoice, and nowhere else
    const state = strict.advance(strict.start, "SELECT city FROM line JOIN ");
    expect(state && strict.advance(state, "isl")).toBeUndefined();
    expect(state && strict.advance(state, "inv")).toBeDefined();
  });
});

test("what must follow is told, a sign only where no token joins it with the next", () => {
  const after = (text: string) => strict.forcedText(strict.advance(strict.start, bytes(text))!);
  expect(after("SELECT city FROM customer GROUP")).toBe(" BY");
  expect(after("SELECT isl")).toBe("and");
  expect(after("SELECT no FROM invoice JOIN line USING")).toBe(" (");
  expect(after("SELECT COUNT")).toBe("");
  expect(after('SELECT "gr')).toBe(bytes("öße"));
  expect(after('SELECT "größe')).toBe("");
  const within = strict.advance(strict.start, 'SELECT "gr\xc3')!;
  expect(strict.forcedText(within)).toBe("");
  expect(after("SELECT c")).toBe("");
  expect(after("--")).toBe(" cannot answer:");
});

test("where nothing is to be refused, a statement is forced", () => {
  const answering = createConstraint(tables, "sqlite", { mayRefuse: false });
  expect(answering.forcedText(answering.start)).toBe("SELECT");
  expect(answering.advance(answering.start, "--")).toBeUndefined();
});

test("closing offers only what must come, and ends", () => {
  const state = strict.advance(strict.start, "SELECT name FROM customer WHERE city ")!;
  expect(strict.advance(state, "BETWEEN", true)).toBeUndefined();
  expect(strict.advance(state, "= ", true)).toBeDefined();
  expect(strict.advance(strict.start, "SELECT name, ", true)).toBeUndefined();
});

describe("leads nowhere that cannot be left", () => {
  const after = (text: string, constraint = strict) =>
    constraint.advance(constraint.start, bytes(text));

  test.each([
    ["a text", "SELECT name FROM customer WHERE city = '", "x", "'"],
    ["a text of doubled quotes", "SELECT name FROM customer WHERE city = '", "''", "'"],
    ["a number", "SELECT name FROM customer WHERE id = 1234567890123", ".", "5 "],
    ["a reason", "-- cannot answer: ", "x", ""],
  ])("%s that goes on and on can be ended", (_name, begin, more, end) => {
    let state = after(begin)!;
    for (let next = strict.advance(state, more); next; next = strict.advance(state, more))
      state = next;
    const last = end === "" ? state : strict.advance(state, end);
    expect(last && strict.mayEnd(last)).toBe(true);
  });

  test("a join where every table stands already", () => {
    const single = createConstraint([tables[3]], "sqlite");
    const from = "SELECT alone FROM island";
    expect(after(`${from} JOIN`, single)).toBeUndefined();
    expect(after(`${from} AS T1 JOIN island AS T2 ON T1.alone = T2.date`, single)).toBeDefined();
  });

  test("more aliases than there are", () => {
    const six = [1, 2, 3, 4, 5, 6].map((n) => `customer AS T${n}${n > 1 ? " ON 1 = 1" : ""}`);
    const all = `SELECT COUNT(*) FROM ${six.join(" JOIN ")} JOIN customer `;
    expect(after(`${all}ON`)).toBeDefined();
    expect(after(`${all}AS`)).toBeUndefined();
  });
});

const names = new Set(
  tables.flatMap(({ name, columns: own }) => [name, ...own.map((c) => c.name)]),
);
const CLAUSES = new Set("FROM WHERE GROUP ORDER LIMIT AS JOIN ON ) , UNION IN ( *".split(" "));
const asFixed = (text: string): SqlTerminal => ({ kind: "fixed", text });
const exampleOf = (kind: OpenKind, choice: number): string =>
  ({
    string: "'x'",
    number: ["1", "2", "5", "1.5"][(choice >> 4) % 4],
    integer: "3",
    newName: `n${choice % 100}`,
    reason: "x",
  })[kind];

/** A statement made by choosing among what may follow, word or name, by a list of numbers. */
function walk(choices: readonly number[]): string {
  const schema = spellSchema(tables, "sqlite");
  const terminals: SqlTerminal[] = [];
  for (let step = 0; ; step++) {
    const isClosing = step >= choices.length;
    const expected = expectedAfter(terminals, schema, {
      isClosing,
      isStrict: true,
      mayRefuse: false,
    });
    expect(expected, terminals.map(({ text }) => text).join(" ")).toBeDefined();
    const { fixed, open, end } = expected!;
    const choice = choices[step] ?? 0;
    const texts = [...fixed];
    const isName = (text: string) => names.has(text);
    // a sort first, so that clauses come as often as names, of which there are more
    const sorts: readonly (readonly SqlTerminal[])[] = [
      texts.filter((text) => CLAUSES.has(text)).map(asFixed),
      texts.filter(isName).map(asFixed),
      texts.filter((text) => !CLAUSES.has(text) && !isName(text)).map(asFixed),
      [...open].map((kind) => ({ kind, text: exampleOf(kind, choice) })),
    ].filter((sort) => sort.length > 0);
    const pool = sorts[choice % sorts.length] ?? [];
    if (end && (pool.length === 0 || isClosing)) return terminals.map(({ text }) => text).join(" ");
    expect(pool.length, terminals.map(({ text }) => text).join(" ")).toBeGreaterThan(0);
    terminals.push(pool[(choice >> 4) % pool.length]);
  }
}

test("an alias that the list took from around it does not become another table's", () => {
  const nested = "SELECT qty FROM line AS T1 WHERE no = (SELECT T1.no FROM customer AS ";
  expect(read(strict, `${nested}T1`, 1)).toBe(`${nested}T`);
  expect(read(strict, `${nested}T2)`, 1)).toBe("ended");
  expect(read(strict, `${nested.replace("customer", "invoice")}T1)`, 1)).toBe("ended");
});

test("whatever is chosen, the statement parses and every name in it exists", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 5, maxLength: 60, size: "max" }), (choices) => {
      const sql = walk(choices).replaceAll(" . ", ".");
      expect(unknownNames(sql, "sqlite", tables), sql).toEqual({ tables: [], columns: [] });
      try {
        db.prepare(sql);
      } catch (error) {
        expect(String(error), sql).toMatch(/ambiguous column name/); // binding's part
      }
    }),
    { numRuns: 600 },
  );
});

const data = process.env.T2S_DATA;
describe.skipIf(!data)("on Spider's training golds (needs T2S_DATA)", () => {
  test("takes 99 % of every third in compact style", () => {
    const all = JSON.parse(readFileSync(join(data!, "spider/train_spider.json"), "utf8")) as {
      db_id: string;
      query: string;
    }[];
    const golds = all.filter((_, index) => index % 3 === 0);
    expect(golds.length).toBeGreaterThan(2_000);
    const missed: string[] = [];
    for (const [dbId, items] of Map.groupBy(golds, ({ db_id }) => db_id)) {
      const file = join(data!, "spider/database", dbId, `${dbId}.sqlite`);
      const { database } = introspect(file, { dbId });
      const constraint = createConstraint(database.tables, "sqlite", { isStrict: false });
      for (const { query } of items) {
        const sql = compactSql(query, "sqlite", database.tables);
        if (read(constraint, sql, 8) !== "ended") missed.push(sql);
      }
    }
    expect(missed.length / golds.length).toBeLessThan(0.01);
  }, 120_000);
});
