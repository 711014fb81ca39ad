import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OfficialScore } from "./official-score.ts";
import { createScoreRunner, type ScoreRunner } from "../score-runner.ts";
import { createSpiderScorer, type SpiderOptions, testSuiteFiles } from "./spider-execution.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-spider-"));
const file = join(folder, "singer.sqlite");
const ENDLESS =
  "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";
let runner: ScoreRunner;

function makeDatabase(path: string, lastName: string): void {
  const connection = new DatabaseSync(path);
  connection.exec(
    `CREATE TABLE singer (name TEXT, age INTEGER, country TEXT, market_value REAL);
     INSERT INTO singer VALUES ('Joe', 52, 'FR', 1), ('Ann', 25, 'FR', 2), ('Eve', 25, 'DE', 3),
       ('${lastName}', 41, 'US', 4);`,
  );
  connection.close();
}

beforeAll(() => {
  makeDatabase(file, "Tim");
  runner = createScoreRunner();
});
afterAll(async () => {
  await runner.close();
  rmSync(folder, { recursive: true, force: true });
});

const score = (gold: string, predicted: string, options?: SpiderOptions): Promise<OfficialScore> =>
  createSpiderScorer(runner, options).score(file, gold, predicted);

const NAMES = "SELECT name FROM singer";
const NONE = "SELECT name FROM singer WHERE 1=0";

describe("a prediction against a gold", () => {
  test.each([
    ["SELECT count(DISTINCT country) FROM singer", "SELECT count(country) FROM singer", "ok"],
    [`${NAMES}; DROP TABLE nosuch`, NAMES, "ok"],
    [`${NAMES} ORDER BY age`, NAMES, "ok"],
    [NAMES, `${NAMES} ORDER BY age`, "row-order"],
    [`${NAMES} ORDER BY age DESC`, `${NAMES} ORDER  BY age`, "ok"],
    ["SELECT 2.0, 10", "SELECT 2, 10", "ok"],
    ["SELECT 1.0, 10", "SELECT 1, 10", "values"],
    ["SELECT '1'", "SELECT 1", "values"],
    ["SELECT 0.1+0.2", "SELECT 0.3", "values"],
    ["SELECT 'A'", "SELECT 'a'", "values"],
    ["SELECT NULL", "SELECT NULL", "ok"],
    ["SELECT 1,2 UNION ALL SELECT 3,4", "SELECT 2,1 UNION ALL SELECT 4,3", "ok-permuted"],
    ["SELECT 1,2 UNION ALL SELECT 4,3", "SELECT 2,1 UNION ALL SELECT 4,3", "values"],
    ["SELECT 1 UNION ALL SELECT 1", "SELECT 1", "row-count"],
    ["SELECT 1, 2", "SELECT 1", "column-count"],
    ["SELECT name, age FROM singer WHERE 1=0", NONE, "ok-empty"],
    [";", NONE, "ok-empty"],
    ["-- c", NONE, "ok-empty"],
    ["SELECT ?", "SELECT NULL", "unbound-parameter"],
    ["SELECT 1\0", "SELECT 1", "unbound-parameter"],
    ["PRAGMA user_version", "SELECT 0", "ok"],
    [`${NAMES} WHERE age > = 30`, `${NAMES} WHERE age >= 30`, "ok"],
    ["SELECT x'31'", "SELECT '1'", "values"],
    ['SELECT "nocol"', "SELECT 'nocol'", "ok"],
    ["SELECT year(curdate()) - 5", "SELECT 2015", "ok"],
    ["", NAMES, "official-crash"],
    ["SELECT nom FROM singer", NAMES, "exec-error"],
    [NAMES, "SELECT nom FROM singer", "gold-invalid"],
  ])("%j | %j: %s", async (predicted, gold, reason) => {
    const verdict = reason.startsWith("ok") ? 1 : 0;
    expect(await score(gold, predicted)).toMatchObject({ reason, verdict, score: verdict });
  });
});

test("options: DISTINCT and further statements kept, no rewriting of value", async () => {
  const keepDistinct = true;
  const distinct = "SELECT DISTINCT country FROM singer";
  expect(await score(NAMES, `${NAMES}; DROP TABLE nosuch`, { keepDistinct })).toMatchObject({
    reason: "multi-statement",
  });
  expect(await score("SELECT country FROM singer", distinct)).toMatchObject({ verdict: 1 });
  expect(await score("SELECT country FROM singer", distinct, { keepDistinct })).toMatchObject({
    verdict: 0,
  });
  const value = "SELECT market_value FROM singer";
  expect(await score(value, value)).toMatchObject({
    reason: "exec-error",
    flags: ["official-quirk:value"],
  });
  expect(await score(value, value, { rewriteValue: false })).toMatchObject({ verdict: 1 });
});

describe("flags", () => {
  test.each([
    [NAMES, []],
    [`${NAMES};`, []],
    [`${NAMES}; SELECT 2`, ["official-quirk:statement"]],
    ["DROP TABLE singer", ["official-quirk:write"]],
  ])("%s: %j", async (predicted, flags) =>
    expect((await score(NAMES, predicted)).flags).toEqual(flags),
  );
});

test("a statement that writes returns what it returns, and harms no other item", async () => {
  for (const sql of ["DROP TABLE singer", "DELETE FROM singer", "ATTACH 'x.sqlite' AS x", "VACUUM"])
    expect(await score(NONE, sql)).toMatchObject({ verdict: 1, reason: "ok-empty" });
  expect(
    await score("SELECT 'Zoe'", "INSERT INTO singer (name) VALUES ('Zoe') RETURNING name"),
  ).toMatchObject({ verdict: 1, reason: "ok" });
  expect(await score("SELECT count(*) FROM singer", "SELECT 4")).toMatchObject({ verdict: 1 });
});

test("all databases of a test suite must agree; the first that does not is named", async () => {
  const suite = join(folder, "suite");
  mkdirSync(suite);
  makeDatabase(join(suite, "a.sqlite"), "Tim");
  makeDatabase(join(suite, "b.sqlite"), "Tom");
  writeFileSync(join(suite, "b.sqlite-wal.txt"), "");
  const files = testSuiteFiles(suite);
  expect(files).toEqual([join(suite, "a.sqlite"), join(suite, "b.sqlite")]);
  const scorer = createSpiderScorer(runner);
  const gold = `${NAMES} WHERE name LIKE 'T%'`;
  expect(await scorer.score(files, gold, "SELECT 'Tim'")).toMatchObject({
    verdict: 0,
    file: files[1],
  });
  expect(await scorer.score(files, gold, `${NAMES} WHERE age = 41`)).toMatchObject({ verdict: 1 });
});

test("a statement that hits the limit is wrong or an invalid gold; the others are not touched", async () => {
  const options = { timeoutMs: 1000 };
  const fast = Array.from({ length: 30 }, () => score(NAMES, NAMES, options));
  const [slow, slowGold, ...others] = await Promise.all([
    score(NAMES, ENDLESS, options),
    score(ENDLESS, NAMES, options),
    ...fast,
  ]);
  expect(slow).toMatchObject({ verdict: 0, reason: "timeout" });
  expect(slowGold).toMatchObject({ verdict: 0, reason: "gold-invalid" });
  for (const one of others) expect(one).toMatchObject({ verdict: 1 });
});

test("a file that has changed is read anew", async () => {
  const other = join(folder, "other.sqlite");
  const scorer = createSpiderScorer(runner);
  makeDatabase(other, "Tim");
  expect(await scorer.score(other, `${NAMES} WHERE age = 41`, "SELECT 'Tim'")).toMatchObject({
    verdict: 1,
  });
  rmSync(other);
  makeDatabase(other, "Tom");
  expect(await scorer.score(other, `${NAMES} WHERE age = 41`, "SELECT 'Tom'")).toMatchObject({
    verdict: 1,
  });
});

test("bytes that are no UTF-8 are dropped", async () => {
  expect(await score("SELECT 'ab'", "SELECT CAST(x'61ff62' AS TEXT)")).toMatchObject({
    verdict: 1,
  });
});
