/**
 * What names and values of a schema let guess, for a person to accept: abbreviations written out, codes to be explained,
 * units, forms of dates; and a line on what the data show. Knows no file.
 */
import type { ProposedNote } from "../../schema/notes-file.ts";
import type { ColumnProfile } from "../../schema/profile.ts";
import type { Database } from "../../schema/schema.ts";
import { acronymsOf, isCryptic, splitName, wordsOf } from "../synthesize/names.ts";
import { isMoney } from "../synthesize/roles.ts";
import { percent } from "../stats/counts.ts";

/** More values than this are no list of codes. */
const MOST_CODES = 12;
const LONGEST_CODE = 4;
const MOST_VALUES = 8;
/** A share of the rows from which the most frequent value is worth naming. */
const LEAST_OFTEN = 0.05;

/** A proposal for every table and column. */
export function guessNotes(
  { tables }: Database,
  profiles: readonly ColumnProfile[],
): ProposedNote[] {
  const byTable = Map.groupBy(profiles, ({ table }) => table.name);
  return tables.flatMap((table): ProposedNote[] => {
    const acronyms = acronymsOf(table.columns.map(({ name }) => name));
    return [
      { table: table.name, profile: `${table.rowCount.toLocaleString("en")} rows` },
      ...(byTable.get(table.name) ?? []).map((profile) => guessColumn(profile, acronyms)),
    ];
  });
}

function guessColumn(profile: ColumnProfile, acronyms: ReadonlyMap<string, string>): ProposedNote {
  const { table, column } = profile;
  const words = wordsOf(column.name, acronyms);
  const form = formOf(profile, words);
  const parts = [
    meaningOf(column.name, words),
    form?.isObvious === false ? form.text : undefined,
    isCodeColumn(profile) ? codesOf(profile) : undefined,
    form?.isDate && profile.nulls > 0 && profile.nulls < profile.rows ? "NULL = ?" : undefined,
  ].filter((part) => part !== undefined);
  return {
    table: table.name,
    column: column.name,
    profile: profileLine(profile, form?.text),
    ...(column.comment === undefined && parts.length > 0 && { guess: parts.join("; ") }),
  };
}

/** The name in words where it has abbreviations; undefined where it speaks for itself or says nothing. */
function meaningOf(name: string, words: readonly string[]): string | undefined {
  const expanded = words.join(" ");
  const plain = splitName(name).join(" ");
  return expanded.toLowerCase() === plain.toLowerCase() ? undefined : expanded;
}

type Form = {
  readonly text: string;
  /** The model needs not be told. */
  readonly isObvious: boolean;
  readonly isDate?: boolean;
};

const DATE_WORDS =
  /^(date|day|time|timestamp|at|on|when|created|updated|modified|posted|start|end|due)$/;
const PERIOD_WORDS = /^(month|period|year|ym|yyyymm|date|day)$/;

/** Unit or form of the values, as far as values and name tell. */
function formOf({ values, low, high }: ColumnProfile, words: readonly string[]): Form | undefined {
  const plain = values.map(({ value }) => value);
  if (plain.length === 0) return undefined;
  const has = (pattern: RegExp) => words.some((word) => pattern.test(word.toLowerCase()));
  if (plain.every((value) => typeof value === "string")) return textForm(plain);
  if (!plain.every((value) => typeof value === "number")) return undefined;
  const within = (from: number, to: number) => Number(low) >= from && Number(high) <= to;
  const isWhole = plain.every(Number.isInteger);
  if (isWhole && has(DATE_WORDS) && within(1e8, 4.2e9))
    return { text: "Unix time in seconds", isObvious: false, isDate: true };
  if (isWhole && has(DATE_WORDS) && within(1e11, 4.2e12))
    return { text: "Unix time in milliseconds", isObvious: false, isDate: true };
  if (isWhole && has(PERIOD_WORDS) && within(190_001, 210_012) && plain.every(isYearMonth))
    return { text: "month as yyyymm", isObvious: false, isDate: true };
  if (isWhole && has(PERIOD_WORDS) && within(19_000_101, 21_001_231))
    return { text: "day as yyyymmdd", isObvious: false, isDate: true };
  if (has(/^(percent|percentage|pct|ratio|share)$/))
    return { text: within(0, 1) ? "share, 0 to 1" : "percent, 0 to 100", isObvious: false };
  if (has(/^hours?$/)) return { text: "hours", isObvious: true };
  return isMoney(words, plain) ? { text: "money", isObvious: true } : undefined;
}

const isYearMonth = (value: number) => value % 100 >= 1 && value % 100 <= 12;

function textForm(values: readonly string[]): Form | undefined {
  const all = (pattern: RegExp) => values.every((value) => pattern.test(value));
  if (all(/^\d{4}-\d\d-01$/) && values.length > 1)
    return { text: "months, as their first day in ISO form", isObvious: true, isDate: true };
  if (all(/^\d{4}-\d\d-\d\d$/)) return { text: "ISO dates", isObvious: true, isDate: true };
  if (all(/^\d{4}-\d\d-\d\d[ T]\d\d:\d\d/))
    return { text: "ISO dates with time", isObvious: true, isDate: true };
  if (all(/^\d{4}-\d\d$/)) return { text: "month as yyyy-mm", isObvious: false, isDate: true };
  if (all(/^\d{1,2}[./]\d{1,2}[./]\d{2,4}$/))
    return { text: `dates such as ${values[0]}`, isObvious: false, isDate: true };
  return undefined;
}

/** Few short values that stand for something and are no key. */
export function isCodeColumn({ table, column, values, isWhole, rows }: ColumnProfile): boolean {
  const isKey =
    column.primaryKey > 0 || table.foreignKeys.some(({ columns }) => columns.includes(column.name));
  if (isKey || !isWhole || values.length < 2 || values.length > MOST_CODES) return false;
  if (values.length * 2 > rows) return false;
  const texts = values.map(({ value }) => String(value));
  const isShort = texts.every((text) => text.length <= LONGEST_CODE && text === text.toUpperCase());
  const isNumber = values.every(({ value }) => typeof value === "number");
  const last = wordsOf(column.name).at(-1)?.toLowerCase() ?? "";
  const isNamed = CODE_WORDS.test(last);
  const isFlag = !isNamed && texts.every((text) => YES_OR_NO.test(text));
  if (KNOWN_CODES.test(last) || isFlag || !isShort) return false;
  return isNumber ? isNamed && values.every(isWholeNumber) : true;
}

/** Codes that everybody knows. */
const KNOWN_CODES = /^(state|country|province|region|currency|language|year|month|size)$/;
const YES_OR_NO = /^([YNTF01]|YES|NO|TRUE|FALSE)$/;
const CODE_WORDS = /^(type|status|code|class|category|kind|stage|priority|grade)$/;

const isWholeNumber = ({ value }: ColumnProfile["values"][number]) => Number.isInteger(value);

const codesOf = ({ values }: ColumnProfile): string =>
  values
    .map(({ value }) => `${value} ?`)
    .sort()
    .join(", ");

/** What the data show, in one line. */
function profileLine(profile: ColumnProfile, form: string | undefined): string {
  const { rows, nulls, low, high } = profile;
  if (rows === 0) return "no rows";
  if (nulls === rows) return "always NULL";
  const isListed = profile.isWhole && profile.values.length <= MOST_CODES;
  const isRange = !isListed && (typeof low === "number" || (form !== undefined && low !== null));
  return [
    form,
    valuesPart(profile),
    isRange && low !== high ? `from ${low} to ${high}` : undefined,
    nulls > 0 ? `NULL ${percent(nulls / rows)}` : undefined,
  ]
    .filter((part) => part !== undefined)
    .join("; ");
}

function valuesPart({ values, isWhole, rows, nulls }: ColumnProfile): string | undefined {
  if (values.length === 0) return "no short values";
  const filled = rows - nulls;
  const shown = values
    .slice(0, isWhole && values.length <= MOST_CODES ? MOST_CODES : MOST_VALUES)
    .map(({ value, count }) => `${value} ${percent(count / filled)}`)
    .join(", ");
  if (values[0].count === 1)
    return filled === 1 ? `one value: ${values[0].value}` : "all different";
  if (isWhole && values.length === 1) return `always ${values[0].value}`;
  if (isWhole && values.length <= MOST_CODES) return `${values.length} values: ${shown}`;
  const size = `${isWhole ? values.length : `more than ${values.length}`} values`;
  return values[0].count < LEAST_OFTEN * filled ? size : `${size}, most often ${shown}`;
}

/** Whether a name is abbreviated, or says nothing to a reader. */
export const needsWords = (name: string): boolean =>
  isCryptic(name) || meaningOf(name, wordsOf(name)) !== undefined;
