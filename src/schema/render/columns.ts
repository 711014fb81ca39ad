/** What the forms of a schema have in common: keys, sample values, comments. */
import { quoteValue } from "../../sql/quote.ts";
import type { Column, Table } from "../schema.ts";

/** Columns of the primary key in its order. */
export const primaryKeyOf = ({ columns }: Table): Column[] =>
  columns.filter(({ primaryKey }) => primaryKey > 0).sort((a, b) => a.primaryKey - b.primaryKey);

/** A long text takes the place of several: one at most, and none where it is longer still. */
const LONG_VALUE = 20;
const TOO_LONG_VALUE = 50;

/** The most frequent values of a column, at most `count`; one of a date or time, which shows its form. */
export function samplesOf({ cellValues, type }: Column, count: number): (number | string)[] {
  const values = cellValues.filter((value) => value !== null).slice(0, count);
  const longest = Math.max(0, ...values.map((value) => String(value).length));
  if (longest > TOO_LONG_VALUE) return [];
  return longest > LONG_VALUE || /^(?:date|time)/i.test(type) ? values.slice(0, 1) : values;
}

/** The comment of a column with its sample values as SQL writes them; empty when there is neither. */
export function describe(column: Column, sampleValues: number): string {
  const samples = samplesOf(column, sampleValues).map(quoteValue);
  const examples = samples.length === 0 ? [] : [`e.g. ${samples.join(", ")}`];
  return [...(column.comment ? [column.comment] : []), ...examples].join("; ");
}

/** A line's comment in SQL; nothing for an empty text. */
export const asComment = (text: string | undefined): string => (text ? ` -- ${text}` : "");
