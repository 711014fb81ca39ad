/** A part of a schema: some of its tables, or some of their columns, with the keys that still lead somewhere. */
import { fingerprintOf } from "./fingerprint.ts";
import type { Column, Database, Table } from "./schema.ts";

/** The schema with the tables that are kept, in their order, and the keys between them. */
export function partOf(database: Database, isKept: (name: string) => boolean): Database {
  const tables = database.tables
    .filter(({ name }) => isKept(name))
    .map((table) => ({
      ...table,
      foreignKeys: table.foreignKeys.filter(({ refTable }) => isKept(refTable)),
    }));
  return withTables(database, tables);
}

/** The schema with fewer columns; those of keys, and those that keys lead to, stay. */
export function narrowed(
  database: Database,
  isKept: (table: Table, column: Column) => boolean,
): Database {
  const keys = database.tables.flatMap(({ name, foreignKeys }) =>
    foreignKeys.flatMap(({ columns, refTable, refColumns }) => [
      ...columns.map((column) => placeOf(name, column)),
      ...refColumns.map((column) => placeOf(refTable, column)),
    ]),
  );
  const inKeys = new Set(keys);
  const tables = database.tables.map((table) => ({
    ...table,
    columns: table.columns.filter(
      (column) =>
        column.primaryKey > 0 ||
        inKeys.has(placeOf(table.name, column.name)) ||
        isKept(table, column),
    ),
  }));
  return withTables(database, tables);
}

const placeOf = (table: string, column: string) => `${table}\n${column}`.toLowerCase();

const withTables = (database: Database, tables: readonly Table[]): Database => ({
  ...database,
  tables,
  fingerprint: fingerprintOf({ ...database, tables }),
});
