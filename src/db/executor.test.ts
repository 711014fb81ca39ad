import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../base/hash.ts";
import { createExecutor, type Executor, type RunOptions } from "./executor.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-executor-"));
const file = join(folder, "shop.sqlite");
const ENDLESS =
  "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";
const temporary = join(folder, "tmp");
const usualTemporary = process.env.TMPDIR;
let executor: Executor;

beforeAll(() => {
  mkdirSync(temporary);
  process.env.TMPDIR = temporary;
  const connection = new DatabaseSync(file);
  connection.exec(`CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, price REAL, picture BLOB);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
    INSERT INTO item SELECT i, 'item ' || i, i / 4.0, x'0102' FROM n;`);
  connection.close();
  executor = createExecutor({ workers: 2, timeoutMs: 10_000 });
});
afterAll(async () => {
  await executor.close();
  if (usualTemporary === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = usualTemporary;
  rmSync(folder, { recursive: true, force: true });
});

/** The rows, or the reason why there are none. */
async function outcome(sql: string, options?: RunOptions): Promise<unknown> {
  const result = await executor.run(file, sql, options);
  return result.ok ? result.rows : result.reason;
}

test("rows keep the storage class of every cell, and columns of one name stay apart", async () => {
  const result = await executor.run(
    file,
    "SELECT id, price, name, picture, NULL, id, 9223372036854775807 FROM item WHERE id = 2",
  );
  expect(result).toMatchObject({
    ok: true,
    columns: ["id", "price", "name", "picture", "NULL", "id", "9223372036854775807"],
    rows: [[2n, 0.5, "item 2", new Uint8Array([1, 2]), null, 2n, 9223372036854775807n]],
    truncated: false,
  });
});

describe("what is not one reading statement is refused, and the file stays as it was", () => {
  test.each([
    ["DELETE FROM item", "not-readonly"],
    ["INSERT INTO item (id) VALUES (0) RETURNING id", "not-readonly"],
    ["DROP TABLE item", "not-readonly"],
    ["CREATE TEMP TABLE x (a)", "not-readonly"],
    ["ATTACH ':memory:' AS other", "not-readonly"],
    ["PRAGMA user_version", "not-readonly"],
    ["SELECT * FROM pragma_table_info('item')", "not-readonly"],
    ["VACUUM", "not-readonly"],
    ["BEGIN", "not-readonly"],
    ["SELECT load_extension('x')", "not-readonly"],
    ["SELECT 1; SELECT 2", "multi-statement"],
    ["SELECT 1;;", "multi-statement"],
    ["", "empty-sql"],
    [" ;\n-- nothing\n/* at all */", "empty-sql"],
    ["SELECT ?", "unbound-parameter"],
    ["SELECT :name", "unbound-parameter"],
    ["SELECT 1\0", "unbound-parameter"],
    ["SELECT nope FROM item", "exec-error"],
    ["SELECT 'open", "exec-error"],
  ])("%j: %s", async (sql, reason) => {
    const before = sha256(readFileSync(file));
    expect(await outcome(sql)).toBe(reason);
    expect(sha256(readFileSync(file))).toBe(before);
  });

  test("a missing file is a failure, and is not created", async () => {
    expect(await executor.run(join(folder, "none.sqlite"), "SELECT 1")).toMatchObject({
      ok: false,
      reason: "exec-error",
    });
  });
});

test.each([
  ["SELECT 1; -- done", [[1n]]],
  ["SELECT '?;:x' /* ? */", [["?;:x"]]],
  ["VALUES (1), (2)", [[1n], [2n]]],
  ['SELECT "France"', [["France"]]],
  ["SELECT value FROM json_each('[1]')", [[1n]]],
])("%s runs", async (sql, rows) => expect(await outcome(sql)).toEqual(rows));

describe("limits", () => {
  test.each([
    ["an endless recursion", ENDLESS],
    [
      "a cross join of 10^9 rows",
      "SELECT count(*) FROM item a, item b, item c WHERE a.id + b.id + c.id < 0",
    ],
  ])("%s is killed at the time limit", async (_name, sql) => {
    expect(await outcome(sql, { timeoutMs: 300 })).toBe("timeout");
    expect(await outcome("SELECT 1")).toEqual([[1n]]);
  });

  test.each([
    ["a text of 1 GB", "SELECT printf('%.*c', 1000000000, 'x')", {}],
    [
      "a text of 0.9 GB without bounds on length",
      "SELECT hex(zeroblob(450000000))",
      { boundLengths: false },
    ],
    ["more bytes than allowed", "SELECT name FROM item", { maxBytes: 1000 }],
    ["more rows than allowed", "SELECT id FROM item", { maxRows: 10, overflow: "fail" as const }],
  ])("%s is too large", async (_name, sql, options) => {
    expect(await outcome(sql, { connection: "fresh", ...options })).toBe("too-large");
    expect(await outcome("SELECT 1")).toEqual([[1n]]);
  });

  test("rows beyond the cap are left out and said to be", async () => {
    const result = await executor.run(file, "SELECT a.id FROM item a, item b, item c", {
      maxRows: 3,
    });
    expect(result).toMatchObject({ ok: true, truncated: true, rows: [[1n], [1n], [1n]] });
    expect(await executor.run(file, "SELECT id FROM item LIMIT 3", { maxRows: 3 })).toMatchObject({
      truncated: false,
    });
  });

  test("compiling alone gives columns and no rows", async () => {
    expect(await executor.run(file, ENDLESS, { prepareOnly: true })).toMatchObject({
      columns: ["max(x)"],
      rows: [],
    });
    expect(
      await outcome('SELECT "France"', { prepareOnly: true, doubleQuotedLiterals: false }),
    ).toBe("exec-error");
  });
});

describe("a copy may be written, and is thrown away", () => {
  const copy = { access: "copy" } as const;
  test.each([
    ["DELETE FROM item", []],
    ["INSERT INTO item (id, name) VALUES (0, 'new') RETURNING name", [["new"]]],
    ["DROP TABLE item", []],
    ["CREATE TABLE other AS SELECT * FROM item", []],
    ["PRAGMA user_version = 7", []],
    ["SELECT count(*) FROM item", [[1000n]]],
    ["ATTACH 'attached.sqlite' AS other", "not-readonly"],
    ["VACUUM INTO 'vacuumed.sqlite'", "not-readonly"],
    ["PRAGMA hard_heap_limit = 1000", "not-readonly"],
    ["SELECT writefile('written.txt', 'x')", "exec-error"],
    ["DROP TABLE nothing", "exec-error"],
  ])("%s", async (sql, expected) => {
    const before = sha256(readFileSync(file));
    expect(await outcome(sql, copy)).toEqual(expected);
    expect(sha256(readFileSync(file))).toBe(before);
    expect(await outcome("SELECT count(*) FROM item")).toEqual([[1000n]]);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test("also when its statement is killed", async () => {
    const sql = "CREATE TABLE t AS SELECT a.id FROM item a, item b, item c";
    expect(await outcome(sql, { ...copy, timeoutMs: 300 })).toBe("timeout");
    expect(readdirSync(temporary)).toEqual([]);
  });
});

test("many statements keep their order, whatever fails among them", async () => {
  const sqls = Array.from({ length: 300 }, (_, i) => (i % 7 === 3 ? "SELECT" : `SELECT ${i}`));
  const results = await executor.runMany(file, sqls);
  results.forEach((result, i) =>
    expect(result).toMatchObject(i % 7 === 3 ? { ok: false } : { rows: [[BigInt(i)]] }),
  );
});

test("a kept connection sees the file that is there now", async () => {
  const other = join(folder, "changing.sqlite");
  const write = (value: number) => {
    rmSync(other, { force: true });
    const connection = new DatabaseSync(other);
    connection.exec(`CREATE TABLE t (a); INSERT INTO t VALUES (${value})`);
    connection.close();
  };
  write(1);
  expect(await executor.runMany(other, ["SELECT a FROM t"])).toMatchObject([{ rows: [[1n]] }]);
  write(2);
  expect(await executor.runMany(other, ["SELECT a FROM t"])).toMatchObject([{ rows: [[2n]] }]);
});

test("close ends everything: what runs, what waits, and the processes", async () => {
  const own = createExecutor({ workers: 1 });
  await own.run(file, "SELECT 1");
  const children = childrenOf(process.pid);
  const pending = Promise.all([own.run(file, ENDLESS), own.run(file, "SELECT 1")]);
  await own.close();
  expect(await pending).toMatchObject([{ reason: "exec-error" }, { reason: "exec-error" }]);
  expect(await own.run(file, "SELECT 1")).toMatchObject({ reason: "exec-error" });
  const left = childrenOf(process.pid);
  expect(left.length).toBe(children.length - 1);
});

test("no child outlives a killed parent, even in the middle of a statement", async () => {
  const script = `
    import { createExecutor } from ${JSON.stringify(new URL("executor.ts", import.meta.url).href)};
    const executor = createExecutor({ workers: 2 });
    await executor.run(${JSON.stringify(file)}, "SELECT 1");
    void executor.run(${JSON.stringify(file)}, ${JSON.stringify(ENDLESS)});
    setTimeout(() => console.log("running"), 200);`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", script]);
  await new Promise((resolve) => parent.stdout.once("data", resolve));
  const children = childrenOf(parent.pid ?? 0);
  expect(children.length).toBeGreaterThan(0);
  parent.kill("SIGKILL");
  await expect.poll(() => children.filter(isAlive), { timeout: 10_000, interval: 100 }).toEqual([]);
});

function childrenOf(pid: number): number[] {
  const lines = execFileSync("ps", ["-eo", "pid,ppid,args"], { encoding: "utf8" }).split("\n");
  return lines
    .filter((line) => line.includes("executor-child"))
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

test("a pool that is closed while a process starts ends, and so does the program", () => {
  const module = new URL("./executor.ts", import.meta.url);
  const program = `
    const { createExecutor } = await import(${JSON.stringify(module)});
    const delays = [0, 10, 20, 30, 40, 50, 60, 80, 100, 150];
    for (const delay of delays) {
      const pool = createExecutor({ workers: 2 });
      await pool.runMany(${JSON.stringify(file)}, ["SELECT 1", "SELECT 2", "SELECT 3"]);
      const until = performance.now() + delay;
      while (performance.now() < until);
      await pool.close();
    }
    console.log("ended");`;
  const args = ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", program];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect([status, stdout]).toEqual([0, "ended\n"]);
});
