/**
 * One line that says in which columns the values stand that a question names, for its prompt: `'France' is in
 * singer.Country`. Knows no model; whether a model makes use of it is a matter of its training.
 */
import type { CellIndex } from "../link/cells.ts";

/** Values, and columns of one value, that the line has room for. */
const MOST_VALUES = 4;
const MOST_COLUMNS = 3;

/** Undefined where a question names no value, or only in part or with a slip. */
export function valueHint(question: string, cells: CellIndex): string | undefined {
  const named = cells.match(question).filter(({ how }) => how !== "part" && how !== "slip");
  const byCell = [...Map.groupBy(named, ({ cell }) => cell)].slice(0, MOST_VALUES);
  if (byCell.length === 0) return undefined;
  return byCell
    .map(([cell, matches]) => {
      const columns = [...new Set(matches.map(({ table, column }) => `${table}.${column}`))];
      return `'${cell}' is in ${columns.slice(0, MOST_COLUMNS).join(", ")}`;
    })
    .join("; ");
}
