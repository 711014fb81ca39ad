/** What came of a statement, as JSON: rows, or the error that says why there are none. Knows no HTTP. */
import { UserError } from "../base/errors.ts";
import type { RunResult, SqlCell } from "../db/run-result.ts";
import type { JsonCell, Rows } from "./api-types.ts";

/** Raises database-unreachable, sql-timeout, sql-too-large, sql-failed, sql-refused, stopped; `clean` takes out of a message what the reader must not know of. */
export function rowsOf(result: RunResult, clean: (message: string) => string): Rows {
  if (result.ok) {
    const { columns, rows, truncated, ms } = result;
    return { columns, rows: rows.map((row) => row.map(jsonCell)), truncated, ms };
  }
  switch (result.reason) {
    case "timeout":
      throw new UserError("sql-timeout", `the SQL ${result.message}`);
    case "too-large":
      throw new UserError("sql-too-large", result.message);
    case "unreachable":
      throw new UserError("database-unreachable", "the database's server does not answer");
    case "exec-error":
      throw new UserError("sql-failed", clean(result.message));
    case "cancelled":
      throw new UserError("stopped", "the client went away");
    default:
      // the database's own message may name what the reader must not know of
      throw new UserError("sql-refused", "the database does not permit this statement");
  }
}

function jsonCell(cell: SqlCell): JsonCell {
  if (typeof cell === "bigint")
    return Number.isSafeInteger(Number(cell)) ? Number(cell) : String(cell);
  if (typeof cell === "number") return Number.isFinite(cell) ? cell : String(cell);
  return cell instanceof Uint8Array ? Buffer.from(cell).toString("hex") : cell;
}
