/**
 * Decisions applied to pairs as they were made: rejected ones are set aside, fixed ones get their question and SQL and are
 * executed anew, accepted ones are marked. A decision about other content is not applied, and counted. Knows no file.
 */
import type { Rejection } from "../clean.ts";
import type { Example } from "../example.ts";
import { type CheckedPair, executePairs, type PairOptions } from "../pairs.ts";
import { byId, type Decision, decisionsOn, fixed } from "./decisions.ts";

export type Reviewed = {
  readonly pairs: readonly CheckedPair[];
  readonly rejected: readonly Rejection[];
  /** Ids whose pair is another one than the one decided about. */
  readonly changed: readonly string[];
  /** Ids that no pair has any more. */
  readonly gone: readonly string[];
};

/** Applies all of them. `options` says how a fixed pair is executed. */
export async function applyDecisions(
  pairs: readonly CheckedPair[],
  decisions: readonly Decision[],
  options: Omit<PairOptions, "method" | "split">,
): Promise<Reviewed> {
  const groups = byId(decisions);
  const held = new Map(
    pairs.map((pair) => [pair, decisionsOn(pair.example, groups.get(pair.example.id) ?? [])]),
  );
  const lastOn = (pair: CheckedPair) => held.get(pair)?.at(-1)?.decision;
  const toFix = pairs.filter((pair) => held.get(pair)?.some(isFix));
  const anew = await executePairs(
    toFix.map((pair) => fixOf(pair.example, held.get(pair) ?? [])),
    options,
  );
  const after = new Map(toFix.map((pair, index) => [pair, marked(anew[index], "fixed")]));
  const ids = new Set(pairs.map(({ example }) => example.id));
  const applied = new Set(
    pairs.filter((pair) => lastOn(pair) !== undefined).map(({ example }) => example.id),
  );
  return {
    pairs: pairs
      .filter((pair) => lastOn(pair) !== "reject")
      .map((pair) => after.get(pair) ?? (lastOn(pair) ? marked(pair, "accepted") : pair)),
    rejected: pairs
      .filter((pair) => lastOn(pair) === "reject")
      .map((pair) => ({
        example: (after.get(pair) ?? pair).example,
        code: "rejected-in-review",
        reason: "rejected in review",
        note: held.get(pair)?.at(-1)?.reason,
      })),
    changed: [...groups.keys()].filter((id) => ids.has(id) && !applied.has(id)),
    gone: [...groups.keys()].filter((id) => !ids.has(id)),
  };
}

const isFix = ({ decision }: Decision): boolean => decision === "fix";

/** The pair with every fix in it; what was measured of the old one is left out. */
function fixOf(example: Example, decisions: readonly Decision[]): Omit<Example, "checks"> {
  const { checks: _checks, ...pair } = example;
  const last = decisions.filter(isFix).reduce((at, decision) => fixed(at, decision), pair);
  return { ...last, source: { ...last.source, parentId: example.id } };
}

const marked = (pair: CheckedPair, review: Example["review"]): CheckedPair => ({
  ...pair,
  example: { ...pair.example, review },
});
