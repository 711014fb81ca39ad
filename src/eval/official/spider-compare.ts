/**
 * Whether two results are equal for Spider's execution evaluator: step X8 of docs/evaluation.md. Rows as a multiset, or as
 * a list where order counts; columns in any order. Knows no SQL.
 */
import { type MatchReason, matchRows } from "../strict-match.ts";
import { areIdentical, type CellRow, type CellRows, cellKey, withoutReplacement } from "./cells.ts";
import { byCodePoints, textForm } from "./text-form.ts";

/** Compares the rows of a prediction with those of the gold. */
export function compareSpider(
  goldRows: CellRows,
  predictedRows: CellRows,
  isOrdered: boolean,
): MatchReason {
  if (goldRows.length !== predictedRows.length) return "row-count";
  if (goldRows.length === 0) return "ok-empty";
  if (goldRows[0].length !== predictedRows[0].length) return "column-count";
  if (areIdentical(goldRows, predictedRows)) return "ok";
  const gold = withoutReplacement(goldRows);
  const predicted = withoutReplacement(predictedRows);
  const rejected = quickReject(gold, predicted, isOrdered);
  if (rejected !== undefined) return rejected;
  const identify = cellNumbers();
  const count = gold.length;
  return matchRows(
    {
      rows: gold.map((row) => row.map(identify)),
      groups: gold.map((_, i) => (isOrdered ? i : 0)),
      offset: 0,
      count,
      columnCount: gold[0].length,
    },
    predicted.map((row) => row.map(identify)),
    gold[0].length,
  ).reason;
}

/** The rows with their cells sorted must agree, as a list or as a set. The quirk of X9 lies in the sorting. */
function quickReject(
  gold: CellRows,
  predicted: CellRows,
  isOrdered: boolean,
): "values" | "row-order" | undefined {
  const [a, b] = [gold.map(sortedKey), predicted.map(sortedKey)];
  const [setA, setB] = [new Set(a), new Set(b)];
  if (setA.size !== setB.size || b.some((key) => !setA.has(key))) return "values";
  return isOrdered && a.some((key, i) => key !== b[i]) ? "row-order" : undefined;
}

function sortedKey(row: CellRow): string {
  if (row.length === 1) return cellKey(row[0]);
  return row
    .map((cell) => ({ key: cellKey(cell), text: textForm(cell) }))
    .sort((a, b) => byCodePoints(a.text, b.text))
    .map(({ key }) => key)
    .join(" ");
}

/** Equal cells get equal numbers. */
function cellNumbers(): (cell: CellRow[number]) => number {
  const numbers = new Map<string, number>();
  return (cell) => {
    const key = cellKey(cell);
    const known = numbers.get(key) ?? numbers.size;
    numbers.set(key, known);
    return known;
  };
}
