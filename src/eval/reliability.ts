/** Whether answers are right as often as their confidence says. Knows no page and no model. */
import { bootstrapInterval, meanOf, wilsonInterval } from "./statistics.ts";

export type Sure = { readonly confidence: number; readonly verdict: number };

export type Reliability = {
  readonly n: number;
  /** Mean confidence and share of right answers of each tenth that holds some, with the share's 95 % interval. */
  readonly bins: readonly {
    readonly n: number;
    readonly confidence: number;
    readonly score: number;
    readonly low: number;
    readonly high: number;
  }[];
  /** See calibrationError. */
  readonly error: number;
  /** Mean squared distance of confidence and verdict, with its 95 % interval (bootstrap); less is better. */
  readonly brier: { readonly value: number; readonly low: number; readonly high: number };
};

const TENTHS = 10;

/** Items by tenths of their confidence, the least first; empty tenths are left out. */
export const tenthsOf = <T extends { readonly confidence: number }>(items: readonly T[]): T[][] =>
  [
    ...Map.groupBy(items, ({ confidence }) =>
      Math.max(0, Math.min(TENTHS - 1, Math.floor(confidence * TENTHS))),
    ),
  ]
    .sort(([a], [b]) => a - b)
    .map(([, group]) => group);

type Bin = { readonly n: number; readonly confidence: number; readonly score: number };

/** Mean distance of confidence and score, weighted by the `n` items (expected calibration error, Naeini et al. 2015). */
export const calibrationError = (bins: readonly Bin[], n: number): number =>
  bins.reduce((sum, bin) => sum + bin.n * Math.abs(bin.score - bin.confidence), 0) / Math.max(1, n);

/** Of answers with verdicts 0 and 1. */
export function reliabilityOf(answers: readonly Sure[]): Reliability {
  const bins = tenthsOf(answers).map((group) => {
    const n = group.length;
    const verdicts = group.map(({ verdict }) => verdict);
    const [low, high] = wilsonInterval(verdicts.filter((verdict) => verdict === 1).length, n);
    const confidence = meanOf(group.map((one) => one.confidence));
    return { n, confidence, score: meanOf(verdicts), low, high };
  });
  const squares = answers.map(({ confidence, verdict }) => (confidence - verdict) ** 2);
  const [low, high] = bootstrapInterval(squares);
  return {
    n: answers.length,
    bins,
    error: calibrationError(bins, answers.length),
    brier: { value: meanOf(squares), low, high },
  };
}
