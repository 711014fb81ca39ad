/** Intervals and tests for accuracies. Randomness comes from a seed, so that a report says the same twice. */
import { assert } from "../base/errors.ts";
import { Rng } from "../base/rng.ts";

/** The 97.5 % quantile of the standard normal distribution. */
const Z = 1.959963984540054;
const RESAMPLES = 10_000;

/** 95 % interval of a share, as fractions (Wilson 1927, without continuity correction). No trials: [0, 1]. */
export function wilsonInterval(successes: number, trials: number): readonly [number, number] {
  assert(successes >= 0 && successes <= trials, "successes beyond trials");
  if (trials === 0) return [0, 1];
  const share = successes / trials;
  const scale = 1 + Z ** 2 / trials;
  const centre = (share + Z ** 2 / (2 * trials)) / scale;
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / trials + Z ** 2 / (4 * trials ** 2));
  return [
    successes === 0 ? 0 : centre - half,
    successes === trials ? 1 : Math.min(1, centre + half),
  ];
}

export type PairedDifference = {
  /** Mean of b − a, as a fraction. */
  readonly difference: number;
  /** 95 % interval of the difference (percentile bootstrap over items). */
  readonly low: number;
  readonly high: number;
  /** Two-sided exact McNemar test on the items that changed sides. */
  readonly p: number;
};

/** How much better `b` is than `a` on the same items in the same order. Verdicts are 0 or 1 for the test to mean much. */
export function pairedDifference(
  a: readonly number[],
  b: readonly number[],
  {
    seed = 42,
    resamples = RESAMPLES,
  }: { readonly seed?: number; readonly resamples?: number } = {},
): PairedDifference {
  assert(a.length === b.length, "paired verdicts of different length");
  const differences = a.map((verdict, i) => b[i] - verdict);
  const [low, high] = bootstrapInterval(differences, { seed, resamples });
  const gained = differences.filter((difference) => difference > 0).length;
  const lost = differences.filter((difference) => difference < 0).length;
  return { difference: meanOf(differences), low, high, p: mcnemar(gained, lost) };
}

/** 95 % percentile bootstrap interval of the mean. No values: [0, 0]. */
export function bootstrapInterval(
  values: readonly number[],
  {
    seed = 42,
    resamples = RESAMPLES,
  }: { readonly seed?: number; readonly resamples?: number } = {},
): readonly [number, number] {
  if (values.length === 0) return [0, 0];
  const rng = new Rng(seed);
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[Math.floor(rng.next() * values.length)];
    return sum / values.length;
  }).sort();
  return [quantileOf(means, 0.025), quantileOf(means, 0.975)];
}

/**
 * Two-sided exact McNemar test: the chance that a fair coin splits the `gained + lost` changed items at least as
 * unevenly (McNemar 1947; the binomial form). 1 when nothing changed.
 */
export function mcnemar(gained: number, lost: number): number {
  const changed = gained + lost;
  const rarer = Math.min(gained, lost);
  let tail = 0;
  let logChance = -changed * Math.LN2;
  for (let k = 0; k <= rarer; k++) {
    tail += Math.exp(logChance);
    logChance += Math.log(changed - k) - Math.log(k + 1);
  }
  return Math.min(1, 2 * tail);
}

export const meanOf = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Nearest rank of sorted values. */
const quantileOf = (sorted: Float64Array, q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))];
