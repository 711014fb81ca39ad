/** Counting: how often, how long, which share. Knows no example. */
import { percentile } from "../../base/percentile.ts";

export type Lengths = { readonly median: number; readonly p95: number; readonly max: number };

/** Nearest-rank percentiles. */
export function lengthsOf(values: readonly number[]): Lengths {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted.length === 0 ? 0 : percentile(sorted, share));
  return { median: at(0.5), p95: at(0.95), max: at(1) };
}

/** How many, by name. */
export type Counts = Readonly<Record<string, number>>;

/** How many items have each key, most frequent first. */
export function countBy<T>(items: readonly T[], keysOf: (item: T) => string | readonly string[]) {
  const counts = new Map<string, number>();
  for (const item of items)
    for (const key of [keysOf(item)].flat()) counts.set(key, (counts.get(key) ?? 0) + 1);
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1])) as Counts;
}

/** A share as text: `12 %`, below ten `3.4 %`. */
export const percent = (share: number): string =>
  `${(100 * share).toFixed(share === 0 || share >= 0.0995 ? 0 : 1)} %`;
