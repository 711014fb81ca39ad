/** A schema that comes with a question, as DDL text or as plain data, without any row behind it. */
import { UserError } from "../base/errors.ts";
import { readDdl } from "./ddl/read.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { Database, ForeignKey, Table } from "./schema.ts";

/** A table as people write it down. */
export type GivenTable = {
  readonly name: string;
  readonly comment?: string;
  readonly columns: readonly {
    readonly name: string;
    readonly type?: string;
    readonly comment?: string;
    readonly primaryKey?: boolean;
    readonly notNull?: boolean;
  }[];
  readonly foreignKeys?: readonly ForeignKey[];
};

/** No model of the list reads as much, and reading it takes seconds. */
const MAX_DDL_LENGTH = 200_000;

/** CREATE TABLE scripts in any dialect. Raises ddl-invalid when no table can be read, schema-too-long. */
export function databaseOfDdl(text: string): Database {
  if (text.length > MAX_DDL_LENGTH)
    throw new UserError(
      "schema-too-long",
      `the schema has ${text.length} characters; ${MAX_DDL_LENGTH} are the most`,
    );
  const { tables } = readDdl([{ file: "schema", text }]);
  return databaseOf(
    tables.map(({ primaryKey, ...table }) => ({
      ...table,
      columns: table.columns.map((column) => ({
        ...column,
        primaryKey: primaryKey.some((name) => name.toLowerCase() === column.name.toLowerCase()),
      })),
    })),
  );
}

/** Tables as data. Raises ddl-invalid for none, for a table without columns, and for a name that stands twice. */
export function databaseOfTables(tables: readonly GivenTable[]): Database {
  if (tables.length === 0) throw new UserError("ddl-invalid", "the schema has no table");
  for (const { name, columns } of tables)
    if (columns.length === 0) throw new UserError("ddl-invalid", `table ${name} has no column`);
  ensureOnce(tables.map(({ name }) => name));
  for (const { name, columns } of tables)
    ensureOnce(columns.map((column) => `${name}.${column.name}`));
  return databaseOf(tables);
}

function ensureOnce(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names.map((one) => one.toLowerCase())) {
    if (seen.has(name)) throw new UserError("ddl-invalid", `the schema has ${name} twice`);
    seen.add(name);
  }
}

function databaseOf(given: readonly GivenTable[]): Database {
  const columnsOf = new Map(
    given.map(({ name, columns }) => [
      name.toLowerCase(),
      new Set(columns.map((column) => column.name.toLowerCase())),
    ]),
  );
  const hasAll = (table: string, columns: readonly string[]) =>
    columns.every((column) => columnsOf.get(table.toLowerCase())?.has(column.toLowerCase()));
  const tables = given.map(({ name, comment, columns, foreignKeys = [] }): Table => {
    let keys = 0;
    return {
      name,
      kind: "table",
      ...(comment !== undefined && { comment }),
      rowCount: 0,
      foreignKeys: foreignKeys.filter(
        ({ columns: own, refTable, refColumns }) =>
          own.length === refColumns.length && hasAll(name, own) && hasAll(refTable, refColumns),
      ),
      columns: columns.map((column) => ({
        name: column.name,
        type: column.type ?? "",
        notNull: column.notNull ?? false,
        primaryKey: column.primaryKey === true ? ++keys : 0,
        ...(column.comment !== undefined && { comment: column.comment }),
        cellValues: [],
        distinctCount: 0,
        nullCount: 0,
      })),
    };
  });
  const database = { dbId: "given", dialect: "sqlite" as const, tables, knowledge: [] };
  return { ...database, fingerprint: fingerprintOf(database) };
}
