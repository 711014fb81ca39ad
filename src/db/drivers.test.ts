/** One table of tests for every engine: what runs, what is refused, what stops. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PostgresServer, startPostgres, withoutPostgres } from "../../test/postgres-server.ts";
import { createExecutor, type Executor, type RunOptions } from "./executor.ts";
import { driverOf, type EngineName } from "./drivers.ts";

const ITEMS = `CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, price DOUBLE PRECISION, made DATE);`;
const ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x FROM c) SELECT max(x) FROM c";

type Engine = { readonly open: () => Promise<string>; readonly skip: boolean; close(): unknown };
const folder = mkdtempSync(join(tmpdir(), "t2s-drivers-"));
let server: PostgresServer | undefined;

const engines: Readonly<Record<EngineName, Engine>> = {
  sqlite: {
    skip: false,
    async open() {
      const file = join(folder, "shop.sqlite");
      const connection = new DatabaseSync(file);
      connection.exec(`${ITEMS} WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
        INSERT INTO item SELECT i, 'item ' || i, i / 4.0, '2024-02-29' FROM n;`);
      connection.close();
      return `sqlite:${file}`;
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  },
  postgres: {
    skip: withoutPostgres,
    async open() {
      server = await startPostgres();
      return server.create(
        "shop",
        `${ITEMS} INSERT INTO item SELECT i, 'item ' || i, i / 4.0, '2024-02-29' FROM generate_series(1, 1000) AS i;`,
      );
    },
    close: () => server?.close(),
  },
};

for (const [name, engine] of Object.entries(engines))
  describe.skipIf(engine.skip)(name, () => {
    let executor: Executor;
    let database: string;
    beforeAll(async () => {
      executor = createExecutor({ workers: 2, timeoutMs: 10_000 });
      database = await engine.open();
    });
    afterAll(async () => {
      await executor.close();
      await engine.close();
    });

    /** The rows, or the reason why there are none. */
    async function outcome(sql: string, options?: RunOptions): Promise<unknown> {
      const result = await executor.run(database, sql, options);
      return result.ok ? result.rows : result.reason;
    }
    const isAlive = async () => expect(await outcome("SELECT 1")).toEqual([[1n]]);

    test.each([
      [
        "SELECT id, price, name, made, NULL, id FROM item WHERE id = 2",
        [[2n, 0.5, "item 2", "2024-02-29", null, 2n]],
      ],
      ["SELECT 9223372036854775807", [[9223372036854775807n]]],
      [
        "SELECT count(*), sum(id), avg(id), avg(price) FROM item",
        [[1000n, 500500n, 500.5, 125.125]],
      ],
      ["SELECT 1; -- done", [[1n]]],
      ["SELECT '?;:x$1' /* ; $1 */", [["?;:x$1"]]],
      ["VALUES (1), (2)", [[1n], [2n]]],
      ["WITH a AS (SELECT 1 AS x) SELECT x FROM a", [[1n]]],
      ["SELECT name FROM item WHERE id < 0", []],
      ["SELECT 'é ü 日本 😀'", [["é ü 日本 😀"]]],
    ])("%s runs", async (sql, rows) => expect(await outcome(sql)).toEqual(rows));

    test("columns of one name stay apart", async () =>
      expect(
        await executor.run(database, "SELECT id, id, name AS n FROM item LIMIT 1"),
      ).toMatchObject({
        columns: ["id", "id", "n"],
      }));

    test.each([
      ["DELETE FROM item", "not-readonly"],
      ["INSERT INTO item (id) VALUES (0) RETURNING id", "not-readonly"],
      ["UPDATE item SET id = 0", "not-readonly"],
      ["DROP TABLE item", "not-readonly"],
      ["CREATE TEMP TABLE x (a int)", "not-readonly"],
      ["VACUUM", "not-readonly"],
      ["BEGIN", "not-readonly"],
      ["SELECT 1; SELECT 2", "multi-statement"],
      ["SELECT 1; DROP TABLE item", "multi-statement"],
      ["SELECT 1;;", "multi-statement"],
      ["", "empty-sql"],
      [" ;\n-- nothing\n/* at all */", "empty-sql"],
      ["SELECT 1\0", "unbound-parameter"],
      ["SELECT nope FROM item", "exec-error"],
      ["SELECT 'open", "exec-error"],
      ["SELECT 1 FROM", "exec-error"],
    ])("%j: %s", async (sql, reason) => {
      expect(await outcome(sql)).toBe(reason);
      expect(await outcome("SELECT count(*) FROM item")).toEqual([[1000n]]);
    });

    test("what never ends is stopped at the time limit", async () => {
      expect(await outcome(ENDLESS, { timeoutMs: 300 })).toBe("timeout");
      await isAlive();
    });

    test("a signal stops what runs, what waits, and what has not begun", async () => {
      const controller = new AbortController();
      const options = { signal: controller.signal };
      const running = Promise.all(Array.from({ length: 4 }, () => outcome(ENDLESS, options)));
      setTimeout(() => controller.abort(), 400);
      expect(await running).toEqual(Array.from({ length: 4 }, () => "cancelled"));
      expect(await outcome("SELECT 1", options)).toBe("cancelled");
      await isAlive();
    });

    test.each([
      ["more bytes than allowed", "SELECT name FROM item", { maxBytes: 1000 }],
      ["more rows than allowed", "SELECT id FROM item", { maxRows: 10, overflow: "fail" as const }],
      ["a long statement", `SELECT '${"x".repeat(60_000)}'`, {}],
    ])("%s: too large", async (_name, sql, options) => {
      expect(await outcome(sql, { connection: "fresh", ...options })).toBe("too-large");
      await isAlive();
    });

    test("rows beyond the cap are left out and said to be", async () => {
      const cross = "SELECT a.id FROM item a, item b, item c";
      expect(await executor.run(database, cross, { maxRows: 3 })).toMatchObject({
        ok: true,
        truncated: true,
        rows: [[1n], [1n], [1n]],
      });
      expect(
        await executor.run(database, "SELECT id FROM item LIMIT 3", { maxRows: 3 }),
      ).toMatchObject({ truncated: false });
    });

    test("compiling alone gives columns and no rows", async () =>
      expect(await executor.run(database, ENDLESS, { prepareOnly: true })).toMatchObject({
        columns: [expect.stringContaining("max")],
        rows: [],
      }));

    test("many statements keep their order, whatever fails among them", async () => {
      const sqls = Array.from({ length: 100 }, (_, i) =>
        i % 7 === 3 ? "SELECT (" : `SELECT ${i}`,
      );
      const results = await executor.runMany(database, sqls);
      results.forEach((result, i) =>
        expect(result).toMatchObject(i % 7 === 3 ? { ok: false } : { rows: [[BigInt(i)]] }),
      );
    });

    test("close ends what runs and what waits", async () => {
      const own = createExecutor({ workers: 1 });
      await own.run(database, "SELECT 1");
      const pending = Promise.all([own.run(database, ENDLESS), own.run(database, "SELECT 1")]);
      await own.close();
      expect(await pending).toMatchObject([{ reason: "exec-error" }, { reason: "exec-error" }]);
      expect(await own.run(database, "SELECT 1")).toMatchObject({ reason: "exec-error" });
    });

    test("a session of our own reads with parameters, and what fails is an error", async () => {
      const session = await driverOf(database).openSession(database);
      const cast = name === "postgres" ? "::int" : "";
      const sql = `SELECT name, price FROM item WHERE id = ${name === "postgres" ? "$1" : "?"}${cast}`;
      expect(await session.rows(sql, [4])).toEqual([["item 4", 1]]);
      await expect(session.rows("DELETE FROM item")).rejects.toThrow(/read-?only/);
      await expect(session.rows("SELECT nope")).rejects.toThrow("nope");
      await session.close();
    });
  });
