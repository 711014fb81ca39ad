/**
 * What a column is for, guessed from its declared type, its name, its comment and its values: keys are never added up,
 * a price is averaged but not summed, a text of dates is a date. Knows no wording.
 */
import type { Column, Table } from "../../schema/schema.ts";
import type { ColumnNotes } from "./comments.ts";
import type { Samples, Value } from "./samples.ts";

export type Role =
  | "key" // identifies a row, here or in another table
  | "ident" // a number of a document or the like: unique, not a key
  | "name" // what people call a row
  | "category" // a text that many rows share
  | "code" // a short value that stands for something
  | "flag" // yes or no
  | "date"
  | "month" // the first day of a month
  | "year"
  | "measure" // a number that can be averaged
  | "text" // any other text: shown, hardly ever asked for
  | "none"; // nothing to ask: blobs, columns without values

/** Everything that the guess looks at. */
export type RoleInput = {
  readonly table: Table;
  readonly column: Column;
  readonly words: readonly string[];
  readonly notes: ColumnNotes;
  readonly samples: Samples;
  /** Part of a foreign key, or named as a key column of another table. */
  readonly isKeyLike: boolean;
};

const ISO_DATE = /^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2})?.*)?$/;
const NAME_WORDS = new Set(["name", "title", "description", "label"]);
const CODE_WORDS = new Set(
  "type status code class level category kind source stage priority grade".split(" "),
);
const NUMERIC_CODE_WORDS = new Set(
  "type status code class category kind stage priority grade".split(" "),
);
const CATEGORY_WORDS = new Set(
  "city state country region province county department category type status gender sex color colour brand genre language nationality currency industry segment trade composer".split(
    " ",
  ),
);
/** Numbers that may be averaged but whose sum says nothing. */
const RATE_WORDS = new Set(
  "rate price percent percentage ratio limit level score rating age height latitude longitude temperature width length size speed rank discount average order position sequence index".split(
    " ",
  ),
);
const MONEY_WORDS = new Set(
  "amount price cost total salary balance payment revenue budget fee freight rate debit credit value paid tax sales wage charge limit income expense".split(
    " ",
  ),
);
const NO_MONEY_WORDS = new Set(
  "percent percentage hours units quantity weight distance score".split(" "),
);
const FLAG_VALUES = [
  ["y", "n"],
  ["0", "1"],
  ["t", "f"],
  ["true", "false"],
  ["yes", "no"],
];

export function roleOf(input: RoleInput): Role {
  const { column, words, notes, samples, isKeyLike, table } = input;
  const values = samples.frequent.map(({ value }) => value);
  if (values.length === 0) return "none";
  const last = words[words.length - 1]?.toLowerCase() ?? "";
  if (values.every((value) => typeof value === "string" && ISO_DATE.test(value)))
    return values.length > 1 && values.every((value) => String(value).slice(8, 10) === "01")
      ? "month"
      : "date";
  if (notes.codes.size > 0) return "code";
  if (column.primaryKey > 0 || isKeyLike) return "key";
  if (isFlag(column, values)) return "flag";
  const numeric = values.every((value) => typeof value === "number");
  if (numeric) return numericRole(input, values as number[], last);
  return textRole(input, values, last, table.rowCount);
}

/** Two values that mean yes and no; for 0 and 1 the name must say so too. */
function isFlag(column: Column, values: readonly Value[]): boolean {
  const texts = values.map((value) => String(value).toLowerCase());
  const pair = FLAG_VALUES.find((words) => texts.every((text) => words.includes(text)));
  const isNamed = /(YN|_yn|Flag|_flag)$|^(is|has)[_A-Z]/i.test(column.name);
  const isDone = /(ed|able|ive)$/i.test(column.name) && values.length === 2;
  return pair !== undefined && (isNamed || isDone || (pair[0] !== "0" && values.length === 2));
}

function numericRole({ column }: RoleInput, values: readonly number[], last: string): Role {
  const whole = values.every((value) => Number.isInteger(value));
  if (
    /^(id|key|number|code|zip|phone|extension|account)$/.test(last) ||
    /[a-z_]I[dD]$|_id$/.test(column.name)
  )
    return "key";
  if (
    whole &&
    /^(year|season)$/.test(last) &&
    values.every((value) => value > 1000 && value < 2200)
  )
    return "year";
  if (whole && NUMERIC_CODE_WORDS.has(last) && column.distinctCount <= 10) return "code";
  return "measure";
}

function textRole(
  { column, words, samples, table }: RoleInput,
  values: readonly Value[],
  last: string,
  rowCount: number,
): Role {
  const filled = Math.max(1, rowCount - column.nullCount);
  const texts = values.map(String);
  const unique = column.distinctCount / filled;
  const isDocumentNumber = texts.every((text) => /^[A-Z]{0,5}[-/ ]?\d[\dA-Z.\-/]*$/i.test(text));
  if (/^(phone|fax|telephone|email|mail|url|address|path|notes?|comments?|postal|zip)$/.test(last))
    return "text";
  if (last.endsWith("code") && words.some((word) => /^(postal|zip|post)$/i.test(word)))
    return "text";
  if (unique > 0.85 && rowCount > 5 && isDocumentNumber) return "ident";
  if (/^(first|last|given|family|middle) name$|^surname$/.test(words.join(" "))) return "name";
  if (NAME_WORDS.has(last) && unique > 0.5) return "name";
  if (NAME_WORDS.has(last) && table.columns.length <= 4) return "name";
  const short = texts.every((text) => text.length <= 5 && text === text.toUpperCase());
  if (short && CODE_WORDS.has(last) && column.distinctCount <= 30) return "code";
  const isShared = CATEGORY_WORDS.has(last) || (column.distinctCount <= 200 && unique <= 0.7);
  const brief = texts.reduce((sum, text) => sum + text.length, 0) / texts.length <= 40;
  return isShared && brief && samples.frequent.some(({ count }) => count > 1)
    ? "category"
    : NAME_WORDS.has(last)
      ? "name"
      : "text";
}

const hasWord = (words: readonly string[], set: ReadonlySet<string>): boolean =>
  words.some((word) => set.has(word.toLowerCase()));

/** Sums of the column mean something. */
export const isAdditive = (words: readonly string[]): boolean => !hasWord(words, RATE_WORDS);

/** The numbers are amounts of money: by name, or by two decimals in numbers beyond a hundred. */
export const isMoney = (words: readonly string[], spread: readonly Value[]): boolean =>
  !hasWord(words, NO_MONEY_WORDS) &&
  (hasWord(words, MONEY_WORDS) ||
    (spread.filter((value) => /\.\d\d$/.test(String(value))).length * 2 > spread.length &&
      Number(spread.at(-1)) > 100));
