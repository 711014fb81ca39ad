import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exampleOf, predictFrom } from "../../test/fixtures/examples.ts";
import { buildDatabase } from "../../test/fixtures/shop.ts";
import { createExecutor, type Executor } from "../db/executor.ts";
import type { Predict, Prediction } from "../predict/predict.ts";
import { introspect } from "../schema/introspect.ts";
import { type Evaluation, evaluateModel, type EvaluateOptions } from "./evaluate.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-evaluate-"));
const databaseFile = buildDatabase(join(folder, "shop.sqlite"));
const { tables } = introspect(databaseFile, { dbId: "shop" }).database;
const ENDLESS =
  "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";

/** [question, gold (none: to refuse), what the model writes] */
const cases: readonly (readonly [string, string, string])[] = [
  ["names", "SELECT name FROM customer", "SELECT c.name FROM customer AS c"],
  [
    "order",
    "SELECT id FROM customer ORDER BY id",
    "```sql\nSELECT id FROM customer ORDER BY 1\n```",
  ],
  ["count", "SELECT count(*) FROM customer", 'SELECT count(*) FROM "order" WHERE amount > 10'],
  ["refused", "SELECT city FROM customer", "-- cannot answer: no cities"],
  ["broken", "SELECT 1", "SELECT FROM WHERE"],
  ["unknown", "SELECT name FROM customer", "SELECT fullName FROM customer"],
  ["endless", "SELECT max(id) FROM customer", ENDLESS],
  ["write", "SELECT min(id) FROM customer", "DELETE FROM customer"],
  ["stock", "", "-- cannot answer: no table of stock"],
  ["drop", "", "SELECT name FROM customer"],
];
const examples = cases.map(([question, gold]) => exampleOf(question, question, gold));
const predict = predictFrom(
  Object.fromEntries(cases.map(([question, , completion]) => [question, completion])),
);

let executor: Executor;
let evaluation: Evaluation;
const options = (more: Partial<EvaluateOptions> = {}): EvaluateOptions => ({
  executor,
  databaseFile,
  tables,
  maxTokens: 9,
  timeoutMs: 600,
  ...more,
});
beforeAll(async () => {
  executor = createExecutor({ workers: 2 });
  evaluation = await evaluateModel(examples, predict, options());
});
afterAll(async () => {
  await executor.close();
  rmSync(folder, { recursive: true, force: true });
});

test("every answer gets its verdict and the reason for it", () => {
  expect(
    evaluation.items.map((item) => [item.id, item.verdict, item.reason, item.didNotRun]),
  ).toEqual([
    ["names", 1, "ok", false],
    ["order", 1, "ok", false],
    ["count", 0, "values", false],
    ["refused", 0, "refused", false],
    ["broken", 0, "exec-error", true],
    ["unknown", 0, "exec-error", true],
    ["endless", 0, "timeout", true],
    ["write", 0, "not-readonly", true],
    ["stock", 1, "ok", false],
    ["drop", 0, "not-refused", false],
  ]);
});

test("an item holds what was asked, answered and said by the database", () => {
  expect(evaluation.items[5]).toEqual({
    id: "unknown",
    question: "unknown",
    kind: "answer",
    hardness: "easy",
    shapeId: "unknown",
    goldSql: "SELECT name FROM customer",
    goldRefusal: undefined,
    completion: "SELECT fullName FROM customer",
    predictedSql: "SELECT fullName FROM customer",
    verdict: 0,
    reason: "exec-error",
    message: "no such column: fullName",
    didNotRun: true,
    hasUnknownNames: true,
    tokens: 29,
    ms: 2,
  });
  expect(evaluation.items[8]).toMatchObject({
    goldRefusal: "there is no such table",
    predictedRefusal: "no table of stock",
  });
});

test("the metrics are those computed by hand", () => {
  expect(evaluation.metrics).toEqual({
    n: 8,
    ex: 2 / 8,
    // Wilson's interval of 2 of 8.
    low: expect.closeTo(0.0714792, 6),
    high: expect.closeTo(0.5907246, 6),
    notRun: 4 / 8,
    unknownNames: 1 / 8,
    refusalRecall: 1 / 2,
    wronglyRefused: 1 / 8,
    secondsPerQuestion: expect.any(Number),
  });
});

test("limits, signal and progress reach the model", async () => {
  const signal = new AbortController().signal;
  const seen: unknown[] = [];
  await evaluateModel(
    examples.slice(0, 2),
    (questions, given) => {
      seen.push(questions, given?.maxTokens, given?.signal === signal);
      return predict(questions, given);
    },
    options({ signal, onProgress: (done, total) => seen.push([done, total]) }),
  );
  expect(seen).toEqual([["names", "order"], 9, true, [1, 2], [2, 2]]);
});

test("without questions to refuse there is no recall, without any there is no accuracy", async () => {
  const answered = await evaluateModel(examples.slice(0, 1), predict, options());
  expect(answered.metrics).toMatchObject({ n: 1, ex: 1, refusalRecall: null });
  expect((await evaluateModel([], predict, options())).metrics).toMatchObject({
    n: 0,
    ex: 0,
    low: 0,
    high: 1,
  });
});

test("a gold that does not run is an error that names its pair", async () => {
  const spoilt = exampleOf("pair-7", "names", "SELECT missing FROM customer");
  await expect(evaluateModel([spoilt], predict, options())).rejects.toMatchObject({
    code: "data-invalid",
    message: expect.stringContaining("the gold of pair-7 does not run: no such column"),
  });
});

describe("what was written first", () => {
  const two = [
    exampleOf("names", "names", "SELECT name FROM customer"),
    exampleOf("ids", "ids", "SELECT id FROM customer"),
  ];
  const write = predictFrom({ names: "SELECT name FROM customer", ids: "SELECT id FROM customer" });
  const first = (sql: string, ms: number) => ({
    first: { answer: { kind: "answer" as const, sql }, completion: sql, ms },
  });
  /** The answers, each with what these say of it. */
  const written =
    (more: readonly Partial<Prediction>[]): Predict =>
    async (questions) =>
      (await write(questions)).map((one, i) => ({ ...one, ms: 8, ...more[i] }));

  test("is scored in its time where answers were chosen among several, and not executed again where it was taken", async () => {
    const candidates = [{ sql: "SELECT name FROM customer", confidence: 1 }];
    const ran: string[] = [];
    const counting: Executor = {
      ...executor,
      run: (file, sql, given) => {
        ran.push(sql);
        return executor.run(file, sql, given);
      },
    };
    const predict = written([
      { candidates, ...first("SELECT 1", 2) },
      { candidates, ...first("SELECT id FROM customer", 4) },
    ]);
    const { metrics, oneAnswer } = await evaluateModel(
      two,
      predict,
      options({ executor: counting }),
    );
    expect([metrics.ex, oneAnswer?.ex]).toEqual([1, 0.5]);
    expect(oneAnswer!.secondsPerQuestion / metrics.secondsPerQuestion).toBeCloseTo((2 + 4) / 16);
    const [names, ids] = two.map(({ sql }) => sql);
    // each as gold and as answer, the one first answer that is another
    expect(ran.toSorted()).toEqual([names, names, ids, ids, "SELECT 1"].toSorted());
  });

  test("has no score of its own where it was read or asked for once more, and nothing was chosen", async () => {
    const predict = written([first("SELECT 1", 2)]);
    expect((await evaluateModel(two, predict, options())).oneAnswer).toBeUndefined();
    expect(evaluation.oneAnswer).toBeUndefined();
  });
});
