/**
 * SQL → question → SQL by a model that somebody hands in: a pair is doubted when the model's own words for the SQL are far
 * from the question and its own SQL for the question returns something else. Agreement in one of the two is enough, and
 * words that it does not find are no disagreement.
 */
import type { Embed } from "../embed.ts";
import { type CheckedPair, isOrdered } from "../pairs.ts";
import type { Finding, WarningCode } from "./codes.ts";
import { cosine, overlap, wordSet } from "./questions.ts";

/** What a model says; undefined where it says nothing that can be used. Answers in the order of what is asked. */
export type RoundTrip = {
  /** Puts SQL into words. */
  readonly questionsOf: (sqls: readonly string[]) => Promise<readonly (string | undefined)[]>;
  /** Answers questions; the results of its SQL as digests, comparable with those of the pairs. */
  readonly digestsOf: (asked: readonly Asked[]) => Promise<readonly (string | undefined)[]>;
};

/** A question, and whether the order of the rows counts in what it is compared with. */
export type Asked = { readonly question: string; readonly isOrdered: boolean };

/** Below both, two questions are taken for different ones. */
const LEAST_OVERLAP = 0.4;
const LEAST_COSINE = 0.6;

/** The pairs on which the model disagrees both ways. */
export async function doubtedPairs(
  pairs: readonly CheckedPair[],
  { questionsOf, digestsOf }: RoundTrip,
  embed?: Embed,
): Promise<Map<CheckedPair, Finding<WarningCode>>> {
  const answers = pairs.filter(({ example }) => example.kind === "answer");
  const digests = await digestsOf(
    answers.map(({ example: { question, sql } }) => ({ question, isOrdered: isOrdered(sql) })),
  );
  const differing = answers.filter(({ digest }, i) => digests[i] !== digest);
  const told = await questionsOf(differing.map(({ example }) => example.sql));
  const doubted = new Map<CheckedPair, Finding<WarningCode>>();
  for (const [i, pair] of differing.entries()) {
    const question = told[i];
    if (question === undefined || (await areAlike(question, pair.example.question, embed)))
      continue;
    const reason = `the model's SQL for the question gives another result, and it reads the SQL as ${JSON.stringify(question)}`;
    doubted.set(pair, { code: "round-trip-differs", reason });
  }
  return doubted;
}

async function areAlike(a: string, b: string, embed: Embed | undefined): Promise<boolean> {
  if (overlap(wordSet(a), wordSet(b)) >= LEAST_OVERLAP) return true;
  if (embed === undefined) return false;
  const [one, other] = await embed([a, b]);
  return cosine(one, other) >= LEAST_COSINE;
}
