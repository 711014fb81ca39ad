/**
 * Equality of cells as Python has it: numbers by exact value whatever their storage class (1 = 1.0), text by code points,
 * a BLOB is never a text, NULL equals NULL. Knows no comparison of results.
 */
import type { SqlCell } from "../../db/executor.ts";

export type CellRow = readonly SqlCell[];
export type CellRows = readonly CellRow[];

/** Equal cells have equal keys, and no others. */
export function cellKey(cell: SqlCell): string {
  if (cell === null) return "null";
  if (typeof cell === "bigint") return `i${cell}`;
  if (typeof cell === "number") return Number.isInteger(cell) ? `i${BigInt(cell)}` : `r${cell}`;
  return typeof cell === "string"
    ? `t${cell.length}:${cell}`
    : `b${Buffer.from(cell).toString("hex")}`;
}

/** Equal rows have equal keys, and no others. */
export const rowKey = (row: CellRow): string => row.map(cellKey).join(" ");

/** Whether the rows are the same in the same order, storage classes included: then every comparison holds. */
export function areIdentical(a: CellRows, b: CellRows): boolean {
  return (
    a === b ||
    (a.length === b.length &&
      a.every(
        (row, i) => row.length === b[i].length && row.every((cell, j) => Object.is(cell, b[i][j])),
      ))
  );
}

const REPLACEMENT = "\uFFFD";

/** Whether a text holds the character that stands for bytes that are no UTF-8. */
export const hasReplacement = (rows: CellRows): boolean =>
  rows.some((row) => row.some((cell) => typeof cell === "string" && cell.includes(REPLACEMENT)));

/** Texts without bytes that are no UTF-8. */
export const withoutReplacement = (rows: CellRows): CellRows =>
  hasReplacement(rows)
    ? rows.map((row) =>
        row.map((cell) => (typeof cell === "string" ? cell.replaceAll(REPLACEMENT, "") : cell)),
      )
    : rows;
