/** Days as ISO text, and the span that the company's books cover. No clock is read: the last day is fixed. */
import type { Rng } from "../../src/base/rng.ts";

export const FIRST_DAY = "2023-01-01";
export const TODAY = "2025-12-31";

const DAY_MS = 86_400_000;

export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);

export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);

/** The first day of the month of a date. */
export const monthOf = (date: string): string => `${date.slice(0, 7)}-01`;

/** The last day of the month of a date. */
export const endOfMonth = (date: string): string =>
  addDays(monthOf(addDays(monthOf(date), 31)), -1);

export const someDay = (rng: Rng, from: string, to: string): string =>
  addDays(from, rng.int(0, daysBetween(from, to)));

/** The first days of the 36 months of the books. */
export const months: readonly string[] = Array.from(
  { length: 36 },
  (_, i) => `${2023 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, "0")}-01`,
);

/** The Saturdays on which the weeks of the books end. */
export const weekEnds: readonly string[] = Array.from({ length: 156 }, (_, i) =>
  addDays("2023-01-07", 7 * i),
);

export const cents = (amount: number): number => Math.round(amount * 100) / 100;

/** A skewed amount: log-normal around `median`; `spread` is the standard deviation of its logarithm. */
export const skewed = (rng: Rng, median: number, spread: number): number =>
  cents(median * Math.exp(spread * rng.normal()));
