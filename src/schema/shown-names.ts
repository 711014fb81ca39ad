/**
 * Names as a model reads and writes them. A small model takes a table all in capitals (`EMP_NUM`, `PROF_HIGH_DEGREE`) for
 * noise, and the same in small letters for words. SQLite does not tell them apart; elsewhere names stay as they are.
 */
import type { Database, Table } from "./schema.ts";

/** The same schema; tables whose columns are all in capitals have small names. */
export function withShownNames(database: Database): Database {
  const loud = new Set(database.tables.filter(isLoud).map(({ name }) => name.toLowerCase()));
  if (database.dialect !== "sqlite" || loud.size === 0) return database;
  const shown = (name: string, table: string) =>
    loud.has(table.toLowerCase()) ? name.toLowerCase() : name;
  const tables = database.tables.map((table) => ({
    ...table,
    name: shown(table.name, table.name),
    columns: table.columns.map((column) => ({ ...column, name: shown(column.name, table.name) })),
    foreignKeys: table.foreignKeys.map(({ columns, refTable, refColumns }) => ({
      columns: columns.map((column) => shown(column, table.name)),
      refTable: shown(refTable, refTable),
      refColumns: refColumns.map((column) => shown(column, refTable)),
    })),
  }));
  return { ...database, tables };
}

const isLoud = ({ columns }: Table): boolean =>
  columns.every(({ name }) => name === name.toUpperCase()) &&
  columns.some(({ name }) => name !== name.toLowerCase());
