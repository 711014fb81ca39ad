/** How two wrong results are alike: the same rows in other numbers, or the same rows in other columns. Knows no SQL. */
import { type CellRows, identifyCells } from "../strict-cells.ts";

export type Likeness =
  /** The same different rows, each more or less often. */
  | "other-duplicates"
  /** The gold's rows once columns of the prediction are left out or change places. */
  | "other-columns";

/** Larger results are not compared. */
export const MAX_COMPARED_ROWS = 20_000;
const MAX_COLUMNS = 12;

/** The likeness of two results that strict mode does not take for equal; undefined where there is none. */
export function likenessOf(gold: CellRows, predicted: CellRows): Likeness | undefined {
  if (gold.length === 0 || predicted.length === 0) return undefined;
  if (Math.max(gold.length, predicted.length) > MAX_COMPARED_ROWS) return undefined;
  const [golds, predictions] = identifyCells([gold, predicted]);
  const [width, otherWidth] = [golds[0].length, predictions[0].length];
  if (width === otherWidth && golds.length !== predictions.length)
    return isSameSet(golds, predictions) ? "other-duplicates" : undefined;
  if (golds.length !== predictions.length || width > otherWidth || otherWidth > MAX_COLUMNS)
    return undefined;
  return isWithin(golds, predictions) ? "other-columns" : undefined;
}

type Rows = readonly (readonly number[])[];

const keysOf = (rows: Rows, columns?: readonly number[]) =>
  rows.map((row) => (columns === undefined ? row : columns.map((k) => row[k])).join(" "));

function isSameSet(a: Rows, b: Rows): boolean {
  const [left, right] = [new Set(keysOf(a)), new Set(keysOf(b))];
  return left.size === right.size && [...left].every((key) => right.has(key));
}

const sorted = (keys: readonly string[]) => [...keys].sort().join("\n");

/** Whether some columns of `wide`, in some order, hold the rows of `narrow`; depth first, a column at a time. */
function isWithin(narrow: Rows, wide: Rows): boolean {
  const width = narrow[0].length;
  const wanted = Array.from({ length: width + 1 }, (_, n) => {
    const first = Array.from({ length: n }, (_unused, i) => i);
    return sorted(keysOf(narrow, first));
  });
  const search = (chosen: readonly number[]): boolean => {
    if (sorted(keysOf(wide, chosen)) !== wanted[chosen.length]) return false;
    if (chosen.length === width) return true;
    return wide[0].some((_, k) => !chosen.includes(k) && search([...chosen, k]));
  };
  return search([]);
}
