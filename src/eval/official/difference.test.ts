import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createExecutor, type Executor } from "../../db/executor.ts";
import { type DifferenceMode, differenceRules } from "./difference.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-difference-"));
const file = join(folder, "t.sqlite");
let executor: Executor;

beforeAll(() => {
  const connection = new DatabaseSync(file);
  connection.exec(
    "CREATE TABLE t (a INTEGER, b TEXT); INSERT INTO t VALUES (1, 'x'), (1, 'y'), (2, 'x');",
  );
  connection.close();
  executor = createExecutor();
});
afterAll(async () => {
  await executor.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the rules that turn the verdict of strict mode", () => {
  test.each<[DifferenceMode, string, string, string[]]>([
    ["spider-ex", "SELECT DISTINCT b FROM t", "SELECT b FROM t", ["distinct"]],
    ["spider-ex", "SELECT 1", "SELECT 1; SELECT 2", ["distinct"]],
    [
      "spider-ex",
      "SELECT b FROM (SELECT * FROM t ORDER BY a)",
      "SELECT b FROM t ORDER BY b",
      ["order-substring"],
    ],
    [
      "spider-ex",
      "SELECT b FROM t ORDER  BY a, b",
      "SELECT b FROM t ORDER BY a DESC, b",
      ["order-substring"],
    ],
    ["spider-ex", "SELECT b FROM t ORDER BY a LIMIT 1", "SELECT 'y'", ["ties"]],
    ["spider-ex", "SELECT 0.3", "SELECT 0.1 + 0.2", ["float"]],
    ["spider-ex", "SELECT 0.3", "SELECT '0.3'", ["type"]],
    ["spider-ex", "SELECT a FROM t WHERE 0", "SELECT a, b FROM t WHERE 0", ["empty-columns"]],
    ["spider-ex", "SELECT 0", "PRAGMA user_version", ["write"]],
    ["spider-ex", "SELECT a FROM t WHERE 0", ";", ["other"]],
    ["bird-ex", "SELECT DISTINCT b FROM t", "SELECT b FROM t", ["distinct"]],
    [
      "bird-ex",
      "SELECT a, b FROM t ORDER BY a, b",
      "SELECT a, b FROM t ORDER BY a DESC",
      ["order-substring"],
    ],
    ["bird-ex", "SELECT a, b FROM t", "SELECT b, a FROM t", ["column-order"]],
  ])("%s: %s | %s: %j", async (mode, gold, predicted, rules) => {
    expect(await differenceRules(executor, mode, file, gold, predicted)).toEqual(rules);
  });
});
