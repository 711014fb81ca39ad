/**
 * Unwritten rules of a database, read off its rows: columns that know a few values only, columns of dates, or of first days of
 * months, numbers that are never negative, cells that are never NULL. Perturbed rows keep them, because a query that
 * relies on them is not wrong. Knows no query.
 */
import type { SqlCell } from "../../db/executor.ts";
import type { Column, Table } from "../../schema/schema.ts";
import { sameName } from "./columns.ts";
import type { Focus } from "./focus.ts";
import { isDate } from "./literals.ts";
import type { Row, SourceRows } from "./source-rows.ts";

type Domain = {
  /** All values there are, where these are few and come again and again. */
  readonly values?: ReadonlySet<string>;
  readonly isDated: boolean;
  readonly isMonthly: boolean;
  readonly isNegative: boolean;
  readonly hasNull: boolean;
};

export type Domains = {
  /** The cell, or the first of its month, if the column may hold it; else undefined. */
  fit(table: string, column: string, cell: SqlCell): SqlCell | undefined;
  /** Whether the column knows a few values only. */
  isClosed(table: string, column: string): boolean;
};

const MAX_VALUES = 20;
/** Each value of a closed list comes this often on average. */
const MIN_REPEATS = 4;

/** The rules that all known rows of the tables keep. What golds ask for may be there even if it is not. */
export function domainsOf(
  tables: readonly Table[],
  source: SourceRows,
  focuses: readonly Focus[],
): Domains {
  const asked = askedFor(focuses);
  const domains = new Map(
    tables.flatMap((table) =>
      table.columns.map((column): [string, Domain] => [
        keyOf(table.name, column.name),
        domainOf(table, column, source.of(table.name), asked.get(keyOf(table.name, column.name))),
      ]),
    ),
  );
  return {
    fit(table, column, cell) {
      const domain = domains.get(keyOf(table, column));
      return domain === undefined ? cell : fitted(domain, cell);
    },
    isClosed: (table, column) => domains.get(keyOf(table, column))?.values !== undefined,
  };
}

/** The literals that golds compare each column with. */
function askedFor(focuses: readonly Focus[]): Map<string, string[]> {
  const asked = new Map<string, string[]>();
  for (const { parts } of focuses)
    for (const { table, atoms } of parts)
      for (const { column, literals } of atoms) {
        const name = table.columns.find((one) => sameName(one.name, column))?.name ?? column;
        const key = keyOf(table.name, name);
        asked.set(key, [...(asked.get(key) ?? []), ...literals]);
      }
  return asked;
}

const keyOf = (table: string, column: string): string => `${table}\0${column}`;
const textOf = (cell: SqlCell): string => String(cell);

function domainOf(
  { rowCount }: Table,
  { name, distinctCount, nullCount, notNull }: Column,
  rows: readonly Row[],
  asked: readonly string[] = [],
): Domain {
  const cells = rows.map((row) => row[name]).filter((cell) => cell !== null);
  const isDated = cells.length > 0 && cells.every((cell) => isDate(String(cell)));
  const isClosed = distinctCount <= MAX_VALUES && rowCount >= MIN_REPEATS * distinctCount;
  return {
    ...(isClosed && { values: new Set([...cells, ...asked].map(textOf)) }),
    isDated,
    isMonthly: isDated && cells.every((cell) => String(cell).endsWith("-01")),
    isNegative: cells.some((cell) => isNumber(cell) && cell < 0),
    hasNull: !notNull && nullCount > 0,
  };
}

const isNumber = (cell: SqlCell): cell is number | bigint =>
  typeof cell === "number" || typeof cell === "bigint";

function fitted(domain: Domain, cell: SqlCell): SqlCell | undefined {
  const { values, isDated, isMonthly, isNegative, hasNull } = domain;
  if (cell === null) return hasNull ? cell : undefined;
  if (isNumber(cell) && cell < 0 && !isNegative) return undefined;
  if (isDated && !isDate(String(cell))) return undefined;
  const rounded = isMonthly ? `${String(cell).slice(0, 8)}01` : cell;
  return values === undefined || values.has(textOf(rounded)) ? rounded : undefined;
}
