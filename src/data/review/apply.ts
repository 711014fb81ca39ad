/**
 * Decisions applied to pairs as they were made: rejected ones are set aside, fixed ones get their question and SQL and are
 * executed anew, accepted ones are marked. A decision about other content is not applied, and counted. Knows no file.
 */
import type { Rejection } from "../clean.ts";
import type { Example } from "../example.ts";
import { checkPairs, type PairOptions } from "../pairs.ts";
import { byId, type Decision, decisionsOn, fixed } from "./decisions.ts";

export const REJECTED_IN_REVIEW = "rejected in review";

export type Reviewed = {
  readonly examples: readonly Example[];
  readonly rejected: readonly Rejection[];
  /** Ids whose pair is another one than the one decided about. */
  readonly changed: readonly string[];
  /** Ids that no pair has any more. */
  readonly gone: readonly string[];
};

/** Applies all of them. `options` says how a fixed pair is executed. */
export async function applyDecisions(
  examples: readonly Example[],
  decisions: readonly Decision[],
  options: Omit<PairOptions, "method" | "split">,
): Promise<Reviewed> {
  const groups = byId(decisions);
  const held = new Map(
    examples.map((example) => [example, decisionsOn(example, groups.get(example.id) ?? [])]),
  );
  const lastOn = (example: Example) => held.get(example)?.at(-1)?.decision;
  const toFix = examples.filter((example) => held.get(example)?.some(isFix));
  const anew = await checkPairs(
    toFix.map((example) => fixOf(example, held.get(example) ?? [])),
    options,
  );
  const after = new Map(toFix.map((example, index) => [example, asFixed(anew[index])]));
  const kept = examples.filter((example) => lastOn(example) !== "reject");
  const ids = new Set(examples.map(({ id }) => id));
  const applied = new Set(
    examples.filter((example) => lastOn(example) !== undefined).map(({ id }) => id),
  );
  return {
    examples: kept.map((example) => {
      const isAccepted = lastOn(example) === "accept" && !after.has(example);
      return after.get(example) ?? (isAccepted ? { ...example, review: "accepted" } : example);
    }),
    rejected: examples
      .filter((example) => lastOn(example) === "reject")
      .map((example) => ({
        example: after.get(example) ?? example,
        reason: REJECTED_IN_REVIEW,
        note: held.get(example)?.at(-1)?.reason,
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

const asFixed = (example: Example): Example => ({ ...example, review: "fixed" });
