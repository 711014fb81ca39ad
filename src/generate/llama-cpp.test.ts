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
import { type Constraint, createConstraint } from "../constrain/constraint.ts";
import { openGguf } from "../format/gguf.ts";
import { writeGguf } from "../format/gguf-writer.ts";
import type { GenerateRequest } from "./generate.ts";
import { tokenBytes } from "../tokenizer/token-bytes.ts";
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
  const maxTokens = 20;
  const decode = async (generator: LlamaCppGenerator, asked = requests): Promise<string[]> =>
    (await generator.generate(asked, { maxTokens })).map(({ text }) => text);
  let generator: LlamaCppGenerator;
  let expected: string[];

  beforeAll(async () => {
    generator = await createLlamaCppGenerator({ ...settings, threads: 2 });
    expected = await decode(generator);
  });
  afterAll(async () => {
    await generator.close();
    rmSync(cacheFolder, { recursive: true });
  });
  afterEach(() => vi.doUnmock("node-llama-cpp"));

  test("under a constraint the untuned model writes SQL on the schema or refuses, each answer whole", async () => {
    const table = (name: string, ...columns: string[]) => ({
      name,
      columns: columns.map((column) => ({ name: column })),
      foreignKeys: [],
    });
    const schema = [
      table("Song", "id", "title", "year", "singer_id"),
      table("Singer", "id", "name", "country", "age"),
      table("Concert", "id", "singer_id", "year"),
    ];
    const constraint = createConstraint(schema, "sqlite");
    const answers = await generator.generate(requests, { maxTokens: 60, constraint });
    for (const { text, finishReason } of answers) {
      expect(finishReason, text).toBe("stop");
      const state = constraint.advance(constraint.start, Buffer.from(text).toString("latin1"));
      expect(state && constraint.mayEnd(state), text).toBe(true);
    }
    const again = await generator.generate(requests.slice(2, 4), { maxTokens: 60, constraint });
    expect(again.map(({ text }) => text)).toEqual(answers.slice(2, 4).map(({ text }) => text));
    const cut = await generator.generate(requests.slice(2, 4), { maxTokens: 9, constraint });
    for (const { tokens } of cut) expect(tokens).toBeLessThanOrEqual(9);
    const options = { maxTokens: 60, constraint, candidates: 4 };
    const several = await generator.generate(requests.slice(2, 4), options);
    for (const [i, { text, confidence = 0, ms, firstMs, others = [] }] of several.entries()) {
      expect(text).toBe(answers[2 + i].text);
      if (others.length > 0) expect(firstMs).toBeLessThan(ms);
      expect(others.length).toBeLessThan(4);
      const texts = [text, ...others.map((other) => other.text)];
      expect(new Set(texts).size).toBe(texts.length);
      for (const other of others) {
        const state = constraint.advance(
          constraint.start,
          Buffer.from(other.text).toString("latin1"),
        );
        expect(state && constraint.mayEnd(state), other.text).toBe(true);
        expect(other.confidence).toBeGreaterThan(0);
        expect(other.confidence).toBeLessThan(1 - confidence + 1e-6);
      }
    }
    expect(several.flatMap(({ others = [] }) => others).length).toBeGreaterThan(0);
    const repeated = await generator.generate(requests.slice(2, 4), options);
    expect(repeated.map(({ others }) => others)).toEqual(several.map(({ others }) => others));
  });

  test("a refusal that begins with a tenth of the probability is meant, a less probable one is not", async () => {
    const { model, close } = await openModel(modelFile!);
    const ids = (text: string) => [...model.tokenize(text, true)].map(Number);
    const gguf = openGguf(modelFile!);
    const pieces = tokenBytes(gguf.metadata);
    gguf.close();
    const stateOf = (partial: string) => ({ terminals: [], partial, isSpaced: false });
    const outcomes = new Set<boolean>();
    const begun = requests.map((request, i) => ({
      ...request,
      suffix: request.suffix + expected[i].split(" ").slice(0, 3).join(" "),
    }));
    for (const request of [...requests, ...begun]) {
      const rows = await generator.nextTokenProbabilities(ids(prefix), ids(request.suffix));
      const ranked = [...rows.at(-1)!.entries()].sort((a, b) => b[1] - a[1]);
      const [[best], [second, probability]] = ranked;
      // both are whole characters, and the list of 64 does not decide
      const isWhole = [best, second].every((id) => /^[\x20-\x7e]+$/.test(pieces[id]));
      if (!isWhole || Math.abs(probability - 0.1) < 0.02) continue;
      const constraint: Constraint = {
        start: stateOf(""),
        advance: (state, piece) => stateOf(state.partial + piece),
        mayEnd: () => false,
        isRefusal: ({ partial }) => partial === pieces[second],
        forcedText: () => "",
        becoming: () => undefined,
      };
      const isMeant = probability > 0.1;
      const options = { maxTokens: 1, constraint, candidates: 2 };
      const [{ text }] = await generator.generate([request], options);
      expect(text).toBe(pieces[isMeant ? second : best]);
      outcomes.add(isMeant);
    }
    expect(outcomes.size).toBe(2);
    await close();
  });

  test("prefixes of a single request give the same answers, and no state of them is kept", async () => {
    const others = requests.slice(0, 3).map((request, i) => ({
      ...request,
      prefix: request.prefix.replace("Song(", `Song${i}(`),
    }));
    const before = readdirSync(states);
    const single = await decode(
      generator,
      others.map((request) => ({ ...request, isSingleUse: true })),
    );
    expect(readdirSync(states)).toEqual(before);
    expect(single).toEqual(await decode(generator, others));
  });

  test("answers of two cores equal those of one, in the order of the requests", async () => {
    const single = await createLlamaCppGenerator({ ...settings, threads: 1 });
    const answers = await decode(single);
    await single.close();
    expect(answers).toEqual(expected);
    expect(expected[0]).toContain("COUNT");
  });

  test("answers of batches are the same in every run, and but for rounding those of single requests", async () => {
    const batched = await createLlamaCppGenerator({ ...settings, threads: 2, sequences: 7 });
    const answers = await decode(batched);
    const again = await decode(batched);
    await batched.close();
    expect(again).toEqual(answers);
    const same = answers.filter((text, i) => text === expected[i]);
    expect(same.length).toBeGreaterThanOrEqual(requests.length - 3);
  });

  test("a second call follows on the kept prefix with the same answers and counts them", async () => {
    const seen: number[] = [];
    const completions = await generator.generate(requests.toReversed(), {
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

  test("a prefix that was read is read again only when its state had to make room, with the same answers", async () => {
    const own = mkdtempSync(join(tmpdir(), "t2s-states-"));
    const on = (schema: string) => ({ ...requests[0], prefix: prefix.replace(tables, schema) });
    const [singers, planes] = [on(tables), on("Plane(id, maker, seats); Flight(id, plane_id)")];
    const single = { ...settings, cacheFolder: own, threads: 1, sequences: 1 };
    const asked = async (using: LlamaCppGenerator, ...order: GenerateRequest[]) => {
      const answers = [];
      for (const request of order)
        answers.push(...(await using.generate([request], { maxTokens })));
      return answers;
    };
    const roomy = await createLlamaCppGenerator(single);
    const [first, other, again, held] = await asked(roomy, singers, planes, singers, singers);
    const suffix = roomy.countTokens(singers.suffix);
    expect(first.readTokens).toBe(suffix + roomy.countTokens(singers.prefix));
    expect(other.readTokens).toBe(suffix + roomy.countTokens(planes.prefix));
    expect([again.readTokens, held.readTokens]).toEqual([suffix, suffix]);
    expect([again.text, held.text]).toEqual([first.text, first.text]);
    await roomy.close();
    const narrow = await createLlamaCppGenerator({ ...single, keptStateBytes: 1 });
    const read = await asked(narrow, singers, on("Ship(id, name)"), singers);
    expect(read.map(({ readTokens = 0 }) => readTokens > suffix)).toEqual([false, true, true]);
    expect(read[2].text).toBe(first.text);
    const kept = readdirSync(join(own, "prefix-states"));
    expect(kept.filter((name) => name.endsWith(".state"))).toHaveLength(1);
    await narrow.close();
    rmSync(own, { recursive: true });
  });

  test("requests with different prefixes get their own", async () => {
    const other = { ...ask("How many singers are there?"), prefix: "<|im_start|>user\n" };
    const mixed = await generator.generate([requests[0], other, requests[1]], { maxTokens });
    expect([mixed[0].text, mixed[2].text]).toEqual(expected.slice(0, 2));
    expect(mixed[1].text).not.toBe(expected[0]);
  });

  test("an answer ends at the limit, or where the model ends it", async () => {
    const [cut] = await generator.generate(requests.slice(0, 1), { maxTokens: 3 });
    expect([cut.tokens, cut.finishReason]).toEqual([3, "length"]);
    const ended = await generator.generate([ask("Say only yes.")], { maxTokens: 160 });
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
    const fresh = await createLlamaCppGenerator({ ...settings, threads: 1 });
    const answers = await decode(fresh, requests.slice(0, 2));
    await fresh.close();
    expect(answers).toEqual(expected.slice(0, 2));
    expect(files()).toEqual(before);
  });

  test("a question that does not fit is refused before anything is decoded", async () => {
    const onCompletion = vi.fn<() => void>();
    const long = ask("Which singer ".repeat(400));
    await expect(
      generator.generate([requests[0], long], { maxTokens, onCompletion }),
    ).rejects.toMatchObject({
      code: "question-too-long",
      message: expect.stringContaining("tokens"),
    });
    expect(onCompletion).not.toHaveBeenCalled();
  });

  test("an aborted call ends with the signal's reason and leaves the generator usable", async () => {
    const controller = new AbortController();
    const onCompletion = () => controller.abort(new Error("the client left"));
    const call = generator.generate(requests, {
      maxTokens,
      onCompletion,
      signal: controller.signal,
    });
    await expect(call).rejects.toThrow("the client left");
    expect(await decode(generator)).toEqual(expected);
  });

  test("next-token probabilities sum to one and their best token is the greedy one", async () => {
    const { model, close } = await openModel(modelFile!);
    const ids = (text: string) => [...model.tokenize(text, true)].map(Number);
    const rows = await generator.nextTokenProbabilities(ids(prefix), ids(requests[0].suffix));
    const [first] = await generator.generate([requests[0]], { maxTokens: 1 });
    const row = rows.at(-1)!;
    const best = row.indexOf(Math.max(...row));
    expect(rows).toHaveLength(ids(requests[0].suffix).length);
    expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
    expect(model.detokenize([best as ReturnType<typeof model.tokenize>[number]])).toBe(first.text);
    await close();
  });

  test("confidence is the product of the tokens' probabilities, and asking for it changes no answer", async () => {
    const { model, close } = await openModel(modelFile!);
    const ids = (text: string) => [...model.tokenize(text, true)].map(Number);
    const sure = await generator.generate(requests, { maxTokens, withConfidence: true });
    expect(sure.map(({ text }) => text)).toEqual(expected);
    const [{ text, confidence }] = sure;
    const [suffix, answer] = [ids(requests[0].suffix), ids(text)];
    const rows = await generator.nextTokenProbabilities(ids(prefix), [...suffix, ...answer]);
    const probabilities = answer.map((id, i) => rows[suffix.length - 1 + i][id]);
    const product = probabilities.reduce((a, b) => a * b);
    // one batch and step by step round differently
    expect(Math.abs((confidence ?? 0) / product - 1)).toBeLessThan(0.05);
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

  test("an adapter changes the answers, and one of zeros does not", async () => {
    const answersWith = async (scale: number) => {
      const adapterFile = join(cacheFolder, `adapter-${scale}.gguf`);
      writeAdapter(adapterFile, scale);
      const tuned = await createLlamaCppGenerator({ ...settings, adapterFile, threads: 1 });
      const answers = await decode(tuned, requests.slice(0, 2));
      await tuned.close();
      return answers;
    };
    expect(await answersWith(0)).toEqual(expected.slice(0, 2));
    expect(await answersWith(0.5)).not.toEqual(expected.slice(0, 2));
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

/** A LoRA adapter on the queries of the first layer, every number of it `scale` times a wave. */
function writeAdapter(path: string, scale: number): void {
  const wave = (rows: number, columns: number, size: number) =>
    Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i) * size);
  const tensor = (side: string, shape: [number, number], size: number) => ({
    name: `blk.0.attn_q.weight.lora_${side}`,
    shape,
    data: wave(...shape, size),
  });
  writeGguf(path, {
    metadata: {
      "general.architecture": "llama",
      "general.type": "adapter",
      "adapter.type": "lora",
      "adapter.lora.alpha": { f32: 8 },
    },
    tensors: [tensor("a", [4, 576], 1), tensor("b", [576, 4], scale)],
  });
}

async function openModel(modelPath: string) {
  const { getLlama, LlamaLogLevel } = await import("node-llama-cpp");
  const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.disabled });
  const model = await llama.loadModel({ modelPath, vocabOnly: true });
  return { model, close: () => llama.dispose() };
}
