/**
 * Examples → train, dev and test, so that no SQL template stands on two sides: a question in another wording would
 * otherwise be known from training. The same seed gives the same split whatever the order of the examples.
 */
import { Rng } from "../base/rng.ts";
import type { Example, Split } from "./example.ts";

export type SplitOptions = {
  /** Shares of the examples, 0 to 1; met as nearly as whole templates allow. */
  readonly devShare: number;
  readonly testShare: number;
  readonly seed: number;
};

/**
 * What must not be torn apart: the template, or for a refusal its reason. A reason that names no subject ("this would
 * change data") is shared by unlike questions, so there the question itself counts.
 */
export const splitKeyOf = (example: Example): string =>
  example.kind === "refuse" && !/ (of|for) /.test(example.refusal ?? "")
    ? `${example.templateId}\n${example.question.toLowerCase()}`
    : example.templateId;

/** Every example with its split; answers and refusals are divided separately, so that each split has both. */
export function splitByTemplate(examples: readonly Example[], options: SplitOptions): Example[] {
  const splits = new Map<string, Split>();
  for (const kind of ["answer", "refuse"] as const)
    for (const [key, split] of assign(
      examples.filter((example) => example.kind === kind),
      options,
    ))
      splits.set(`${kind}\n${key}`, split);
  return examples.map((example) => ({
    ...example,
    split: splits.get(`${example.kind}\n${splitKeyOf(example)}`) ?? "train",
  }));
}

/** Templates in random order fill test, then dev, as far as they fit; the rest is for training. */
function assign(
  examples: readonly Example[],
  { devShare, testShare, seed }: SplitOptions,
): Map<string, Split> {
  const groups = Map.groupBy(examples, splitKeyOf);
  const keys = new Rng(seed).shuffle([...groups.keys()].sort());
  const room: Record<"test" | "dev", number> = {
    test: Math.round(examples.length * testShare),
    dev: Math.round(examples.length * devShare),
  };
  const result = new Map<string, Split>();
  for (const key of keys) {
    const size = groups.get(key)?.length ?? 0;
    const split = size <= room.test ? "test" : size <= room.dev ? "dev" : "train";
    if (split !== "train") room[split] -= size;
    result.set(key, split);
  }
  return result;
}
