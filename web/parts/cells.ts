/** Cells of a result as text, compared, and as CSV. Knows no table on the screen. */
import type { JsonCell, Rows } from "../../src/serve/api-types.ts";

export const isNumber = (cell: JsonCell): cell is number => typeof cell === "number";

/** For reading: of a number the digits that mean something. CSV has all. */
export const textOf = (cell: JsonCell): string =>
  cell === null ? "NULL" : isNumber(cell) ? String(Number(cell.toPrecision(DIGITS))) : cell;

/** Sums of amounts differ from what they mean in the digits after these. */
const DIGITS = 12;

/** Numbers before texts, as SQLite orders them; nothing comes last. */
export function compareCells(a: JsonCell, b: JsonCell): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  if (isNumber(a) && isNumber(b)) return a - b;
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? -1 : 1;
  return collator.compare(String(a), String(b));
}

const collator = new Intl.Collator("en", { numeric: true });

/**
 * RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay as they are.
 */
export function csvOf({ columns, rows }: Pick<Rows, "columns" | "rows">): string {
  const field = (cell: JsonCell) => {
    if (cell === null) return "";
    if (isNumber(cell)) return String(cell);
    const safe = /^[=+\-@\t\r]/.test(cell) && Number.isNaN(Number(cell)) ? `'${cell}` : cell;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [columns, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}
