import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countTokens, encodeTexts, planEpoch, toForest } from "./batch.ts";
import type { TrainText } from "./config.ts";

const END = 0;
const encode = (text: string) => [...text].map((character) => character.codePointAt(0) ?? 0);

/** Texts over a few prefixes; the suffix says which one it is. */
const textsOf = (prefixes: readonly number[]): TrainText[] =>
  prefixes.map((prefix, i) => ({ prefix: `p${prefix}`, suffix: `q${i}`, completion: "a" }));

const plan = (texts: readonly TrainText[], batchSize: number, seed: number, epoch: number) =>
  planEpoch(encodeTexts(texts, encode, END, 1000), batchSize, seed, epoch);
/** The suffixes of each forest, with the prefix before them. */
const read = (forests: ReturnType<typeof planEpoch>) =>
  forests.map(({ segments }) =>
    segments.map(({ tokenIds }) => String.fromCodePoint(...tokenIds.filter((id) => id !== END))),
  );

const prefixes = fc.array(fc.nat(3), { minLength: 1, maxLength: 40 });
const batchSizes = fc.integer({ min: 1, max: 10 });

test("an epoch holds every text once, under its own prefix", () => {
  fc.assert(
    fc.property(prefixes, batchSizes, fc.nat(), fc.nat(50), (drawn, batchSize, seed, epoch) => {
      const texts = textsOf(drawn);
      const seen = read(plan(texts, batchSize, seed, epoch)).flatMap(([prefix, ...children]) =>
        children.map((child) => `${prefix}${child}`),
      );
      const wanted = texts.map((text) => text.prefix + text.suffix + text.completion);
      expect(seen.sort()).toEqual(wanted.sort());
    }),
  );
});

test("forests hold at most batchSize texts, and those of one prefix differ by at most one", () => {
  fc.assert(
    fc.property(prefixes, batchSizes, fc.nat(), (drawn, batchSize, seed) => {
      const sizes = Map.groupBy(read(plan(textsOf(drawn), batchSize, seed, 0)), ([first]) => first);
      for (const forests of sizes.values()) {
        const counts = forests.map((forest) => forest.length - 1);
        expect(Math.max(...counts)).toBeLessThanOrEqual(batchSize);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        expect(counts.length).toBe(Math.ceil(counts.reduce((sum, n) => sum + n, 0) / batchSize));
      }
    }),
  );
});

test("the order is the same for the same seed and epoch, and another for another", () => {
  const texts = textsOf(Array.from({ length: 40 }, (_, i) => i % 2));
  const order = (seed: number, epoch: number) => read(plan(texts, 4, seed, epoch));
  expect(order(42, 1)).toEqual(order(42, 1));
  expect(order(42, 1)).not.toEqual(order(42, 2));
  expect(order(42, 1)).not.toEqual(order(43, 1));
});

test("the loss falls on the completion and its end token alone", () => {
  const { prefixIds, texts } = encodeTexts(
    [{ prefix: "pp", suffix: "qqq", completion: "aa" }],
    encode,
    END,
    1000,
  );
  const forest = toForest(prefixIds.get("pp") ?? [], texts);
  const [root, child] = forest.segments;
  expect(root).toEqual({ tokenIds: encode("pp"), parent: -1 });
  expect(child.tokenIds).toEqual([...encode("qqqaa"), END]);
  expect(child.lossMask).toEqual([false, false, false, true, true, true]);
  expect(countTokens(forest)).toEqual({ tokens: 8, lossTokens: 3 });
});

test("a text fits when prefix, suffix, completion and end fill the context exactly", () => {
  const texts = [{ prefix: "pp", suffix: "qqq", completion: "aa" }];
  expect(encodeTexts(texts, encode, END, 8).texts).toHaveLength(1);
  expect(() => encodeTexts(texts, encode, END, 7)).toThrow(
    "7 tokens (train.maxSeqLen, or what the model reads) are too few for 1 of 1 examples (1); the longest has 8",
  );
});

describe("texts that are too long", () => {
  const texts = Array.from({ length: 9 }, (_, i): TrainText => ({
    id: `e${i}`,
    prefix: "pp",
    suffix: "q".repeat(i),
    completion: "aa",
  }));
  const encoded = (maxTokens: number, longExamples: "stop" | "drop") =>
    encodeTexts(texts, encode, END, maxTokens, longExamples);

  test("are counted and named", () => {
    expect(() => encoded(7, "stop")).toThrow(
      expect.objectContaining({
        code: "examples-too-long",
        message: expect.stringContaining("6 of 9 examples (e3, e4, e5, e6, e7, …)"),
      }) as Error,
    );
  });

  test("are left out when that is wanted, unless none would be left", () => {
    const { texts: left, dropped } = encoded(7, "drop");
    expect(left.map(({ suffixIds }) => suffixIds.length)).toEqual([0, 1, 2]);
    expect(dropped).toEqual(["e3", "e4", "e5", "e6", "e7", "e8"]);
    expect(() => encoded(4, "drop")).toThrow("all 9 examples are longer than 4 tokens");
  });

  test("because of the prompt alone are the schema's fault", () => {
    expect(() => encoded(2, "drop")).toThrow(
      expect.objectContaining({ code: "schema-too-long" }) as Error,
    );
  });
});
