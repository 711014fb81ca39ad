/**
 * Names as a model reads and writes them. An untuned model hardly reads a table all in capitals (`EMP_NUM`), and far better
 * the same in small letters. SQLite does not tell ASCII's apart; other letters and other databases' names stay as they are.
 */
import type { Database, Table } from "./schema.ts";

/** The same schema; tables that are all in capitals, name and columns, have small names. */
export function withShownNames(database: Database): Database {
  const inCapitals = new Set(
    database.tables.filter(isInCapitals).map(({ name }) => name.toLowerCase()),
  );
  if (database.dialect !== "sqlite" || inCapitals.size === 0) return database;
  const shown = (name: string, table: string) =>
    inCapitals.has(table.toLowerCase()) ? name.toLowerCase() : name;
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

const isInCapitals = ({ name: own, columns }: Table): boolean => {
  const names = [own, ...columns.map(({ name }) => name)];
  return (
    names.every((name) => /^[^a-z\u0080-\uffff]*$/.test(name)) &&
    names.some((name) => /[A-Z]/.test(name))
  );
};
