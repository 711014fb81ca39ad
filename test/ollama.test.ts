/** The real Ollama (T2S_OLLAMA; scripts/ollama.sh builds it) with the real model: the same answers as the embedded engine. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silent } from "../src/base/progress.ts";
import { writeGgufAdapter } from "../src/export/gguf-adapter.ts";
import { readPeftAdapter } from "../src/export/peft.ts";
import { openGguf } from "../src/format/gguf.ts";
import type { Completion, GenerateRequest } from "../src/generate/generate.ts";
import { createLlamaCppGenerator } from "../src/generate/llama-cpp.ts";
import { createOllamaGenerate } from "../src/generate/ollama.ts";
import { createOpenAiGenerate } from "../src/generate/openai-compatible.ts";
import { answerGold } from "../src/pipeline/answer-gold.ts";
import { defaultConfig } from "../src/pipeline/config.ts";
import { bundledFolder } from "../src/pipeline/start-adapter.ts";
import { buildDatabase } from "./fixtures/shop.ts";
import { shopRequests } from "./fixtures/shop-requests.ts";
import { type OllamaServer, startOllama } from "./ollama-server.ts";

const executable = process.env.T2S_OLLAMA;
const modelFile = process.env.T2S_MODEL_FILE ?? "";
const CONTEXT_TOKENS = 1024;
const QUESTIONS = [
  "How many customers are there?",
  "List the names of all customers.",
  "How many customers live in Bern?",
  "How many orders are there?",
  "What is the city of Anna?",
  "Delete all orders.",
];
/** Below this an answer may hang on a near tie. */
const SURE = 0.4;

describe.skipIf(!executable || modelFile === "")("T2S_OLLAMA and T2S_MODEL_FILE", () => {
  const folder = mkdtempSync(join(tmpdir(), "t2s-ollama-test-"));
  const database = join(folder, "shop.sqlite");
  const model = `gguf:${modelFile}`;
  let server: OllamaServer | undefined;
  let requests: GenerateRequest[];
  let local: Completion[];
  const viaOllama = (options = {}) =>
    createOllamaGenerate({
      baseUrl: server?.baseUrl ?? "",
      model: "sql",
      contextTokens: CONTEXT_TOKENS,
      ...options,
    });
  const texts = (completions: readonly Completion[]) => completions.map(({ text }) => text.trim());
  /** Its kernels round differently, which decides near ties; another prompt or sampler would change sure answers too. */
  const expectSameAnswers = (completions: readonly Completion[]) => {
    const sure = local.flatMap(({ confidence = 0 }, i) => (confidence >= SURE ? [i] : []));
    expect(sure.length).toBeGreaterThanOrEqual(4);
    expect(sure.map((i) => texts(completions)[i])).toEqual(sure.map((i) => texts(local)[i]));
  };

  beforeAll(async () => {
    buildDatabase(database);
    const adapterFile = join(folder, "adapter.gguf");
    const gguf = openGguf(modelFile);
    writeGgufAdapter(adapterFile, readPeftAdapter(bundledFolder), gguf);
    gguf.close();
    requests = await shopRequests(modelFile, database, QUESTIONS);
    const generator = await createLlamaCppGenerator({
      baseFile: modelFile,
      adapterFile,
      contextTokens: CONTEXT_TOKENS,
      cacheFolder: join(folder, "cache"),
    });
    local = await generator.generate(requests, { withConfidence: true });
    await generator.close();
    server = await startOllama(executable ?? "");
    await server.create("sql", modelFile, adapterFile);
  }, 240_000);
  afterAll(async () => {
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("the rendered prompt brings the answers of the embedded engine, as sure as there", async () => {
    const remote = await viaOllama()(requests, { withConfidence: true });
    expectSameAnswers(remote);
    for (const [i, { text, confidence }] of remote.entries())
      if (text.trim() === local[i].text.trim())
        expect(Math.abs((confidence ?? 0) - (local[i].confidence ?? 9))).toBeLessThan(0.1);
  }, 240_000);

  test("messages under the model's own template bring them too, by either protocol", async () => {
    const messages = { sends: "messages" } as const;
    expectSameAnswers(await viaOllama(messages)(requests));
    const baseUrl = `${server?.baseUrl}/v1`;
    const openAi = createOpenAiGenerate({ baseUrl, model: "sql", ...messages });
    expectSameAnswers(await openAi(requests));
  }, 240_000);

  test("a prompt that does not fit, and a model that is not there, are errors that say so", async () => {
    const tooLong = [{ prefix: "a b c d ".repeat(CONTEXT_TOKENS), suffix: "" }];
    await expect(viaOllama()(tooLong)).rejects.toMatchObject({ code: "question-too-long" });
    await expect(viaOllama({ model: "absent" })(requests)).rejects.toMatchObject({
      code: "model-unknown",
    });
  }, 240_000);

  test("a gold's questions are answered through it by name", async () => {
    const cache = process.env.T2S_CACHE;
    process.env.T2S_CACHE = join(folder, "cache");
    const golds = QUESTIONS.slice(0, 2).map((question, index) => ({
      index,
      id: String(index),
      ids: {},
      dbId: "shop",
      sql: "SELECT 1",
      question,
    }));
    const ask = async () => {
      try {
        return await answerGold(golds, {
          model: `ollama:sql@${server?.baseUrl}`,
          config: { ...defaultConfig, model },
          fileOf: () => database,
          sendsMessages: false,
          withConfidence: true,
          progress: silent,
        });
      } finally {
        if (cache === undefined) delete process.env.T2S_CACHE;
        else process.env.T2S_CACHE = cache;
      }
    };
    const answers = await ask();
    expect(answers).toEqual([
      { sql: expect.stringMatching(/^SELECT COUNT/i), confidence: expect.any(Number) },
      { sql: expect.stringMatching(/^SELECT/i), confidence: expect.any(Number) },
    ]);
  }, 240_000);
});
