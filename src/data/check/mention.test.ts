/** Whether a question says what its SQL filters on: by hand, on the company's pairs, and on Spider's, right and spoiled. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, test } from "vitest";
import { company } from "../../../company/company.ts";
import { type CellIndex, type ColumnCells, indexCells, readCells } from "../../link/cells.ts";
import { introspect } from "../../schema/introspect.ts";
import { applyNotes, readNotes } from "../../schema/notes.ts";
import type { Database } from "../../schema/schema.ts";
import { parsePairs } from "../pairs.ts";
import { filtersOf, testsOf } from "./filters.ts";
import { omissionsOf } from "./mention.ts";
import { createPointReader } from "./points.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-mention-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "firm.sqlite");
const setup = new DatabaseSync(file);
setup.exec(`
  CREATE TABLE orders (
    id INTEGER PRIMARY KEY, city TEXT, stat TEXT, -- O open, C closed, PEND waiting
    phase INTEGER, -- 7 shell, 8 finish
    placed TEXT, amount REAL, paid TEXT -- NULL = still running
    );
  INSERT INTO orders VALUES (1, 'Denver', 'O', 7, '2024-03-05', 1200, NULL), (2, 'Boulder', 'C', 8, '2024-04-01', 50, 'Y');
`);
setup.close();
const { database } = introspect(file, { dbId: "firm" });
const cells = indexCells(readCells(file, database));
const verdict = (question: string, where: string, using?: CellIndex) => {
  const sql = `SELECT id FROM orders WHERE ${where}`;
  const omissions = omissionsOf(question, sql, database, using);
  if (omissions.length === 0) return "said";
  return omissions.some(({ isCertain }) => isCertain) ? "omitted" : "unsure";
};

test("filters are the literals that are compared, not those of an expression", () => {
  const sql = `SELECT CASE WHEN amount > 5 THEN 'big' END, 100.0 * SUM(amount) FROM orders
    WHERE city IN ('Denver', 'Boulder') AND amount BETWEEN -1 AND 2.5 AND stat NOT LIKE '%x%' AND placed = "2024"
    GROUP BY 1 HAVING COUNT(*) >= 3 ORDER BY 2 LIMIT 4`;
  expect(
    filtersOf(sql, "sqlite", database.tables).map(({ column, operator, literal }) => [
      column,
      operator,
      literal,
    ]),
  ).toEqual([
    [undefined, "LIMIT", 4],
    ["city", "IN", "Denver"],
    ["city", "IN", "Boulder"],
    ["amount", "BETWEEN", -1],
    ["amount", "BETWEEN", 2.5],
    ["stat", "LIKE", "%x%"],
    ["placed", "=", "2024"],
    [undefined, ">=", 3],
  ]);
  expect(filtersOf("SELECT ((", "sqlite", database.tables)).toEqual([]);
});

test("tests are filters and the columns that must be NULL, or must not", () => {
  const sql =
    "SELECT id FROM orders o WHERE o.paid IS NULL AND city IS NOT NULL AND 1 IS NULL AND id = 3";
  expect(testsOf(sql, "sqlite", database.tables)).toEqual([
    { table: "orders", column: "paid", isNull: true },
    { table: "orders", column: "city", isNull: false },
    { table: "orders", column: "id", operator: "=", literal: 3 },
  ]);
});

test.each<[string, string, string[]]>([
  ["orders in Denver above 1,200", "city = 'Denver' AND amount > 1200", ["denver", "1200"]],
  ["orders in Denver", "city = 'Boulder'", []],
  ["orders of March 2024", "placed LIKE '2024-03%'", ['{"year":2024,"month":3}']],
  ["orders of 2024", "placed BETWEEN '2024-01-01' AND '2024-12-31'", ['{"year":2024}']],
  ["orders of 2023", "placed LIKE '2024%'", []],
  ["open orders", "stat = 'O'", ["open"]],
  ["open orders", "stat = 'C'", []],
  ["orders still running", "paid IS NULL", ["still running"]],
  ["orders", "paid IS NULL", []],
  ["shell orders of phase 7", "phase = 7 AND amount > 7", ["shell", "7"]],
  ["the largest order of store 1", "id = 1 ORDER BY amount LIMIT 1", ["1"]],
  ["the first order", "id = 1", []],
  ["orders in Michigan", "city = 'MI'", ["mi"]],
  ["orders in Mali", "city = 'MI'", ["mi"]],
  ["orders in Maine", "city = 'MI'", ["mi"]],
  ["orders in Texas", "city = 'MI'", []],
])("%s ~ %s: %j", (question, where, points) => {
  const sql = `SELECT id FROM orders WHERE ${where}`;
  expect([...createPointReader(database)(question, sql)].sort()).toEqual(points.sort());
});

test.each<[string, string, string[]]>([
  ["past due orders", "paid IS NULL AND placed < '2024-12-31'", ["past due"]],
  ["overdue orders in Denver", "city = 'Denver' AND paid IS NULL", ["denver"]],
  ["the past of due orders", "paid IS NULL AND placed < '2024-12-31'", []],
  ["how much was billed", "stat = 'C'", ["billed"]],
  ["how much was billed", "stat = 'O'", []],
])("%s ~ %s, with terms: %j", (question, where, points) => {
  const terms = [
    "overdue, past due means paid IS NULL AND placed < '2024-12-31'",
    "billed = amount where stat = 'C'",
    "gross = amount",
  ];
  const [orders, ...others] = database.tables;
  const read = createPointReader({ ...database, tables: [{ ...orders, terms }, ...others] });
  expect([...read(question, `SELECT id FROM orders WHERE ${where}`)].sort()).toEqual(points);
});

test.each([
  ["orders from denver", "city = 'Denver'", "said"],
  ["orders from Denvers", "city = 'Denver'", "said"],
  ["orders from D.E.N.V.E.R", "city = 'Denver'", "said"],
  ["orders from the coast", "city = 'Denver'", "omitted"],
  ["open orders", "stat = 'O'", "said"],
  ["orders that wait", "stat = 'PEND'", "said"],
  ["finished work", "phase = 8", "said"],
  ["unpaid ones", "paid IS NULL", "said"],
  ["paid ones", "paid = 'Y'", "said"],
  ["above twelve hundred", "amount > 1200", "said"],
  ["above 1.2k", "amount > 1200", "said"],
  ["at least 1,201", "amount > 1200", "said"],
  ["large ones", "amount > 1200", "omitted"],
  ["with any amount", "amount > 0", "said"],
  ["placed on March 5, 2024", "placed = '2024-03-05'", "said"],
  ["placed in march", "placed LIKE '2024-03%'", "said"],
  ["placed last month", "placed >= '2024-03-01'", "said"],
  ["placed in the second quarter of 2024", "placed BETWEEN '2024-04-01' AND '2024-06-30'", "said"],
  ["placed in 2019", "placed LIKE '2024%'", "omitted"],
  ["all orders", "placed LIKE '2024%'", "omitted"],
  ["cities that came more than once", "1 GROUP BY city HAVING COUNT(*) > 1", "said"],
  ["cities with many orders", "1 GROUP BY city HAVING COUNT(*) >= 20", "omitted"],
  ["the three largest", "1 ORDER BY amount DESC LIMIT 3", "said"],
  ["the largest", "1 ORDER BY amount DESC LIMIT 3", "omitted"],
  ["the largest", "1 ORDER BY amount DESC LIMIT 1", "said"],
])("%j and %s: %s", (question, where, wanted) => expect(verdict(question, where)).toBe(wanted));

test("a question that names another value of the column is wrong for certain", () => {
  const sql = "SELECT id FROM orders WHERE city = 'Denver'";
  expect(omissionsOf("orders from boulder, dense", sql, database, cells)).toEqual([
    expect.objectContaining({ isCertain: true, saidInstead: "Boulder" }),
  ]);
  expect(verdict("orders from Boulder or Denver", "city IN ('Boulder', 'Denver')", cells)).toBe(
    "said",
  );
});

test("of the company's pairs none is rejected, and few are doubted", () => {
  const path = join(folder, "company.sqlite");
  company.buildDatabase(path);
  const noted = applyNotes(
    introspect(path, { dbId: "company" }).database,
    readNotes(company.notesFile),
  );
  const index = indexCells(readCells(path, noted));
  const { train, dev, test: held } = company.pairFiles;
  const pairs = [...train, dev, held].flatMap((name) => parsePairs(name)).filter(({ sql }) => sql);
  const found = pairs.map(({ question, sql }) => omissionsOf(question, sql ?? "", noted, index));
  expect(pairs.length).toBeGreaterThan(500);
  expect(found.filter((list) => list.some(({ isCertain }) => isCertain)).length).toBe(0);
  expect(found.filter((list) => list.length > 0).length / pairs.length).toBeLessThan(0.01);
});

const data = process.env.T2S_DATA;
describe.skipIf(!data)("on Spider's 7,000 training pairs (needs T2S_DATA)", () => {
  type Known = { database: Database; cells: readonly ColumnCells[]; index: CellIndex };
  const known = new Map<string, Known>();
  const schemaOf = (dbId: string): Known => {
    const path = join(data ?? "", "spider", "database", dbId, `${dbId}.sqlite`);
    const its =
      known.get(dbId)?.database ?? introspect(path, { dbId, withStatistics: false }).database;
    const columns = known.get(dbId)?.cells ?? readCells(path, its);
    const one = known.get(dbId) ?? { database: its, cells: columns, index: indexCells(columns) };
    known.set(dbId, one);
    return one;
  };
  const path = join(data ?? "", "spider", "train_spider.json");
  const items = existsSync(path)
    ? (JSON.parse(readFileSync(path, "utf8")) as {
        db_id: string;
        question: string;
        query: string;
      }[])
    : [];
  const isRejected = (question: string, sql: string, { database: its, index }: Known) =>
    omissionsOf(question, sql, its, index).some(({ isCertain }) => isCertain);

  test("at most one in two hundred is rejected", () => {
    const alarms = items.filter(({ db_id, question, query }) =>
      isRejected(question, query, schemaOf(db_id)),
    );
    expect(items).toHaveLength(7000);
    expect(alarms.length).toBeLessThanOrEqual(35);
  }, 120_000);

  test("a value that is put in place of the right one is seen in 85 of 100, a number in 95", () => {
    const seen = { text: [0, 0], number: [0, 0] };
    for (const { db_id, question, query } of items) {
      const its = schemaOf(db_id);
      const filter = filtersOf(query, "sqlite", its.database.tables).find(
        ({ literal, operator }) =>
          operator !== "LIMIT" &&
          (typeof literal === "number" ? literal > 2 : operator === "=" && literal.length > 2),
      );
      const spoiled = filter && otherLiteral(filter, its.cells);
      if (filter === undefined || spoiled === undefined) continue;
      const counts = seen[typeof filter.literal as "text"] ?? seen.text;
      counts[0]++;
      if (isRejected(question, query.replaceAll(String(filter.literal), spoiled), its)) counts[1]++;
    }
    expect(seen.text[0]).toBeGreaterThan(1000);
    expect(seen.number[0]).toBeGreaterThan(500);
    expect(seen.text[1] / seen.text[0]).toBeGreaterThan(0.85);
    expect(seen.number[1] / seen.number[0]).toBeGreaterThan(0.95);
  }, 120_000);
});

function otherLiteral(
  { literal, table, column }: ReturnType<typeof filtersOf>[number],
  columns: readonly ColumnCells[],
): string | undefined {
  if (typeof literal === "number") return String(3 * literal + 7);
  const same = (a: string, b: string | undefined) => a.toLowerCase() === b?.toLowerCase();
  return columns
    .find((one) => same(one.table, table) && same(one.column, column))
    ?.cells.find((cell) => cell !== literal && cell.length > 2 && !/['"]/.test(cell));
}
