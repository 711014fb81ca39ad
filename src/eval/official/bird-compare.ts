/**
 * BIRD's two comparisons of results: equal sets of rows, and the soft F1 of cells. Steps B1 and B3 of
 * docs/evaluation.md, quirks included. Knows no SQL.
 */
import { areIdentical, type CellRow, type CellRows, cellKey, rowKey } from "./cells.ts";

/** Order and repetition of rows do not count; the order of columns does. */
export function areSameSets(gold: CellRows, predicted: CellRows): boolean {
  if (areIdentical(gold, predicted)) return true;
  const [a, b] = [new Set(gold.map(rowKey)), new Set(predicted.map(rowKey))];
  return a.size === b.size && [...a].every((key) => b.has(key));
}

/**
 * Soft F1 of the cells, 0 to 1. Rows without repetition are paired by their position; within a pair a cell counts when it
 * occurs anywhere in the other row.
 */
export function softF1(gold: CellRows, predicted: CellRows): number {
  if (gold.length === 0 && predicted.length === 0) return 1;
  if (areIdentical(gold, predicted)) return 1;
  const [golds, predictions] = [distinctRows(gold), distinctRows(predicted)];
  const pairs = Math.min(golds.length, predictions.length);
  let matched = 0;
  let surplus = predictions.length - pairs;
  let missed = golds.length - pairs;
  for (let i = 0; i < pairs; i++) {
    const width = golds[i].length;
    const found = countIn(predictions[i], golds[i]);
    matched += found / width;
    surplus += (predictions[i].length - found) / width;
    missed += (width - countIn(golds[i], predictions[i])) / width;
  }
  const precision = ratio(matched, matched + surplus);
  const recall = ratio(matched, matched + missed);
  return ratio(2 * precision * recall, precision + recall);
}

type Keys = readonly string[];

const distinctRows = (rows: CellRows): Keys[] => [
  ...new Map(rows.map((row: CellRow) => [rowKey(row), row.map(cellKey)])).values(),
];

const countIn = (cells: Keys, other: Keys): number =>
  cells.filter((cell) => other.includes(cell)).length;

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
