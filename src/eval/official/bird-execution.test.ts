import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../../base/hash.ts";
import { createBirdExScorer, createRewardScorer, createSoftF1Scorer } from "./bird-execution.ts";
import { createScoreRunner, type ScoreRunner } from "../score-runner.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-bird-"));
const file = join(folder, "t.sqlite");
let runner: ScoreRunner;

beforeAll(() => {
  const connection = new DatabaseSync(file);
  connection.exec("CREATE TABLE t (a INTEGER, b TEXT); INSERT INTO t VALUES (1, 'x'), (2, 'y');");
  connection.close();
  runner = createScoreRunner();
});
afterAll(async () => {
  await runner.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("execution accuracy and soft F1", () => {
  test.each([
    ["SELECT a FROM t ORDER BY a DESC", "SELECT a FROM t", "ok", 0],
    ["SELECT a FROM t UNION ALL SELECT a FROM t", "SELECT a FROM t", "ok", 1],
    ["SELECT b, a FROM t", "SELECT a, b FROM t", "values", 1],
    ["SELECT DISTINCT 1 FROM t", "SELECT 1.0", "ok", 1],
    ["SELECT 0.1 + 0.2", "SELECT 0.3", "values", 0],
    ["SELECT a FROM t WHERE 0", "SELECT a, b FROM t WHERE 0", "ok-empty", 1],
    ["", "SELECT a FROM t WHERE 0", "ok-empty", 1],
    [" ", "SELECT a FROM t", "values", 0],
    ["SELECT a FROM t;", "SELECT a FROM t", "ok", 1],
    ["SELECT a FROM t;;", "SELECT a FROM t", "multi-statement", 0],
    ["SELECT a FROM t; SELECT 1", "SELECT a FROM t", "multi-statement", 0],
    ["SELECT ?", "SELECT NULL", "unbound-parameter", 0],
    ["SELECT c FROM t", "SELECT a FROM t", "exec-error", 0],
    ["SELECT a FROM t", "SELECT c FROM t", "gold-invalid", 0],
    ["SELECT CAST(x'61ff62' AS TEXT)", "SELECT 'ab'", "exec-error", 0],
    ["SELECT CAST(x'efbfbd' AS TEXT)", "SELECT char(65533)", "ok", 1],
  ])("%j | %j: %s, %f", async (predicted, gold, reason, f1) => {
    const verdict = reason.startsWith("ok") ? 1 : 0;
    expect(await createBirdExScorer(runner).score(file, gold, predicted)).toMatchObject({
      verdict,
      score: verdict,
      reason,
    });
    expect(await createSoftF1Scorer(runner).score(file, gold, predicted)).toMatchObject({
      verdict,
      score: f1,
      reason,
    });
  });
});

describe("the gold sees what the prediction wrote, which nobody else does", () => {
  test.each([
    ["DELETE FROM t", "SELECT a FROM t", 1],
    ["UPDATE t SET b = 'z'", "SELECT a FROM t WHERE b = 'x'", 1],
    ["UPDATE t SET b = 'z'", "SELECT a FROM t WHERE b = 'z'", 0],
    ["DROP TABLE t", "SELECT a FROM t", 0],
    ["INSERT INTO t VALUES (3, 'z') RETURNING a", "SELECT max(a) FROM t", 1],
    ["PRAGMA user_version", "SELECT 0", 1],
  ])("%s | %s: %i", async (predicted, gold, verdict) => {
    const before = sha256(readFileSync(file));
    const scorer = createBirdExScorer(runner);
    expect(await scorer.score(file, gold, predicted)).toMatchObject({
      verdict,
      flags: ["official-quirk:write"],
    });
    expect(sha256(readFileSync(file))).toBe(before);
    expect(await scorer.score(file, "SELECT count(*) FROM t", "SELECT 2")).toMatchObject({
      verdict: 1,
      flags: [],
    });
  });
});

test("prediction and gold share one time limit", async () => {
  const endless =
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";
  const scorer = createBirdExScorer(runner, { timeoutMs: 500 });
  expect(await scorer.score(file, "SELECT 1", endless)).toMatchObject({ reason: "timeout" });
  expect(await scorer.score(file, endless, "SELECT 1")).toMatchObject({ reason: "gold-invalid" });
});

describe("reward for fast SQL", () => {
  const slow = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 30000) SELECT";
  test.each([
    ["a prediction much faster than its gold", `${slow} count(*) FROM c`, "SELECT 30000", 1.25],
    ["a prediction much slower than its gold", "SELECT 30000", `${slow} count(*) FROM c`, 0.25],
    ["a wrong prediction", "SELECT 1", "SELECT 2", 0],
    ["a prediction that fails", "SELECT 1", "SELECT", 0],
    ["one that cannot run twice", "SELECT 1 WHERE 0", "DROP TABLE t", 0],
  ])("%s", async (_name, gold, predicted, reward) => {
    const scorer = createRewardScorer(runner, { rounds: 10 });
    const { score } = await scorer.score(file, gold, predicted);
    expect(score ** 2).toBeCloseTo(reward, 12);
  });

  test("changes of rows are undone between rounds", async () => {
    const scorer = createRewardScorer(runner, { rounds: 10 });
    const sql = "DELETE FROM t RETURNING a";
    expect(await scorer.score(file, "SELECT a FROM t", sql)).toMatchObject({
      verdict: 1,
      flags: ["official-quirk:write"],
    });
  });
});
