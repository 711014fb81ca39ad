/**
 * Against a server of node:http that answers as the protocols' documentation says; nothing here needs a model. What a
 * server says about tokens, reasons to stop and errors is written from llama-server's and Ollama's answers.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openAnswerCache } from "./answer-cache.ts";
import type { GenerateRequest } from "./generate.ts";
import { createOllamaGenerate } from "./ollama.ts";
import { createOpenAiGenerate } from "./openai-compatible.ts";

type Body = Record<string, unknown> & { readonly prompt?: string };
type Asked = { readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: Body };
/** A status with its body and headers, or "hang" (never answers) or "cut" (closes the connection). */
type Reply = readonly [number, unknown, Record<string, string>?] | "hang" | "cut";

let server: Server;
let origin = "";
let folder = "";
let asked: Asked[] = [];
let reply: (body: Body, count: number) => Reply | Promise<Reply>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "t2s-http-"));
  server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const body = JSON.parse(text) as Body;
    asked.push({ url: request.url ?? "", headers: request.headers, body });
    const answer = await reply(body, asked.length);
    if (answer === "hang") return;
    if (answer === "cut") return void request.socket.destroy();
    const [status, content, headers = {}] = answer;
    response.writeHead(status, headers);
    response.end(typeof content === "string" ? content : JSON.stringify(content));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked = [];
  reply = ({ prompt }) => [200, completion(`SELECT ${prompt}`)];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const completion = (text: string, reason = "stop") => ({
  object: "text_completion",
  choices: [{ index: 0, text, finish_reason: reason, logprobs: null }],
  usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 },
});
const requestsOf = (count: number): GenerateRequest[] =>
  Array.from({ length: count }, (_, i) => ({ prefix: "p", suffix: String(i) }));
const openAi = (options = {}) =>
  createOpenAiGenerate({ baseUrl: `${origin}/v1/`, model: "m", retryDelayMs: 1, ...options });
const ollama = (options = {}) =>
  createOllamaGenerate({ baseUrl: origin, model: "m", contextTokens: 512, ...options });

test("the rendered prompt is sent as it is, and answers come in the order of the requests", async () => {
  reply = async ({ prompt }) => {
    await sleep(prompt === "p0" ? 30 : 0);
    return [200, completion(`SELECT ${prompt}`, prompt === "p2" ? "length" : "stop")];
  };
  const counts: number[] = [];
  const completions = await openAi({ apiKey: "secret", body: { seed: 1 } })(requestsOf(3), {
    maxTokens: 8,
    onCompletion: (done, total) => counts.push(done, total),
  });
  expect(completions).toMatchObject([
    { text: "SELECT p0", tokens: 4, finishReason: "stop" },
    { text: "SELECT p1", tokens: 4, finishReason: "stop" },
    { text: "SELECT p2", tokens: 4, finishReason: "length" },
  ]);
  expect(counts).toEqual([1, 3, 2, 3, 3, 3]);
  expect(asked[0].url).toBe("/v1/completions");
  expect(asked[0].headers.authorization).toBe("Bearer secret");
  expect(asked[0].body).toEqual({
    model: "m",
    prompt: "p0",
    max_tokens: 8,
    temperature: 0,
    stream: false,
    seed: 1,
  });
});

test("a server that takes messages gets them", async () => {
  const messages = [{ role: "user", content: "How many?" }] as const;
  reply = () => [
    200,
    { choices: [{ message: { role: "assistant", content: "SELECT 1" }, finish_reason: "stop" }] },
  ];
  const request = { prefix: "p", suffix: "s", messages };
  const [answer] = await openAi({ sends: "messages" })([request]);
  expect(answer).toMatchObject({ text: "SELECT 1", tokens: 0, finishReason: "stop" });
  expect(asked[0].url).toBe("/v1/chat/completions");
  expect(asked[0].body.messages).toEqual(messages);
  await expect(openAi({ sends: "messages" })(requestsOf(1))).rejects.toThrow(/^internal: /);
});

test("Ollama gets the prompt raw with the size of its context, or messages", async () => {
  reply = ({ prompt }) =>
    prompt === undefined
      ? [200, { message: { role: "assistant", content: "SELECT 2" }, done_reason: "length" }]
      : [200, { response: "SELECT 1", done_reason: "stop", prompt_eval_count: 9, eval_count: 3 }];
  const raw = await ollama({ modelOptions: { num_thread: 1 } })(requestsOf(1), { maxTokens: 8 });
  expect(raw).toMatchObject([{ text: "SELECT 1", tokens: 3, finishReason: "stop" }]);
  expect(asked[0]).toMatchObject({
    url: "/api/generate",
    body: {
      model: "m",
      prompt: "p0",
      raw: true,
      stream: false,
      truncate: false,
      options: { temperature: 0, repeat_penalty: 1, num_predict: 8, num_ctx: 512, num_thread: 1 },
    },
  });
  const messages = [{ role: "user", content: "?" }] as const;
  const chat = await ollama({ sends: "messages" })([{ prefix: "", suffix: "", messages }]);
  expect(chat).toMatchObject([{ text: "SELECT 2", tokens: 0, finishReason: "length" }]);
  expect(asked[1]).toMatchObject({ url: "/api/chat", body: { messages } });
});

test("confidence is the product of the tokens' probabilities, wherever the server puts them", async () => {
  const logs = [Math.log(0.5), Math.log(0.8)];
  const content = logs.map((logprob) => ({ token: "x", logprob }));
  const wanted = { withConfidence: true };
  const choice = (logprobs: unknown) =>
    [200, { choices: [{ text: "SELECT 1", logprobs }] }] as const;
  for (const logprobs of [{ token_logprobs: logs }, { content }]) {
    reply = () => choice(logprobs);
    const [{ confidence }] = await openAi()(requestsOf(1), wanted);
    expect(confidence).toBeCloseTo(0.4, 12);
  }
  reply = () => choice(null);
  expect((await openAi()(requestsOf(1), wanted))[0]).not.toHaveProperty("confidence");
  reply = () => [200, { response: "SELECT 1", logprobs: content }];
  expect((await ollama()(requestsOf(1), wanted))[0].confidence).toBeCloseTo(0.4, 12);
  expect(asked.map(({ body }) => body.logprobs)).toEqual([1, 1, 1, true]);
  await ollama()(requestsOf(1));
  expect(asked.at(-1)?.body).not.toHaveProperty("logprobs");
});

test("the grammar goes to a server that takes it, and to no other", async () => {
  const wanted = { grammar: 'root ::= "x"' };
  await openAi({ takesGrammar: true })(requestsOf(1), wanted);
  await openAi()(requestsOf(1), wanted);
  await ollama()(requestsOf(1), wanted).catch(() => undefined);
  expect(asked.map(({ body }) => body.grammar)).toEqual([wanted.grammar, undefined, undefined]);
});

test("a server that refuses the grammar is asked without it from then on, which is said once", async () => {
  reply = ({ grammar, prompt }) =>
    grammar === undefined
      ? [200, completion(`SELECT ${prompt}`)]
      : [400, { error: { message: "Failed to parse grammar" } }];
  const notes: string[] = [];
  const onNote = (text: string) => notes.push(text);
  const generate = openAi({ takesGrammar: true, concurrency: 1, onNote });
  const answers = await generate(requestsOf(2), { grammar: 'root ::= "x' });
  expect(answers).toMatchObject([{ text: "SELECT p0" }, { text: "SELECT p1" }]);
  expect(asked).toHaveLength(3);
  expect(notes).toEqual([expect.stringContaining("Failed to parse grammar")]);
});

test("further answers are sampled, each with its seed, and equal ones come once", async () => {
  reply = ({ seed = 0 }) => [
    200,
    {
      choices: [{ text: `SELECT ${Number(seed) % 2}`, logprobs: { token_logprobs: [-1] } }],
      usage: { completion_tokens: 2 },
    },
  ];
  const [answer] = await openAi()(requestsOf(1), { candidates: 4 });
  expect(asked.map(({ body: { seed, temperature } }) => [seed, temperature])).toEqual([
    [undefined, 0],
    [1, 0.8],
    [2, 0.8],
    [3, 0.8],
  ]);
  expect(answer).toMatchObject({
    text: "SELECT 0",
    tokens: 8,
    confidence: Math.exp(-1),
    others: [{ text: "SELECT 1", confidence: Math.exp(-1) }],
  });
});

test("a server that does not tell probabilities is asked again without", async () => {
  reply = ({ logprobs, prompt }) =>
    logprobs === undefined
      ? [200, completion(`SELECT ${prompt}`)]
      : [400, { error: { message: "logprobs is not supported" } }];
  const [answer] = await openAi()(requestsOf(1), { withConfidence: true });
  expect(answer).toMatchObject({ text: "SELECT p0" });
  expect(answer).not.toHaveProperty("confidence");
  expect(asked).toHaveLength(2);
});

test("a prompt that Ollama cut in silence is too long", async () => {
  reply = () => [200, { response: "SELECT", prompt_eval_count: 512, eval_count: 1 }];
  await expect(ollama()(requestsOf(1))).rejects.toMatchObject({ code: "question-too-long" });
});

test("no more requests run at the same time than are allowed", async () => {
  let [open, most] = [0, 0];
  reply = async () => {
    most = Math.max(most, ++open);
    await sleep(5);
    open--;
    return [200, completion("SELECT 1")];
  };
  await openAi({ concurrency: 3 })(requestsOf(12));
  expect(most).toBe(3);
});

test.each<[string, Reply]>([
  ["busy", [503, { error: { message: "Loading model", code: 503 } }]],
  ["limiting", [429, "slow down", { "retry-after": "0.01" }]],
  ["cutting the connection", "cut"],
  ["silent", "hang"],
])("a server that is %s for a moment is asked again", async (_, failure) => {
  reply = (_body, count) => (count < 3 ? failure : [200, completion("SELECT 1")]);
  const completions = await openAi({ timeoutMs: 100 })(requestsOf(1));
  expect(completions).toMatchObject([{ text: "SELECT 1" }]);
  expect(asked).toHaveLength(3);
});

test("a server that stays silent or cannot be reached is an error after all attempts", async () => {
  reply = () => "hang";
  await expect(openAi({ timeoutMs: 20, attempts: 2 })(requestsOf(1))).rejects.toMatchObject({
    code: "network",
    message: `${origin}/v1/completions: no answer in 0.02 s`,
  });
  expect(asked).toHaveLength(2);
  const nowhere = createOpenAiGenerate({
    baseUrl: "http://127.0.0.1:1",
    model: "m",
    attempts: 2,
    retryDelayMs: 1,
  });
  await expect(nowhere(requestsOf(1))).rejects.toMatchObject({ code: "network" });
});

test.each<[number, unknown, string, RegExp]>([
  [401, { error: { message: "bad key" } }, "network", /HTTP 401: bad key\); is the API key right/],
  [404, { error: "model 'm' not found" }, "model-unknown", /model 'm' not found/],
  [
    400,
    { error: { message: "the request exceeds the available context size" } },
    "question-too-long",
    /available context size/,
  ],
  [400, { error: { message: "no such field" } }, "network", /refused the request/],
  [200, "<html>", "network", /answered no JSON: <html>/],
  [200, { choices: [] }, "network", /form that is not known: \{"choices":\[\]\}/],
])("status %i with %j is not asked again", async (status, content, code, message) => {
  reply = () => [status, content];
  const failing = openAi({ apiKey: "secret" })(requestsOf(1));
  await expect(failing).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  await expect(failing).rejects.not.toThrow(/secret/);
  expect(asked).toHaveLength(1);
});

test("a stop ends the batch with its reason, and nothing more is asked", async () => {
  const stop = new AbortController();
  const reason = new Error("stopped");
  reply = (_body, count) => {
    if (count < 4) return [200, completion("SELECT 1")];
    stop.abort(reason);
    return "hang";
  };
  const generate = openAi({ concurrency: 1 });
  await expect(generate(requestsOf(9), { signal: stop.signal })).rejects.toBe(reason);
  await expect(generate(requestsOf(9), { signal: stop.signal })).rejects.toBe(reason);
  expect(asked).toHaveLength(4);
});

test("a stop while it waits for another attempt has its reason too", async () => {
  reply = () => [503, "busy"];
  const reason = new Error("stopped");
  const stop = new AbortController();
  const failing = openAi({ retryDelayMs: 60_000 })(requestsOf(1), { signal: stop.signal });
  while (asked.length === 0) await sleep(1);
  await sleep(10);
  stop.abort(reason);
  await expect(failing).rejects.toBe(reason);
});

test("a batch that breaks off goes on with what is missing, in another process too", async () => {
  const cacheFile = join(folder, "answers", "run.jsonl");
  reply = (_body, count) => (count <= 5 ? [200, completion(`SELECT ${count}`)] : [500, "gone"]);
  const options = { cacheFile, concurrency: 1, attempts: 2, apiKey: "secret" };
  const error: unknown = await openAi(options)(requestsOf(8)).catch((thrown: unknown) => thrown);
  expect(String(error)).toBe(
    `UserError: ${origin}/v1/completions: HTTP 500: gone; 5 of 8 answers are kept in ${cacheFile}`,
  );
  expect(readFileSync(cacheFile, "utf8")).not.toContain("secret");
  asked = [];
  reply = () => [200, completion("SELECT 9")];
  const completions = await openAi(options)(requestsOf(8));
  expect(asked.map(({ body }) => body.prompt)).toEqual(["p5", "p6", "p7"]);
  expect(completions.map(({ text }) => text)).toEqual(
    [1, 2, 3, 4, 5, 9, 9, 9].map((count) => `SELECT ${count}`),
  );
  await openAi({ ...options, model: "other" })(requestsOf(1));
  expect(asked).toHaveLength(4);
});

test("an answer that was cut in writing is asked for again", () => {
  const path = join(folder, "cut.jsonl");
  const answer = { text: "SELECT 1\n", tokens: 2, finishReason: "stop", ms: 1 } as const;
  openAnswerCache(path).put("a", answer);
  expect(openAnswerCache(path).get("a")).toEqual(answer);
  writeFileSync(path, `${readFileSync(path, "utf8")}{"key":"b","te`);
  const cache = openAnswerCache(path);
  expect(cache.get("b")).toBeUndefined();
  cache.put("b", answer);
  expect(openAnswerCache(path).get("b")).toEqual(answer);
  expect(existsSync(join(folder, "none.jsonl"))).toBe(false);
  writeFileSync(path, "not an answer\n");
  expect(() => openAnswerCache(path)).toThrow(/cut\.jsonl:1 is not JSON/);
});

test.each(["", "localhost:11434", "ftp://host", "http://user:word@host"])(
  "%j is no address of a server",
  (baseUrl) => {
    expect(() => openAi({ baseUrl })).toThrow(/address must be of the form/);
  },
);
