/**
 * Results of statements that read, remembered by content: the database's hash and the SQL. The gold of an item runs once
 * for all predictions, and a prediction that many models make runs once too.
 */
import type { RunResult } from "../../db/run-result.ts";
import { keepReading, runAsPython } from "./python-sqlite.ts";

export type Results = {
  /** At most `maxRows` of the rows; "not-readonly" for a statement that may write. */
  of(file: string, database: string, sql: string, maxRows?: number): RunResult;
};

/** What may differ from one run to the next. */
const CHANGING = /random|now|current_|changes|last_insert|julianday|unixepoch|time\s*\(|date\s*\(/i;

/** An empty memory that holds about `maxCells` cells. */
export function createResults(maxCells = 2_000_000): Results {
  const known = new Map<string, RunResult>();
  let cells = 0;
  const forgetOldest = () => {
    for (const [key, result] of known) {
      if (cells <= maxCells) return;
      known.delete(key);
      cells -= sizeOf(result);
    }
  };
  return {
    of(file, database, sql, maxRows) {
      const key = `${database} ${sql}`;
      const found = known.get(key);
      if (found !== undefined) return found;
      const result = runAsPython(keepReading(file), sql, maxRows);
      if (!(result.ok && result.truncated) && !CHANGING.test(sql)) {
        known.set(key, result);
        cells += sizeOf(result);
        forgetOldest();
      }
      return result;
    },
  };
}

/** Cells, and something for the entry itself. */
const sizeOf = (result: RunResult): number =>
  10 + (result.ok ? result.rows.length * Math.max(1, result.columns.length) : 0);
