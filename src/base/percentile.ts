/** Percentiles by the nearest rank: of lengths, times, and what is resampled. */

/** Of values in ascending order; `share` is from 0 to 1. Undefined of none. */
export const percentile = (sorted: ArrayLike<number>, share: number): number | undefined =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
