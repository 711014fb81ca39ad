/** Percentiles by the nearest rank: of lengths, times, and what is resampled. */

/** Of values in ascending order; `share` is from 0 to 1. NaN of none. */
export const percentile = (sorted: ArrayLike<number>, share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
