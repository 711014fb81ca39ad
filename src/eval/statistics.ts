/** Intervals and tests for accuracies. Randomness comes from a seed, so that a report says the same twice. */
import { assert } from "../base/errors.ts";
import { percentile } from "../base/percentile.ts";
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
  return [percentile(means, 0.025), percentile(means, 0.975)];
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

/** Two systems on the same items. */
export type PairedDesign = {
  /** Difference of their accuracies, as a fraction. */
  readonly difference: number;
  /** Share of the items on which their verdicts differ; it cannot be less than the difference, and is raised to it. */
  readonly changed: number;
};

const LEVEL = 0.05;
/** Bounds of binomial sums, in standard deviations: what lies beyond is less than 1e-12. */
const REACH = 8;
/** The quantiles of the normal distribution for 80 % power; see itemsToSee. */
const POWER = 0.8;
const Z_POWER = 0.8416212335729143;
/** From here on the exact sum is slow and the formula is right to a hundredth. */
const MANY_ITEMS = 30_000;

/**
 * Chance that the exact McNemar test (two-sided, 5 %) on `n` items finds the difference: the number of changed items is
 * binomial in n, that of the gained among them binomial in it, and both are summed over.
 */
export function mcnemarPower(n: number, design: PairedDesign): number {
  const { difference, changed } = atLeastItself(design);
  if (changed === 0) return 0;
  const logFactorial = logFactorials(n);
  const chanceOf = (k: number, trials: number, p: number) =>
    Math.exp(
      logFactorial[trials] -
        logFactorial[k] -
        logFactorial[trials - k] +
        timesLog(k, p) +
        timesLog(trials - k, 1 - p),
    );
  const gain = (changed + difference) / (2 * changed);
  const reach = REACH * Math.sqrt(n * changed * (1 - changed)) + REACH;
  const last = Math.min(n, Math.ceil(n * changed + reach));
  let power = 0;
  for (let m = Math.max(0, Math.floor(n * changed - reach)); m <= last; m++) {
    let found = 0;
    let tail = 0;
    for (let k = 0; 2 * k < m; k++) {
      tail += chanceOf(k, m, 0.5);
      if (2 * tail > LEVEL) break;
      found += chanceOf(k, m, gain) + chanceOf(m - k, m, gain);
    }
    power += chanceOf(m, n, changed) * found;
  }
  return power;
}

/**
 * Fewest items with which the exact McNemar test (two-sided, 5 %) finds the difference with 80 % chance. The search
 * begins at Connor's formula, n = (z₀.₉₇₅·√ψ + z₀.₈·√(ψ − d²))² / d² with d the difference and ψ the share of changed items
 * (Connor 1987, Biometrics 43:207), which is meant for large n and a few per cent short for the exact test.
 */
export function itemsToSee(design: PairedDesign): number {
  const { difference: d, changed } = atLeastItself(design);
  if (d === 0) return Infinity;
  const root = Z * Math.sqrt(changed) + Z_POWER * Math.sqrt(changed - d ** 2);
  const formula = Math.ceil((root / d) ** 2);
  if (formula > MANY_ITEMS) return formula;
  const sees = (n: number) => mcnemarPower(n, design) >= POWER;
  let [low, high] = [0, formula];
  while (!sees(high)) [low, high] = [high, Math.ceil(high * 1.1) + 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (sees(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** The smallest difference that `n` items show with 80 % chance; null when even a wholly one-sided change is missed. */
export function differenceSeen(n: number, changed: number): number | null {
  const sees = (difference: number) => mcnemarPower(n, { difference, changed }) >= POWER;
  if (!sees(changed)) return null;
  let [low, high] = [0, changed];
  while (high - low > 1e-4) {
    const middle = (low + high) / 2;
    if (sees(middle)) high = middle;
    else low = middle;
  }
  return high;
}

const atLeastItself = ({ difference, changed }: PairedDesign): PairedDesign => ({
  difference: Math.abs(difference),
  changed: Math.max(changed, Math.abs(difference)),
});

function logFactorials(n: number): Float64Array {
  const table = new Float64Array(n + 1);
  for (let i = 2; i <= n; i++) table[i] = table[i - 1] + Math.log(i);
  return table;
}

/** k·ln p with 0·ln 0 = 0. */
const timesLog = (k: number, p: number): number => (k === 0 ? 0 : k * Math.log(p));

export const meanOf = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
