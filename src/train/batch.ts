/**
 * Texts → token forests. All texts of one prefix share it: a forest is one prefix and up to `batchSize` suffixes, which
 * gives exactly the gradient of the separate sequences for a fraction of the work. Order is drawn from a seed and can be
 * computed again for any epoch, so that a resumed run sees the same batches. Knows no model.
 */
import { UserError } from "../base/errors.ts";
import { Rng } from "../base/rng.ts";
import type { Forest, Segment } from "../engine/index.ts";
import type { TrainConfig, TrainText } from "./config.ts";

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
  /** Ids (or places from 1) of the texts that are left out because they are too long. */
  readonly dropped: readonly string[];
};

/**
 * Encodes all texts. `endId` is the token that ends an answer. Texts longer than `maxTokens` (prefix included) are
 * dropped only if that is wanted: else they are an error that counts and names them, for silently dropping pairs would
 * change what is trained. Raises schema-too-long for a prefix that fills the bound alone, examples-too-long,
 * data-too-few when every text is dropped.
 */
export function encodeTexts(
  texts: readonly TrainText[],
  encode: Encode,
  endId: number,
  maxTokens: number,
  longExamples: TrainConfig["longExamples"] = "stop",
): EncodedTexts {
  const prefixIds = new Map<string, readonly number[]>();
  const encoded = texts.map(({ prefix, suffix, completion }): EncodedText => {
    if (!prefixIds.has(prefix)) prefixIds.set(prefix, encode(prefix));
    return { prefix, suffixIds: encode(suffix), completionIds: [...encode(completion), endId] };
  });
  const lengthOf = (text: EncodedText) =>
    (prefixIds.get(text.prefix)?.length ?? 0) + text.suffixIds.length + text.completionIds.length;
  const shortest = Math.min(...[...prefixIds.values()].map((ids) => ids.length));
  if (texts.length > 0 && shortest >= maxTokens)
    throw new UserError(
      "schema-too-long",
      `the prompt alone takes ${shortest} tokens; an example may have ${maxTokens}`,
    );
  const isLong = encoded.map((text) => lengthOf(text) > maxTokens);
  const dropped = texts.flatMap(({ id }, i) => (isLong[i] ? (id ?? String(i + 1)) : []));
  if (dropped.length > 0 && longExamples === "stop")
    throw tooLong(dropped, encoded.map(lengthOf), maxTokens);
  if (texts.length > 0 && dropped.length === texts.length)
    throw new UserError(
      "data-too-few",
      `all ${texts.length} examples are longer than ${maxTokens} tokens`,
    );
  return { prefixIds, texts: encoded.filter((_, i) => !isLong[i]), dropped };
}

const NAMED = 5;

function tooLong(ids: readonly string[], lengths: readonly number[], maxTokens: number): UserError {
  const names = [...ids.slice(0, NAMED), ...(ids.length > NAMED ? ["…"] : [])].join(", ");
  return new UserError(
    "examples-too-long",
    `${maxTokens.toLocaleString("en")} tokens (train.maxSeqLen, or what the model reads) are too few for ${ids.length.toLocaleString("en")} of ${lengths.length.toLocaleString("en")} examples (${names}); the longest has ${Math.max(...lengths).toLocaleString("en")}`,
  );
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
