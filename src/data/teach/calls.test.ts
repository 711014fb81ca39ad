/** Calls over a real connection: the server is a stand-in for foreign services, all else is ours. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import {
  type Behaviour,
  type ForeignServer,
  startForeignServer,
} from "../../../test/foreign-server.ts";
import { createServerAsk } from "../../generate/ai-sdk.ts";
import { type CallOptions, createCalls } from "./calls.ts";
import type { TeacherRequest } from "./teacher.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-calls-"));
const servers: ForeignServer[] = [];
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

const request = (seed: number): TeacherRequest => ({
  messages: [
    { role: "system", content: "s" },
    { role: "user", content: `q${seed}` },
  ],
  fields: { sql: { type: "text", help: "" } },
  seed,
});
const GOOD = { content: '{"sql": "SELECT 1"}' };
let files = 0;

/** A server of this behaviour and calls to it; `again` makes calls with the same journal. */
async function setUp(
  behave: (number: number) => Behaviour,
  options: Partial<CallOptions> & { readonly apiKey?: string; readonly timeoutMs?: number } = {},
) {
  const server = await startForeignServer((_body, number) => behave(number));
  servers.push(server);
  const file = join(folder, `${files++}.jsonl`);
  const again = (more: Partial<CallOptions> = {}) => {
    const ask = createServerAsk({
      baseUrl: server.baseUrl,
      model: "m",
      apiKey: options.apiKey,
      temperature: 0,
      maxTokens: 50,
      timeoutMs: options.timeoutMs ?? 10_000,
    });
    const teacher = { model: "m", identity: { model: "m" }, maxTokens: 50, ask };
    return createCalls(teacher, {
      file,
      concurrency: 3,
      prices: { input: 1, output: 10 },
      maxRequests: 0,
      maxCost: 0,
      retryDelayMs: 1,
      ...options,
      ...more,
    });
  };
  return { server, file, again, calls: again() };
}

test.each<[string, Behaviour, string]>([
  ["429 with Retry-After", { status: 429, error: "slow down", retryAfter: "0.01" }, "rate-limited"],
  [
    "429 with a date",
    { status: 429, error: "slow", retryAfter: "Mon, 01 Jan 2001 00:00:00 GMT" },
    "rate-limited",
  ],
  ["500", { status: 500, error: "broken" }, "server-error"],
  ["a connection that is cut", "cut", "connection-cut"],
  ["no answer in time", "hang", "timed-out"],
  ["a page instead of JSON", { body: "<html>busy</html>" }, "no-answer"],
  ["JSON of another protocol", { body: '{"answer": 42}' }, "no-answer"],
])("after %s it asks again and tells the reason", async (_name, behaviour, reason) => {
  const { server, again, calls } = await setUp((number) => (number === 1 ? behaviour : GOOD), {
    // the first request loads the packages
    timeoutMs: behaviour === "hang" ? 1000 : 10_000,
  });
  const reply = await calls.ask(request(1));
  expect(reply).toEqual({
    failures: [{ reason, message: expect.stringMatching(/./) }],
    text: GOOD.content,
    isLimited: false,
  });
  expect(calls.counts()).toEqual({
    requests: 2,
    cached: 0,
    tokens: { input: 100, output: 10 },
    cost: 0.0002,
  });
  // the same again comes from the journal, with the same failures
  const second = again();
  expect(await second.ask(request(1))).toEqual(reply);
  expect(second.counts()).toMatchObject({ requests: 0, cached: 1, cost: 0 });
  expect(server.requests).toHaveLength(2);
});

test("a server that cannot be held to a form is asked without, once and for all", async () => {
  const { server, calls } = await setUp((number) =>
    number === 1 ? { status: 400, error: "response_format is not supported" } : GOOD,
  );
  for (const seed of [1, 2]) expect((await calls.ask(request(seed))).text).toBe(GOOD.content);
  expect(server.requests.map((body) => body.response_format !== undefined)).toEqual([
    true,
    false,
    false,
  ]);
});

test("the form that is wanted is sent as a JSON schema, with seed, and the key as a bearer", async () => {
  const { server, file, calls } = await setUp(() => GOOD, { apiKey: "secret-key" });
  await calls.ask(request(7));
  expect(server.requests[0]).toMatchObject({
    seed: 7,
    response_format: { type: "json_schema", json_schema: { schema: { required: ["sql"] } } },
    messages: request(7).messages,
  });
  expect(server.authorizations).toEqual(["Bearer secret-key"]);
  expect(readFileSync(file, "utf8")).not.toContain("secret-key");
});

test("a key in a server's message is masked; a refused key and an unknown model end it at once", async () => {
  const { file, calls } = await setUp(() => ({ status: 422, error: "bad key-123 here" }), {
    apiKey: "key-123",
  });
  expect((await calls.ask(request(1))).failures[0].message).toBe("HTTP 422: bad *** here");
  expect(readFileSync(file, "utf8")).not.toContain("key-123");
  for (const [status, code] of [
    [401, "network"],
    [404, "model-unknown"],
  ] as const) {
    const { server, calls: refused } = await setUp(() => ({ status, error: "no key-123" }), {
      apiKey: "key-123",
      concurrency: 1,
    });
    const error = await refused.ask(request(1)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code, message: expect.not.stringContaining("key-123") });
    await expect(refused.ask(request(2))).rejects.toMatchObject({ code });
    expect(server.requests).toHaveLength(1);
  }
});

test("requests stop exactly at maxRequests, repetitions counted, over interrupted runs too", async () => {
  const { server, again, calls } = await setUp(
    (number) => (number % 2 === 1 ? { status: 503, error: "busy" } : GOOD),
    { maxRequests: 5 },
  );
  const ask = (from: typeof calls) =>
    Promise.all([1, 2, 3, 4].map((seed) => from.ask(request(seed))));
  const replies = await ask(calls);
  expect(server.requests).toHaveLength(5);
  expect(replies.some(({ isLimited }) => isLimited)).toBe(true);
  expect(await ask(again())).toEqual(replies);
  expect(server.requests).toHaveLength(5);
  await ask(again({ maxRequests: 7 }));
  expect(server.requests).toHaveLength(7);
});

test("the cost never goes beyond maxCost, and a stopped job stays stopped", async () => {
  const { server, again, calls } = await setUp(() => GOOD, { maxCost: 0.0015 });
  const seeds = Array.from({ length: 20 }, (_, index) => index);
  const replies = await Promise.all(seeds.map((seed) => calls.ask(request(seed))));
  const answered = replies.filter(({ text }) => text !== undefined).length;
  expect(answered).toBeGreaterThan(2);
  expect(answered).toBeLessThan(8);
  expect(calls.counts().cost).toBeCloseTo(0.0002 * answered);
  expect(calls.counts().cost).toBeLessThanOrEqual(0.0015);
  const second = again();
  expect(await Promise.all(seeds.map((seed) => second.ask(request(seed))))).toEqual(replies);
  expect(server.requests).toHaveLength(answered);
});

test("what was sent and never answered counts at its most", async () => {
  const { calls, again, file } = await setUp(() => GOOD, { maxCost: 0.0015 });
  await calls.ask(request(1));
  const sent = readFileSync(file, "utf8").split("\n")[0];
  // as after a kill: two requests on their way, and a line cut in writing
  appendFileSync(
    file,
    `${sent.replace(/"key":"./, '"key":"x')}\n${sent.replace(/"key":"./, '"key":"y')}\n{"key":"z`,
  );
  const { journal } = again();
  expect(journal.sent).toBe(3);
  expect(journal.atMost.output).toBe(10 + 2 * 50);
  expect(readFileSync(file, "utf8").endsWith("\n")).toBe(true);
});

test("a server that does not count gets estimates", async () => {
  const { calls } = await setUp(() => ({ ...GOOD, withoutUsage: true }));
  await calls.ask(request(1));
  const { tokens } = calls.counts();
  expect(tokens.input).toBeGreaterThan(0);
  expect(tokens.output).toBe(Math.ceil(GOOD.content.length / 3.5));
});

test("a teacher that is gone ends it with an error that says what is kept, and the next run goes on", async () => {
  let isGone = true;
  const { server, again, calls, file } = await setUp(
    (number) => (number > 2 && isGone ? "cut" : GOOD),
    { concurrency: 1 },
  );
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
  const ends = await Promise.allSettled(seeds.map((seed) => calls.ask(request(seed))));
  const error = ends.find((end) => end.status === "rejected")?.reason as Error;
  expect(error).toMatchObject({ code: "network" });
  expect(error.message).toContain(`4 requests in a row brought no answer`);
  expect(error.message).toContain(`2 answers are kept in ${file}`);
  const before = server.requests.length;
  isGone = false;
  const replies = await Promise.all(seeds.map((seed) => again().ask(request(seed))));
  expect(replies.map(({ text }) => text)).toEqual(seeds.map(() => GOOD.content));
  expect(server.requests.length - before).toBe(6);
});

test("a stop lets what is on its way come in, and sends nothing more", async () => {
  const stop = new AbortController();
  const { server, again, calls } = await setUp(() => ({ ...GOOD, afterMs: 100 }), {
    signal: stop.signal,
    concurrency: 2,
  });
  const asked = [1, 2, 3, 4].map((seed) => calls.ask(request(seed)));
  setTimeout(() => stop.abort(new Error("enough")), 30);
  const ends = await Promise.allSettled(asked);
  expect(ends.map(({ status }) => status)).toEqual([
    "fulfilled",
    "fulfilled",
    "rejected",
    "rejected",
  ]);
  expect(server.requests).toHaveLength(2);
  expect(again().journal.answers().size).toBe(2);
});
