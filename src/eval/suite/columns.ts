/** What columns are to queries: keys, numbers, dates, other text. Reads a schema, no rows. */
import type { Column, Table } from "../../schema/schema.ts";
import { isDate } from "./literals.ts";

export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** The columns of the primary key in their order; empty without one. */
export const keyColumns = ({ columns }: Table): string[] =>
  columns
    .filter(({ primaryKey }) => primaryKey > 0)
    .sort((a, b) => a.primaryKey - b.primaryKey)
    .map(({ name }) => name);

export type ColumnClass = "number" | "date" | "text";

/** What may stand for each other: numbers, dates, other text. */
export function classOf({ type, cellValues }: Column): ColumnClass {
  if (/INT|REAL|FLOA|DOUB|NUM|DEC|MONEY|BOOL/i.test(type)) return "number";
  const texts = cellValues.filter((cell) => typeof cell === "string");
  return texts.length > 0 && texts.every(isDate) ? "date" : "text";
}

/** Dates and numbers that measure something. Of text and keys only what is equal matters: no one asks for ids up to 7. */
export function isQuantity(table: Table, column: Column): boolean {
  if (classOf(column) === "date") return true;
  const isReference = table.foreignKeys.some(({ columns }) => columns.includes(column.name));
  return classOf(column) === "number" && column.primaryKey === 0 && !isReference;
}
