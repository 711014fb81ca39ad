/**
 * The figures of one mode over many items: score with its interval, by hardness, and what only some modes have. Knows no
 * file and no SQL.
 */
import type { ItemHardness } from "./file-item.ts";
import { isRate, type Mode } from "./mode-names.ts";
import { type ModeScore } from "./modes.ts";
import { averageParts } from "./spider/index.ts";
import { bootstrapInterval, meanOf, wilsonInterval } from "./statistics.ts";

/** An item's score in the mode with the class of its gold. */
export type ClassedScore = ModeScore & { readonly hardness: ItemHardness };

export type ModeReport = {
  /** Items with a valid gold in this mode. */
  readonly n: number;
  /** Fraction with its 95 % interval (Wilson for rates, bootstrap over items otherwise). */
  readonly score: number;
  readonly low: number;
  readonly high: number;
  readonly goldInvalid: number;
  readonly byHardness: Readonly<Record<string, { readonly n: number; readonly score: number }>>;
  /** strict: the fraction whose columns stand in the gold's order, and right items whose results are both empty. */
  readonly sameColumnOrder?: number;
  readonly vacuous?: number;
  /** spider-em: accuracy, recall and F1 of the ten parts, as the official script prints them. */
  readonly parts?: ReturnType<typeof averageParts>;
  /** Items on which the official script stops; they count 0. */
  readonly officialCrash?: number;
};

/** Items without a valid gold are counted and left out. */
export function modeReport(mode: Mode, all: readonly ClassedScore[]): ModeReport {
  const entries = all.flatMap((entry) =>
    entry.score === null ? [] : [{ ...entry, score: entry.score }],
  );
  const values = entries.map(({ score }) => score);
  const n = values.length;
  const right = values.filter((value) => value === 1).length;
  const [low, high] = isRate(mode) ? wilsonInterval(right, n) : bootstrapInterval(values);
  const withReason = (...reasons: readonly string[]) =>
    entries.filter(({ reason }) => reasons.includes(reason)).length;
  const groups = Object.entries(Object.groupBy(entries, ({ hardness }) => hardness));
  const parts = entries.flatMap((entry) => entry.parts ?? []);
  return {
    n,
    score: meanOf(values),
    low,
    high,
    goldInvalid: all.length - n,
    byHardness: Object.fromEntries(
      groups.map(([hardness, group]) => [
        hardness,
        { n: group.length, score: meanOf(group.map(({ score }) => score)) },
      ]),
    ),
    ...(mode === "strict" && {
      sameColumnOrder: n === 0 ? 0 : withReason("ok", "ok-empty", "ok-refused") / n,
      vacuous: withReason("ok-empty"),
    }),
    ...(mode === "spider-em" && { parts: averageParts(parts) }),
    ...(mode.startsWith("spider") && { officialCrash: withReason("official-crash") }),
  };
}
