/**
 * Examples → train, dev and test, so that no SQL template and no question stands on two sides: a question in another
 * wording would otherwise be known from training. Sets of many databases can be divided by database instead. The same seed
 * gives the same split whatever the order of the examples.
 */
import { UserError } from "../base/errors.ts";
import { Rng } from "../base/rng.ts";
import { questionKey } from "./check/questions.ts";
import type { Example, Split } from "./example.ts";

export type SplitBy = "template" | "database";

export type SplitOptions = {
  /** Shares of the examples, 0 to 1; met as nearly as whole groups allow. */
  readonly devShare: number;
  readonly testShare: number;
  readonly seed: number;
  readonly by?: SplitBy;
};

/** What an example is divided by. */
export type Divisible = Pick<Example, "dbId" | "kind" | "question" | "templateId" | "refusal">;

/**
 * What must not be torn apart: the template, or for a refusal its reason. A reason that names no subject ("this would
 * change data") is shared by unlike questions, so there the question itself counts.
 */
export const splitKeyOf = (
  example: Pick<Divisible, "kind" | "question" | "templateId" | "refusal">,
): string =>
  example.kind === "refuse" && !/ (of|for) /.test(example.refusal ?? "")
    ? `${example.templateId}\n${example.question.toLowerCase()}`
    : example.templateId;

/**
 * Every example with its split. By template, answers and refusals are divided separately, so that each split has both; by
 * database, each split has databases of its own (UserError("data-invalid") when there is only one).
 */
export function splitPairs<T extends Divisible>(
  examples: readonly T[],
  options: SplitOptions,
): (T & { readonly split: Split })[] {
  const splits =
    options.by === "database" ? byDatabase(examples, options) : byTemplate(examples, options);
  return examples.map((example) => ({ ...example, split: splits.get(example) ?? "train" }));
}

function byTemplate<T extends Divisible>(
  examples: readonly T[],
  options: SplitOptions,
): Map<T, Split> {
  const groups = connectedGroups(examples);
  return new Map(
    (["answer", "refuse"] as const).flatMap((kind) => [
      ...assign(
        groups.filter(([{ kind: first }]) => first === kind),
        options,
      ),
    ]),
  );
}

/** Examples that share a template or a question, directly or through others, in an order of their own. */
function connectedGroups<T extends Divisible>(examples: readonly T[]): T[][] {
  const parents = new Map<string, string>();
  const rootOf = (key: string): string => {
    const parent = parents.get(key) ?? key;
    if (parent === key) return key;
    const root = rootOf(parent);
    parents.set(key, root);
    return root;
  };
  const keysOf = (example: T) => [
    `${example.dbId} ${example.kind} ${splitKeyOf(example)}`,
    `${example.dbId} question ${questionKey(example.question)}`,
  ];
  for (const example of examples) {
    const [a, b] = keysOf(example).map(rootOf);
    if (a !== b) parents.set(a < b ? b : a, a < b ? a : b);
  }
  const groups = Map.groupBy(examples, (example) => rootOf(keysOf(example)[0]));
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => inOrder(group));
}

/** Answers first, so that the kind of a group does not depend on the order of the examples. */
const inOrder = <T extends Divisible>(group: readonly T[]): T[] =>
  group.toSorted((a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0));

function byDatabase<T extends Divisible>(
  examples: readonly T[],
  options: SplitOptions,
): Map<T, Split> {
  const groups = [...Map.groupBy(examples, ({ dbId }) => dbId)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => group);
  if (groups.length < 2)
    throw new UserError(
      "data-invalid",
      `the pairs are of ${groups.length === 0 ? "no" : "one"} database; a split by database wants two or more`,
    );
  const splits = assign(groups, options);
  const bySize = groups.toSorted((a, b) => a.length - b.length);
  for (const [name, share] of [
    ["test", options.testShare],
    ["dev", options.devShare],
  ] as const) {
    const isMissing = share > 0 && !groups.some(([first]) => splits.get(first) === name);
    const training = bySize.filter(([first]) => splits.get(first) === "train");
    if (isMissing && training.length > 1)
      for (const example of training[0]) splits.set(example, name);
  }
  return splits;
}

/** Groups in random order fill test, then dev, as far as they fit; the rest is for training. */
function assign<T>(
  groups: readonly (readonly T[])[],
  { devShare, testShare, seed }: SplitOptions,
): Map<T, Split> {
  const total = groups.reduce((sum, group) => sum + group.length, 0);
  const room: Record<"test" | "dev", number> = {
    test: Math.round(total * testShare),
    dev: Math.round(total * devShare),
  };
  const result = new Map<T, Split>();
  for (const group of new Rng(seed).shuffle(groups)) {
    const size = group.length;
    const split = size <= room.test ? "test" : size <= room.dev ? "dev" : "train";
    if (split !== "train") room[split] -= size;
    for (const example of group) result.set(example, split);
  }
  return result;
}
