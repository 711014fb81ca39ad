/**
 * What repeats or contradicts a pair that comes before it: the same question; the same SQL with a question that is nearly
 * the same; nearly the same question with another result. Test goes before dev, dev before train, so that training gives
 * way. Knows no database: results come as digests.
 */
import type { Split } from "../example.ts";
import type { CheckedPair } from "../pairs.ts";
import type { Embed } from "../embed.ts";
import type { Finding, RejectionCode, WarningCode } from "./codes.ts";
import {
  cosine,
  NEAR_COSINE,
  NEAR_OVERLAP,
  overlap,
  plainQuestion,
  questionKey,
  wordSet,
} from "./questions.ts";

/** Test goes before dev, dev before train: what repeats is taken out of training. */
export const ORDER: readonly Split[] = ["test", "dev", "train"];

export type Repeats = {
  readonly rejected: ReadonlyMap<CheckedPair, Finding<RejectionCode>>;
  readonly warnings: ReadonlyMap<CheckedPair, Finding<WarningCode>>;
};

/** Without `embed` near-duplicates are found by their words alone. */
export async function findRepeats(pairs: readonly CheckedPair[], embed?: Embed): Promise<Repeats> {
  const rejected = new Map<CheckedPair, Finding<RejectionCode>>();
  const warnings = new Map<CheckedPair, Finding<WarningCode>>();
  const ids = new Set<string>();
  const byQuestion = new Map<string, CheckedPair>();
  const byKey = new Map<string, CheckedPair>();
  const inOrder = ORDER.flatMap((split) => pairs.filter(({ example }) => example.split === split));
  for (const pair of inOrder) {
    const { id, question } = pair.example;
    const finding = ids.has(id)
      ? ({ code: "id-taken", reason: `the id ${id} is taken` } as const)
      : sameQuestion(pair, byQuestion.get(plainQuestion(question)));
    ids.add(id);
    if (finding !== undefined) {
      rejected.set(pair, finding);
      continue;
    }
    byQuestion.set(plainQuestion(question), pair);
    const near = byKey.get(questionKey(question));
    if (near === undefined) byKey.set(questionKey(question), pair);
    else if (!haveSameAnswer(near, pair))
      warnings.set(pair, {
        code: "nearly-contradicts",
        reason: `nearly the question of ${near.example.id} with another result`,
      });
  }
  const left = inOrder.filter((pair) => !rejected.has(pair));
  for (const [pair, finding] of await nearDuplicates(left, embed)) rejected.set(pair, finding);
  return { rejected, warnings };
}

function sameQuestion(
  pair: CheckedPair,
  before: CheckedPair | undefined,
): Finding<RejectionCode> | undefined {
  if (before === undefined) return undefined;
  const { id } = before.example;
  return haveSameAnswer(before, pair)
    ? { code: "repeats", reason: `repeats ${id}` }
    : { code: "contradicts", reason: `contradicts ${id}: the same question with another answer` };
}

/** The same SQL, the same result of other SQL, or the same refusal. */
const haveSameAnswer = (a: CheckedPair, b: CheckedPair): boolean =>
  a.example.kind === b.example.kind &&
  a.example.refusal === b.example.refusal &&
  (a.canonical === b.canonical || a.digest === b.digest);

/** Among the pairs of one SQL those whose question is nearly that of one before. Pairs of test and dev are never taken. */
async function nearDuplicates(
  pairs: readonly CheckedPair[],
  embed: Embed | undefined,
): Promise<[CheckedPair, Finding<RejectionCode>][]> {
  const groups = [
    ...Map.groupBy(
      pairs.filter(({ example }) => example.kind === "answer"),
      ({ canonical }) => canonical,
    ).values(),
  ].filter((group) => group.length > 1);
  const members = groups.flat();
  const vectors = await embed?.(members.map(({ example }) => plainQuestion(example.question)));
  const vectorOf = new Map(members.map((pair, i) => [pair, vectors?.[i]]));
  return groups.flatMap((group) => {
    const kept: CheckedPair[] = [];
    return group.flatMap((pair): [CheckedPair, Finding<RejectionCode>][] => {
      const near = kept.find((other) => areNear(pair, other, vectorOf));
      if (near === undefined || pair.example.split !== "train") {
        kept.push(pair);
        return [];
      }
      const reason = `nearly repeats ${near.example.id}: the same SQL, almost the same words`;
      return [[pair, { code: "near-duplicate", reason }]];
    });
  });
}

function areNear(
  a: CheckedPair,
  b: CheckedPair,
  vectorOf: ReadonlyMap<CheckedPair, Float32Array | undefined>,
): boolean {
  if (overlap(wordSet(a.example.question), wordSet(b.example.question)) >= NEAR_OVERLAP)
    return true;
  const [one, other] = [vectorOf.get(a), vectorOf.get(b)];
  return one !== undefined && other !== undefined && cosine(one, other) >= NEAR_COSINE;
}
