/** Where strict mode and an official mode disagree, counted by the rule that makes it. */
import type { DifferenceMode, DifferenceRule } from "../official/difference.ts";
import type { FileItem } from "../score-file.ts";

export type Disagreement = {
  readonly mode: DifferenceMode;
  readonly rule: DifferenceRule;
  /** Items, by their index, that only strict mode or only the official mode takes for right. */
  readonly strictOnly: readonly number[];
  readonly officialOnly: readonly number[];
};

/** Most frequent first within a mode. An item with two rules counts under both. */
export function disagreementsOf(items: readonly FileItem[]): Disagreement[] {
  const cases = items.flatMap(({ index, disagreement, verdicts }) =>
    (Object.entries(disagreement) as [DifferenceMode, readonly DifferenceRule[]][]).flatMap(
      ([mode, rules]) =>
        rules.map((rule) => ({ mode, rule, index, isStrictRight: verdicts.strict === 1 })),
    ),
  );
  const groups = Map.groupBy(cases, ({ mode, rule }) => `${mode} ${rule}`);
  return [...groups.values()]
    .map((group) => ({
      mode: group[0].mode,
      rule: group[0].rule,
      strictOnly: group.filter(({ isStrictRight }) => isStrictRight).map(({ index }) => index),
      officialOnly: group.filter(({ isStrictRight }) => !isStrictRight).map(({ index }) => index),
    }))
    .sort((a, b) => b.mode.localeCompare(a.mode) || sizeOf(b) - sizeOf(a));
}

const sizeOf = ({ strictOnly, officialOnly }: Disagreement): number =>
  strictOnly.length + officialOnly.length;
