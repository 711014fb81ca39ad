/**
 * What stands in the columns of a SQLite database: how often each value, the smallest and the largest, NULLs. Of a large
 * table a sample is read (column-statistics.ts). Knows no name's meaning.
 */
import type { DatabaseSync } from "node:sqlite";
import { openTrusted } from "../db/sqlite.ts";
import { quoteName } from "../sql/quote.ts";
import { filledColumns, sampleOf } from "./column-statistics.ts";
import type { Column, Database, Table } from "./schema.ts";

/** What the data show of a column. */
export type ColumnProfile = {
  readonly table: Table;
  readonly column: Column;
  /** Rows that were looked at. */
  readonly rows: number;
  readonly nulls: number;
  /** Numbers and short texts, most frequent first; all that there are when `isWhole`. */
  readonly values: readonly { readonly value: number | string; readonly count: number }[];
  readonly isWhole: boolean;
  /** Smallest and largest of numbers and texts. */
  readonly low: number | string | null;
  readonly high: number | string | null;
};

/** As many values are kept of a column. */
const MAX_PROFILE_VALUES = 200;
const MAX_VALUE_LENGTH = 60;

/** Profiles of the columns that `wanted` chooses. Raises UserError("database-invalid") for a file that cannot be read. */
export function profileColumns(
  file: string,
  { tables }: Database,
  wanted: (table: Table, column: Column) => boolean = () => true,
): ColumnProfile[] {
  const connection = openTrusted(file);
  try {
    return tables.flatMap((table) => {
      const columns = table.columns.filter((column) => wanted(table, column));
      return columns.length === 0 ? [] : profileTable(connection, table, columns);
    });
  } finally {
    connection.close();
  }
}

function profileTable(
  connection: DatabaseSync,
  table: Table,
  columns: readonly Column[],
): ColumnProfile[] {
  const sample = sampleOf(connection, table.name, table.kind, columns, table.rowCount);
  try {
    const filled = filledColumns(connection, sample, columns);
    return columns.map((column) => {
      if (!filled.has(column.name)) return nothingIn(table, column, sample.rowCount);
      const name = quoteName(column.name, "sqlite");
      const bounds = connection.prepare(
        `SELECT count(*) AS n, count(*) - count(${name}) AS nulls, min(${name}) AS low, max(${name}) AS high FROM ${sample.from}`,
      );
      const groups = connection.prepare(
        `SELECT ${name} AS value, count(*) AS n FROM ${sample.from} WHERE ${name} IS NOT NULL
         GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${MAX_PROFILE_VALUES + 1}`,
      );
      for (const statement of [bounds, groups]) statement.setReadBigInts(true);
      const { n, nulls, low, high } = bounds.get() as Record<string, unknown>;
      const found = groups.all();
      const values = found.slice(0, MAX_PROFILE_VALUES).flatMap(({ value, n: count }) => {
        const plain = plainValue(value);
        return plain === null ? [] : [{ value: plain, count: Number(count) }];
      });
      return {
        table,
        column,
        rows: Number(n),
        nulls: Number(nulls),
        values,
        isWhole: values.length === found.length,
        low: plainValue(low),
        high: plainValue(high),
      };
    });
  } finally {
    sample.drop();
  }
}

const nothingIn = (table: Table, column: Column, rows: number): ColumnProfile => ({
  table,
  column,
  rows,
  nulls: rows,
  values: [],
  isWhole: true,
  low: null,
  high: null,
});

/** Numbers that a double holds and short texts without control characters; null for anything else. */
function plainValue(value: unknown): number | string | null {
  if (typeof value === "bigint" || typeof value === "number") {
    const number = Number(value);
    return Number.isFinite(number) && Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : null;
  }
  const isShort =
    typeof value === "string" &&
    value !== "" &&
    value.length <= MAX_VALUE_LENGTH &&
    !/[\p{Cc}\ufffd]/u.test(value);
  return isShort ? value : null;
}
