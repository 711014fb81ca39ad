/**
 * Pairs as generated or imported → pairs to train on and to score with: what does not run, repeats or contradicts is
 * set aside with its reason, the rest is divided by template. Knows no file.
 */
import type { Example, Split } from "./example.ts";
import { splitByTemplate, splitKeyOf, type SplitOptions } from "./split.ts";

export type Rejection = {
  readonly example: Example;
  /** In words, for rejected.jsonl. */
  readonly reason: string;
  /** What a person said, when it was rejected in review. */
  readonly note?: string;
};

export type CleanPairs = Readonly<Record<Split, readonly Example[]>> & {
  readonly rejected: readonly Rejection[];
};

/**
 * Cleans and divides. With `split` as options the pairs are divided anew by template; with "given" each keeps the split
 * that it has, and what training shares with test or dev leaves training.
 */
export function cleanPairs(
  examples: readonly Example[],
  split: SplitOptions | "given",
): CleanPairs {
  const rejected: Rejection[] = [];
  const kept = withoutRepeats(examples, rejected);
  const divided = split === "given" ? withoutLeaks(kept, rejected) : splitByTemplate(kept, split);
  const of = (name: Split) => divided.filter((example) => example.split === name);
  return { train: of("train"), dev: of("dev"), test: of("test"), rejected };
}

/** Test goes before dev, dev before train: what repeats is taken out of training. */
const ORDER: readonly Split[] = ["test", "dev", "train"];

function withoutRepeats(examples: readonly Example[], rejected: Rejection[]): Example[] {
  const byQuestion = new Map<string, Example>();
  const ids = new Set<string>();
  const inOrder = ORDER.flatMap((split) => examples.filter((example) => example.split === split));
  const bad = new Map(
    inOrder.flatMap((example): [Example, string][] => {
      const reason = problemOf(example, byQuestion, ids);
      if (reason === undefined) byQuestion.set(plainQuestion(example), example);
      ids.add(example.id);
      return reason === undefined ? [] : [[example, reason]];
    }),
  );
  return examples.filter((example) => {
    const reason = bad.get(example);
    if (reason !== undefined) rejected.push({ example, reason });
    return reason === undefined;
  });
}

function problemOf(
  example: Example,
  byQuestion: ReadonlyMap<string, Example>,
  ids: ReadonlySet<string>,
): string | undefined {
  if (example.kind === "answer" && !example.checks.executed) return "the SQL does not run";
  if (ids.has(example.id)) return `the id ${example.id} is taken`;
  const same = byQuestion.get(plainQuestion(example));
  if (same === undefined) return undefined;
  return same.sql === example.sql && same.refusal === example.refusal
    ? `repeats ${same.id}`
    : `contradicts ${same.id}: the same question with another answer`;
}

/** A question without what does not change its meaning: case, blanks, marks at the end. */
const plainQuestion = ({ question }: Example): string =>
  question
    .toLowerCase()
    .normalize("NFC")
    .replace(/\s+/g, " ")
    .replace(/[\s.?!]+$/, "")
    .trim();

function withoutLeaks(examples: readonly Example[], rejected: Rejection[]): Example[] {
  const owner = new Map<string, Split>();
  for (const split of ORDER)
    for (const example of examples)
      if (example.split === split && !owner.has(splitKeyOf(example)))
        owner.set(splitKeyOf(example), split);
  return examples.filter((example) => {
    const split = owner.get(splitKeyOf(example));
    if (split === example.split) return true;
    rejected.push({ example, reason: `shares its template with ${split}` });
    return false;
  });
}
