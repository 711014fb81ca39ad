/**
 * Whether a predicted result is the gold's: rows as multisets within groups of tied rows, columns in the gold's order or
 * in another. Works on cell ids; knows no SQL. Strict mode, steps S5 to S8 (docs/evaluation.md).
 */
import type { IdRows } from "./strict-cells.ts";

/** The gold as it is compared. */
export type GoldRows = {
  /** The returned rows and those tied with them. */
  readonly rows: IdRows;
  /** The tie group of each row; equal numbers are adjacent. */
  readonly groups: readonly number[];
  /** The returned rows are those at offset … offset + count − 1. */
  readonly offset: number;
  readonly count: number;
  readonly columnCount: number;
};

export type MatchReason =
  | "ok"
  | "ok-permuted"
  | "ok-empty"
  | "row-count"
  | "column-count"
  | "row-order"
  | "values"
  | "permutation-limit";

export type Match = { readonly reason: MatchReason; readonly isTieSuperset: boolean };

const MAX_NODES = 100_000;

/** Compares predicted rows with the gold's. */
export function matchRows(gold: GoldRows, rows: IdRows, columnCount: number): Match {
  const result = (reason: MatchReason, isTieSuperset = false): Match => ({ reason, isTieSuperset });
  const hasColumns = columnCount === gold.columnCount;
  if (rows.length === 0 && gold.count === 0)
    return result(hasColumns ? "ok-empty" : "column-count");
  if (rows.length !== gold.count) return result("row-count", isTieSuperset(gold, rows));
  if (!hasColumns) return result("column-count");
  const found = arrangementOf(gold, rows);
  if (found !== "none") return result(found);
  const isReordered = arrangementOf(asOneGroup(gold), rows).startsWith("ok");
  return result(isReordered ? "row-order" : "values");
}

/** The returned rows, in any order. */
const asOneGroup = ({ rows, offset, count, columnCount }: GoldRows): GoldRows => ({
  rows: rows.slice(offset, offset + count),
  groups: Array.from({ length: count }, () => 0),
  offset: 0,
  count,
  columnCount,
});

/** Whether the prediction returned every tied row where the gold's LIMIT cut the tie. */
function isTieSuperset(gold: GoldRows, rows: IdRows): boolean {
  const touched = new Set(gold.groups.slice(gold.offset, gold.offset + gold.count));
  const whole = gold.rows.filter((_, i) => touched.has(gold.groups[i]));
  return rows.length === whole.length && isContained(rows.map(rowKey), bagOf(whole.map(rowKey)));
}

const rowKey = (row: readonly number[]): string => row.join(" ");

function bagOf(keys: readonly (number | string)[]): Map<number | string, number> {
  const bag = new Map<number | string, number>();
  for (const key of keys) bag.set(key, (bag.get(key) ?? 0) + 1);
  return bag;
}

function isContained(
  keys: readonly (number | string)[],
  bag: ReadonlyMap<number | string, number>,
): boolean {
  const left = new Map(bag);
  return keys.every((key) => {
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    return count > 0;
  });
}

/** Tries the columns as they stand, then other orders of them (depth first, checking the rows after every column). */
function arrangementOf(
  gold: GoldRows,
  rows: IdRows,
): "ok" | "ok-permuted" | "none" | "permutation-limit" {
  const identity = Array.from({ length: gold.columnCount }, (_, i) => i);
  if (rowsMatch(gold, rows, identity)) return "ok";
  const goldColumns = identity.map((j) => bagOf(gold.rows.map((row) => row[j])));
  const columns = identity.map((k) => rows.map((row) => row[k]));
  const candidates = goldColumns.map((bag) => identity.filter((k) => isContained(columns[k], bag)));
  let nodes = 0;
  const search = (chosen: readonly number[]): boolean => {
    if (chosen.length === gold.columnCount) return true;
    for (const k of candidates[chosen.length]) {
      if (chosen.includes(k)) continue;
      if (++nodes > MAX_NODES) return false;
      const next = [...chosen, k];
      if (rowsMatch(gold, rows, next) && search(next)) return true;
    }
    return false;
  };
  if (search([])) return "ok-permuted";
  return nodes > MAX_NODES ? "permutation-limit" : "none";
}

/**
 * Whether the rows, with column `chosen[j]` standing for gold column j, are contained group by group; gold columns beyond
 * `chosen` are left out.
 */
function rowsMatch(gold: GoldRows, rows: IdRows, chosen: readonly number[]): boolean {
  const key = (row: readonly number[], order: readonly number[]) =>
    order.map((k) => row[k]).join(" ");
  const first = chosen.map((_, j) => j);
  const bag = bagOf(gold.rows.map((row, i) => `${gold.groups[i]}:${key(row, first)}`));
  return isContained(
    rows.map((row, i) => `${gold.groups[gold.offset + i]}:${key(row, chosen)}`),
    bag,
  );
}
