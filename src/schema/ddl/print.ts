/** A table as SQLite's CREATE TABLE, its comments where introspection finds them: behind the bracket and the columns. */
import { quoteName } from "../../sql/quote.ts";
import type { DdlColumn, DdlTable } from "./ddl.ts";

const quote = (name: string): string => quoteName(name, "sqlite");
const list = (names: readonly string[]): string => `(${names.map(quote).join(", ")})`;

/** The statement, without a semicolon. */
export function printTable(table: DdlTable): string {
  const { name, comment, columns, primaryKey, uniques, checks, foreignKeys } = table;
  const constraints = [
    ...(primaryKey.length > 0 ? [`PRIMARY KEY ${list(primaryKey)}`] : []),
    ...uniques.map((key) => `UNIQUE ${list(key)}`),
    ...checks.map((check) => `CHECK (${check})`),
    ...foreignKeys.map(
      (key) =>
        `FOREIGN KEY ${list(key.columns)} REFERENCES ${quote(key.refTable)} ${list(key.refColumns)}`,
    ),
  ];
  const count = columns.length + constraints.length;
  const lines = [
    ...columns.map((column) => ({ text: printColumn(column), comment: column.comment })),
    ...constraints.map((text) => ({ text, comment: undefined })),
  ].map((line, i) => `  ${line.text}${i < count - 1 ? "," : ""}${remark(line.comment)}`);
  return `CREATE TABLE ${quote(name)} (${remark(comment)}\n${lines.join("\n")}\n)`;
}

const remark = (comment: string | undefined): string => (comment ? ` -- ${comment}` : "");

/** Types whose name SQLite would take for a keyword are quoted. */
function printColumn({ name, type, notNull, computed, default: value }: DdlColumn): string {
  const words = [
    quote(name),
    type,
    notNull ? "NOT NULL" : "",
    value === undefined ? "" : `DEFAULT ${value}`,
    computed === undefined
      ? ""
      : `GENERATED ALWAYS AS (${computed.expression}) ${computed.isStored ? "STORED" : "VIRTUAL"}`,
  ];
  return words.filter((word) => word !== "").join(" ");
}
