import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance, InjectOptions } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { predictFrom } from "../../test/fixtures/examples.ts";
import { buildDatabase } from "../../test/fixtures/shop.ts";
import { errorTable, UserError } from "../base/errors.ts";
import { createExecutor, type Executor } from "../db/executor.ts";
import type { Predict } from "../predict/predict.ts";
import { createApp } from "./app.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-serve-"));
const databaseFile = buildDatabase(join(folder, "shop.sqlite"));
const ENDLESS =
  "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";
const MANY =
  "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 500) SELECT x FROM c";
const predict = predictFrom({
  names: "SELECT id, name, city FROM customer ORDER BY id",
  cells: "SELECT 9007199254740993, 3, 0.5, x'0aff', NULL",
  many: MANY,
  nowhere: "-- cannot answer: no table of stock",
  broken: "SELECT fullName FROM customer",
  endless: ENDLESS,
  drop: "DROP TABLE customer",
});

let executor: Executor;
let app: FastifyInstance;
const appWith = (given: Predict): FastifyInstance =>
  createApp({ page: "<h1>Ask</h1>", predict: given, executor, databaseFile, timeoutMs: 300 });
beforeAll(() => {
  executor = createExecutor({ workers: 1 });
  app = appWith(predict);
});
afterAll(async () => {
  await app.close();
  await executor.close();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (body: object, on: FastifyInstance = app) =>
  on.inject({ method: "POST", url: "/generate_sql", payload: body });

test("the page and the health check are there", async () => {
  const page = await app.inject("/");
  expect([page.statusCode, page.headers["content-type"], page.body]).toEqual([
    200,
    "text/html; charset=utf-8",
    "<h1>Ask</h1>",
  ]);
  expect((await app.inject("/healthz")).json()).toEqual({ status: "ok" });
});

test("a question gets its SQL, and its rows when they are wanted", async () => {
  const sql = "SELECT id, name, city FROM customer ORDER BY id";
  expect((await ask({ question: "names" })).json()).toEqual({
    sql,
    generation_time_ms: 2,
    execution_time_ms: null,
  });
  expect((await ask({ question: "names", execute: true })).json()).toEqual({
    sql,
    generation_time_ms: 2,
    execution_time_ms: expect.any(Number),
    result: {
      columns: ["id", "name", "city"],
      rows: [
        [1, "Ada", "London"],
        [2, "Grace", "New York"],
        [3, "Linus", null],
      ],
      truncated: false,
    },
  });
});

test("a question that cannot be answered gets the reason", async () => {
  const response = await ask({ question: "nowhere", execute: true });
  expect(response.statusCode).toBe(200);
  expect(response.json()).toEqual({
    sql: null,
    refusal: "no table of stock",
    generation_time_ms: 2,
    execution_time_ms: null,
  });
});

test("cells come as JSON holds them: integers beyond 2⁵³ as text, bytes in hexadecimal", async () => {
  const { result } = (await ask({ question: "cells", execute: true })).json();
  expect(result.rows).toEqual([["9007199254740993", 3, 0.5, "0aff", null]]);
});

test("many rows are cut, and said to be", async () => {
  const { result } = (await ask({ question: "many", execute: true })).json();
  expect(result.rows).toHaveLength(200);
  expect(result.truncated).toBe(true);
});

test.each([
  ["fails", "broken", "no such column: fullName"],
  ["never ends", "endless", "ran longer than 0.3 s"],
  ["writes", "drop", "not authorized"],
])(
  "SQL that %s is shown with the reason, and the next question is answered",
  async (_case, question, reason) => {
    const response = await ask({ question, execute: true });
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({
      sql: expect.any(String),
      result: { error: expect.stringContaining(reason) },
    });
    const { result } = (await ask({ question: "names", execute: true })).json();
    expect(result.rows).toHaveLength(3);
  },
);

describe("what is asked wrongly is answered in OpenAI's form with a code of the table", () => {
  const errorOf = (code: string, message: string, type = "invalid_request_error") => ({
    error: { message: expect.stringContaining(message), type, param: null, code },
  });

  const post = (more: InjectOptions): InjectOptions => ({
    method: "POST",
    url: "/generate_sql",
    ...more,
  });
  const withType = (type: string, payload: string) =>
    post({ headers: { "content-type": type }, payload });

  test.each<[string, number, ReturnType<typeof errorOf>, InjectOptions]>([
    ["malformed JSON", 400, errorOf("usage", "JSON"), withType("application/json", '{"question":')],
    ["no body", 400, errorOf("usage", '"question" must be'), post({})],
    ["an empty question", 400, errorOf("usage", 'got "  "'), post({ payload: { question: "  " } })],
    ["a number", 400, errorOf("usage", "got 7"), post({ payload: { question: 7 } })],
    ["a list", 400, errorOf("usage", "got undefined"), post({ payload: ["names"] })],
    ["plain text", 400, errorOf("usage", "got undefined"), withType("text/plain", "names")],
    [
      "a form",
      415,
      errorOf("usage", "Media Type"),
      withType("application/x-www-form-urlencoded", "question=names"),
    ],
    [
      "a body that is too large",
      413,
      errorOf("usage", "too large"),
      post({ payload: { question: "x".repeat(70_000) } }),
    ],
    ["an unknown route", 404, errorOf("not-found", "no GET /nowhere"), { url: "/nowhere" }],
    ["a wrong method", 404, errorOf("not-found", "no GET /generate_sql"), { url: "/generate_sql" }],
  ])("%s", async (_case, status, body, request) => {
    const response = await app.inject(request);
    expect([response.statusCode, response.json()]).toEqual([status, body]);
  });

  test("an error of the model keeps its code and its status", async () => {
    const failing = appWith(() =>
      Promise.reject(new UserError("question-too-long", "the question takes 900 tokens")),
    );
    const response = await ask({ question: "names" }, failing);
    expect(response.statusCode).toBe(errorTable["question-too-long"].status);
    expect(response.json()).toEqual(errorOf("question-too-long", "900 tokens"));
    await failing.close();
  });

  test("a fault of ours says nothing of its inside", async () => {
    const failing = appWith(() => Promise.reject(new Error("secret path")));
    const response = await ask({ question: "names" }, failing);
    expect([response.statusCode, response.json()]).toEqual([
      500,
      errorOf("internal", "the service failed", "server_error"),
    ]);
    await failing.close();
  });
});

test("questions that come at once are answered one after the other, a failed one included", async () => {
  const log: string[] = [];
  const slow = appWith(async (questions, options) => {
    log.push(`begin ${questions[0]}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    log.push(`end ${questions[0]}`);
    if (questions[0] === "b") throw new Error("no luck");
    return predict(questions, options);
  });
  const responses = await Promise.all(["a", "b", "c"].map((question) => ask({ question }, slow)));
  expect(responses.map(({ statusCode }) => statusCode)).toEqual([200, 500, 200]);
  expect(log).toEqual(["begin a", "end a", "begin b", "end b", "begin c", "end c"]);
  await slow.close();
});
