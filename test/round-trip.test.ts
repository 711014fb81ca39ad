/** `data.roundTrip: teacher` as a user meets it: cleaning asks a server, a foreign one or the real Ollama, and pays for nothing twice. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { readJsonLines } from "../src/base/files.ts";
import type { Warning } from "../src/data/clean.ts";
import { makeShopProject, runInProject, writeOptions } from "./fixtures/shop-project.ts";
import { type ChatBody, type ForeignServer, startForeignServer } from "./foreign-server.ts";
import { startOllama } from "./ollama-server.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-round-trip-"));
let server: ForeignServer | undefined;
afterEach(() => server?.close());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As many as cleaning wants at least: orders above an amount, in the first spelling; the last one is for the report. */
const PAIRS = Array.from({ length: 20 }, (_, i) => ({
  id: `p${i}`,
  question: `Which orders are above ${i}?`,
  sql: `SELECT id FROM "order" WHERE amount > ${i} ORDER BY id`,
  split: "train",
}));
const LAST = {
  id: "last",
  question: "How many customers are there?",
  sql: "SELECT COUNT(*) FROM customer",
  split: "test",
};

const optionsOf = (source: string, more = "") =>
  `data:\n  roundTrip: teacher\nteacher:\n  source: ${source}\n${more}`;
const makeProject = (source: string, more?: string) =>
  makeShopProject(folder, optionsOf(source, more), [...PAIRS, LAST]);
const clean = (project: string, ...args: readonly string[]) =>
  runInProject(project, ["data", "clean", ...args]);

const warningsOf = (project: string) =>
  readJsonLines<Warning>(join(project, "data", "clean", "warnings.jsonl"));
const last = ({ messages }: ChatBody) => messages.at(-1)?.content ?? "";
const json = (value: object) => ({ content: JSON.stringify(value) });

/** Reads the amount right, but for 3, 4, 5 and 6; finds words for the SQL of 4, and none for that of 6. */
function answer(body: ChatBody) {
  const amount = Number(/above (\d+)\?|amount > (\d+)/.exec(last(body))?.slice(1).join(""));
  if (last(body).startsWith("Query:")) {
    if (amount === 6) return { content: "I would rather not." };
    return json({ question: amount === 4 ? "Which orders are above 4?" : "Who lives in Paris?" });
  }
  if (last(body).startsWith(LAST.question)) return json({ sql: "SELECT count(id) FROM customer;" });
  if (amount === 5) return json({ sql: "SELECT TOP 5" });
  const bound = [3, 4, 6].includes(amount) ? 15 : amount;
  return json({ sql: `SELECT id FROM "order" WHERE amount > ${bound} ORDER BY amount > 0, id` });
}

describe("a teacher that reads the pairs", () => {
  test("is asked for words only where its SQL differs, doubts what differs both ways, and is not asked again", async () => {
    server = await startForeignServer(answer);
    const project = makeProject(`${server.baseUrl}#big`);
    const first = await clean(project);
    expect(first.json).toMatchObject({ kept: 21, warnings: { "round-trip-differs": 2 } });
    const doubted = warningsOf(project).filter(({ code }) => code === "round-trip-differs");
    expect(doubted.map(({ id }) => id)).toEqual(["p3", "p5"]);
    expect(doubted[0].reason).toContain("Who lives in Paris?");
    expect(server.requests).toHaveLength(21 + 4);
    expect(first.stderr).toContain("round trip: big, 25 requests, 0 answers from the cache");
    const shown = server.requests.filter(({ messages }) => messages.length > 2);
    expect(shown).toEqual([]);
    expect((await clean(project)).stderr).toContain("clean · up to date");
    const forced = await clean(project, "--force");
    expect(forced.stderr).toContain("round trip: big, 0 requests, 25 answers from the cache");
    expect(forced.json.warnings).toEqual(first.json.warnings);
    expect(server.requests).toHaveLength(25);
    expect(readdirSync(join(project, "data", "cache", "teacher"))).toHaveLength(1);
  }, 120_000);

  test("a limit leaves the rest undoubted; raised, the stage goes on", async () => {
    server = await startForeignServer(answer);
    const limits = (most: number) => `  concurrency: 1\n  maxRequests: ${most}\n`;
    const source = `${server.baseUrl}#big`;
    const project = makeProject(source, limits(10));
    const first = await clean(project);
    expect(first.json.warnings).toEqual({});
    expect(first.stderr).toContain("10 requests, 0 answers from the cache, cost 0.0000; a limit");
    writeOptions(project, optionsOf(source, limits(100)));
    expect((await clean(project)).json.warnings).toEqual({ "round-trip-differs": 2 });
    expect(server.requests).toHaveLength(25);
  }, 120_000);

  test("one that is not named, or does not answer, is an error that leaves nothing half", async () => {
    expect((await clean(makeProject('""'))).stderr).toMatch(
      /error config-invalid: teacher.source is not set/,
    );
    server = await startForeignServer(() => ({ status: 401, error: "wrong key" }));
    const project = makeProject(`${server.baseUrl}#big`);
    const { status, stderr } = await clean(project);
    expect([status, stderr.match(/^error .*wrong key/m)]).toEqual([1, expect.anything()]);
    expect(readdirSync(join(project, "data")).sort()).toEqual(["cache", "raw"]);
  }, 120_000);
});

const executable = process.env.T2S_OLLAMA;
const modelFile = process.env.T2S_MODEL_FILE ?? "";

describe.skipIf(!executable || modelFile === "")("T2S_OLLAMA and T2S_MODEL_FILE", () => {
  test("the real Ollama reads the pairs, and once", async () => {
    const ollama = await startOllama(executable ?? "");
    try {
      await ollama.create("tiny", modelFile);
      const limits = "  maxTokens: 48\n  concurrency: 1\n  maxRequests: 24\n";
      const project = makeProject(`ollama:tiny@${ollama.baseUrl}`, limits);
      const first = await clean(project);
      expect(first.stderr).toContain("round trip: tiny, 24 requests, 0 answers");
      expect(first.json.kept).toBe(21);
      const journal = join(project, "data", "cache", "teacher");
      const [file] = readdirSync(journal);
      const lines = readJsonLines<{ answer?: { text: string } }>(join(journal, file));
      const replies = lines.flatMap(({ answer: reply }) => reply?.text ?? []);
      expect(replies).toHaveLength(24);
      expect(replies.every((text) => text.trimStart().startsWith("{"))).toBe(true);
      await ollama.close();
      const forced = await clean(project, "--force");
      expect(forced.stderr).toContain("round trip: tiny, 0 requests, 24 answers from the cache");
      expect(forced.json.warnings).toEqual(first.json.warnings);
    } finally {
      await ollama.close();
    }
  }, 300_000);
});
