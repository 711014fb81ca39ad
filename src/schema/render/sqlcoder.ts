/**
 * The form that defog's SQLCoder models are trained on (github.com/defog-ai/sqlcoder, metadata.sql): CREATE TABLE with
 * what a column means behind `--`, and at the end a line for each pair of columns that can be joined.
 */
import { quoteName } from "../../sql/quote.ts";
import type { Database, Table } from "../schema.ts";
import { asComment, describe, primaryKeyOf } from "./columns.ts";
import { columnDdl } from "./ddl.ts";

/** The schema as SQLCoder's prompts have it. */
export function renderSqlCoder({ tables, dialect }: Database, sampleValues: number = 0): string {
  const quote = (name: string) => quoteName(name, dialect);
  const joins = tables.flatMap(({ name, foreignKeys }) =>
    foreignKeys.flatMap(({ columns, refTable, refColumns }) =>
      columns.map(
        (column, i) =>
          `-- ${quote(name)}.${quote(column)} can be joined with ${quote(refTable)}.${quote(refColumns[i])}`,
      ),
    ),
  );
  const statements = tables.map((table) => tableText(table, quote, sampleValues));
  return [...statements, ...(joins.length === 0 ? [] : [joins.join("\n")])].join("\n\n");
}

function tableText(table: Table, quote: (name: string) => string, sampleValues: number): string {
  const keys = primaryKeyOf(table).map(({ name }) => name);
  const items = table.columns.map((column) => ({
    text:
      columnDdl(column, quote) + (keys.length === 1 && column.primaryKey > 0 ? " PRIMARY KEY" : ""),
    comment: describe(column, sampleValues),
  }));
  if (keys.length > 1)
    items.push({ text: `PRIMARY KEY (${keys.map(quote).join(", ")})`, comment: "" });
  const lines = items.map(
    ({ text, comment }, i) => `  ${text}${i < items.length - 1 ? "," : ""}${asComment(comment)}`,
  );
  return [`CREATE TABLE ${quote(table.name)} (${asComment(table.comment)}`, ...lines, ");"].join(
    "\n",
  );
}
