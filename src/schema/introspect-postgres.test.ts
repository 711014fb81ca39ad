import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PostgresServer, startPostgres, withoutPostgres } from "../../test/postgres-server.ts";
import { openPostgresSession } from "../db/postgres/session.ts";
import { quoteName } from "../sql/quote.ts";
import { dbIdOf, describeDatabase } from "./describe.ts";
import type { Database } from "./schema.ts";

const SCRIPT = `
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN email AS varchar(80) CHECK (VALUE LIKE '%@%');
CREATE TABLE customer (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(40) NOT NULL, mail email, mood mood,
  born date, active boolean, notes jsonb, tags text[], photo bytea, score numeric(9,2), empty text,
  upper_name text GENERATED ALWAYS AS (upper(name)) STORED, seen timestamp with time zone, gone timestamp(3), key uuid UNIQUE);
COMMENT ON TABLE customer IS 'people who buy';
COMMENT ON COLUMN customer.born IS 'birthday';
INSERT INTO customer (name, mail, mood, born, active, notes, tags, photo, score, seen)
  SELECT 'name ' || (i % 3), 'a@b', 'ok', date '2000-01-01' + i, i % 2 = 0, '{"a": 1}', '{x,y}', '\\x00', i + 0.5, '2024-01-01 00:00+00'
  FROM generate_series(1, 10) AS i;
CREATE TABLE "Order" (
  "OrderNo" int, "lineNo" smallint, customer_id int REFERENCES customer, "Unit Price" float8,
  PRIMARY KEY ("lineNo", "OrderNo"));
INSERT INTO "Order" VALUES (1, 1, 1, 2.5), (1, 2, 2, 3.5);
CREATE TABLE shipment (id int, b int, a smallint, FOREIGN KEY (b, a) REFERENCES "Order" ("OrderNo", "lineNo"));
CREATE TABLE event (at date, kind text) PARTITION BY RANGE (at);
CREATE TABLE event_2024 PARTITION OF event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
INSERT INTO event VALUES ('2024-05-05', 'a');
CREATE VIEW happy AS SELECT id, name FROM customer WHERE mood = 'happy';
CREATE MATERIALIZED VIEW count_by_name AS SELECT name, count(*) AS n FROM customer GROUP BY name;
CREATE VIEW broken AS SELECT 1 / (id - id) AS x FROM customer;
CREATE SCHEMA sales;
CREATE TABLE sales.deal (id int PRIMARY KEY, customer int REFERENCES public.customer);
CREATE TABLE sales.event (other int);
CREATE TABLE secret (x int);
GRANT USAGE ON SCHEMA public, sales TO reader;
GRANT SELECT ON ALL TABLES IN SCHEMA public, sales TO reader;
REVOKE ALL ON secret FROM reader;
REVOKE SELECT ON shipment FROM reader;
GRANT SELECT (id) ON shipment TO reader;
`;

describe.skipIf(withoutPostgres)("a PostgreSQL database", () => {
  let server: PostgresServer;
  let url: string;
  let database: Database;
  let notes: readonly string[];
  beforeAll(async () => {
    server = await startPostgres();
    await server.create("shop", SCRIPT);
    url = server.url("shop", "reader");
    ({ database, notes } = await describeDatabase(url));
  });
  afterAll(() => server.close());

  const tableOf = (name: string) => database.tables.find((table) => table.name === name);
  const columnOf = (table: string, name: string) =>
    tableOf(table)?.columns.find((column) => column.name === name);

  test("tables and views that the role may read, partitions within their table", () => {
    expect(database.dbId).toBe("shop");
    expect(database.dialect).toBe("postgres");
    expect(database.tables.map(({ name, kind, rowCount }) => [name, kind, rowCount])).toEqual([
      ["customer", "table", 10],
      ["Order", "table", 2],
      ["shipment", "table", 0],
      ["event", "table", 1],
      ["happy", "view", 0],
      ["count_by_name", "view", 3],
    ]);
    expect(notes).toEqual([
      "table secret is left out: the role may not read it",
      "view broken is left out: division by zero",
      "the foreign key shipment(b, a) to Order is left out: nothing there fits",
    ]);
  });

  test("types, comments and keys", () => {
    expect(tableOf("customer")?.comment).toBe("people who buy");
    expect(columnOf("customer", "born")).toMatchObject({ type: "date", comment: "birthday" });
    expect(
      tableOf("customer")?.columns.map(
        ({ type, notNull, primaryKey }) => `${type}${notNull ? "!" : ""}${primaryKey}`,
      ),
    ).toEqual(
      "integer!1 varchar(40)!0 varchar(80)0 mood0 date0 boolean0 jsonb0 text[]0 bytea0 numeric(9,2)0 text0 text0 timestamptz0 timestamp(3)0 uuid0".split(
        " ",
      ),
    );
    expect(tableOf("Order")?.columns.map(({ name, primaryKey }) => [name, primaryKey])).toEqual([
      ["OrderNo", 2],
      ["lineNo", 1],
      ["customer_id", 0],
      ["Unit Price", 0],
    ]);
    expect(tableOf("Order")?.foreignKeys).toEqual([
      { columns: ["customer_id"], refTable: "customer", refColumns: ["id"] },
    ]);
    expect(tableOf("shipment")?.columns.map(({ name }) => name)).toEqual(["id"]);
  });

  test("a composite foreign key keeps its order", async () => {
    const all = (await describeDatabase(server.url("shop"), { tables: ["shipment", "order"] }))
      .database;
    expect(all.tables.map(({ name }) => name)).toEqual(["Order", "shipment"]);
    expect(all.tables[1].foreignKeys).toEqual([
      { columns: ["b", "a"], refTable: "Order", refColumns: ["OrderNo", "lineNo"] },
    ]);
  });

  test("typical values, most frequent first, and the labels of an enumeration", () => {
    expect(columnOf("customer", "name")).toMatchObject({ distinctCount: 3, nullCount: 0 });
    expect(columnOf("customer", "name")?.cellValues).toEqual(["name 1", "name 0", "name 2"]);
    expect(columnOf("customer", "mood")?.cellValues).toEqual(["ok", "sad", "happy"]);
    expect(columnOf("customer", "score")?.cellValues.slice(0, 2)).toEqual([1.5, 2.5]);
    expect(columnOf("customer", "active")?.cellValues).toEqual(["false", "true"]);
    expect(columnOf("customer", "born")?.cellValues[0]).toBe("2000-01-02");
    expect(columnOf("customer", "notes")?.cellValues).toEqual([]);
    expect(columnOf("customer", "empty")).toMatchObject({ cellValues: [], nullCount: 10 });
    expect(columnOf("customer", "upper_name")?.cellValues[0]).toBe("NAME 1");
  });

  test("other schemas by the URL: in their order, the first of a name", async () => {
    const both = await describeDatabase(`${url}?schemas=sales,public`);
    expect(both.database.tables.map(({ name }) => name).slice(0, 3)).toEqual([
      "deal",
      "event",
      "customer",
    ]);
    expect(both.database.tables[0].foreignKeys[0].refTable).toBe("customer");
    expect(both.notes).toContain(
      "table public.event is left out: an earlier schema has one of that name",
    );
    await expect(describeDatabase(`${url}?schemas=nothing`)).rejects.toThrow(
      /no schema nothing; it has/,
    );
  });

  test("a role that could write is warned of, an unknown table named with the nearest", async () => {
    expect((await describeDatabase(server.url("shop"))).notes[0]).toMatch(
      /postgres is a superuser/,
    );
    await server.script("shop", "GRANT INSERT ON customer TO reader");
    expect((await describeDatabase(url)).notes[0]).toMatch(/reader may write to 1 tables/);
    await expect(describeDatabase(url, { tables: ["custommer"] })).rejects.toThrow(
      /is customer meant/,
    );
  });

  test("without statistics no row is read", async () => {
    const { database: bare } = await describeDatabase(url, { withStatistics: false });
    expect(bare.tables.map(({ name }) => name)).toContain("broken");
    expect(bare.tables.every(({ rowCount }) => rowCount === 0)).toBe(true);
  });

  test("an empty database, and one that is not there", async () => {
    await server.create("bare");
    await expect(describeDatabase(server.url("bare"))).rejects.toMatchObject({
      code: "database-empty",
    });
    await expect(describeDatabase(server.url("nothing"))).rejects.toMatchObject({
      code: "database-unreachable",
    });
  });

  test("a large table is sampled, and its rows are the server's estimate", async () => {
    await server.script(
      "shop",
      "CREATE TABLE big AS SELECT i AS id, i % 7 AS part FROM generate_series(1, 1200000) AS i; ANALYZE big; GRANT SELECT ON big TO reader",
    );
    const { database: large } = await describeDatabase(url, { tables: ["big"] });
    const [{ rowCount, columns }] = large.tables;
    expect(rowCount / 1_200_000).toBeCloseTo(1, 1);
    expect(columns[0].distinctCount / 1_200_000).toBeCloseTo(1, 1);
    expect(columns[1].distinctCount).toBe(7);
  });

  test("the server reads every quoted name as the name it was", async () => {
    const session = await openPostgresSession(url);
    const keywords = (await session.rows("SELECT word::text FROM pg_get_keywords()")).flat();
    const names = [...keywords.map(String), "Name", "a b", 'a"b', "é", "_x1", "a$b", "9"];
    for (const name of names) {
      const quoted = quoteName(name, "postgres");
      const sql = `SELECT ${quoted}, t.${quoted}, to_json(t) FROM (SELECT 7 AS ${quoted}) t GROUP BY ${quoted}, t.* ORDER BY ${quoted}`;
      expect(await session.rows(sql)).toEqual([[7n, 7n, JSON.stringify({ [name]: 7 })]]);
    }
    await session.close();
  });
});

test("a database is named after its file, or by its server", () => {
  expect(dbIdOf("/a/b/shop.v2.sqlite")).toBe("shop.v2");
  expect(dbIdOf("postgres://a@h/my%20shop?schemas=x")).toBe("my shop");
});
