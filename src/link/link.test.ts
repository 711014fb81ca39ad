/** Which tables, columns and cells a question speaks of: on a small schema by hand, and on Spider's schemas by its golds. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { introspect } from "../schema/introspect.ts";
import { applyNotes } from "../schema/notes.ts";
import type { Table } from "../schema/schema.ts";
import { namesOf } from "../sql/names.ts";
import { indexCells, readCells } from "./cells.ts";
import { type DateParts, datesIn, isDateText } from "./dates.ts";
import { createLinker, type Linker } from "./link.ts";
import { numbersIn } from "./numbers.ts";
import { likeness, nameWords, stem } from "./words.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-link-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "firm.sqlite");
const setup = new DatabaseSync(file);
setup.exec(`
  CREATE TABLE STAFFM ( -- employees
    EmpNo INTEGER PRIMARY KEY, LastName TEXT, hireDate TEXT, Craft TEXT, DEPT_ID INTEGER REFERENCES department (id));
  CREATE TABLE department (id INTEGER PRIMARY KEY, name TEXT, city TEXT);
  CREATE TABLE project (id INTEGER PRIMARY KEY, title TEXT, budget_amt REAL);
  CREATE TABLE works (EmpNo INTEGER REFERENCES STAFFM (EmpNo), project_id INTEGER REFERENCES project (id));
  CREATE TABLE vehicle (id INTEGER PRIMARY KEY, plate TEXT);
  INSERT INTO department VALUES (1, 'Brown & Sons Roofing', 'New York'), (2, 'Sales', 'Denver');
  INSERT INTO STAFFM VALUES (1, 'Okafor', '2020-01-05', 'Pipefitter', 1), (2, 'Lee', '2021-03-01', 'Welder', 2);
  INSERT INTO project VALUES (1, 'Library', 10.5);
`);
setup.close();
const { database } = introspect(file, { dbId: "firm" });
const linker = createLinker(database, indexCells(readCells(file, database)));
const tablesFor = (question: string, using: Linker = linker) =>
  using.link(question).tables.map(({ table }) => table);

describe("words", () => {
  test.each([
    ["hireDate", ["hire", "date"]],
    ["DEPT_ID", ["dept", "id"]],
    ["XMLFile", ["xml", "file"]],
    ["line2Amount", ["line", "2", "amount"]],
    ["Straße_Nr", ["straße", "nr"]],
  ])("%s is %j", (name, words) => expect(nameWords(name)).toEqual(words));

  test.each([
    ["companies", "company"],
    ["boxes", "box"],
    ["classes", "class"],
    ["status", "status"],
    ["invoices", "invoice"],
    ["gas", "gas"],
  ])("%s is of %s", (plural, singular) => expect(stem(plural)).toBe(singular));

  test.each([
    ["dept", "department", 0.6],
    ["qty", "quantity", 0.6],
    ["amt", "amount", 0.6],
    ["order", "ordered", 0.7],
    ["custmer", "customer", 0.6],
    ["cat", "category", 0.6],
    ["sale", "employee", 0],
    ["form", "from", 0],
  ])("%s and %s are %d alike", (a, b, score) => expect(likeness(a, b)).toBe(score));

  test("likeness knows no first and second", () =>
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (a, b) => {
        expect(likeness(a, b)).toBe(likeness(b, a));
      }),
    ));
});

test.each<[string, number[]]>([
  ["more than 1,250.50 dollars", [1250.5]],
  ["over $2.5k or 3 million", [2500, 3_000_000]],
  ["at least twenty-five of two hundred", [25, 200]],
  ["a thousand", [1000]],
  ["10% or 7 percent", [10, 0.1, 7, 0.07]],
  ["the third and the 21st", [3, 21]],
  ["in the 1980s", [1980]],
  ["a dozen, a couple", [12, 2]],
  ["none here", []],
])("numbers of %j are %j", (text, numbers) => expect(numbersIn(text)).toEqual(numbers));

test("any number is read back with its separators", () =>
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e9 }), (n) => {
      expect(numbersIn(`about ${n.toLocaleString("en")} of them`)).toEqual([n]);
    }),
  ));

test.each<[string, DateParts[]]>([
  ["on 2024-01-05", [{ year: 2024, month: 1, day: 5 }]],
  ["on 5 January 2024", [{ year: 2024, month: 1, day: 5 }]],
  ["Jan. 5th, 2024", [{ year: 2024, month: 1, day: 5 }]],
  ["1/5/2024", [{ year: 2024, month: 1, day: 5 }]],
  ["31.12.2024", [{ year: 2024, month: 12, day: 31 }]],
  ["in sept 2024", [{ year: 2024, month: 9 }]],
  ["the second quarter of 2024", [{ quarter: 2, year: 2024 }]],
  ["Q3", [{ quarter: 3 }]],
  ["June 24th", [{ month: 6, day: 24 }]],
  ["from 1998 to 2003", [{ year: 1998 }, { year: 2003 }]],
  ["1234 items in room 99", []],
])("dates of %j", (text, dates) => expect(datesIn(text)).toEqual(dates));

test("cells that are dates are told from others", () => {
  for (const text of ["2024-01-05", "2025-11%", "2025%", "2024-01-05 10:00", "07/05/2009"])
    expect(isDateText(text), text).toBe(true);
  for (const text of ["6210", "12-34", "2024-1234567", "abc", ""])
    expect(isDateText(text), text).toBe(false);
});

describe("a question", () => {
  test.each([
    ["how many employees are there", "STAFFM"],
    ["when was everyone hired? give the hire date", "STAFFM"],
    ["plates of all vehicles", "vehicle"],
    ["budget amount of each project", "project"],
    ["which depts are in a city", "department"],
    ["how many pipefitters do we have", "STAFFM"],
  ])("%j speaks of %s", (question, table) => expect(tablesFor(question)[0]).toBe(table));

  test("finds the table between two that it names", () => {
    expect(tablesFor("employees of the library project").slice(0, 3)).toContain("works");
  });

  test("means, of two tables of one name, the one beside which its other words stand", () => {
    const other = new DatabaseSync(join(folder, "two.sqlite"));
    other.exec(`
      CREATE TABLE loan_customer (id INTEGER PRIMARY KEY, label TEXT);
      CREATE TABLE loan (id INTEGER PRIMARY KEY, payer INTEGER REFERENCES loan_customer (id));
      CREATE TABLE shop_customer (id INTEGER PRIMARY KEY, label TEXT);
      CREATE TABLE shop_order (id INTEGER PRIMARY KEY, buyer INTEGER REFERENCES shop_customer (id), parcel TEXT);`);
    other.close();
    const two = createLinker(introspect(join(folder, "two.sqlite"), { dbId: "two" }).database);
    expect(tablesFor("customers with a parcel", two).slice(0, 2).toSorted()).toEqual([
      "shop_customer",
      "shop_order",
    ]);
  });

  test("finds columns by words and by cells, the best first", () => {
    const { columns, cells } = linker.link("names of departments in denver");
    expect(columns.slice(0, 2).map(({ column }) => column)).toEqual(["city", "name"]);
    expect(cells[0]).toMatchObject({
      table: "department",
      column: "city",
      cell: "Denver",
      how: "case",
    });
  });

  test.each([
    ["staff in New York", "New York", "exact"],
    ["how many welders", "Welder", "form"],
    ["jobs of brown roofing", "Brown & Sons Roofing", "part"],
    ["how many Pipefiter work", "Pipefitter", "slip"],
  ])("%j names the cell %s (%s)", (question, cell, how) =>
    expect(linker.link(question).cells[0]).toMatchObject({ cell, how }),
  );

  test("of a person's synonym finds the table", () => {
    const noted = applyNotes(database, {
      knowledge: [],
      tables: { vehicle: { synonyms: ["trucks", "lorries"], columns: {}, terms: [] } },
    });
    expect(tablesFor("how many trucks", createLinker(noted))[0]).toBe("vehicle");
  });

  test("without a known word names no column and no cell, and still ranks every table", () => {
    for (const question of ["", "  ?!", "zzz qqq", "🙂 ~~ \u0000"])
      expect(linker.link(question)).toMatchObject({ columns: [], cells: [] });
    expect(tablesFor("")).toHaveLength(5);
  });

  test("of any text is no error", () =>
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => void linker.link(text))));
});

test("cells are read within their limits", () => {
  const count = (limits: Parameters<typeof readCells>[2]) =>
    readCells(file, database, limits).flatMap(({ cells }) => cells).length;
  expect(count({})).toBe(9);
  expect(count({ maxCellsPerColumn: 1 })).toBe(5);
  expect(count({ maxCells: 3 })).toBe(3);
  expect(count({ maxRows: 1 })).toBe(5);
});

const data = process.env.T2S_DATA;
const spider = join(data ?? "", "spider");

/** Shares of the golds' tables among the first k, and of questions whose tables all are. */
function recall(
  items: readonly { db_id: string; question: string; query: string }[],
  linkerOf: (dbId: string) => { linker: Linker; tables: readonly Table[]; prefix: string },
  k: number,
) {
  let [found, wanted, whole, n] = [0, 0, 0, 0];
  for (const { db_id, question, query } of items) {
    const { linker: one, tables, prefix } = linkerOf(db_id);
    const golds = namesOf(query, "sqlite", tables)?.tables ?? [];
    const first = one
      .link(question)
      .tables.slice(0, k)
      .map(({ table }) => table.toLowerCase());
    const hits = golds.filter((name) => first.includes(`${prefix}${name}`.toLowerCase())).length;
    found += hits;
    wanted += golds.length;
    whole += hits === golds.length ? 1 : 0;
    n++;
  }
  expect(n).toBeGreaterThan(400);
  return { tables: found / wanted, whole: whole / n };
}

describe.skipIf(!data)("on Spider (needs T2S_DATA)", () => {
  const itemsOf = (name: string) =>
    JSON.parse(readFileSync(join(spider, name), "utf8")) as {
      db_id: string;
      question: string;
      query: string;
    }[];
  const fileOf = (dbId: string) => join(spider, "database", dbId, `${dbId}.sqlite`);
  const known = new Map<string, { linker: Linker; tables: readonly Table[]; prefix: string }>();
  const linkerOf = (dbId: string) => {
    const one = known.get(dbId);
    if (one !== undefined) return one;
    const { database: its } = introspect(fileOf(dbId), { dbId });
    const made = {
      linker: createLinker(its, indexCells(readCells(fileOf(dbId), its))),
      tables: its.tables,
      prefix: "",
    };
    known.set(dbId, made);
    return made;
  };

  test.each([
    ["train_spider.json", 3, 0.955],
    ["train_spider.json", 5, 0.99],
    ["dev_A.json", 3, 0.965],
    ["dev_A.json", 5, 0.995],
  ])(
    "%s: among the first %d tables stand the gold's",
    (name, k, least) => {
      expect(recall(itemsOf(name), linkerOf, k).tables).toBeGreaterThanOrEqual(least);
    },
    120_000,
  );

  test("among 300 tables of many databases the first 20 hold the gold's", () => {
    const items = itemsOf("train_spider.json");
    const pool: Table[] = [];
    const chosen = new Map<string, readonly Table[]>();
    for (const dbId of new Set(items.map(({ db_id }) => db_id))) {
      if (pool.length >= 300) break;
      const { tables } = introspect(fileOf(dbId), { dbId }).database;
      const within = (name: string) => `${dbId}_${name}`;
      chosen.set(dbId, tables);
      for (const table of tables) {
        const foreignKeys = table.foreignKeys.map((key) => ({
          ...key,
          refTable: within(key.refTable),
        }));
        pool.push({ ...table, name: within(table.name), foreignKeys });
      }
    }
    const pooled = createLinker({ ...database, tables: pool });
    const share = recall(
      items.filter(({ db_id }) => chosen.has(db_id)),
      (dbId) => ({ linker: pooled, tables: chosen.get(dbId) ?? [], prefix: `${dbId}_` }),
      20,
    );
    expect(pool.length).toBeGreaterThanOrEqual(300);
    expect(share.tables).toBeGreaterThanOrEqual(0.98);
  }, 120_000);
});
