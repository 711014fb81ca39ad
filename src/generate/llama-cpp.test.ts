import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { GenerateRequest } from "./generate.ts";
import { createLlamaCppGenerator, type LlamaCppGenerator } from "./llama-cpp.ts";

const modelFile = process.env.T2S_MODEL_FILE;
const tables =
  "Song(id, title, year, singer_id); Singer(id, name, country, age); Concert(id, singer_id, year)";
const prefix = `<|im_start|>system\nWrite one SQLite SELECT. ${tables}<|im_end|>\n<|im_start|>user\n`;
const ask = (question: string): GenerateRequest => ({
  prefix,
  suffix: `${question}<|im_end|>\n<|im_start|>assistant\n`,
});
const requests: readonly GenerateRequest[] = [
  "How many singers are there?",
  "List the titles of all songs.",
  "Which singer is the oldest?",
  "How many concerts were held in 2014 or 2015?",
  "What is the capital of France?",
  "Show name and country of every singer, ordered by age.",
  "Say only yes.",
  "Which countries have more than 3 singers?",
  "Average age of singers from France",
  "Songs without a concert",
  "naïve café — ½ 日本?",
].map(ask);

describe.skipIf(!modelFile)("llama.cpp with the default model (needs T2S_MODEL_FILE)", () => {
  const cacheFolder = mkdtempSync(join(tmpdir(), "t2s-generate-"));
  const states = join(cacheFolder, "prefix-states");
  const settings = { baseFile: modelFile!, contextTokens: 512, cacheFolder };
  const maxTokens = 24;
  let batched: LlamaCppGenerator;
  let expected: string[];

  beforeAll(async () => {
    batched = await createLlamaCppGenerator({ ...settings, sequences: 8, threads: 2 });
    expected = (await batched.generate(requests, { maxTokens })).map(({ text }) => text);
  });
  afterAll(async () => {
    await batched.close();
    rmSync(cacheFolder, { recursive: true });
  });
  afterEach(() => vi.doUnmock("node-llama-cpp"));

  test("batched answers equal those decoded one by one, in the order of the requests", async () => {
    const single = await createLlamaCppGenerator({ ...settings, sequences: 1 });
    const completions = await single.generate(requests, { maxTokens });
    await single.close();
    expect(completions.map(({ text }) => text)).toEqual(expected);
    expect(expected[0]).toMatch(/SELECT/i);
  });

  test("a second call follows on the kept prefix with the same answers and counts them", async () => {
    const seen: number[] = [];
    const completions = await batched.generate(requests.toReversed(), {
      maxTokens,
      onCompletion: (done, total) => seen.push(done / total),
    });
    expect(completions.map(({ text }) => text).toReversed()).toEqual(expected);
    expect(seen).toEqual(requests.map((_, i) => (i + 1) / requests.length));
    const { tokens, finishReason, ms } = completions.at(-1)!;
    expect([tokens <= maxTokens, ["stop", "length"].includes(finishReason), ms > 0]).toEqual([
      true,
      true,
      true,
    ]);
  });

  test("requests with different prefixes get their own", async () => {
    const other = { ...ask("How many singers are there?"), prefix: "<|im_start|>user\n" };
    const mixed = await batched.generate([requests[0], other, requests[1]], { maxTokens });
    expect([mixed[0].text, mixed[2].text]).toEqual(expected.slice(0, 2));
    expect(mixed[1].text).not.toBe(expected[0]);
  });

  test("an answer ends at the limit, or where the model ends it", async () => {
    const [cut] = await batched.generate(requests.slice(0, 1), { maxTokens: 3 });
    expect([cut.tokens, cut.finishReason]).toEqual([3, "length"]);
    const ended = await batched.generate([ask("Say only yes.")], { maxTokens: 160 });
    expect(ended[0].finishReason).toBe("stop");
    expect(ended[0].text).not.toContain("<|im_end|>");
  });

  test("a damaged state file is computed anew", async () => {
    const files = () => readdirSync(states).filter((name) => name.endsWith(".state"));
    const before = files();
    for (const name of before) {
      const content = readFileSync(join(states, name));
      content[content.length >> 1] ^= 1;
      writeFileSync(join(states, name), content);
    }
    const fresh = await createLlamaCppGenerator({ ...settings, sequences: 8, threads: 2 });
    const completions = await fresh.generate(requests.slice(0, 2), { maxTokens });
    await fresh.close();
    expect(completions.map(({ text }) => text)).toEqual(expected.slice(0, 2));
    expect(files()).toEqual(before);
  });

  test("a question that does not fit is refused before anything is decoded", async () => {
    const onCompletion = vi.fn<() => void>();
    const long = ask("Which singer ".repeat(400));
    await expect(
      batched.generate([requests[0], long], { maxTokens, onCompletion }),
    ).rejects.toMatchObject({
      code: "question-too-long",
      message: expect.stringContaining("tokens"),
    });
    expect(onCompletion).not.toHaveBeenCalled();
  });

  test("an aborted call ends with the signal's reason and leaves the generator usable", async () => {
    const controller = new AbortController();
    const onCompletion = () => controller.abort(new Error("the client left"));
    const call = batched.generate(requests, { maxTokens, onCompletion, signal: controller.signal });
    await expect(call).rejects.toThrow("the client left");
    const again = await batched.generate(requests, { maxTokens });
    expect(again.map(({ text }) => text)).toEqual(expected);
  });

  test("next-token probabilities sum to one and their best token is the greedy one", async () => {
    const { model, close } = await openModel(modelFile!);
    const ids = (text: string) => [...model.tokenize(text, true)].map(Number);
    const rows = await batched.nextTokenProbabilities(ids(prefix), ids(requests[0].suffix));
    const [first] = await batched.generate([requests[0]], { maxTokens: 1 });
    const row = rows.at(-1)!;
    const best = row.indexOf(Math.max(...row));
    expect(rows).toHaveLength(ids(requests[0].suffix).length);
    expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
    expect(model.detokenize([best as ReturnType<typeof model.tokenize>[number]])).toBe(first.text);
    await close();
  });

  test.for([
    ["cut short", (file: string) => truncateSync(file, 60_000_000)],
    ["not a GGUF", (file: string) => writeFileSync(file, "hello")],
    ["absent", (file: string) => rmSync(file)],
  ] as const)("a model that is %s is refused", async ([, damage]) => {
    const baseFile = join(cacheFolder, "damaged.gguf");
    copyFileSync(modelFile!, baseFile);
    damage(baseFile);
    await expect(createLlamaCppGenerator({ ...settings, baseFile })).rejects.toMatchObject({
      code: "model-invalid",
      message: expect.stringContaining("damaged.gguf"),
    });
  });

  test("an adapter that cannot be read is refused", async () => {
    const adapterFile = join(cacheFolder, "adapter.gguf");
    writeFileSync(adapterFile, "hello");
    await expect(createLlamaCppGenerator({ ...settings, adapterFile })).rejects.toMatchObject({
      code: "model-invalid",
      message: expect.stringContaining("adapter.gguf"),
    });
  });

  test("without the package the error says how to install it", async () => {
    vi.doMock("node-llama-cpp", () => {
      throw new Error("Cannot find package");
    });
    await expect(createLlamaCppGenerator(settings)).rejects.toMatchObject({
      code: "package-missing",
      message: expect.stringContaining("npm i node-llama-cpp"),
    });
  });
});

async function openModel(modelPath: string) {
  const { getLlama, LlamaLogLevel } = await import("node-llama-cpp");
  const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.disabled });
  const model = await llama.loadModel({ modelPath, vocabOnly: true });
  return { model, close: () => llama.dispose() };
}
