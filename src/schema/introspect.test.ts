import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, test } from "vitest";
import { sha256 } from "../base/hash.ts";
import { introspect } from "./introspect.ts";
import { renderCompact, renderDdl } from "./render.ts";
import type { Database, Table } from "./schema.ts";
import { probeViews } from "./views.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-introspect-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function build(sql: string): string {
  const file = join(folder, `${++files}.sqlite`);
  const connection = new DatabaseSync(file);
  connection.exec(sql);
  connection.close();
  return file;
}
const describeSql = (sql: string) => introspect(build(sql), { dbId: "shop" });
const tableOf = (database: Database, name: string): Table => {
  const found = database.tables.find((table) => table.name === name);
  if (found === undefined) throw new Error(`no table ${name}`);
  return found;
};

const SHOP = `
  CREATE TABLE CUST ( -- customers
    Grp INTEGER NOT NULL,
    No INTEGER NOT NULL, -- unique in its group
    Name VARCHAR(40),
    PRIMARY KEY (Grp, No)
  );
  CREATE TABLE ORD ( /* orders */
    Id INTEGER PRIMARY KEY,
    Grp INTEGER, Cust INTEGER, -- the buyer
    Status TEXT CHECK (Status IN ('O', 'C')), -- O open, C closed
    -- about nothing in particular
    Parent INTEGER REFERENCES ord,
    FOREIGN KEY (Grp, Cust) REFERENCES CUST -- the customer
  );
  INSERT INTO CUST VALUES (1, 1, 'Ann'), (1, 2, 'Bob'), (2, 1, NULL);
  INSERT INTO ORD VALUES (1, 1, 1, 'O', NULL), (2, 1, 2, 'C', 1), (3, 1, 2, 'C', 1);`;

describe("an ordinary schema", () => {
  const { database, notes } = describeSql(SHOP);

  test("has its tables in order, with columns, types, keys and counts", () => {
    expect(notes).toEqual([]);
    expect(database.tables.map(({ name, rowCount }) => [name, rowCount])).toEqual([
      ["CUST", 3],
      ["ORD", 3],
    ]);
    expect(tableOf(database, "CUST").columns).toMatchObject([
      { name: "Grp", type: "INTEGER", notNull: true, primaryKey: 1 },
      { name: "No", primaryKey: 2, comment: "unique in its group" },
      {
        name: "Name",
        type: "VARCHAR(40)",
        notNull: false,
        primaryKey: 0,
        nullCount: 1,
        distinctCount: 2,
      },
    ]);
  });

  test("has the comments of the DDL where they belong", () => {
    expect(database.tables.map(({ comment }) => comment)).toEqual(["customers", "orders"]);
    const comments = tableOf(database, "ORD").columns.map(({ comment }) => comment);
    expect(comments).toEqual([undefined, undefined, "the buyer", "O open, C closed", undefined]);
  });

  test("completes references that leave their columns out", () => {
    expect(tableOf(database, "ORD").foreignKeys).toEqual([
      { columns: ["Parent"], refTable: "ORD", refColumns: ["Id"] },
      { columns: ["Grp", "Cust"], refTable: "CUST", refColumns: ["Grp", "No"] },
    ]);
  });

  test("shows frequent values first", () => {
    const [, , , status] = tableOf(database, "ORD").columns;
    expect(status.cellValues).toEqual(["C", "O"]);
  });

  test("renders to one line a table", () => {
    expect(renderCompact(database)).toBe(
      `CUST (customers): Grp No (unique in its group) | Name
ORD (orders): Id | Grp Cust (the buyer) Status (O open, C closed) Parent -> ORD(Parent=Id) CUST(Cust=No)`,
    );
  });

  test("renders to DDL that SQLite reads as the same schema", () => {
    const again = introspect(build(renderDdl(database)), { dbId: "shop" }).database;
    expect(again.fingerprint).toBe(database.fingerprint);
  });
});

test("the fingerprint follows names, types, keys and comments, not rows", () => {
  const of = (sql: string) => describeSql(sql).database.fingerprint;
  expect(of(`${SHOP} DELETE FROM ORD;`)).toBe(of(SHOP));
  for (const [from, to] of [
    ["Name VARCHAR", "Label VARCHAR"],
    ["VARCHAR(40)", "TEXT"],
    ["-- the buyer", "-- the payer"],
    ["PRIMARY KEY (Grp, No)", "PRIMARY KEY (No, Grp)"],
  ])
    expect(of(SHOP.replace(from, to)), to).not.toBe(of(SHOP));
});

test("odd names survive: reserved words, blanks, quotes, brackets, other alphabets", () => {
  const names = ["order", "two words", 'say "hi"', "a]b", "naïve", "1st", "group", "x.y"];
  const quoted = names.map((name) => `"${name.replaceAll('"', '""')}"`);
  const { database } = describeSql(
    `CREATE TABLE "select" (${quoted.join(", ")}, PRIMARY KEY (${quoted[1]}));
     CREATE TABLE "odd ""one""" (a REFERENCES "select" ("two words"));
     INSERT INTO "select" VALUES (1, 2, 3, 4, 5, 6, 7, 8);`,
  );
  expect(tableOf(database, "select").columns.map(({ name }) => name)).toEqual(names);
  expect(tableOf(database, "select").columns.map(({ cellValues }) => cellValues[0])).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8,
  ]);
  const again = introspect(build(renderDdl(database)), { dbId: "shop" }).database;
  expect(again.fingerprint).toBe(database.fingerprint);
  expect(renderCompact(database).split("\n")[1]).toBe(
    `"odd ""one""": a -> "select"(a="two words")`,
  );
});

test("tables without key, without row ids, with generated columns and full-text tables are all read", () => {
  const { database } = describeSql(`
    CREATE TABLE plain (a, b TEXT);
    CREATE TABLE keyed (k TEXT PRIMARY KEY, v REAL) WITHOUT ROWID;
    CREATE TABLE made (a INTEGER, twice INTEGER GENERATED ALWAYS AS (a * 2), kept INTEGER AS (a + 1) STORED);
    CREATE VIRTUAL TABLE found USING fts5(body);
    INSERT INTO plain VALUES (1, 'x'), (1, 'x');
    INSERT INTO keyed VALUES ('p', 0.5);
    INSERT INTO made (a) VALUES (4);
    INSERT INTO found VALUES ('text');`);
  expect(database.tables.map(({ name }) => name)).toEqual(["plain", "keyed", "made", "found"]);
  expect(tableOf(database, "plain").columns.every(({ primaryKey }) => primaryKey === 0)).toBe(true);
  expect(tableOf(database, "made").columns).toMatchObject([
    { name: "a" },
    { name: "twice", cellValues: [8] },
    { name: "kept", cellValues: [5] },
  ]);
  expect(renderCompact(database).split("\n").slice(0, 2)).toEqual(["plain: a b", "keyed: k | v"]);
});

test("a view that fails is left out with a note, one that runs is kept", () => {
  const { database, notes } = describeSql(`
    CREATE TABLE t (a); INSERT INTO t VALUES (1), (2);
    CREATE VIEW good AS SELECT a, a + 1 AS next FROM t;
    CREATE VIEW gone AS SELECT a FROM t2;
    CREATE VIEW wrong AS SELECT json(a || 'x') AS j FROM t;`);
  expect(database.tables.map(({ name, kind }) => [name, kind])).toEqual([
    ["t", "table"],
    ["good", "view"],
  ]);
  expect(tableOf(database, "good")).toMatchObject({ rowCount: 2, foreignKeys: [] });
  expect(notes).toEqual([
    expect.stringMatching(/view gone is left out: .*no such table/),
    expect.stringMatching(/view wrong is left out: .*malformed JSON/),
  ]);
});

test("a view that never ends is stopped, and the views after it are still probed", () => {
  const file = build(`CREATE TABLE t (a);
    CREATE VIEW endless AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) AS x FROM c;
    CREATE VIEW good AS SELECT a FROM t;`);
  const probes = probeViews(file, ["endless", "good"], 10, 1000);
  expect([...probes.values()]).toEqual([{ error: "runs longer than 1 s" }, { rowCount: 0 }]);
});

test("cells that are not UTF-8, blobs, long texts and huge integers are no typical values", () => {
  const { database } = describeSql(`
    CREATE TABLE t (a TEXT, b BLOB, c TEXT, d INTEGER);
    INSERT INTO t VALUES (CAST(x'ff41' AS TEXT), x'00', printf('%.*c', 100, 'x'), 9223372036854775807),
      ('fine', x'01', 'short', 5), (NULL, NULL, 'two' || char(10) || 'lines', NULL);`);
  const columns = tableOf(database, "t").columns;
  expect(columns.map(({ cellValues }) => cellValues)).toEqual([["fine"], [], ["short"], [5]]);
  expect(columns.map(({ nullCount }) => nullCount)).toEqual([1, 1, 0, 1]);
});

test("statistics of a large table come from a sample spread over it", () => {
  const { database } = describeSql(`
    CREATE TABLE big (id INTEGER PRIMARY KEY, kind TEXT, half INTEGER);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120000)
    INSERT INTO big SELECT i, CASE WHEN i <= 60000 THEN 'first' ELSE 'second' END, iif(i % 2, i, NULL) FROM n;`);
  const [id, kind, half] = tableOf(database, "big").columns;
  expect(tableOf(database, "big").rowCount).toBe(120_000);
  expect(id.distinctCount).toBe(120_000);
  expect([...kind.cellValues].sort()).toEqual(["first", "second"]);
  expect(kind.distinctCount).toBe(2);
  expect(Math.abs(half.nullCount - 60_000)).toBeLessThan(1000);
});

test("300 tables are read", () => {
  const tables = Array.from(
    { length: 300 },
    (_, i) =>
      `CREATE TABLE t${i} (id INTEGER PRIMARY KEY, a TEXT, b REAL, c INTEGER, ref INTEGER REFERENCES t${Math.max(0, i - 1)});
       INSERT INTO t${i} VALUES (1, 'x', 2.5, NULL, 1);`,
  );
  const { database } = describeSql(`BEGIN; ${tables.join("\n")} COMMIT;`);
  expect(database.tables).toHaveLength(300);
  expect(tableOf(database, "t299").foreignKeys).toHaveLength(1);
});

test("a reference to a table that is missing or not chosen is left out with a note", () => {
  const file = build(`CREATE TABLE a (id INTEGER PRIMARY KEY);
    CREATE TABLE b (a INTEGER REFERENCES a, z INTEGER REFERENCES nowhere (z));`);
  const { database, notes } = introspect(file, { dbId: "x", tables: ["B"] });
  expect(database.tables.map(({ name }) => name)).toEqual(["b"]);
  expect(database.tables[0].foreignKeys).toEqual([]);
  expect(notes).toHaveLength(2);
});

describe("errors", () => {
  test("a database without tables is empty", () => {
    expect(() => describeSql("CREATE TABLE t (a); DROP TABLE t;")).toThrow(
      expect.objectContaining({ code: "database-empty" }),
    );
  });

  test("a file that is no database is refused", () => {
    const file = join(folder, "notes.txt");
    writeFileSync(file, "hello");
    expect(() => introspect(file, { dbId: "x" })).toThrow(
      expect.objectContaining({ code: "database-invalid" }),
    );
  });

  test("an unknown table is refused with the nearest name", () => {
    const file = build("CREATE TABLE customers (a)");
    expect(() => introspect(file, { dbId: "x", tables: ["custmers"] })).toThrow(
      /no table custmers; is customers meant/,
    );
  });
});

test("the file is not changed", () => {
  const file = build(SHOP);
  const before = sha256(readFileSync(file));
  introspect(file, { dbId: "shop" });
  expect(sha256(readFileSync(file))).toBe(before);
});

const data = process.env.T2S_DATA;
test.skipIf(data === undefined).each(["chinook", "northwind", "adventureworkslt", "employee"])(
  "%s is read whole (needs T2S_DATA)",
  (name) => {
    const { database } = introspect(join(data ?? "", "company", `${name}.sqlite`), { dbId: name });
    expect(database.tables.length).toBeGreaterThan(5);
    expect(renderCompact(database).split("\n")).toHaveLength(database.tables.length);
  },
);
