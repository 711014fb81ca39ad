/**
 * `t2s data generate --method teacher|paraphrase|served` as a user meets it: processes, a real project, a server that
 * misbehaves as foreign services do, and the real Ollama with the tiny model (which proves the protocol, not quality).
 */
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readJsonLines } from "../src/base/files.ts";
import type { Example } from "../src/data/example.ts";
import { startT2s } from "./fixtures/program.ts";
import { cacheBeside, makeShopProject, runInProject } from "./fixtures/shop-project.ts";
import {
  type Behaviour,
  type ChatBody,
  type ForeignServer,
  startForeignServer,
} from "./foreign-server.ts";
import { type OllamaServer, startOllama } from "./ollama-server.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-teacher-"));
const servers: ForeignServer[] = [];
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

const PAIRS = [
  {
    id: "a",
    question: "How many customers are there?",
    sql: "SELECT COUNT(*) FROM customer",
    split: "train",
  },
  {
    id: "b",
    question: "Which customers live in London?",
    sql: "SELECT name FROM customer WHERE city = 'London'",
    split: "train",
  },
  {
    id: "c",
    question: "Total of all orders",
    sql: 'SELECT SUM(amount) FROM "order"',
    split: "dev",
  },
  {
    id: "d",
    question: "What is the largest order?",
    sql: 'SELECT MAX(amount) FROM "order"',
    split: "test",
  },
];

const makeProject = (source: string, more = "") =>
  makeShopProject(folder, `teacher:\n  source: ${source}\n  repairs: 1\n  seed: 5\n${more}`, PAIRS);

async function serve(
  behave: (body: ChatBody, number: number) => Behaviour,
): Promise<ForeignServer> {
  const server = await startForeignServer(behave);
  servers.push(server);
  return server;
}

const start = (project: string, args: readonly string[]) =>
  startT2s(project, ["data", "generate", "--json", ...args], cacheBeside(project));
const generate = (project: string, args: readonly string[], env = {}) =>
  runInProject(project, ["data", "generate", ...args], env);

const at = (project: string, ...path: string[]) => join(project, "data", ...path);
const text = (project: string, ...path: string[]) => readFileSync(at(project, ...path), "utf8");
const pairsOf = (project: string, name: string) =>
  readJsonLines<Example>(at(project, "raw", `${name}.jsonl`));

const last = ({ messages }: ChatBody) => messages.at(-1)?.content ?? "";
const isForQuestion = (body: ChatBody) => last(body).includes('"question"');
const json = (value: object): Behaviour => ({ content: JSON.stringify(value) });

/** A teacher that knows its work; each question is a new one. */
const good = (body: ChatBody): Behaviour => {
  if (last(body).includes('"questions"'))
    return json({
      questions: [1, 2, 3].map((n) => `Wording ${"abc"[n - 1]} of London ${body.seed}`),
    });
  if (isForQuestion(body)) return json({ question: `Who placed orders, case ${body.seed}?` });
  const from = 'FROM customer JOIN "order" ON customer.id = customerId';
  return json({ sql: `SELECT name, placedOn ${from} WHERE amount < ${body.seed};` });
};
const TO_SQL = ["--method", "teacher", "--teacher.directions", "question-to-sql"];

describe("a teacher that works", () => {
  test("writes verified pairs with their source, and is not asked again for the same", async () => {
    const server = await serve(good);
    const project = makeProject(`${server.baseUrl}#big`, "  inputPrice: 2\n  outputPrice: 8\n");
    const first = await generate(project, [...TO_SQL, "--count", "5"]);
    expect(first.json).toEqual({
      pairs: 5,
      refusals: 0,
      rejected: {},
      seconds: expect.any(Number),
      templates: 1,
      requests: 10,
      cached: 0,
      tokens: { input: 1000, output: 100 },
      cost: expect.closeTo(0.0028),
      isLimited: false,
    });
    const pairs = pairsOf(project, "teacher");
    expect(pairs[0]).toMatchObject({
      id: "teach-5-00001",
      sql: expect.stringMatching(/^SELECT.*\d$/),
      kind: "answer",
      split: "train",
      source: { method: "teacher:question-to-sql", model: "big", seed: 5000 },
      checks: { executed: true, rows: 3 },
    });
    const summary = JSON.parse(text(project, "raw", "teacher.json"));
    expect(summary).toMatchObject({ requests: 10, tokens: { input: 1000, output: 100 } });
    expect(summary.calls).toHaveLength(10);
    const before = [text(project, "raw", "teacher.jsonl"), text(project, "raw", "teacher.json")];
    const second = await generate(project, [...TO_SQL, "--count", "5"]);
    expect(second.json).toMatchObject({ pairs: 5, requests: 0, cached: 10, cost: 0 });
    expect([text(project, "raw", "teacher.jsonl"), text(project, "raw", "teacher.json")]).toEqual(
      before,
    );
    expect(server.requests).toHaveLength(10);
  }, 60_000);

  test("sees pairs of the training split alone, and the schema as the tuned model sees it", async () => {
    const server = await serve(good);
    const project = makeProject(`${server.baseUrl}#big`);
    await generate(project, ["--method", "teacher", "--count", "8"]);
    const seen = server.requests.map((body) => JSON.stringify(body)).join("\n");
    expect(seen).toContain("Which customers live in London?");
    expect(seen).not.toContain("Total of all orders");
    expect(seen).not.toContain("What is the largest order?");
    expect(seen).toContain("customer: id | name city");
  }, 60_000);

  test("verified SQL is put into words; a wording that loses a value is sent back with what is missing", async () => {
    const server = await serve((body) =>
      last(body).includes("must also say") || last(body).includes("knows nothing")
        ? json({ question: "never mind" })
        : json({ question: "Something without any value" }),
    );
    const project = makeProject(`${server.baseUrl}#big`);
    const { json: result } = await generate(project, [
      "--method",
      "teacher",
      "--teacher.directions",
      "sql-to-question",
      "--count",
      "6",
    ]);
    const repairs = server.requests.filter((body) => last(body).includes("must also say"));
    expect(repairs.length).toBeGreaterThan(0);
    expect(result.rejected["lost-value"]).toBe(2 * repairs.length);
    for (const { source, sql } of pairsOf(project, "teacher")) {
      expect(source).toMatchObject({
        method: "teacher:sql-to-question",
        parentId: expect.stringMatching(/^synth-42-/),
      });
      expect(sql).not.toMatch(/'/);
    }
  }, 60_000);

  test("templates of test and dev are left out", async () => {
    let number = 0;
    const server = await serve((body) =>
      isForQuestion(body)
        ? json({ question: `An order question, number ${number++}` })
        : json({
            sql:
              number % 2
                ? 'SELECT max("amount") FROM "order"'
                : 'SELECT SUM(o.amount) FROM "order" AS o',
          }),
    );
    const project = makeProject(`${server.baseUrl}#big`);
    const { json: result } = await generate(project, [
      ...TO_SQL,
      "--count",
      "3",
      "--teacher.concurrency",
      "1",
    ]);
    expect(result).toMatchObject({ pairs: 0, rejected: { "excluded-template": 9 } });
  }, 60_000);

  test("paraphrases keep the parent's SQL, and repeat neither it nor each other", async () => {
    const server = await serve((body) =>
      json({
        questions: last(body).includes("London")
          ? [
              "1. Who lives in London?",
              "Which customers live in London",
              "Who lives in Paris?",
              "who lives in  london",
            ]
          : ["customer count, please", "How many customers do the 77 shops have?"],
      }),
    );
    const project = makeProject(`${server.baseUrl}#big`);
    const { json: result } = await generate(project, ["--method", "paraphrase"]);
    expect(result).toMatchObject({
      pairs: 2,
      rejected: { "lost-value": 1, "added-value": 1, "repeated-question": 2 },
    });
    const byParent = Object.fromEntries(
      pairsOf(project, "paraphrases").map((pair) => [pair.source.parentId, pair]),
    );
    expect(byParent.b).toMatchObject({
      question: "Who lives in London?",
      sql: PAIRS[1].sql,
      split: "train",
    });
    expect(byParent.a).toMatchObject({ question: "customer count, please", sql: PAIRS[0].sql });
    expect(server.requests).toHaveLength(2);
  }, 60_000);
});

describe("a teacher that fails", () => {
  test("each failure is told with its reason, and SQL is corrected by what the database said", async () => {
    const replies: Behaviour[] = [
      { status: 429, error: "slow down", retryAfter: "0.2" },
      { content: "Here is a question for you." },
      { content: 'Of course: {"question": "Which orders were placed?"} Enjoy!' },
      json({ sql: "SELECT TOP 5 * FROM customer" }),
      json({ sql: "SELECT name FROM customers" }),
    ];
    const server = await serve((body, number) => replies[number - 1] ?? good(body));
    const project = makeProject(`${server.baseUrl}#big`);
    const { json: result } = await generate(project, [
      ...TO_SQL,
      "--count",
      "1",
      "--teacher.concurrency",
      "1",
    ]);
    expect(result).toMatchObject({
      pairs: 1,
      rejected: { "rate-limited": 1, prose: 1, "other-dialect": 1, "does-not-run": 1 },
      requests: 7,
    });
    expect(last(server.requests[4])).toMatch(
      /The database says: near "5": syntax error; write SQLite/,
    );
    const rejected = readJsonLines<{ reason: string; sql?: string; text?: string }>(
      at(project, "rejected", "teacher.jsonl"),
    );
    expect(rejected.map(({ reason }) => reason)).toEqual([
      "rate-limited",
      "prose",
      "other-dialect",
      "does-not-run",
    ]);
    expect(rejected[1].text).toBe("Here is a question for you.");
    expect(rejected[3].sql).toBe("SELECT name FROM customers");
    expect(readdirSync(at(project, "raw")).sort()).toEqual([
      "own.jsonl",
      "own.jsonl.dvc",
      "teacher.json",
      "teacher.jsonl",
      "teacher.jsonl.dvc",
    ]);
  }, 60_000);

  test("killed half-way, it goes on: no answer is asked for twice, and the pairs are those of one run", async () => {
    const slowly = (body: ChatBody): Behaviour => ({
      ...(good(body) as { content: string }),
      afterMs: 60,
    });
    const server = await serve(slowly);
    const args = [...TO_SQL, "--count", "10", "--teacher.concurrency", "1"];
    const project = makeProject(`${server.baseUrl}#big`);
    const child = start(project, args);
    while (server.requests.length < 7) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGKILL");
    await once(child, "close");
    expect(existsSync(at(project, "raw", "teacher.jsonl"))).toBe(false);
    const before = server.requests.length;
    const { json: result } = await generate(project, args);
    expect(result).toMatchObject({ pairs: 10, requests: 20 - result.cached });
    // one request was on its way: its answer never came in
    const journal = readdirSync(at(project, "cache", "teacher"));
    const answers = readJsonLines<{ key?: string; answer?: object }>(
      at(project, "cache", "teacher", journal[0]),
    ).filter(({ answer }) => answer !== undefined);
    expect(answers).toHaveLength(20);
    expect(new Set(answers.map(({ key }) => key)).size).toBe(20);
    expect(server.requests.length - before).toBe(result.requests);
    expect(server.requests.length).toBeLessThanOrEqual(21);
    const whole = makeProject(`${server.baseUrl}#big`);
    await generate(whole, args);
    const questions = (of: string) =>
      pairsOf(of, "teacher").map(({ id, question, sql }) => [id, question, sql]);
    expect(questions(project)).toEqual(questions(whole));
  }, 60_000);

  test("Ctrl-C keeps what has come, writes no half, and the next run goes on", async () => {
    const server = await serve((body) => ({ ...(good(body) as { content: string }), afterMs: 60 }));
    const args = [...TO_SQL, "--count", "10", "--teacher.concurrency", "2"];
    const project = makeProject(`${server.baseUrl}#big`);
    const child = start(project, args);
    let stderr = "";
    child.stderr.on("data", (chunk) => (stderr += chunk));
    while (server.requests.length < 6) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGINT");
    expect(await once(child, "close")).toEqual([expect.any(Number), null]);
    expect(stderr).toContain("error stopped");
    expect(existsSync(at(project, "raw", "teacher.jsonl"))).toBe(false);
    expect((await generate(project, args)).json).toMatchObject({ pairs: 10 });
    expect(server.requests).toHaveLength(20);
  }, 60_000);

  test("a limit stops it exactly, with what is done kept; a dry run asks nothing", async () => {
    const server = await serve(good);
    const project = makeProject(`${server.baseUrl}#big`, "  maxRequests: 7\n  inputPrice: 1\n");
    const dry = await generate(project, [...TO_SQL, "--count", "10", "--dry-run"]);
    expect(dry.json).toMatchObject({
      forecast: { requests: [7, 7], cost: [expect.any(Number), expect.any(Number)] },
    });
    expect(server.requests).toHaveLength(0);
    expect(existsSync(at(project, "raw", "teacher.jsonl"))).toBe(false);
    const args = [...TO_SQL, "--count", "10", "--teacher.concurrency", "1"];
    const { json: result } = await generate(project, args);
    expect(result).toMatchObject({ requests: 7, isLimited: true });
    expect(server.requests).toHaveLength(7);
    const kept = text(project, "raw", "teacher.jsonl");
    expect((await generate(project, args)).json).toMatchObject({
      requests: 0,
      pairs: result.pairs,
    });
    expect(text(project, "raw", "teacher.jsonl")).toBe(kept);
    expect(server.requests).toHaveLength(7);
  }, 60_000);

  test.each<[string, string, string[], RegExp]>([
    ["no source", '""', [], /^error config-invalid: teacher\.source is not set/m],
    ["an unknown source", "what", [], /teacher\.source is of no known form/],
    ["a password in the address", "http://me:pw@h/v1#m", [], /without user name, password/],
    [
      "a key in place of a name",
      "http://h/v1#m",
      ["--teacher.apiKeyVariable", "sk-123"],
      /is no name of an environment variable/,
    ],
    [
      "a variable that is not set",
      "http://h/v1#m",
      ["--teacher.apiKeyVariable", "T2S_NO_SUCH"],
      /T2S_NO_SUCH, which .* is not set/,
    ],
    ["a cost without prices", "http://h/v1#m", ["--teacher.maxCost", "1"], /maxCost needs prices/],
    [
      "--from for a teacher",
      "http://h/v1#m",
      ["--from", "x"],
      /--from FILE belongs to --method served/,
    ],
  ])(
    "%s is an error before anything is asked",
    async (_name, source, args, message) => {
      const project = makeProject(source);
      const { status, stderr } = await generate(project, [
        "--method",
        "teacher",
        "--count",
        "1",
        ...args,
      ]);
      expect(status).not.toBe(0);
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/sk-123|pw@/);
    },
    60_000,
  );
});

describe("corrections of served questions", () => {
  test("become pairs; what cannot be used is told by line; a later correction replaces the earlier", async () => {
    const project = makeProject('""');
    const file = join(project, "corrections.jsonl");
    const lines = [
      { question: "Who lives in London?", sql: "SELECT city FROM customer", at: "2025-02-01" },
      {
        question: "who lives in london?",
        sql: "SELECT name FROM customer WHERE city = 'London';",
        predictedSql: "SELECT 1",
        at: "2025-03-01",
      },
      { question: "What do they earn?", refusal: "no column for salary" },
      { question: "Broken?", sql: "SELECT salary FROM customer" },
      { question: "Sum?", sql: 'SELECT sum(amount) FROM "order"' },
      { question: "Nothing" },
    ];
    writeFileSync(
      file,
      `\uFEFF${lines.map((line) => JSON.stringify(line)).join("\r\n")}\nnot json\n`,
    );
    const { json: result } = await generate(project, ["--method", "served", "--from", file]);
    expect(result).toMatchObject({
      pairs: 1,
      refusals: 1,
      rejected: {
        "corrected-later": 1,
        "does-not-run": 1,
        "excluded-template": 1,
        incomplete: 1,
        "not-json": 1,
      },
    });
    expect(pairsOf(project, "served")).toMatchObject([
      {
        question: "who lives in london?",
        sql: PAIRS[1].sql,
        source: { method: "served" },
        checks: { executed: true, rows: 1 },
      },
      { kind: "refuse", refusal: "no column for salary" },
    ]);
    expect(readJsonLines(at(project, "rejected", "served.jsonl"))).toContainEqual(
      expect.objectContaining({ reason: "not-json", line: 7, text: "not json" }),
    );
    writeFileSync(
      file,
      `${JSON.stringify({ question: "Who lives in London?", sql: "SELECT id FROM customer" })}\n`,
    );
    await generate(project, ["--method", "served", "--from", file]);
    expect(pairsOf(project, "served").map(({ sql }) => sql)).toEqual([
      "SELECT id FROM customer",
      "",
    ]);
  }, 60_000);

  test("a file that is missing, or has nothing of use, is an error and changes nothing", async () => {
    const project = makeProject('""');
    const file = join(project, "corrections.jsonl");
    expect((await generate(project, ["--method", "served"])).stderr).toMatch(
      /error usage: --from FILE/,
    );
    expect((await generate(project, ["--method", "served", "--from", file])).stderr).toMatch(
      /error not-found/,
    );
    writeFileSync(file, '{"question": "Only this"}\n');
    expect((await generate(project, ["--method", "served", "--from", file])).stderr).toMatch(
      /error data-invalid: .*corrections\.jsonl holds no correction.*line 1/,
    );
    expect(readdirSync(at(project, "raw"))).toEqual(["own.jsonl"]);
  }, 60_000);
});

const executable = process.env.T2S_OLLAMA;
const modelFile = process.env.T2S_MODEL_FILE ?? "";

describe.skipIf(!executable || modelFile === "")("T2S_OLLAMA and T2S_MODEL_FILE", () => {
  let server: OllamaServer | undefined;
  beforeAll(async () => {
    server = await startOllama(executable ?? "");
    await server.create("tiny", modelFile);
  }, 120_000);
  afterAll(() => server?.close());

  const args = [
    "--method",
    "teacher",
    "--count",
    "3",
    "--teacher.maxTokens",
    "64",
    "--teacher.concurrency",
    "1",
    "--teacher.maxRequests",
    "6",
  ];

  test("the real protocol: answers of the wanted form, tokens counted, nothing asked twice", async () => {
    const project = makeProject(`ollama:tiny@${server?.baseUrl}`);
    const first = await generate(project, args);
    expect(first.status).toBe(0);
    expect(first.json.requests).toBe(6);
    expect(first.json.tokens.input).toBeGreaterThan(6 * 50);
    expect(first.json.tokens.output).toBeGreaterThan(6);
    expect(first.json.tokens.output).toBeLessThanOrEqual(6 * 64);
    const [journal] = readdirSync(at(project, "cache", "teacher"));
    const answers = readJsonLines<{ answer?: { text: string } }>(
      at(project, "cache", "teacher", journal),
    );
    const replies = answers.flatMap(({ answer }) => answer?.text ?? []);
    expect(replies.every((reply) => reply.trimStart().startsWith("{"))).toBe(true);
    const pairs = text(project, "raw", "teacher.jsonl");
    await server?.close();
    const second = await generate(project, args);
    expect(second.json).toMatchObject({ requests: 0, cached: 6, rejected: first.json.rejected });
    expect(text(project, "raw", "teacher.jsonl")).toBe(pairs);
  }, 300_000);
});

describe.skipIf(modelFile === "")("T2S_MODEL_FILE", () => {
  test("a local GGUF answers by the program's own decoder, the same each time", async () => {
    const once = makeProject(`gguf:${modelFile}`);
    const args = ["--method", "paraphrase", "--teacher.maxTokens", "48", "--teacher.repairs", "0"];
    const first = await generate(once, args);
    expect(first.stderr).not.toContain("error");
    expect(first.json).toMatchObject({ requests: 2, cached: 0 });
    expect(first.json.tokens.output).toBeGreaterThan(2);
    expect((await generate(once, args)).json).toMatchObject({
      requests: 0,
      cached: 2,
      rejected: first.json.rejected,
    });
    const twice = makeProject(`gguf:${modelFile}`);
    await generate(twice, args);
    expect(text(twice, "rejected", "paraphrases.jsonl")).toBe(
      text(once, "rejected", "paraphrases.jsonl"),
    );
    expect(text(twice, "raw", "paraphrases.jsonl")).toBe(text(once, "raw", "paraphrases.jsonl"));
  }, 300_000);
});
