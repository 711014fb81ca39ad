/** Days as numbers, counted from 1970-01-01. The made-up present is a fixed day, so that the same seed gives the same rows. */

const DAY_MS = 86_400_000;

export const dayOfText = (text: string): number =>
  Math.floor(Date.parse(`${text.slice(0, 10)}T00:00:00Z`) / DAY_MS);
export const dateText = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);
export const secondText = (second: number): string =>
  new Date(second * 1000).toISOString().slice(11, 19);

export const TODAY: number = dayOfText("2025-06-30");
/** Rows of papers and events begin here; people and things are older. */
export const FIRST_DAY: number = dayOfText("2021-01-04");
