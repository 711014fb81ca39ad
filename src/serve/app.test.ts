import { once } from "node:events";
import { renameSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import type { InjectOptions } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { predictFrom } from "../../test/fixtures/examples.ts";
import { openServed, type Served } from "../../test/fixtures/served.ts";
import { buildDatabase, SHOP_DDL } from "../../test/fixtures/shop.ts";
import { errorTable, UserError } from "../base/errors.ts";
import type { Predict } from "../predict/predict.ts";
import { correctionLines } from "../track/requests.ts";

const ENDLESS =
  "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";
const MANY =
  "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 500) SELECT x FROM c";
const NAMES = "SELECT id, name, city FROM customer ORDER BY id";
const predict = predictFrom({
  names: NAMES,
  cells: "SELECT 9007199254740993, 3, 0.5, x'0aff', NULL, 9e999",
  many: MANY,
  nowhere: "-- cannot answer: no table of stock",
  "city of each warehouse and its orders": "-- cannot answer: no table of warehouses",
  broken: "SELECT sum(name, 1) FROM customer",
  unknown: "SELECT fullName FROM customer",
  endless: ENDLESS,
  drop: "DROP TABLE customer",
});
const LIMITS = { timeoutMs: 400, maxRows: 200, maxWaiting: 2 };

let served: Served;
beforeAll(() => {
  served = openServed({ predict, limits: LIMITS });
});
afterAll(() => served.close());

const post = (url: string, payload: object, on = served, headers: Record<string, string> = {}) =>
  on.app.inject({ method: "POST", url, payload, headers });
const ask = (body: object, on = served) => post("/generate_sql", body, on);
const execute = (sql: string, on = served, headers = {}) =>
  post("/v1/execute", { sql }, on, headers);
const errorOf = (code: string, message: string, param: string | null = null) => ({
  error: {
    message: expect.stringContaining(message),
    type: expect.stringMatching(/_error$/),
    param,
    code,
  },
});

test("the health checks are there, and the page is missed where it is not built", async () => {
  expect((await served.app.inject("/")).json()).toEqual(errorOf("not-found", "npm run build"));
  expect((await served.app.inject("/healthz")).json()).toEqual({ status: "ok" });
  expect((await served.app.inject("/readyz")).json()).toEqual({
    status: "ready",
    model: "tuned",
    run: null,
  });
});

test("a question gets its SQL, which is executed, and its rows when they are wanted", async () => {
  const answer = {
    request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    sql: NAMES,
    confidence: null,
    confidence_basis: "model and execution",
    model: "tuned",
    run: null,
    tokens: expect.any(Number),
    generation_time_ms: 2,
    execution_time_ms: expect.any(Number),
  };
  expect((await ask({ question: "names" })).json()).toEqual(answer);
  expect((await ask({ question: "names", execute: false })).json()).toEqual({
    ...answer,
    confidence_basis: "model",
    execution_time_ms: null,
  });
  expect((await ask({ question: "names", execute: true })).json()).toEqual({
    ...answer,
    result: {
      columns: ["id", "name", "city"],
      rows: [
        [1, "Ada", "London"],
        [2, "Grace", "New York"],
        [3, "Linus", null],
      ],
      truncated: false,
      ms: expect.any(Number),
    },
  });
});

test("a confidence that was fitted is told as such; SQL that fails has none", async () => {
  const sure: Predict = async (...args) =>
    (await predict(...args)).map((one) => ({ ...one, confidence: 0.1, probabilityRight: 0.8 }));
  const own = openServed({ predict: sure, predictOn: () => predict });
  const basis = { confidence_basis: "calibrated" };
  expect((await ask({ question: "names" }, own)).json()).toMatchObject({
    confidence: 0.8,
    ...basis,
  });
  expect((await ask({ question: "nowhere" }, own)).json()).toMatchObject({
    confidence: 0.8,
    ...basis,
  });
  expect((await ask({ question: "broken" }, own)).json()).toMatchObject({
    confidence: 0,
    ...basis,
  });
  const key = own.key({ name: "some", tables: ["customer"] });
  expect((await post("/generate_sql", { question: "names" }, own, key)).json()).toMatchObject({
    confidence: null,
    confidence_basis: "model and execution",
  });
  await own.close();
});

test("a question that cannot be answered gets the reason", async () => {
  const response = await ask({ question: "nowhere", execute: true });
  expect([response.statusCode, response.json()]).toEqual([
    200,
    expect.objectContaining({ sql: null, refusal: "no table of stock", execution_time_ms: null }),
  ]);
});

test("a refusal says what comes nearest, of the tables that the key sees", async () => {
  const own = openServed({ predict });
  const question = "city of each warehouse and its orders";
  const suggestedTo = async (headers: Record<string, string>) => {
    const { suggestions } = (await post("/generate_sql", { question }, own, headers)).json();
    const streamed = eventsOf((await post("/v1/ask", { question }, own, headers)).body);
    expect(streamed.find(([name]) => name === "sql-end")?.[1]).toEqual({
      sql: null,
      refusal: "no table of warehouses",
      suggestions,
    });
    return suggestions.map(({ table }: { table: string }) => table);
  };
  const all = await suggestedTo({});
  expect(all).toContain("order");
  expect(all).toContain("customer");
  expect(await suggestedTo(own.key({ name: "some", tables: ["customer"] }))).toEqual(["customer"]);
  await own.close();
});

test("cells come as JSON holds them: integers beyond 2⁵³ and infinity as text, bytes in hexadecimal", async () => {
  const { result } = (await ask({ question: "cells", execute: true })).json();
  expect(result.rows).toEqual([["9007199254740993", 3, 0.5, "0aff", null, "Infinity"]]);
});

test("many rows are cut, and said to be", async () => {
  const { rows, truncated } = (await execute(MANY)).json();
  expect([rows.length, truncated]).toEqual([200, true]);
});

describe("SQL that cannot run is an error with a status of its own, or a part of the answer", () => {
  test.each([
    ["broken", "sql-failed", "wrong number of arguments"],
    ["unknown", "sql-unknown-name", "there is no column fullName"],
    ["endless", "sql-timeout", "ran longer than 0.4 s"],
    ["drop", "sql-refused", "the statement is no SELECT"],
  ] as const)("%s", async (question, code, message) => {
    const answered = await ask({ question });
    expect([answered.statusCode, answered.json()]).toEqual([
      200,
      expect.objectContaining({
        sql: expect.any(String),
        confidence: 0,
        result: { error: { code, message: expect.stringContaining(message) } },
      }),
    ]);
    const executed = await execute(answered.json().sql);
    expect([executed.statusCode, executed.json()]).toEqual([
      errorTable[code].status,
      errorOf(code, message),
    ]);
    expect((await execute("SELECT 1")).json().rows).toEqual([[1]]);
  });
});

describe("what is asked wrongly is answered in OpenAI's form with a code of the table", () => {
  const to = (more: InjectOptions): InjectOptions => ({
    method: "POST",
    url: "/generate_sql",
    ...more,
  });
  const withType = (type: string, payload: string) =>
    to({ headers: { "content-type": type }, payload });

  test.each<[string, number, ReturnType<typeof errorOf>, InjectOptions]>([
    ["malformed JSON", 400, errorOf("usage", "JSON"), withType("application/json", '{"question":')],
    ["no body", 400, errorOf("usage", '"question" is nothing', "question"), to({})],
    [
      "an empty question",
      400,
      errorOf("usage", 'is "  "', "question"),
      to({ payload: { question: "  " } }),
    ],
    [
      "a number",
      400,
      errorOf("usage", '"question" is 7', "question"),
      to({ payload: { question: 7 } }),
    ],
    ["a list", 400, errorOf("usage", 'the body is ["names"]'), to({ payload: ["names"] })],
    ["plain text", 400, errorOf("usage", "the body is"), withType("text/plain", "names")],
    [
      "a form",
      415,
      errorOf("usage", "Media Type"),
      withType("application/x-www-form-urlencoded", "q=a"),
    ],
    [
      "a body that is too large",
      413,
      errorOf("usage", "too large"),
      to({ payload: { question: "x".repeat(3_000_000) } }),
    ],
    ["an unknown route", 404, errorOf("not-found", "no GET /nowhere"), { url: "/nowhere" }],
    ["a broken path", 400, errorOf("usage", "/%"), { url: "/%" }],
    [
      "a wrong method",
      405,
      errorOf("method-not-allowed", "GET /generate_sql: POST"),
      { url: "/generate_sql" },
    ],
    [
      "a schema without tables",
      400,
      errorOf("ddl-invalid", "no CREATE TABLE"),
      to({ payload: { question: "names", schema: "hello" } }),
    ],
    [
      "a schema that is a number",
      400,
      errorOf("usage", '"schema" is 7', "schema"),
      to({ payload: { question: "names", schema: 7 } }),
    ],
    [
      "a column twice",
      400,
      errorOf("ddl-invalid", "t.a twice"),
      to({
        payload: {
          question: "names",
          schema: { tables: [{ name: "T", columns: [{ name: "a" }, { name: "A" }] }] },
        },
      }),
    ],
    [
      "no user in a chat",
      400,
      errorOf("usage", "no text of the user", "messages"),
      to({
        url: "/v1/chat/completions",
        payload: { messages: [{ role: "system", content: "x" }] },
      }),
    ],
    [
      "feedback on nothing",
      404,
      errorOf("not-found", "no request x"),
      to({ url: "/v1/feedback", payload: { request_id: "x", verdict: "right" } }),
    ],
    [
      "another machine's name",
      403,
      errorOf("forbidden", "evil.example"),
      { url: "/v1/schema", headers: { host: "evil.example" } },
    ],
  ])("%s", async (_case, status, body, request) => {
    const response = await served.app.inject(request);
    expect([response.statusCode, response.json()]).toEqual([status, body]);
  });

  test("an error of the model keeps its code and its status; a fault of ours says nothing of its inside", async () => {
    const failing = openServed({
      predict: ([question]) =>
        Promise.reject(
          question === "long"
            ? new UserError("question-too-long", "the question takes 900 tokens")
            : new Error("secret path"),
        ),
    });
    const long = await ask({ question: "long" }, failing);
    expect([long.statusCode, long.json()]).toEqual([
      400,
      errorOf("question-too-long", "900 tokens"),
    ]);
    const fault = await ask({ question: "x" }, failing);
    expect([fault.statusCode, fault.json()]).toEqual([
      500,
      errorOf("internal", "the service failed"),
    ]);
    await failing.close();
  });

  test("without a model questions get an error that says why, and SQL runs", async () => {
    const without = openServed({
      predict: { missing: "no way to the model is open (no-model-source)" },
    });
    for (const response of [
      await ask({ question: "names" }, without),
      await without.app.inject("/readyz"),
    ])
      expect([response.statusCode, response.json()]).toEqual([
        503,
        errorOf("model-missing", "no way"),
      ]);
    expect((await execute("SELECT 1", without)).statusCode).toBe(200);
    await without.close();
  });
});

test("a database that is replaced while it is served is the new one from then on; one that is gone is an error", async () => {
  const own = openServed({ predict });
  const count = () => execute("SELECT count(*) FROM customer", own);
  expect((await count()).json().rows).toEqual([[3]]);
  const other = `${own.databaseFile}.new`;
  buildDatabase(other, `${SHOP_DDL} DELETE FROM customer WHERE id = 3;`);
  renameSync(other, own.databaseFile);
  expect((await count()).json().rows).toEqual([[2]]);
  rmSync(own.databaseFile);
  const gone = await count();
  expect([gone.statusCode, gone.json()]).toEqual([422, errorOf("sql-failed", "unable to open")]);
  await own.close();
});

describe("a question may bring its own schema", () => {
  const tables = [
    {
      name: "invoice",
      columns: [{ name: "id", type: "INTEGER", primaryKey: true }, { name: "total" }],
    },
  ];
  test.each([
    ["DDL text", "CREATE TABLE invoice (id INTEGER PRIMARY KEY, total REAL);"],
    ["tables", { tables }],
  ])("%s: the model sees it, and nothing is executed", async (_form, schema) => {
    const own = openServed({
      predict,
      predictOn: ({ tables: seen }) =>
        predictFrom({
          names: `SELECT ${seen[0].columns.map(({ name }) => name).join(", ")} FROM ${seen[0].name}`,
        }),
    });
    expect((await ask({ question: "names", schema, execute: true }, own)).json()).toMatchObject({
      sql: "SELECT id, total FROM invoice",
      confidence_basis: "model",
      execution_time_ms: null,
    });
    await own.close();
  });
});

/** Server-sent events as [event, data]. */
const eventsOf = (body: string) =>
  body
    .trim()
    .split("\n\n")
    .map((event) => {
      const [, name, data] = /^(?:event: (.*)\n)?data: (.*)$/.exec(event) ?? [];
      return [name, data === "[DONE]" ? data : JSON.parse(data)];
    });

describe("a request may say how it is answered", () => {
  const seen: object[] = [];
  const predictAs = ({ decode, repair }: { decode?: string; repair?: number }) => {
    seen.push({ decode, repair });
    return predict;
  };
  const names = { question: "names" };
  let own: Served;
  beforeAll(() => {
    own = openServed({ predict, predictAs, limits: { maxCandidates: 8 } });
  });
  afterAll(() => own.close());

  test("within what the service allows", async () => {
    const wanted = { decode: "candidates:4", repair: 1 };
    expect((await ask({ ...names, ...wanted }, own)).statusCode).toBe(200);
    expect((await post("/v1/ask", { ...names, decode: "greedy" }, own)).statusCode).toBe(200);
    expect(seen).toEqual([wanted, { decode: "greedy", repair: undefined }]);
  });

  test.each([
    [
      "too many candidates",
      { decode: "candidates:9" },
      "9 answers; the most is 8 (serve.maxCandidates)",
    ],
    [
      "too many with a second round",
      { decode: "candidates:5", repair: 1 },
      "10 answers; the most is 8",
    ],
    [
      "several on its own schema",
      { decode: "candidates:2", schema: SHOP_DDL },
      "the most is one where nothing may be executed",
    ],
    ["an unknown way", { decode: "beam" }, '"decode" is "beam"'],
    ["two more rounds", { repair: 2 }, '"repair" is 2'],
  ])("%s: 400", async (_case, wanted, message) => {
    const { statusCode, json } = await ask({ ...names, ...wanted }, own);
    expect([statusCode, json().error.message]).toEqual([400, expect.stringContaining(message)]);
  });

  test("what a request leaves out counts as the project has it; one that wants nothing is answered so", async () => {
    const many = openServed({ predict, decode: "candidates:9", limits: { maxCandidates: 16 } });
    const { statusCode, json } = await ask({ ...names, repair: 1 }, many);
    expect([statusCode, json().error.message]).toEqual([
      400,
      expect.stringContaining("candidates:9 with repair 1 takes up to 18 answers"),
    ]);
    expect((await ask({ ...names, repair: 1, decode: "grammar" }, many)).statusCode).toBe(200);
    await many.close();
    const few = openServed({ predict, decode: "candidates:9", limits: { maxCandidates: 1 } });
    expect((await ask(names, few)).statusCode).toBe(200);
    await few.close();
  });

  test("several for a key that sees a part: 400", async () => {
    const key = own.key({ name: "some", tables: ["customer"] });
    const wanted = { ...names, decode: "candidates:2" };
    expect((await post("/generate_sql", wanted, own, key)).statusCode).toBe(400);
    const alone = await post("/generate_sql", { ...names, decode: "greedy" }, own, key);
    expect(alone.statusCode).toBe(200);
  });
});

test("an answer comes as a stream of events", async () => {
  const response = await post("/v1/ask", { question: "names" });
  expect(response.headers["content-type"]).toBe("text/event-stream");
  expect(eventsOf(response.body)).toEqual([
    ["sql-start", {}],
    ["sql-delta", { text: NAMES }],
    ["sql-end", { sql: NAMES }],
    ["rows", expect.objectContaining({ columns: ["id", "name", "city"], truncated: false })],
    ["done", expect.objectContaining({ sql: NAMES, request_id: expect.any(String) })],
  ]);
  const refused = eventsOf((await post("/v1/ask", { question: "nowhere" })).body);
  expect(refused.map(([name]) => name)).toEqual(["sql-start", "sql-end", "done"]);
});

test("OpenAI's clients are answered in their form, at once or as a stream", async () => {
  const messages = [
    { role: "system", content: "be brief" },
    { role: "user", content: "names" },
  ];
  const whole = (await post("/v1/chat/completions", { model: "x", messages })).json();
  expect(whole).toMatchObject({
    object: "chat.completion",
    choices: [{ index: 0, message: { role: "assistant", content: NAMES }, finish_reason: "stop" }],
  });
  const stream = eventsOf((await post("/v1/chat/completions", { messages, stream: true })).body);
  expect(stream.map(([, data]) => data.choices?.[0].delta.content ?? data)).toEqual([
    NAMES,
    expect.objectContaining({ object: "chat.completion.chunk" }),
    "[DONE]",
  ]);
});

test("every request stands in the log with its answer; corrections come out as served.ts reads them", async () => {
  const own = openServed({ predict });
  const asked = (await ask({ question: "names" }, own)).json();
  const refused = (await ask({ question: "nowhere" }, own)).json();
  await execute("DELETE FROM customer", own);
  const tell = (body: object) => post("/v1/feedback", body, own);
  expect(
    (
      await tell({
        request_id: asked.request_id,
        verdict: "wrong",
        sql: "SELECT name FROM customer",
      })
    ).json(),
  ).toEqual({ status: "kept" });
  await tell({ request_id: refused.request_id, verdict: "right" });
  const log = new DatabaseSync(own.requestsFile, { readOnly: true });
  expect(
    log
      .prepare(
        "SELECT job, reader, question, givenSql, sql, refusal, code, rows, ms > 0 AS isDone FROM request ORDER BY rowid",
      )
      .all()
      .map((row) => Object.values(row)),
  ).toEqual([
    ["generate_sql", "local", "names", null, NAMES, null, null, 3, 1],
    ["generate_sql", "local", "nowhere", null, null, "no table of stock", null, null, 1],
    ["execute", "local", null, "DELETE FROM customer", null, null, "sql-refused", null, 1],
  ]);
  log.close();
  expect(
    correctionLines(own.requestsFile)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([
    {
      question: "names",
      sql: "SELECT name FROM customer",
      predictedSql: NAMES,
      at: expect.any(String),
    },
    { question: "nowhere", refusal: "no table of stock", at: expect.any(String) },
  ]);
  await own.close();
});

describe("keys", () => {
  const ALL_SEEN = "SELECT count(*) FROM customer";
  let own: Served;
  beforeAll(() => {
    own = openServed({
      predict,
      predictOn: () => predictFrom({ names: "SELECT name FROM customer" }),
    });
  });
  afterAll(() => own.close());

  test("once there is one, everything but the health checks and the OpenAPI document needs one", async () => {
    const header = own.key({ name: "all" });
    for (const url of ["/v1/project", "/v1/schema", "/v1/runs", "/metrics"])
      expect((await own.app.inject(url)).json(), url).toEqual(errorOf("unauthorized", "no key"));
    expect((await execute(ALL_SEEN, own, { authorization: "Bearer t2s_wrong" })).statusCode).toBe(
      401,
    );
    for (const url of ["/healthz", "/readyz", "/openapi.json"])
      expect((await own.app.inject({ url, headers: { host: "db.example" } })).statusCode).toBe(200);
    expect((await execute(ALL_SEEN, own, header)).json().rows).toEqual([[3]]);
  });

  test("a key does what its scopes say, sees its tables, and of them its rows", async () => {
    const west = own.key({
      name: "west",
      scopes: ["ask", "execute", "schema"],
      tables: ["customer"],
      rowFilters: { customer: "city = 'London'" },
    });
    expect((await execute(ALL_SEEN, own, west)).json().rows).toEqual([[1]]);
    expect((await execute('SELECT * FROM "order"', own, west)).json()).toEqual(
      errorOf("sql-unknown-name", "there is no table order"),
    );
    expect(
      (await post("/generate_sql", { question: "names", execute: true }, own, west)).json().result
        .rows,
    ).toEqual([["Ada"]]);
    const schema = await own.app.inject({ url: "/v1/schema", headers: west });
    expect(schema.json().tables.map(({ name }: { name: string }) => name)).toEqual(["customer"]);
    expect(schema.body).not.toMatch(/order|amount|placedOn|Grace/i);
    expect(
      (await post("/v1/feedback", { request_id: "x", verdict: "right" }, own, west)).json(),
    ).toEqual(errorOf("forbidden", '"feedback"'));
  });

  test("a revoked key opens nothing from then on, nor does taking back the last one", async () => {
    const { revokeKey } = await import("./keys.ts");
    const brief = own.key({ name: "brief" });
    expect((await execute(ALL_SEEN, own, brief)).statusCode).toBe(200);
    for (const name of ["brief", "west", "all"]) revokeKey(own.keysFile, name);
    expect((await execute(ALL_SEEN, own, brief)).statusCode).toBe(401);
    expect((await execute(ALL_SEEN, own)).statusCode).toBe(401);
  });
});

test("more requests a minute than allowed are told when to come again", async () => {
  const own = openServed({ predict, requestsPerMinute: 2 });
  const answers = [];
  for (let i = 0; i < 3; i++) answers.push(await execute("SELECT 1", own));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 429]);
  expect(answers[2].json()).toEqual(errorOf("rate-limited", "2 requests a minute"));
  expect(Number(answers[2].headers["retry-after"])).toBeGreaterThan(0);
  await own.close();
});

describe("under load", () => {
  /** Answers when it is let go on, one question at a time. */
  function slowPredict() {
    const waiting: (() => void)[] = [];
    const log: string[] = [];
    const answer: Predict = async (questions, options) => {
      log.push(`begin ${questions[0]}`);
      await new Promise<void>((resolve, reject) => {
        waiting.push(resolve);
        options?.signal?.addEventListener("abort", () => {
          waiting.splice(waiting.indexOf(resolve), 1);
          reject(options.signal?.reason);
        });
      });
      log.push(`end ${questions[0]}`);
      return predict(questions, options);
    };
    const step = async () => {
      await expect.poll(() => waiting.length).toBeGreaterThan(0);
      waiting.shift()?.();
    };
    return { answer, log, step };
  }

  test("questions are answered one after the other; what finds the queue full gets 429", async () => {
    const { answer, log, step } = slowPredict();
    const own = openServed({ predict: answer, limits: LIMITS });
    const asked = ["a", "b", "c"].map((question) => ask({ question }, own));
    await expect.poll(() => own.service.queues().model).toEqual({ running: 1, waiting: 2 });
    const full = await ask({ question: "d" }, own);
    expect([full.statusCode, full.json()]).toEqual([429, errorOf("overloaded", "2 wait")]);
    expect(Number(full.headers["retry-after"])).toBeGreaterThan(0);
    for (let i = 0; i < 3; i++) await step();
    expect((await Promise.all(asked)).map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
    expect(log).toEqual(["begin a", "end a", "begin b", "end b", "begin c", "end c"]);
    await own.close();
  });

  test("a client that goes away frees its place, at the model and at the database", async () => {
    const { answer, log, step } = slowPredict();
    const own = openServed({ predict: answer, limits: { ...LIMITS, timeoutMs: 60_000 } });
    await own.app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = own.app.server.address() as AddressInfo;
    const start = (path: string, body: object) => {
      const headers = { "content-type": "application/json" };
      const call = httpRequest({ port, host: "127.0.0.1", path, method: "POST", headers });
      call.on("error", () => {});
      call.end(JSON.stringify(body));
      return call;
    };
    const first = start("/generate_sql", { question: "a" });
    await expect.poll(() => log).toEqual(["begin a"]);
    const second = start("/generate_sql", { question: "b" });
    await expect.poll(() => own.service.queues().model.waiting).toBe(1);
    second.destroy();
    await expect.poll(() => own.service.queues().model.waiting).toBe(0);
    first.destroy();
    await expect.poll(() => own.service.queues().model.running).toBe(0);
    const endless = start("/v1/execute", { sql: ENDLESS });
    await expect.poll(() => own.service.queues().sql.running).toBe(1);
    endless.destroy();
    await expect.poll(() => own.service.queues().sql.running).toBe(0);
    const next = start("/generate_sql", { question: "names" });
    await expect.poll(() => log.at(-1)).toBe("begin names");
    const answered = once(next, "response");
    await step();
    expect((await answered)[0].statusCode).toBe(200);
    next.destroy();
    await own.close();
  });

  test("a service that closes answers what it has begun", async () => {
    const { answer, step } = slowPredict();
    const own = openServed({ predict: answer });
    const url = await own.app.listen({ host: "127.0.0.1", port: 0 });
    const asked = fetch(`${url}/generate_sql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ question: "names" }),
    });
    await expect.poll(() => own.service.queues().model.running).toBe(1);
    const closing = own.app.close();
    await step();
    expect((await asked).status).toBe(200);
    await closing;
    await own.close();
  });
});

test("counts and durations are told in Prometheus' form", async () => {
  await execute("SELECT 1");
  const { body } = await served.app.inject("/metrics");
  expect(body).toMatch(/^t2s_requests_total\{route="\/v1\/execute",status="200"\} \d+$/m);
  expect(body).toMatch(/^t2s_request_seconds_bucket\{route="\/v1\/execute",le="\+Inf"\} \d+$/m);
  expect(body).toContain("# TYPE t2s_work_seconds histogram");
  expect(body).toContain('t2s_errors_total{code="sql-refused"}');
});

test("whatever is sent, the answer is one that the OpenAPI document knows, and no fault of ours", async () => {
  const { paths } = (await served.app.inject("/openapi.json")).json();
  const routes = Object.entries<Record<string, { responses: object }>>(paths).flatMap(
    ([url, item]) =>
      Object.entries(item).map(([method, { responses }]) => ({
        url,
        method,
        known: Object.keys(responses),
      })),
  );
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom("names", "nowhere", NAMES, "SELECT 1", "drop"),
  );
  const field = fc.oneof(text, fc.jsonValue());
  const body = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        question: field,
        schema: fc.oneof(field, fc.record({ tables: field })),
        execute: field,
        sql: field,
        request_id: field,
        verdict: fc.oneof(field, fc.constantFrom("right", "wrong")),
        messages: fc.oneof(field, fc.array(fc.record({ role: field, content: field }))),
        stream: field,
      },
      { requiredKeys: [] },
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...routes), body, async ({ url, method, known }, payload) => {
      const request = { method, url, headers: { "content-type": "application/json" } } as const;
      const response = await served.app.inject({
        ...(request as InjectOptions),
        ...(method === "post" && { payload: JSON.stringify(payload) }),
      });
      expect(known).toContain(String(response.statusCode));
      expect(response.statusCode).toBeLessThan(500);
      if (response.statusCode >= 400)
        expect(response.json().error).toMatchObject({
          code: expect.any(String),
          message: expect.any(String),
        });
    }),
    { numRuns: 400 },
  );
});

test("the OpenAPI document has every route, and every route is in it", async () => {
  const document = (await served.app.inject("/openapi.json")).json();
  const methods = (item: object) => Object.keys(item).map((method) => method.toUpperCase());
  for (const [url, item] of Object.entries<object>(document.paths))
    for (const method of methods(item))
      expect(served.app.hasRoute({ method, url: url.replace(/\{(\w+)\}/g, ":$1") }), url).toBe(
        true,
      );
  const printed = served.app.printRoutes({ commonPrefix: false });
  // the page and the Model Context Protocol stand beside them
  expect(printed.match(/ \((?:GET|POST)/g)).toHaveLength(Object.keys(document.paths).length + 2);
  expect(
    document.paths["/generate_sql"].post.requestBody.content["application/json"].schema.required,
  ).toEqual(["question"]);
});
