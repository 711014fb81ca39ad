import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createExecutor, type Executor } from "../db/executor.ts";
import { createStrictScorer, type StrictScore } from "./strict.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-strict-"));
const file = join(folder, "singers.sqlite");
const other = join(folder, "other.sqlite");
let executor: Executor;

beforeAll(() => {
  const rows = `(1,'Ann',30,'FR',1.5),(2,'Bob',30,'FR',2.5),(3,'Cid',40,'DE',3.5),(4,'Dot',50,'DE',NULL)`;
  for (const path of [file, other]) {
    const connection = new DatabaseSync(path);
    connection.exec(
      `CREATE TABLE singer (id INTEGER PRIMARY KEY, name TEXT, age INTEGER, country TEXT, score REAL);
       INSERT INTO singer VALUES ${rows};`,
    );
    if (path === other) connection.exec("INSERT INTO singer VALUES (5, 'Eve', 20, 'FR', 9)");
    connection.close();
  }
  executor = createExecutor({ workers: 2 });
});
afterAll(async () => {
  await executor.close();
  rmSync(folder, { recursive: true, force: true });
});

const score = (gold: string, predicted: string): Promise<StrictScore> =>
  createStrictScorer(executor, { timeoutMs: 10_000 }).score(file, gold, predicted);

const NAMES = "SELECT name FROM singer";

describe("admission", () => {
  test.each([
    ["", "empty-sql"],
    [" ; -- nothing", "empty-sql"],
    [`${NAMES}; ${NAMES}`, "multi-statement"],
    [`${NAMES};;`, "multi-statement"],
    ["DELETE FROM singer", "not-readonly"],
    ["I cannot say.", "not-readonly"],
    ["EXPLAIN SELECT 1", "not-readonly"],
    ["WITH w AS (SELECT 1) DELETE FROM singer", "not-readonly"],
    ["SELECT * FROM pragma_table_info('singer')", "not-readonly"],
    ["SELECT name FROM singer WHERE id = ?", "unbound-parameter"],
    ["SELECT name FROM singer\0", "unbound-parameter"],
    ["SELECT nom FROM singer", "exec-error"],
    [`${NAMES}; -- all of them`, "ok"],
    ["VALUES ('Ann'), ('Bob'), ('Cid'), ('Dot')", "ok"],
  ])("%j: %s", async (predicted, reason) => {
    expect(await score(NAMES, predicted)).toMatchObject({
      reason,
      verdict: reason === "ok" ? 1 : 0,
    });
  });

  test("a gold that does not run is no verdict on the prediction", async () => {
    expect(await score("SELECT nom FROM singer", NAMES)).toMatchObject({ reason: "gold-invalid" });
  });
});

describe("cells", () => {
  test.each([
    ["SELECT 2", "SELECT 2.0", "ok"],
    ["SELECT 7", "SELECT '7'", "ok"],
    ["SELECT 1.5", "SELECT '1.5'", "ok"],
    ["SELECT 0.3", "SELECT 0.1 + 0.2", "ok"],
    ["SELECT 1e10 / 3", "SELECT 1e10 / 3 + 0.001", "ok"],
    ["SELECT 1e10 / 3", "SELECT 1e10 / 3 + 0.1", "values"],
    ["SELECT 7", "SELECT '007'", "values"],
    ["SELECT 1.5", "SELECT '1.50'", "values"],
    ["SELECT 'a'", "SELECT 'A'", "values"],
    ["SELECT 'a'", "SELECT 'a '", "values"],
    ["SELECT NULL", "SELECT 'NULL'", "values"],
    ["SELECT NULL", "SELECT 0", "values"],
    ["SELECT 'a'", "SELECT x'61'", "values"],
    ["SELECT 9223372036854775807", "SELECT 9223372036854775806", "values"],
    ["SELECT 9e999", "SELECT -9e999", "values"],
    ["SELECT 9e999", "SELECT 9e999", "ok"],
  ])("%s | %s: %s", async (gold, predicted, reason) => {
    expect(await score(gold, predicted)).toMatchObject({ reason });
  });
});

describe("rows", () => {
  test.each([
    [NAMES, `${NAMES} ORDER BY name DESC`, "ok"],
    ["SELECT country FROM singer", "SELECT DISTINCT country FROM singer", "row-count"],
    ["SELECT country FROM singer", "SELECT 'FR' FROM singer", "values"],
    [NAMES, "SELECT name, age FROM singer", "column-count"],
    ["SELECT name FROM singer WHERE 0", "SELECT age FROM singer WHERE 0", "ok-empty"],
    ["SELECT name FROM singer WHERE 0", "SELECT name, age FROM singer WHERE 0", "column-count"],
    ["SELECT name FROM singer LIMIT 2", "SELECT name FROM singer ORDER BY id DESC LIMIT 2", "ok"],
  ])("%s | %s: %s", async (gold, predicted, reason) => {
    expect(await score(gold, predicted)).toMatchObject({ reason });
  });
});

describe("order and ties", () => {
  test.each([
    // by a column that is not in the result: Ann and Bob are both 30
    [
      "SELECT name FROM singer ORDER BY age",
      "SELECT name FROM singer ORDER BY age, name DESC",
      "ok",
    ],
    [
      "SELECT name FROM singer ORDER BY age",
      "SELECT name FROM singer ORDER BY age DESC",
      "row-order",
    ],
    // by a column of the result, an alias, a position
    [
      "SELECT name, age FROM singer ORDER BY age",
      "SELECT name, age FROM singer ORDER BY age, name DESC",
      "ok",
    ],
    [
      "SELECT name, age AS a FROM singer ORDER BY a",
      "SELECT name, age FROM singer ORDER BY 2, 1 DESC",
      "ok",
    ],
    ["SELECT * FROM singer ORDER BY age", "SELECT * FROM singer ORDER BY age, id DESC", "ok"],
    [
      "SELECT * FROM singer ORDER BY age",
      "SELECT * FROM singer ORDER BY age DESC, id",
      "row-order",
    ],
    // groups
    [
      "SELECT country FROM singer GROUP BY country ORDER BY count(*) DESC",
      "SELECT country FROM singer GROUP BY country ORDER BY country DESC",
      "ok",
    ],
    [
      "SELECT country, count(*) AS n FROM singer GROUP BY country ORDER BY n, max(age)",
      "SELECT country, count(*) FROM singer GROUP BY country ORDER BY country DESC",
      "ok",
    ],
    [
      "SELECT country, count(*) AS n FROM singer GROUP BY country ORDER BY n, max(age)",
      "SELECT country, count(*) FROM singer GROUP BY country ORDER BY country",
      "row-order",
    ],
    // a LIMIT that cuts a tie: either of the two is right, both are not
    ["SELECT name FROM singer ORDER BY age LIMIT 1", "SELECT 'Bob'", "ok"],
    ["SELECT name FROM singer ORDER BY age LIMIT 1", "SELECT 'Cid'", "values"],
    [
      "SELECT name FROM singer ORDER BY age LIMIT 1",
      "SELECT name FROM singer WHERE age = 30",
      "row-count",
    ],
    ["SELECT name FROM singer ORDER BY age LIMIT 1 OFFSET 1", "SELECT 'Ann'", "ok"],
    ["SELECT name FROM singer ORDER BY age LIMIT 2, 1", "SELECT 'Cid'", "ok"],
    // order in a sub-query, a window or a literal asks for nothing
    ["SELECT name FROM (SELECT name FROM singer ORDER BY age)", `${NAMES} ORDER BY id DESC`, "ok"],
    [
      "SELECT name, 'order by 1' FROM singer",
      "SELECT name, 'order by 1' FROM singer ORDER BY id DESC",
      "ok",
    ],
    [
      "SELECT name, rank() OVER (ORDER BY age) FROM singer",
      "SELECT name, rank() OVER (ORDER BY age) FROM singer ORDER BY 1 DESC",
      "ok",
    ],
    // compound
    [
      "SELECT name FROM singer UNION SELECT country FROM singer ORDER BY name",
      "SELECT country FROM singer UNION SELECT name FROM singer ORDER BY 1 DESC",
      "row-order",
    ],
  ])("%s | %s: %s", async (gold, predicted, reason) => {
    expect(await score(gold, predicted)).toMatchObject({ reason });
  });
});

describe("columns", () => {
  test("in another order they pass, and it is said", async () => {
    const gold = "SELECT name, age FROM singer ORDER BY id";
    expect(await score(gold, "SELECT age, name FROM singer ORDER BY id")).toMatchObject({
      verdict: 1,
      reason: "ok-permuted",
    });
    expect(await score(gold, "SELECT age, name FROM singer ORDER BY id DESC")).toMatchObject({
      verdict: 0,
      reason: "row-order",
    });
  });

  test("a column may not be torn apart row by row", async () => {
    expect(await score("VALUES (1, 2), (3, 4)", "VALUES (2, 1), (3, 4)")).toMatchObject({
      reason: "values",
    });
    expect(await score("VALUES (1, 2), (3, 4)", "VALUES (4, 3), (2, 1)")).toMatchObject({
      reason: "ok-permuted",
    });
  });
});

describe("flags", () => {
  test.each([
    ["SELECT name FROM singer ORDER BY age LIMIT 1", "SELECT 'Bob'", ["tie-dependent-gold"]],
    [
      "SELECT name FROM singer ORDER BY age LIMIT 1",
      "SELECT name FROM singer WHERE age = 30",
      ["tie-dependent-gold", "tie-superset"],
    ],
    ["SELECT name FROM singer ORDER BY id", NAMES, ["lucky-order"]],
    [
      "SELECT DISTINCT country FROM singer ORDER BY age",
      "SELECT DISTINCT country FROM singer ORDER BY age",
      ["order-unverified"],
    ],
    ["SELECT 'Ann'", 'SELECT name FROM singer WHERE name = "Ann"', ["dqs-literal"]],
    ["SELECT 'Ann'", 'SELECT "name" FROM singer WHERE id = 1', []],
    ["SELECT 1", "SELECT 1 WHERE date('now') > '2000'", ["nondeterministic"]],
  ])("%s | %s: %j", async (gold, predicted, flags) => {
    expect((await score(gold, predicted)).flags).toEqual(flags);
  });
});

test("several databases must all agree; the first that does not is named", async () => {
  const scorer = createStrictScorer(executor);
  const gold = "SELECT count(*) FROM singer";
  expect(await scorer.score([file, other], gold, "SELECT 4")).toMatchObject({
    verdict: 0,
    file: other,
  });
  expect(await scorer.score([file, other], gold, "SELECT count(id) FROM singer")).toMatchObject({
    verdict: 1,
  });
});

test("what hits the time limit has a second try, then counts as wrong; the next is unaffected", async () => {
  const scorer = createStrictScorer(executor, { timeoutMs: 1000 });
  const endless =
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";
  const [slow, fast] = await Promise.all([
    scorer.score(file, NAMES, endless),
    scorer.score(file, NAMES, NAMES),
  ]);
  expect(slow).toMatchObject({ verdict: 0, reason: "timeout" });
  expect(fast).toMatchObject({ verdict: 1, reason: "ok" });
});

test("a result beyond the limits is too large", async () => {
  const scorer = createStrictScorer(executor, { maxRows: 10 });
  expect(await scorer.score(file, NAMES, "SELECT a.name FROM singer a, singer b")).toMatchObject({
    reason: "too-large",
  });
});
