import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { buildDatabase } from "../../test/fixtures/shop.ts";
import { createExecutor } from "../db/executor.ts";
import type {
  Completion,
  Generate,
  GenerateOptions,
  GenerateRequest,
} from "../generate/generate.ts";
import { createPrompt } from "../prompt/prompt.ts";
import { introspect } from "../schema/introspect.ts";
import { createChooser } from "./choose.ts";
import { createDecoding } from "./decoding.ts";
import { createPredict } from "./predict.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-predict-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const shop = introspect(buildDatabase(join(folder, "shop.sqlite")), { dbId: "shop" }).database;
const prompt = createPrompt(
  shop,
  (messages) =>
    `${messages.map(({ role, content }) => `[${role}] ${content}`).join("\n")}\n[answer] `,
);

/** A way of generating that writes down what it is asked and gives these texts. */
function scripted(texts: readonly string[]) {
  const asked: { requests: readonly GenerateRequest[]; options?: GenerateOptions }[] = [];
  const generate: Generate = async (requests, options) => {
    asked.push({ requests, options });
    return texts.map((text, i): Completion => ({
      text,
      tokens: i,
      finishReason: "stop",
      ms: 10 * i,
    }));
  };
  return { asked, predict: createPredict(() => prompt, generate) };
}

test("all questions go out at once with the schema's prefix and their own suffix", async () => {
  const { asked, predict } = scripted(["SELECT 1", "SELECT 2"]);
  const signal = new AbortController().signal;
  await predict(["How many?", " Who? "], { maxTokens: 7, signal });
  expect(asked).toEqual([
    {
      requests: [
        {
          prefix: prompt.prefix,
          suffix: "How many?\n[answer] ",
          messages: prompt.messagesOf("How many?"),
        },
        {
          prefix: prompt.prefix,
          suffix: "Who?\n[answer] ",
          messages: prompt.messagesOf("Who?"),
        },
      ],
      options: { maxTokens: 7, signal },
    },
  ]);
});

test("answers come back in the order of the questions, read as SQL or as a refusal", async () => {
  const { predict } = scripted(["```sql\nSELECT 1;\n```", "-- cannot answer: no table of stock"]);
  expect(await predict(["a", "b"])).toEqual([
    {
      question: "a",
      answer: { kind: "answer", sql: "SELECT 1" },
      completion: "```sql\nSELECT 1;\n```",
      tokens: 0,
      finishReason: "stop",
      ms: 0,
    },
    {
      question: "b",
      answer: { kind: "refuse", refusal: "no table of stock" },
      completion: "-- cannot answer: no table of stock",
      tokens: 1,
      finishReason: "stop",
      ms: 10,
    },
  ]);
});

test("what the model fails with is what the caller gets", async () => {
  const predict = createPredict(
    () => prompt,
    () => Promise.reject(new Error("out of memory")),
  );
  await expect(predict(["a"])).rejects.toThrow("out of memory");
});

test("SQL is bound by the schema, a refusal and the completion are left alone", async () => {
  const completion = "SELECT city FROM customers";
  const predict = createPredict(
    () => prompt,
    async () => [
      { text: completion, tokens: 1, finishReason: "stop", ms: 1 },
      { text: "-- cannot answer: no city", tokens: 1, finishReason: "stop", ms: 1 },
    ],
    createDecoding(shop, { decode: "greedy", bind: "schema", complete: "none" }),
  );
  const [bound, refused] = await predict(["a", "b"]);
  expect(bound.answer).toEqual({ kind: "answer", sql: "SELECT city FROM customer" });
  expect(bound.completion).toBe(completion);
  expect(refused.answer).toEqual({ kind: "refuse", refusal: "no city" });
});

test("a refusal for want of a table that is there is asked once more, by a grammar that does not refuse", async () => {
  const decoding = createDecoding(shop, { decode: "grammar", bind: "schema", complete: "none" });
  const given: GenerateOptions["constraint"][] = [];
  const generate: Generate = async (requests, options) => {
    given.push(options?.constraint);
    const missing = given.length === 1 ? ["customers", "trucks"] : [];
    return requests.map((_, i) => ({
      text: missing[i]
        ? `-- cannot answer: no table of ${missing[i]}`
        : "SELECT name FROM customer",
      tokens: 4,
      finishReason: "stop",
      ms: 1,
    }));
  };
  const predictions = await createPredict(() => prompt, generate, decoding)(["a", "b"]);
  expect(predictions).toMatchObject([
    { answer: { kind: "answer", sql: "SELECT name FROM customer" }, tokens: 8 },
    { answer: { kind: "refuse", refusal: "no table of trucks" }, tokens: 4 },
  ]);
  expect(given).toEqual(decoding.constraints);
  expect(given.map((one) => one?.advance(one.start, "--") !== undefined)).toEqual([true, false]);
});

describe("several answers", () => {
  const executor = createExecutor({ workers: 1 });
  afterAll(() => executor.close());
  const choose = createChooser({
    database: shop,
    run: (sqls) => executor.runMany(join(folder, "shop.sqlite"), sqls),
  });
  const decoding = createDecoding(
    shop,
    { decode: "candidates:4", bind: "schema", complete: "none" },
    { choose },
  );
  /** The prediction where a model writes these texts with these probabilities. */
  async function predicted(written: Readonly<Record<string, number>>) {
    const options: (GenerateOptions | undefined)[] = [];
    const [first, ...others] = Object.entries(written).map(([text, confidence]) => ({
      text,
      confidence,
      finishReason: "stop" as const,
    }));
    const generate: Generate = async (_, given) => {
      options.push(given);
      return [{ ...first, others, tokens: 9, ms: 9, firstMs: 1 }];
    };
    const [prediction] = await createPredict(() => prompt, generate, decoding)(["orders above 15"]);
    expect(options).toMatchObject([{ candidates: 4 }]);
    return prediction;
  }
  const all = 'SELECT id FROM "order"';
  const some = 'SELECT id FROM "order" WHERE amount > 15';

  test("the one that says what the question says is taken, and what it was chosen among is told", async () => {
    expect(
      await predicted({ [all]: 0.5, [some]: 0.2, "SELECT nothing FROM nowhere": 0.2 }),
    ).toMatchObject({
      answer: { kind: "answer", sql: some },
      completion: some,
      confidence: 0.2,
      tokens: 9,
      first: { answer: { kind: "answer", sql: all }, completion: all, ms: 1 },
      candidates: [
        { sql: all, confidence: 0.5 },
        { sql: some, confidence: 0.2 },
      ],
    });
  });

  test("what was written first stays so when the grammar is read once more", async () => {
    const [unknown, right] = ["SELECT nothing FROM nowhere", all];
    const rounds: Completion[] = [
      {
        text: unknown,
        confidence: 0.5,
        tokens: 9,
        ms: 9,
        firstMs: 2,
        finishReason: "stop",
        others: [{ text: "SELECT none FROM nowhere", confidence: 0.2, finishReason: "stop" }],
      },
      { text: right, confidence: 0.4, tokens: 3, ms: 4, finishReason: "stop" },
    ];
    const generate: Generate = async () => [rounds.shift()!];
    const [prediction] = await createPredict(() => prompt, generate, decoding)(["orders"]);
    expect(prediction).toMatchObject({
      answer: { kind: "answer", sql: right },
      tokens: 12,
      first: { answer: { kind: "answer", sql: unknown }, completion: unknown, ms: 2 },
    });
    expect(prediction.candidates).toBeUndefined();
  });

  test("a refusal stays one, and one that is probable enough is meant", async () => {
    const refusal = "-- cannot answer: no table of trucks";
    const answer = { kind: "refuse", refusal: "no table of trucks" };
    expect(await predicted({ [refusal]: 0.3, [some]: 0.2 })).toMatchObject({ answer });
    expect(await predicted({ [some]: 0.5, [refusal]: 0.1 })).toMatchObject({ answer });
    expect(await predicted({ [some]: 0.5, [refusal]: 0.01 })).toMatchObject({
      answer: { kind: "answer", sql: some },
    });
  });
});
