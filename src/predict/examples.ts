/**
 * Solved questions for a prompt: some that are the same for every question, or for each the training pairs that are most
 * like it. Likeness is one of words (BM25, Robertson and Zaragoza 2009), where a value counts as the columns that hold it
 * and a number as a number, so that questions are alike that ask the same of other values. Knows no model.
 */
import { Rng } from "../base/rng.ts";
import type { Example } from "../data/example.ts";
import type { CellIndex } from "../link/cells.ts";
import { isStopWord, stem, wordsOf } from "../link/words.ts";
import { renderAnswer } from "../prompt/answer.ts";
import type { FewShotExample } from "../prompt/prompt.ts";

/** What predict.examples may be. */
export const EXAMPLES: RegExp = /^(?:none|(fixed|nearest):([1-9]|[1-4]\d|50))$/;

/** Which examples a prompt shows, and how many. */
export type ExampleChoice = { readonly how: "fixed" | "nearest"; readonly count: number };

/** The value of predict.examples; undefined for none. */
export function examplesOf(text: string): ExampleChoice | undefined {
  const [, how, count] = EXAMPLES.exec(text) ?? [];
  return how === undefined ? undefined : { how: how as ExampleChoice["how"], count: Number(count) };
}

/** A question with its answer, as pairs have them. */
export type SolvedPair = Pick<Example, "question" | "kind" | "sql" | "refusal" | "shapeId">;

const toTurn = (pair: SolvedPair): FewShotExample => ({
  question: pair.question,
  answer: renderAnswer(pair),
});

/** The same for every question: answerable ones of different shapes, one refusal among five. */
export function fixedExamples(
  pairs: readonly SolvedPair[],
  count: number,
  seed: number,
): FewShotExample[] {
  const shuffled = new Rng(seed).shuffle(pairs);
  const byShape = [
    ...new Map(
      shuffled.filter(({ kind }) => kind === "answer").map((pair) => [pair.shapeId, pair]),
    ).values(),
  ];
  const refusals = shuffled.filter(({ kind }) => kind === "refuse").slice(0, Math.floor(count / 5));
  return [...byShape.slice(0, count - refusals.length), ...refusals].map(toTurn);
}

/** The pairs that are most like a question, the most similar one last. */
export type Nearest = (question: string, count: number) => FewShotExample[];

/** BM25's usual constants: how soon a repeated word counts no more, and how much a long question loses. */
const SATURATION = 1.2;
const LENGTH_SHARE = 0.75;

/** Indexes pairs of one database; `cells` tells its values. */
export function createNearest(pairs: readonly SolvedPair[], cells: CellIndex): Nearest {
  const terms = pairs.map(({ question }) => termsOf(question, cells));
  const meanLength = terms.reduce((sum, { length }) => sum + length, 0) / Math.max(1, terms.length);
  const postings = new Map<string, Map<number, number>>();
  terms.forEach((list, at) => {
    for (const term of list) {
      const counts = postings.get(term) ?? new Map<number, number>();
      postings.set(term, counts.set(at, (counts.get(at) ?? 0) + 1));
    }
  });
  return (question, count) => {
    const scores = new Map<number, number>();
    for (const term of new Set(termsOf(question, cells))) {
      const counts = postings.get(term) ?? new Map<number, number>();
      const rarity = Math.log(1 + (pairs.length - counts.size + 0.5) / (counts.size + 0.5));
      for (const [at, times] of counts) {
        const length = 1 - LENGTH_SHARE + (LENGTH_SHARE * terms[at].length) / meanLength;
        const weight = (times * (SATURATION + 1)) / (times + SATURATION * length);
        scores.set(at, (scores.get(at) ?? 0) + rarity * weight);
      }
    }
    return [...scores]
      .sort((a, b) => b[1] - a[1] || a[0] - b[0])
      .slice(0, count)
      .map(([at]) => toTurn(pairs[at]))
      .reverse();
  };
}

/** The stems of a question's words; for a value its columns, for a number `#`. */
function termsOf(question: string, cells: CellIndex): string[] {
  const words = wordsOf(question);
  const terms = words.map((word) => [/^\d/.test(word) ? "#" : stem(word)]);
  for (const { table, column, how, from, to } of cells.match(question)) {
    if (how === "part" || how === "slip") continue;
    for (let at = from; at < to; at++) {
      if (!terms[at][0]?.startsWith("@")) terms[at] = [];
      if (at === from) terms[at].push(`@${table}.${column}`);
    }
  }
  return terms.flat().filter((term) => !isStopWord(term));
}
