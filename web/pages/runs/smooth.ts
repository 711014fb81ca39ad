/** A noisy series made readable: the mean of a window around each point, with the 95 % interval of that mean. */

export type Smoothed = {
  readonly mean: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
};

/** Two-sided 95 % of Student's t for 1, 2, … degrees of freedom; 1.96 beyond. */
const T = [
  12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13, 2.12,
  2.11, 2.1, 2.09, 2.09,
];

/** `window` points, odd in number; at the ends those that are there. */
export function smooth(values: readonly number[], window: number): Smoothed {
  const half = Math.floor(window / 2);
  const points = values.map((_, at) => meanOf(values.slice(Math.max(0, at - half), at + half + 1)));
  return {
    mean: points.map(({ mean }) => mean),
    low: points.map(({ mean, error }) => mean - error),
    high: points.map(({ mean, error }) => mean + error),
  };
}

function meanOf(values: readonly number[]): { readonly mean: number; readonly error: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean, error: 0 };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, error: (T[n - 2] ?? 1.96) * Math.sqrt(variance / n) };
}

/** Wide enough to be calm, narrow enough to follow: a tenth of the run, from 5 to 51 points. */
export const windowFor = (count: number): number =>
  2 * Math.floor(Math.min(51, Math.max(5, count / 10)) / 2) + 1;
