/** What only a server can do wrong: its types, its ways to write, its functions with effects, its sessions. */
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type PostgresServer,
  startPostgres,
  withoutPostgres,
} from "../../../test/postgres-server.ts";
import { defogGolds } from "../../../test/fixtures/defog.ts";
import { createExecutor, type Executor, type RunOptions } from "../executor.ts";
import type { Permissions } from "../run-result.ts";
import type { Catalog } from "./catalog.ts";
import { createFrame } from "./frame.ts";
import { strangerIn } from "./plan.ts";
import { openPostgresSession } from "./session.ts";
import { tokensOf } from "./tokens.ts";
import { readPostgresUrl, withoutPassword } from "./url.ts";

describe.skipIf(withoutPostgres)("on a real server", () => {
  let server: PostgresServer;
  let executor: Executor;
  let database: string;
  beforeAll(async () => {
    executor = createExecutor({ workers: 2, timeoutMs: 10_000 });
    server = await startPostgres();
    database = await server.create(
      "shop",
      `CREATE TABLE item (id int PRIMARY KEY, name text);
       INSERT INTO item SELECT i, 'item ' || i FROM generate_series(1, 100) AS i;
       CREATE TABLE log (at text);
       CREATE SEQUENCE numbers;
       CREATE TYPE mood AS ENUM ('sad', 'happy');
       CREATE FUNCTION note(t text) RETURNS text LANGUAGE plpgsql AS
         $$ BEGIN INSERT INTO log VALUES (t); RETURN t; END $$;
       CREATE FUNCTION noted(item) RETURNS text LANGUAGE sql AS $$ SELECT note($1.name) $$;
       CREATE FUNCTION noted(text, text) RETURNS text LANGUAGE sql AS $$ SELECT note($2) $$;
       CREATE AGGREGATE notes(text) (SFUNC = noted, STYPE = text);
       CREATE FUNCTION anything(anyelement) RETURNS text LANGUAGE sql AS $$ SELECT note('x') $$;
       CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 2 * n $$;
       CREATE VIEW sleepy AS SELECT pg_sleep(60)::text;
       CREATE VIEW names AS SELECT name FROM item;
       CREATE SCHEMA sales;
       CREATE TABLE sales.deal (id int);
       INSERT INTO sales.deal VALUES (7);
       GRANT USAGE ON SCHEMA public, sales TO reader;
       GRANT SELECT ON item, sales.deal TO reader;`,
    );
  });
  afterAll(async () => {
    await executor.close();
    await server.close();
  });

  async function outcome(sql: string, options?: RunOptions, url = database): Promise<unknown> {
    const result = await executor.run(url, sql, options);
    return result.ok ? result.rows : result.reason;
  }

  test.each([
    ["1::smallint, 2::int, 3::bigint, 4::oid", [1n, 2n, 3n, 4n]],
    [
      "0.1::real, 0.1::float8, 1e300::float8, 'NaN'::float8, '-Infinity'::float8",
      [0.1, 0.1, 1e300, "NaN", -Infinity],
    ],
    ["12.50::numeric(9,2), 100::numeric, 1.00::numeric, 'NaN'::numeric", [12.5, 100n, 1, "NaN"]],
    [
      "12345678901234567890::numeric, 12345678901234567.89::numeric",
      [12345678901234567890n, "12345678901234567.89"],
    ],
    ["10 / 3.0, avg(x) FROM (VALUES (1), (2), (2)) AS t (x)", [10 / 3, 5 / 3]],
    ["true, false, NULL::bool", ["true", "false", null]],
    [
      "date '2024-02-29', time '08:30', timestamp '2024-02-29 08:30:00.5'",
      ["2024-02-29", "08:30:00", "2024-02-29 08:30:00.5"],
    ],
    [
      "timestamptz '2024-02-29 08:30:00+00' AT TIME ZONE 'UTC', interval '1 day 2 hours'",
      ["2024-02-29 08:30:00", "1 day 02:00:00"],
    ],
    ["'\\x00ff'::bytea, ''::bytea", [new Uint8Array([0, 255]), new Uint8Array()]],
    [
      "ARRAY[1,2], ARRAY['a b', NULL], '{\"a\": [1]}'::jsonb, 'happy'::mood",
      ["{1,2}", '{"a b",NULL}', '{"a": [1]}', "happy"],
    ],
    [
      "'6ecd8c99-4036-403d-bf84-cf8400f67836'::uuid, '10.0.0.1'::inet, point(1,2)",
      ["6ecd8c99-4036-403d-bf84-cf8400f67836", "10.0.0.1", "(1,2)"],
    ],
    ["ROW(1, 'a'), '[1,5)'::int4range, 'a'::char(3), ''", ["(1,a)", "[1,5)", "a  ", ""]],
  ])("SELECT %s", async (columns, cells) =>
    expect(await outcome(`SELECT ${columns}`)).toEqual([cells]),
  );

  describe("what has effects is refused, and leaves nothing behind", () => {
    test.each([
      "WITH gone AS (DELETE FROM item RETURNING id) SELECT count(*) FROM gone",
      "WITH a AS (SELECT 1), b AS (INSERT INTO item VALUES (0) RETURNING id) SELECT * FROM a, b",
      "WITH a AS (UPDATE item SET name = '') SELECT 1",
      "SELECT * INTO copied FROM item",
      "SELECT 1 AS a INTO TEMP copied",
      "SELECT * FROM item FOR UPDATE",
      "SELECT * FROM item FOR SHARE",
      "SELECT nextval('numbers')",
      "SELECT setval('numbers', 9)",
      "SELECT pg_sleep(60)",
      "SELECT PG_SLEEP ( 60 )",
      'SELECT "pg_sleep"(60)',
      "SELECT pg_catalog.pg_sleep(60)",
      "SELECT pg_catalog . /* x */ pg_sleep -- y\n (60)",
      'SELECT U&"pg\\005fsleep"(60)',
      "SELECT pg_advisory_lock(1)",
      "SELECT pg_try_advisory_lock(1)",
      "SELECT pg_advisory_xact_lock(1)",
      "SELECT pg_terminate_backend(pg_backend_pid())",
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity",
      "SELECT pg_read_file('/etc/passwd')",
      "SELECT pg_read_binary_file('/etc/passwd')",
      "SELECT pg_ls_dir('/')",
      "SELECT pg_stat_file('/etc/passwd')",
      "SELECT lo_import('/etc/passwd')",
      "SELECT lo_export(1, '/tmp/x')",
      "SELECT lo_from_bytea(0, 'x')",
      "SELECT lo_create(0)",
      "SELECT set_config('default_transaction_read_only', 'off', false)",
      "SELECT set_config('transaction_read_only', 'off', true), note('x')",
      "SELECT pg_reload_conf()",
      "SELECT pg_rotate_logfile()",
      "SELECT pg_switch_wal()",
      "SELECT pg_notify('a', 'b')",
      "SELECT pg_logical_emit_message(false, 'a', 'b')",
      "SELECT pg_export_snapshot()",
      "SELECT setseed(0.5)",
      "SELECT query_to_xml('SELECT pg_sleep(60)', true, true, '')",
      "SELECT table_to_xml('item', true, true, '')",
      "SELECT database_to_xml(true, true, '')",
      "SELECT * FROM ts_stat('SELECT pg_sleep(60)::text::tsvector')",
      "SELECT note('x')",
      "SELECT notes(name) FROM item",
      "SELECT anything(1)",
      "SELECT item.anything FROM item",
      "SELECT E'x'\n'\\' ', pg_sleep(60), ' '",
      "SELECT e'x' -- \n '\\' ', pg_sleep(60), ' '",
      "SELECT noted(item) FROM item",
      "SELECT item.noted FROM item",
      "SELECT (item).noted FROM item",
      'SELECT item."noted" FROM item',
      "SELECT * FROM item WHERE note(name) = ''",
      "SELECT * FROM ROWS FROM (pg_sleep(60))",
      "COPY item TO '/tmp/x'",
      "COPY item TO PROGRAM 'id'",
      "COPY (SELECT 1) TO STDOUT",
      "COPY item FROM STDIN",
      "DO $$ BEGIN PERFORM pg_sleep(60); END $$",
      "CALL note('x')",
      "SET default_transaction_read_only = off",
      "SET TRANSACTION READ WRITE",
      "RESET ALL",
      "SHOW ALL",
      "LISTEN a",
      "NOTIFY a",
      "LOCK TABLE item",
      "PREPARE p AS SELECT 1",
      "EXECUTE p",
      "EXPLAIN ANALYZE DELETE FROM item",
      "EXPLAIN SELECT 1",
      "DECLARE c CURSOR FOR SELECT 1",
      "FETCH ALL FROM c",
      "TRUNCATE item",
      "CREATE TABLE other AS SELECT * FROM item",
      "CREATE EXTENSION dblink",
      "ALTER ROLE postgres SUPERUSER",
      "GRANT ALL ON item TO PUBLIC",
      "MERGE INTO item USING log ON false WHEN NOT MATCHED THEN DO NOTHING",
      "REFRESH MATERIALIZED VIEW x",
      "CHECKPOINT",
      "COMMIT",
      "ROLLBACK",
      "SAVEPOINT a",
      "/* SELECT */ DELETE FROM item",
      "/* /* nested */ DELETE FROM item */ DELETE FROM item",
      '"select" 1',
    ])("%s", async (sql) => {
      expect(await outcome(sql)).toBe("not-readonly");
      expect(
        await outcome(
          "SELECT (SELECT count(*) FROM item), (SELECT count(*) FROM log), (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'), current_setting('transaction_read_only'), current_setting('default_transaction_read_only')",
        ),
      ).toEqual([[100n, 0n, 0n, "on", "on"]]);
    });

    test("one statement, also for a server that reads text otherwise", async () => {
      expect(await outcome("SELECT E'\\'; DROP TABLE item; --'")).toEqual([
        ["'; DROP TABLE item; --"],
      ]);
      expect(await outcome("SELECT '\\'; DROP TABLE item; --'")).toBe("multi-statement");
      expect(await outcome("SELECT $a$; DROP TABLE item; $a$")).toEqual([["; DROP TABLE item; "]]);
      expect(await outcome("SELECT $a$ $b$ $a$; DROP TABLE item; --$b$")).toBe("multi-statement");
      expect(await outcome("SELECT 1 /* ; */ -- ;\n")).toEqual([[1n]]);
    });

    test.each(["SELECT $1", "SELECT $1::int + $2"])("%s has no value", async (sql) =>
      expect(await outcome(sql)).toBe("unbound-parameter"),
    );
  });

  test.each([
    ["TABLE item LIMIT 1", [[1n, "item 1"]]],
    ["(SELECT 1) UNION ALL (SELECT 2)", [[1n], [2n]]],
    [
      "SELECT random() < 2, now() IS NULL, twice(4), upper('a'), count(*) FROM item",
      [["true", "false", 8n, "A", 100n]],
    ],
    ["SELECT name AS note FROM item WHERE id IN (1) AND (name) IS NOT NULL", [["item 1"]]],
    [
      "SELECT date_trunc('month', date '2024-02-29')::date, string_agg(name, ',') FROM item WHERE id < 3",
      [["2024-02-01", "item 1,item 2"]],
    ],
    ["SELECT", [[]]],
  ])("%s runs", async (sql, rows) => expect(await outcome(sql)).toEqual(rows));

  test("limits: a view that sleeps, a lock that is held, a huge value, a huge result", async () => {
    expect(await outcome("SELECT * FROM sleepy", { timeoutMs: 300 })).toBe("timeout");
    expect(await outcome("SELECT repeat('x', 6000000)")).toBe("too-large");
    expect(
      await outcome("SELECT repeat('x', 200000000)", { maxBytes: 1_000_000, boundLengths: false }),
    ).toBe("too-large");
    expect(await outcome("SELECT repeat('x', 2000000000)")).toBe("too-large");
    expect(
      await outcome("SELECT a.name FROM item a, item b, item c, item d", { maxBytes: 100_000 }),
    ).toBe("too-large");
    const session = await openPostgresSession(database);
    await expect(session.rows("SELECT name FROM item, pg_sleep(0)")).resolves.toHaveLength(100);
    await session.close();
    expect(await outcome("SELECT 1")).toEqual([[1n]]);
    const left =
      "SELECT count(*) FROM pg_stat_activity WHERE state <> 'idle' AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    await expect.poll(() => outcome(left), { timeout: 10_000 }).toEqual([[0n]]);
  });

  test.skipIf(!process.env.T2S_DATA)("no gold of others is refused before it is sent", async () => {
    const sqls = defogGolds(process.env.T2S_DATA ?? "", "postgres").map(({ sql }) => sql);
    const results = await executor.runMany(database, sqls, { prepareOnly: true });
    expect(results.length).toBeGreaterThan(300);
    expect(results.filter((result) => !result.ok && result.sqlState === undefined)).toEqual([]);
  });

  test("errors keep the server's message and SQLSTATE", async () => {
    expect(await executor.run(database, "SELECT nope FROM item")).toMatchObject({
      reason: "exec-error",
      message: 'column "nope" does not exist',
      sqlState: "42703",
    });
    expect(await executor.run(database, "SELECT 1 / 0")).toMatchObject({ sqlState: "22012" });
  });

  describe("with permissions", () => {
    const permissions: Permissions = { tables: { item: ["id"] }, functions: [], filters: {} };

    test("names may hold any signs", async () => {
      const sql = `WITH "E'" AS (SELECT 1 AS id) SELECT "U&""x".id FROM item AS "U&""x" JOIN "E'" USING (id)`;
      expect(await outcome(sql, { permissions })).toEqual([[1n]]);
    });

    test("a catalog that stays locked is a timeout", async () => {
      const holding = server.script(
        "shop",
        "LOCK TABLE item IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(5)",
      );
      const held = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted";
      await expect.poll(() => outcome(held), { timeout: 4000 }).toEqual([[1n]]);
      const fresh = createExecutor();
      expect(await fresh.run(database, "SELECT id FROM item", { permissions })).toMatchObject({
        reason: "timeout",
        message: expect.stringContaining("lock timeout"),
      });
      await fresh.close();
      await holding;
    });
  });

  test("a role of its own, its password, and what it may not read", async () => {
    const url = server.url("shop", "reader");
    expect(await outcome("SELECT count(*) FROM item", {}, url)).toEqual([[100n]]);
    expect(await executor.run(url, "SELECT * FROM log")).toMatchObject({
      reason: "exec-error",
      sqlState: "42501",
    });
    process.env.T2S_TEST_PASSWORD = decodeURIComponent(new URL(url).password);
    const bare = withoutPassword(url);
    const named = bare.replace("@", ":${T2S_TEST_PASSWORD}@");
    expect(await outcome("SELECT 1", {}, named)).toEqual([[1n]]);
    expect(await executor.run(bare, "SELECT 1")).toMatchObject({ reason: "unreachable" });
    process.env.PGPASSWORD = process.env.T2S_TEST_PASSWORD;
    expect(await outcome("SELECT 2", {}, bare)).toEqual([[2n]]);
    delete process.env.PGPASSWORD;
  });

  test("schemas of the URL are looked up in their order", async () => {
    expect(await outcome("SELECT id FROM deal")).toBe("exec-error");
    expect(await outcome("SELECT id FROM deal", {}, `${database}?schemas=sales,public`)).toEqual([
      [7n],
    ]);
  });

  test("a killed session is replaced, and a server that is not there is a failure", async () => {
    await outcome("SELECT 1");
    await server.script(
      "postgres",
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 't2s'",
    );
    await expect.poll(() => outcome("SELECT 1"), { timeout: 5000 }).toEqual([[1n]]);
    const nobody = server.url("shop").replace(/:\d+\//, ":1/");
    expect(await executor.run(nobody, "SELECT 1")).toMatchObject({ reason: "unreachable" });
    await expect(openPostgresSession(nobody)).rejects.toMatchObject({
      code: "database-unreachable",
    });
    await expect(openPostgresSession(server.url("none"))).rejects.toThrow(/"none" does not exist/);
  });

  test("a function that is made later is refused within a minute by a new connection", async () => {
    await server.script(
      "shop",
      "CREATE FUNCTION late() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1'",
    );
    const fresh = createExecutor();
    expect(await fresh.run(database, "SELECT late()")).toMatchObject({ reason: "not-readonly" });
    await fresh.close();
  });
});

test.each<[object, string | undefined]>([
  [{ Output: ["pg_sleep"] }, undefined],
  [{ Output: ["'a'", "pg_sleep('1')"] }, "pg_sleep()"],
  [{ Output: ['U&"a" (1)'] }, "a text that cannot be read"],
  [{ "Index Name": 'U&"a" (', "Subplan Name": "CTE pg_sleep (" }, undefined],
  [{ "Node Type": "Function Scan", "Function Name": "Peek" }, "Peek()"],
])("of the plan %j nothing is passed that is not known to be permitted", (node, stranger) => {
  const catalog: Catalog = {
    relations: new Map(),
    visible: new Map(),
    byName: new Map(),
    functions: { names: new Set(["pg_sleep", "Peek"]), refused: new Set(), ofRows: new Set() },
    calledByPolicies: new Set(),
  };
  const frame = createFrame(catalog, { tables: {}, functions: [], filters: {} });
  const plan = [{ Plan: { "Node Type": "Result", ...node } }];
  expect(strangerIn(plan, catalog, frame, [], "t2s_")).toBe(stranger);
});

test("a port on which something else listens is a failure, without waiting for ever", async () => {
  const other = createServer((socket) => socket.end("220 hello\r\n")).listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const { port } = other.address() as { port: number };
  await expect(openPostgresSession(`postgres://a@127.0.0.1:${port}/b`)).rejects.toMatchObject({
    code: "database-unreachable",
  });
  other.close();
});

test.each([
  ["postgres://a:b%2F@h:5/d?x=1", "postgres://a@h:5/d?x=1"],
  ["postgresql://a:${PW}@h/d", "postgresql://a:${PW}@h/d"],
  ["postgres://h/d", "postgres://h/d"],
  ["postgres://a:p@s:s@h/d", "postgres://a@h/d"],
  ["postgres://a@h/d?password=x", "postgres://a@h/d"],
  ["postgres://a@h/d?password=x&schemas=y", "postgres://a@h/d?schemas=y"],
  ["postgres://a@h/d?schemas=y&password=x", "postgres://a@h/d?schemas=y"],
  ["postgres://a@h/d?password=${PW}", "postgres://a@h/d?password=${PW}"],
  ["postgres://a@h/d", "postgres://a@h/d"],
])("the password of %s does not stay", (url, expected) =>
  expect(withoutPassword(url)).toBe(expected),
);

test("a URL says schemas and name, and messages hold no password", () => {
  expect(readPostgresUrl("postgres://a:b@h:5/my%20db?schemas=x,y&sslmode=disable")).toEqual({
    connectionString: "postgres://a:b@h:5/my%20db?sslmode=disable",
    shown: "postgres://a@h:5/my%20db",
    schemas: ["x", "y"],
    name: "my db",
  });
  expect(() => readPostgresUrl("postgres://a:se cret@h:x/d")).toThrow(/^(?!.*se cret)/);
  expect(() => readPostgresUrl("postgres://a@h")).toThrow(/names none/);
  expect(() => readPostgresUrl("postgres://a:${T2S_NOT_SET}@h/d")).toThrow(/T2S_NOT_SET.*not set/);
});

test("tokens: strings, quoted names, comments, dollar quotes", () => {
  const texts = (sql: string) => tokensOf(sql)?.map(({ text }) => text);
  expect(
    texts(`SELECT "A""b", 'it''s', E'\\'', $$x$$ , a$b.C--z\n/* /* y */ */ 1.5e3 $1 x`),
  ).toEqual([
    "select",
    'A"b',
    ",",
    "'it''s'",
    ",",
    "E'\\''",
    ",",
    "$$x$$",
    ",",
    "a$b",
    ".",
    "c",
    "1.5e3",
    "$1",
    "x",
  ]);
  expect(texts('U&"a"')).toBeUndefined();
});
