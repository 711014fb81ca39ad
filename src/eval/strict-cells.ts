/**
 * Cells made comparable: after this step equality is exact and transitive, and a cell is a small integer. Text that is
 * the canonical form of a number is that number; a REAL close to an integer is that integer; the other REALs fall into
 * clusters. Strict mode, step S3 (docs/evaluation.md).
 */
import type { SqlCell } from "../db/executor.ts";

export type CellRows = readonly (readonly SqlCell[])[];
/** Rows of cell ids; equal ids mean equal cells. */
export type IdRows = readonly (readonly number[])[];

const ABSOLUTE_TOLERANCE = 1e-9;
const RELATIVE_TOLERANCE = 1e-12;
const tolerance = (x: number) => Math.max(ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE * Math.abs(x));

/** Ids for the cells of several results taken together. */
export function identifyCells(results: readonly CellRows[]): IdRows[] {
  const normal = results.map((rows) => rows.map((row) => row.map(normalCell)));
  const firstMember = clustersOf(normal.flat(2).filter((cell) => typeof cell === "number"));
  const ids = new Map<string, number>();
  const idOf = (cell: SqlCell): number => {
    const key = keyOf(cell, firstMember);
    const known = ids.get(key);
    if (known !== undefined) return known;
    ids.set(key, ids.size);
    return ids.size - 1;
  };
  return normal.map((rows) => rows.map((row) => row.map(idOf)));
}

function keyOf(cell: SqlCell, firstMember: ReadonlyMap<number, number>): string {
  if (cell === null) return "null";
  if (typeof cell === "bigint") return `i${cell}`;
  if (typeof cell === "number") return `r${firstMember.get(cell)}`;
  return typeof cell === "string" ? `t${cell}` : `b${Buffer.from(cell).toString("hex")}`;
}

const CANONICAL_INTEGER = /^(?:0|-?[1-9]\d{0,14})$/;
const CANONICAL_DECIMAL = /^-?(?:0|[1-9]\d*)\.\d*[1-9]$/;
const MAX_DIGITS = 15;

/** Numbers in text become numbers, REALs that are integers become bigint. */
function normalCell(cell: SqlCell): SqlCell {
  if (typeof cell === "number") return normalReal(cell);
  if (typeof cell !== "string") return cell;
  if (CANONICAL_INTEGER.test(cell)) return BigInt(cell);
  const isDecimal = CANONICAL_DECIMAL.test(cell) && cell.replace(/\D/g, "").length <= MAX_DIGITS;
  return isDecimal ? normalReal(Number(cell)) : cell;
}

function normalReal(real: number): number | bigint {
  const nearest = Math.round(real);
  return Math.abs(real) < 2 ** 53 && Math.abs(real - nearest) <= tolerance(real)
    ? BigInt(nearest)
    : real;
}

/** Each REAL with the first member of its cluster: what lies within tolerance of the smallest. */
function clustersOf(reals: readonly number[]): Map<number, number> {
  const firstMember = new Map<number, number>();
  let open: number | undefined;
  for (const real of Float64Array.from(new Set(reals)).sort()) {
    const joins = open !== undefined && Number.isFinite(open) && real - open <= tolerance(open);
    if (!joins) open = real;
    firstMember.set(real, open ?? real);
  }
  return firstMember;
}
