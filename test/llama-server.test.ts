/** The real llama-server (T2S_LLAMA_SERVER; scripts/llama-server.sh builds it) with the real model, kept to a grammar. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silent } from "../src/base/progress.ts";
import { gbnfOf } from "../src/constrain/gbnf.ts";
import type { GenerateRequest } from "../src/generate/generate.ts";
import { isLlamaServer } from "../src/generate/llama-server.ts";
import { createOpenAiGenerate } from "../src/generate/openai-compatible.ts";
import { answerGold } from "../src/pipeline/answer-gold.ts";
import { defaultConfig } from "../src/pipeline/config.ts";
import { parseAnswer } from "../src/prompt/answer.ts";
import { introspect } from "../src/schema/introspect.ts";
import { namesOf } from "../src/sql/names.ts";
import { buildDatabase } from "./fixtures/shop.ts";
import { shopRequests } from "./fixtures/shop-requests.ts";
import { type LlamaServer, startLlamaServer } from "./llama-server.ts";

const executable = process.env.T2S_LLAMA_SERVER;
const modelFile = process.env.T2S_MODEL_FILE ?? "";
const QUESTIONS = [
  "How many customers are there?",
  "Which customers live in Bern?",
  "What is the salary of each employee?",
];

describe.skipIf(!executable || modelFile === "")("T2S_LLAMA_SERVER and T2S_MODEL_FILE", () => {
  const folder = mkdtempSync(join(tmpdir(), "t2s-llama-server-"));
  const file = join(folder, "shop.sqlite");
  const model = `gguf:${modelFile}`;
  let server: LlamaServer | undefined;
  let requests: GenerateRequest[];
  const { tables } = introspect(buildDatabase(file), { dbId: "shop" }).database;
  const known = tables.flatMap(({ name, columns }) => [name, ...columns.map((one) => one.name)]);
  const openAi = (options = {}) =>
    createOpenAiGenerate({
      baseUrl: server?.baseUrl ?? "",
      model: "sql",
      takesGrammar: true,
      ...options,
    });

  beforeAll(async () => {
    requests = await shopRequests(modelFile, file, QUESTIONS);
    server = await startLlamaServer(executable ?? "", modelFile, 1024);
  }, 120_000);
  afterAll(async () => {
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("is known among the servers that speak its protocol", async () => {
    expect(await isLlamaServer(server?.baseUrl ?? "")).toBe(true);
    const other = createServer((_, response) => void response.end("{}")).listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    expect(await isLlamaServer(`http://127.0.0.1:${port}/v1`)).toBe(false);
    other.close();
    expect(await isLlamaServer("http://127.0.0.1:1/v1")).toBe(false);
    expect(await isLlamaServer("nowhere")).toBe(false);
  });

  test.each(["text", "messages"] as const)(
    "the untuned model, sent %s, names nothing that the schema has not",
    async (sends) => {
      const grammar = gbnfOf(tables, "sqlite");
      const answers = await openAi({ sends })(requests, { grammar, maxTokens: 80 });
      for (const { text, finishReason } of answers) {
        const answer = parseAnswer(text);
        if (finishReason === "length" || answer.kind === "refuse") continue;
        expect(text).toMatch(/^SELECT /);
        const named = namesOf(answer.sql, "sqlite", tables);
        for (const table of named?.tables ?? ["unread"]) expect(known).toContain(table);
        for (const { column } of named?.columns ?? []) expect(known).toContain(column);
      }
      expect(answers.some(({ finishReason }) => finishReason === "stop")).toBe(true);
    },
    240_000,
  );

  test("a grammar that it cannot read is left away, and the reason told", async () => {
    const notes: string[] = [];
    const generate = openAi({ onNote: (text: string) => notes.push(text) });
    const answers = await generate(requests.slice(0, 1), {
      grammar: "root ::= nothing",
      maxTokens: 8,
    });
    expect(answers[0].text).not.toBe("");
    expect(notes).toEqual([expect.stringMatching(/grammar/)]);
  }, 240_000);

  test("a gold's questions are answered under the grammar, by address and name", async () => {
    const cache = process.env.T2S_CACHE;
    process.env.T2S_CACHE = join(folder, "cache");
    try {
      const answers = await answerGold(
        QUESTIONS.map((question, index) => ({
          index,
          id: String(index),
          ids: {},
          dbId: "shop",
          sql: "SELECT 1",
          question,
        })),
        {
          model: `${server?.baseUrl}#sql`,
          config: { ...defaultConfig, model, "predict.repair": 1 },
          fileOf: () => file,
          sendsMessages: false,
          withConfidence: false,
          progress: silent,
        },
      );
      for (const { sql } of answers) expect(sql).toMatch(/^(SELECT|-- cannot answer)/);
    } finally {
      if (cache === undefined) delete process.env.T2S_CACHE;
      else process.env.T2S_CACHE = cache;
    }
  }, 240_000);
});
