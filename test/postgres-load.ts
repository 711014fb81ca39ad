/** A SQLite database as one of PostgreSQL: columns of ISO dates become dates, names keep their spelling. */
import { DatabaseSync } from "node:sqlite";
import { introspect } from "../src/schema/introspect.ts";
import type { Column, Table } from "../src/schema/schema.ts";
import { quoteName } from "../src/sql/quote.ts";

const quoted = (name: string) => quoteName(name, "postgres");
const list = (names: readonly string[]) => `(${names.map(quoted).join(", ")})`;
const text = (value: string) => `'${value.replaceAll("'", "''")}'`;

/** The script that makes its tables, rows, comments and keys. */
export function postgresScript(file: string): string {
  const { tables } = introspect(file, { dbId: "copied" }).database;
  const connection = new DatabaseSync(file, { readOnly: true });
  const copied = tables.filter(({ kind }) => kind === "table");
  const parts = [
    ...copied.map((table) => tableScript(connection, table)),
    ...copied.flatMap(({ name, foreignKeys }) =>
      foreignKeys.map(
        ({ columns, refTable, refColumns }) =>
          `ALTER TABLE ${quoted(name)} ADD FOREIGN KEY ${list(columns)} REFERENCES ${quoted(refTable)} ${list(refColumns)}`,
      ),
    ),
  ];
  connection.close();
  return parts.join(";\n");
}

function tableScript(connection: DatabaseSync, table: Table): string {
  const { columns } = table;
  const name = quoted(table.name);
  const key = columns
    .filter(({ primaryKey }) => primaryKey > 0)
    .sort((a, b) => a.primaryKey - b.primaryKey)
    .map((column) => column.name);
  const rows = connection.prepare(
    `SELECT ${columns.map((column) => quoteName(column.name, "sqlite")).join(", ")} FROM ${quoteName(table.name, "sqlite")}`,
  );
  rows.setReturnArrays(true);
  const values = (rows.all() as unknown as (null | number | string)[][]).map(
    (row) =>
      `(${row.map((cell) => (cell === null ? "NULL" : typeof cell === "number" ? cell : text(cell))).join(", ")})`,
  );
  return [
    `CREATE TABLE ${name} (${[
      ...columns.map(
        (column) => `${quoted(column.name)} ${typeOf(column)}${column.notNull ? " NOT NULL" : ""}`,
      ),
      ...(key.length > 0 ? [`PRIMARY KEY ${list(key)}`] : []),
    ].join(", ")})`,
    ...(values.length > 0 ? [`INSERT INTO ${name} VALUES ${values.join(", ")}`] : []),
    ...(table.comment ? [`COMMENT ON TABLE ${name} IS ${text(table.comment)}`] : []),
    ...columns.flatMap((column) =>
      column.comment
        ? [`COMMENT ON COLUMN ${name}.${quoted(column.name)} IS ${text(column.comment)}`]
        : [],
    ),
  ].join(";\n");
}

function typeOf({ type, cellValues }: Column): string {
  if (/INT/i.test(type)) return "integer";
  if (/REAL|FLOA|DOUB/i.test(type)) return "double precision";
  if (/NUMERIC|DECIMAL/i.test(type)) return type;
  const isDate =
    cellValues.length > 0 && cellValues.every((value) => /^\d{4}-\d\d-\d\d$/.test(String(value)));
  const isTime =
    cellValues.length > 0 &&
    cellValues.every((value) => /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(String(value)));
  return isDate ? "date" : isTime ? "timestamp" : "text";
}
