/**
 * Values close to a literal: the next number, the day before, a pattern that is a little wider. The places where two
 * queries that are nearly alike part. Knows text and numbers only.
 */
const DATE = /^\d{4}-\d\d-\d\d$/;
const DAY_MS = 86_400_000;

/** Whether a text is a date as SQLite's functions read it: 2025-12-31. */
export const isDate = (text: string): boolean =>
  DATE.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));

/** The date `days` later; the text itself where that is no date of four digits. */
export function shiftDate(date: string, days: number): string {
  const ms = Date.parse(`${date}T00:00:00Z`) + days * DAY_MS;
  const text = Number.isNaN(ms) || Math.abs(ms) > 2e14 ? "" : new Date(ms).toISOString();
  return DATE.test(text.slice(0, 10)) ? text.slice(0, 10) : date;
}

/** The numbers one step of the last digit away, as text: 60 → 61, 59; 0.5 → 0.6, 0.4. */
export function nearNumbers(text: string): string[] {
  const value = Number(text);
  if (!Number.isFinite(value)) return [];
  const digits = /^-?\d+\.(\d*)$/.exec(text)?.[1].length ?? 0;
  const step = 10 ** -digits;
  return [value + step, value - step].map((near) => near.toFixed(digits));
}

/** The days before and after. */
export const nearDates = (date: string): string[] => [shiftDate(date, 1), shiftDate(date, -1)];

/** Patterns of LIKE that match a little more, or something else of the same form: 2025% → %2025%, 2026%. */
export function nearPatterns(pattern: string): string[] {
  const core = pattern.replace(/^%+|%+$/g, "");
  if (core === "") return [];
  const wider = [`%${core}%`, `${core}%`, `%${core}`, core].find(
    (other) => other !== pattern && other.length >= pattern.length,
  );
  const number = /(\d+)(?!.*\d)/.exec(pattern);
  const next = number && bumped(pattern, number[1], number.index);
  return [wider ?? core, ...(next ? [next] : [])];
}

/** The first and last days that a pattern such as 2025% or 2025-09% matches, and the days beside them. */
export function datesOfPattern(pattern: string): string[] {
  const [, year, month] = /^(\d{4})(?:-(\d\d))?-?%$/.exec(pattern) ?? [];
  if (year === undefined) return [];
  const first = `${year}-${month ?? "01"}-01`;
  const next = new Date(Date.UTC(Number(year), month === undefined ? 12 : Number(month), 1));
  const after = next.toISOString().slice(0, 10);
  return isDate(first) ? [first, shiftDate(first, -1), shiftDate(after, -1), after] : [];
}

function bumped(pattern: string, digits: string, at: number): string {
  const next = String(Number(digits) + 1).padStart(digits.length, "0");
  return pattern.slice(0, at) + next + pattern.slice(at + digits.length);
}

/** A text that the pattern matches: wildcards become what is given. */
export const matchOf = (pattern: string, any = ""): string =>
  pattern.replaceAll("%", any).replaceAll("_", "x");
