/** When two questions are the same, or nearly: by letters, by words, or by meaning as an embedding sees it. */
import { stem, wordsOf } from "../../link/words.ts";

/** A question without what does not change its meaning: case, blanks, marks at the end. */
export const plainQuestion = (question: string): string =>
  question
    .toLowerCase()
    .normalize("NFC")
    .replace(/\s+/g, " ")
    .replace(/[\s.?!]+$/, "")
    .trim();

/** Articles, politeness and forms of `be`: without them two questions may be one. */
const NOISE: ReadonlySet<string> = new Set(
  "a an the please is are was were be do does did can could you we our us me my i have has had".split(
    " ",
  ),
);

/** The words that are left of a question, as stems. */
const essence = (question: string): string[] =>
  wordsOf(question)
    .filter((word) => !NOISE.has(word))
    .map(stem);

/** The same for questions that differ in articles, politeness and number alone. */
export const questionKey = (question: string): string =>
  essence(question).join(" ") || plainQuestion(question);

/** The words that two questions are compared by. */
export const wordSet = (question: string): ReadonlySet<string> => new Set(essence(question));

/** Shared words ÷ all words, 0 to 1. */
export function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = a.size < b.size ? sharedOf(a, b) : sharedOf(b, a);
  const all = a.size + b.size - shared;
  return all === 0 ? 0 : shared / all;
}

function sharedOf(few: ReadonlySet<string>, many: ReadonlySet<string>): number {
  let shared = 0;
  for (const word of few) if (many.has(word)) shared++;
  return shared;
}

/** Questions of one SQL are near-duplicates from here on: they differ in a word or two that say nothing new. */
export const NEAR_OVERLAP = 0.8;
/** The same for embeddings. */
export const NEAR_COSINE = 0.96;

/** Cosine of two vectors of length one. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
