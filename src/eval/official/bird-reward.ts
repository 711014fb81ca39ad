/**
 * BIRD's reward for fast SQL (R-VES): how the time of the gold relates to that of a right prediction, over many rounds.
 * Step B4 of docs/evaluation.md. Knows no SQL and no clock.
 */

/** Gold time by prediction time, once for each round; in a round the prediction comes first. */
export function timeRatios(
  rounds: number,
  timePredicted: () => number,
  timeGold: () => number,
): number[] {
  return Array.from({ length: rounds }, () => {
    const predicted = timePredicted();
    return timeGold() / predicted;
  });
}

/** Least mean ratio → reward, best first. */
const STEPS: readonly (readonly [number, number])[] = [
  [2, 1.25],
  [1, 1],
  [0.5, 0.75],
  [0.25, 0.5],
  [0, 0.25],
];
const MAX_DEVIATIONS = 3;

/** The reward of a right prediction: 0 where no ratio lies within three deviations, as when all are equal. */
export function rewardOf(ratios: readonly number[]): number {
  const mean = meanOf(ratios);
  const deviation = Math.sqrt(meanOf(ratios.map((ratio) => (ratio - mean) ** 2)));
  const kept = ratios.filter((ratio) => Math.abs(ratio - mean) < MAX_DEVIATIONS * deviation);
  if (kept.length === 0) return 0;
  const tau = meanOf(kept);
  return STEPS.find(([least]) => tau >= least)?.[1] ?? 0;
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
