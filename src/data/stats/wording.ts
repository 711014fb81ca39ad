/**
 * How varied the questions are: distinct-1 and distinct-2 (Li et al. 2016: different words, or pairs of neighbours,
 * divided by all), lengths, and how many are left when values are masked. Both shares fall as a set grows, so they are
 * taken on samples of fixed sizes. Knows no database.
 */
import { Rng } from "../../base/rng.ts";
import { type Lengths, lengthsOf } from "./counts.ts";

/** Different words, and pairs of neighbours, divided by all. */
export type Distinct = { readonly distinct1: number; readonly distinct2: number };

export type WordingStats = {
  /** Words in a question. */
  readonly words: Lengths;
  /** Of all questions. */
  readonly distinct1: number;
  readonly distinct2: number;
  /** Of a sample, to be set beside another set's of the same size; left out below the smallest size. */
  readonly sample?: Distinct & { readonly size: number };
  /** Different questions when numbers and values are masked. */
  readonly skeletons: number;
  /** Questions by their number of words, in steps of WORD_STEP: the first counts up to that many. */
  readonly histogram: readonly number[];
};

/** Sizes at which sets are compared. */
export const SAMPLE_SIZES: readonly number[] = [200, 500, 1000, 2000, 5000];
/** Words to a bar of the histogram. */
export const WORD_STEP = 4;
const LONGEST_STEP = 10;
const SEED = 1;

/** Lower-case words and numbers; "2025-11-01" and "don't" are one. */
export const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .normalize("NFC")
    .match(/[\p{L}\p{N}]+(?:['’.\-/][\p{L}\p{N}]+)*/gu) ?? [];

/** The largest sample size that `n` questions allow. */
const sampleSizeOf = (n: number): number | undefined => SAMPLE_SIZES.findLast((size) => size <= n);

/** Measures questions; `literals` are the values of each one's SQL. */
export function wordingOf(
  questions: readonly string[],
  literals: readonly (readonly string[])[],
): WordingStats {
  const words = questions.map(wordsOf);
  const size = sampleSizeOf(questions.length);
  const histogram = Array.from({ length: LONGEST_STEP }, () => 0);
  for (const one of words)
    histogram[Math.min(LONGEST_STEP, Math.max(1, Math.ceil(one.length / WORD_STEP))) - 1]++;
  return {
    words: lengthsOf(words.map((one) => one.length)),
    ...distinctOf(words),
    ...(size !== undefined && {
      sample: { size, ...distinctOf(new Rng(SEED).shuffle(words).slice(0, size)) },
    }),
    skeletons: new Set(questions.map((question, i) => skeletonOf(question, literals[i]))).size,
    histogram,
  };
}

/** Distinct-1 and distinct-2 of texts in words. */
export function distinctOf(texts: readonly (readonly string[])[]): Distinct {
  const share = (n: number) => {
    const grams = texts.flatMap((words) =>
      words.slice(n - 1).map((_, i) => words.slice(i, i + n).join(" ")),
    );
    return grams.length === 0 ? 0 : new Set(grams).size / grams.length;
  };
  return { distinct1: share(1), distinct2: share(2) };
}

/** The question in its words, with the SQL's values and all numbers as `?`. */
function skeletonOf(question: string, literals: readonly string[] = []): string {
  const text = question.toLowerCase();
  const masked = literals
    .filter((literal) => literal.length > 1)
    .reduce((rest, literal) => rest.replaceAll(literal.toLowerCase(), " ? "), text);
  return (masked.match(/\?|[\p{L}\p{N}]+/gu) ?? [])
    .map((word) => (/\d/.test(word) ? "?" : word))
    .join(" ")
    .replace(/[? ]+/g, (gap) => (gap.includes("?") ? " ? " : " "))
    .trim();
}
