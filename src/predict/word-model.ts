/**
 * How probable a question is for a statement, by the words of one and the parts of the other: IBM model 1 (Brown et al.
 * 1993, "The mathematics of statistical machine translation"), learnt from solved questions. A language model tells the
 * statement for a question; both directions together are right more often than either. Knows no schema.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { readJson } from "../base/files.ts";
import { stem, wordsOf } from "../link/words.ts";
import type { Dialect } from "../sql/dialect.ts";
import { lexSql, nameOfToken, type SqlToken } from "../sql/lexer.ts";
import { AGGREGATES } from "../sql/tree.ts";
import type { SolvedPair } from "./examples.ts";

/** What was learnt; beside the adapter that the same pairs tuned. */
export type WordModel = {
  /** How probable each word of a question is where a statement has this part. */
  readonly wordsOf: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** How probable each word is whatever the statement. */
  readonly anywhere: Readonly<Record<string, number>>;
};

/** The natural logarithm of the probability of a question's words for a statement. */
export type LogLikelihood = (question: string, sql: string) => number;

export const WORD_MODEL_FILE = "words.json";

/** The word model beside an adapter, if there is one. */
export function wordModelBeside(adapterFile: string | undefined): WordModel | undefined {
  const file = adapterFile && join(dirname(adapterFile), WORD_MODEL_FILE);
  return file && existsSync(file) ? readJson<WordModel>(file) : undefined;
}

const ROUNDS = 8;
/** Added to how often a part was seen, so that what a rare part tells of words stays below 1. */
const DOUBT = 0.2;
/** Below this a word does not belong to a part. */
const LEAST_KEPT = 1e-3;
/** The share of a question's words that no part of the statement accounts for. */
const UNRELATED = 0.1;
/** The share of all words that a word has which no pair had. */
const UNSEEN = 1e-3;

/** Learns by expectation maximisation; half a second for a thousand pairs. */
export function learnWordModel(
  pairs: readonly Pick<SolvedPair, "question" | "sql">[],
  dialect: Dialect,
): WordModel {
  const seen = pairs.map(({ question, sql }) => ({
    words: termsOf(question),
    parts: partsOf(sql, dialect),
  }));
  const counts = new Map<string, number>();
  for (const word of seen.flatMap(({ words }) => words)) add(counts, word, 1);
  let sharesOf: ReadonlyMap<string, ReadonlyMap<string, number>> | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const countsOf = new Map<string, Map<string, number>>();
    for (const { words, parts } of seen)
      for (const word of words) {
        // at first every word is as probable as any other
        const shares = parts.map((part) => (sharesOf ? sharesOf.get(part)!.get(word)! : 1));
        const whole = shares.reduce((sum, share) => sum + share, 0);
        for (const [i, part] of parts.entries())
          countsOf.set(part, add(countsOf.get(part) ?? new Map(), word, shares[i] / whole));
      }
    sharesOf = new Map([...countsOf].map(([part, ofPart]) => [part, sharesIn(ofPart)]));
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const kept = (shares: ReadonlyMap<string, number>) =>
    Object.fromEntries([...shares].filter(([, share]) => share >= LEAST_KEPT));
  return {
    wordsOf: Object.fromEntries(
      [...(sharesOf ?? [])].map(([part, ofPart]) => [part, kept(ofPart)]),
    ),
    anywhere: Object.fromEntries([...counts].map(([word, count]) => [word, count / total])),
  };
}

function sharesIn(counts: ReadonlyMap<string, number>): Map<string, number> {
  const whole = DOUBT + [...counts.values()].reduce((sum, count) => sum + count, 0);
  return new Map([...counts].map(([word, count]) => [word, count / whole]));
}

const add = (counts: Map<string, number>, key: string, amount: number): Map<string, number> =>
  counts.set(key, (counts.get(key) ?? 0) + amount);

/** Reads with what was learnt. A word that no pair had counts alike for every statement. */
export function createLogLikelihood(model: WordModel, dialect: Dialect): LogLikelihood {
  const sharesOf = new Map(
    Object.entries(model.wordsOf).map(([part, shares]) => [part, new Map(Object.entries(shares))]),
  );
  const anywhere = new Map(Object.entries(model.anywhere));
  return (question, sql) => {
    const parts = partsOf(sql, dialect);
    return termsOf(question)
      .map((word) => {
        const told =
          parts.reduce((sum, part) => sum + (sharesOf.get(part)?.get(word) ?? 0), 0) / parts.length;
        return Math.log((1 - UNRELATED) * told + UNRELATED * (anywhere.get(word) ?? UNSEEN));
      })
      .reduce((sum, logarithm) => sum + logarithm, 0);
  };
}

/** The stems of a question's words; numbers are alike. */
const termsOf = (question: string): string[] =>
  wordsOf(question).map((word) => (/^\d/.test(word) ? "#" : stem(word)));

/** In every statement, for the words that belong to none of its parts. */
const ANY_PART = "";
/** Words of grammar that say nothing by themselves. */
const SILENT = new Set("select from where on and by as".split(" "));
/** What says something of the name behind it. */
const LEADING = new Set([...AGGREGATES, ..."group order limit distinct desc".split(" ")]);
const LONGEST_CODE = 2;

/**
 * The parts of a statement: its names without qualifiers, keywords, comparisons and literals; a literal also with what
 * stands before it (`status 1`), a name also with what is done to it (`sum amount`, `group region`). Numbers that are no
 * codes are alike.
 */
function partsOf(sql: string, dialect: Dialect): string[] {
  const parts = new Set([ANY_PART]);
  const tokens = lexSql(sql, dialect);
  let before = "";
  for (const [i, token] of tokens.entries()) {
    const part = partOf(token);
    if (part === undefined || tokens[i + 1]?.text === "." || isAlias(tokens[i - 1])) continue;
    parts.add(part);
    if (token.kind === "string" || token.kind === "number" || LEADING.has(before))
      parts.add(`${before} ${part}`);
    before = part;
  }
  return [...parts];
}

function partOf(token: SqlToken): string | undefined {
  const { kind, text } = token;
  const lower = text.toLowerCase();
  if (kind === "number") return text.length <= LONGEST_CODE ? text : "#";
  if (kind === "string") return lower;
  if (kind === "name") return nameOfToken(token).toLowerCase();
  if (kind === "word") return SILENT.has(lower) ? undefined : lower;
  return /^[<>!*]/.test(text) ? text : undefined;
}

const isAlias = (before: SqlToken | undefined): boolean => before?.text.toLowerCase() === "as";
