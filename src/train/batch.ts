/**
 * Texts → token forests. All texts of one prefix share it: a forest is one prefix and up to `batchSize` suffixes, which
 * gives exactly the gradient of the separate sequences for a fraction of the work. Order is drawn from a seed and can be
 * computed again for any epoch, so that a resumed run sees the same batches. Knows no model.
 */
import { UserError } from "../base/errors.ts";
import { Rng } from "../base/rng.ts";
import type { Forest, Segment } from "../engine/index.ts";
import type { TrainText } from "./config.ts";

export type Encode = (text: string) => readonly number[];

/** One text as token ids; the loss falls on the completion and the end token. */
export type EncodedText = {
  readonly prefix: string;
  readonly suffixIds: readonly number[];
  readonly completionIds: readonly number[];
};

/** Token ids of the prefix by its text, and the encoded texts. */
export type EncodedTexts = {
  readonly prefixIds: ReadonlyMap<string, readonly number[]>;
  readonly texts: readonly EncodedText[];
};

/**
 * Encodes all texts. `endId` is the token that ends an answer. A text longer than `maxTokens` (prefix included) is an
 * error that says how many there are: silently dropping pairs would change what is trained.
 */
export function encodeTexts(
  texts: readonly TrainText[],
  encode: Encode,
  endId: number,
  maxTokens: number,
): EncodedTexts {
  const prefixIds = new Map<string, readonly number[]>();
  const encoded = texts.map(({ prefix, suffix, completion }): EncodedText => {
    if (!prefixIds.has(prefix)) prefixIds.set(prefix, encode(prefix));
    return { prefix, suffixIds: encode(suffix), completionIds: [...encode(completion), endId] };
  });
  const lengthOf = (text: EncodedText) =>
    (prefixIds.get(text.prefix)?.length ?? 0) + text.suffixIds.length + text.completionIds.length;
  const tooLong = encoded.filter((text) => lengthOf(text) > maxTokens);
  if (tooLong.length > 0) {
    const longest = Math.max(...tooLong.map(lengthOf));
    throw new UserError(
      "schema-too-long",
      `${tooLong.length} of ${texts.length} examples are longer than the model's ${maxTokens} tokens (the longest has ${longest})`,
    );
  }
  return { prefixIds, texts: encoded };
}

/** The forests of one epoch: shuffled by seed and epoch, grouped by prefix, `batchSize` texts each. */
export function planEpoch(
  encoded: EncodedTexts,
  batchSize: number,
  seed: number,
  epoch: number,
): Forest[] {
  const rng = new Rng(seed * 1000 + epoch);
  const groups = Map.groupBy(rng.shuffle(encoded.texts), (text) => text.prefix);
  const forests = [...groups].flatMap(([prefix, texts]) => {
    const count = Math.ceil(texts.length / batchSize);
    return Array.from({ length: count }, (_, i) =>
      toForest(encoded.prefixIds.get(prefix) ?? [], evenSlice(texts, i, count)),
    );
  });
  return rng.shuffle(forests);
}

/** The i-th of `count` slices that differ by at most one in length. */
const evenSlice = <T>(items: readonly T[], i: number, count: number): T[] =>
  items.slice(Math.floor((i * items.length) / count), Math.floor(((i + 1) * items.length) / count));

/** A forest of one root, the prefix, and one child for each text. */
export function toForest(prefixIds: readonly number[], texts: readonly EncodedText[]): Forest {
  const root: Segment = { tokenIds: prefixIds, parent: -1 };
  const children = texts.map(({ suffixIds, completionIds }): Segment => ({
    tokenIds: [...suffixIds, ...completionIds],
    lossMask: [...suffixIds.map(() => false), ...completionIds.map(() => true)],
    parent: 0,
  }));
  return { segments: [root, ...children] };
}

/** How many tokens of a forest carry loss, and how many there are. */
export function countTokens(forest: Forest): { tokens: number; lossTokens: number } {
  let tokens = 0;
  let lossTokens = 0;
  for (const { tokenIds, lossMask } of forest.segments) {
    tokens += tokenIds.length;
    lossTokens += lossMask?.filter(Boolean).length ?? 0;
  }
  return { tokens, lossTokens };
}
