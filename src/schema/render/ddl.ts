/** A schema as the CREATE TABLE statements that would make it, with comments that SQL reads over. */
import { isPlainName, quoteName } from "../../sql/quote.ts";
import type { Column, Database, Table } from "../schema.ts";
import { asComment, describe, primaryKeyOf } from "./columns.ts";

type Quote = (name: string) => string;

/** CREATE TABLE statements with the comments; views as tables without keys. */
export const renderDdl = ({ tables, dialect }: Database, sampleValues: number = 0): string =>
  tables.map((table) => ddlOf(table, (name) => quoteName(name, dialect), sampleValues)).join("\n");

function ddlOf(table: Table, quote: Quote, sampleValues: number): string {
  const list = (names: readonly string[]) => names.map(quote).join(", ");
  const keys = primaryKeyOf(table).map(({ name }) => name);
  const items = [
    ...table.columns.map((column) => ({
      text: columnDdl(column, quote),
      comment: describe(column, sampleValues),
    })),
    ...(keys.length === 0 ? [] : [{ text: `PRIMARY KEY (${list(keys)})`, comment: undefined }]),
    ...table.foreignKeys.map((key) => ({
      text: `FOREIGN KEY (${list(key.columns)}) REFERENCES ${quote(key.refTable)} (${list(key.refColumns)})`,
      comment: undefined,
    })),
  ];
  const lines = items.map(
    ({ text, comment }, i) => `  ${text}${i < items.length - 1 ? "," : ""}${asComment(comment)}`,
  );
  return [`CREATE TABLE ${quote(table.name)} (${asComment(table.comment)}`, ...lines, ");"].join(
    "\n",
  );
}

/** A declared type such as `varchar(20)` stays as it is; one that is no type is left out. */
export const columnDdl = ({ name, type, notNull }: Column, quote: Quote): string =>
  [
    quote(name),
    ...(type.split(/[\s(]/).every((word) => isPlainName(word) || /^[\d,)]*$/.test(word))
      ? [type]
      : []),
    ...(notNull ? ["NOT NULL"] : []),
  ]
    .filter((part) => part !== "")
    .join(" ");
