/**
 * A schema as text for a prompt. The compact form has one line a table, every name spelled and quoted as SQL wants it:
 *
 *     ORDL (order lines): OrdNo Line | Item Qty Stat (O open, S shipped) BillTo -> ORD CUST(BillTo=CustNo)
 *
 * Before `|` stands the primary key; in brackets, what the names do not say; after `->` the tables that foreign keys
 * reach, with `(BillTo=CustNo)` only where the columns are named differently. Blanks separate, because a name after a
 * blank has the tokens that it has in SQL. Reads data only.
 */
import { isPlainName, quoteName } from "../sql/quote.ts";
import type { Column, Database, ForeignKey, Table } from "./schema.ts";

/** One line a table. */
export const renderCompact = ({ tables, dialect }: Database): string =>
  tables.map((table) => compactTable(table, (name) => quoteName(name, dialect))).join("\n");

type Quote = (name: string) => string;

function compactTable(table: Table, quote: Quote): string {
  const column = ({ name, comment }: Column) => quote(name) + inBrackets(comment);
  const keys = primaryKeyOf(table).map(column);
  const others = table.columns.filter(({ primaryKey }) => primaryKey === 0).map(column);
  const columns = keys.length === 0 ? others : [...keys, "|", ...others];
  const references = table.foreignKeys.map((key) => compactReference(key, quote));
  const joins = references.length === 0 ? [] : ["->", ...new Set(references)];
  return [`${quote(table.name)}${inBrackets(table.comment)}:`, ...columns, ...joins].join(" ");
}

function compactReference({ columns, refTable, refColumns }: ForeignKey, quote: Quote): string {
  const pairs = columns.flatMap((column, i) =>
    column.toLowerCase() === refColumns[i].toLowerCase()
      ? []
      : `${quote(column)}=${quote(refColumns[i])}`,
  );
  return quote(refTable) + (pairs.length === 0 ? "" : `(${pairs.join(",")})`);
}

const inBrackets = (comment: string | undefined) =>
  comment === undefined || comment === "" ? "" : ` (${comment})`;

/** Columns of the primary key in its order. */
const primaryKeyOf = ({ columns }: Table): Column[] =>
  columns.filter(({ primaryKey }) => primaryKey > 0).sort((a, b) => a.primaryKey - b.primaryKey);

/** CREATE TABLE statements with the comments; views as tables without keys. */
export const renderDdl = ({ tables, dialect }: Database): string =>
  tables.map((table) => ddlOf(table, (name) => quoteName(name, dialect))).join("\n");

function ddlOf(table: Table, quote: Quote): string {
  const list = (names: readonly string[]) => names.map(quote).join(", ");
  const keys = primaryKeyOf(table).map(({ name }) => name);
  const items = [
    ...table.columns.map((column) => ({ text: columnDdl(column, quote), comment: column.comment })),
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
const columnDdl = ({ name, type, notNull }: Column, quote: Quote): string =>
  [
    quote(name),
    ...(type.split(/[\s(]/).every((word) => isPlainName(word) || /^[\d,)]*$/.test(word))
      ? [type]
      : []),
    ...(notNull ? ["NOT NULL"] : []),
  ]
    .filter((part) => part !== "")
    .join(" ");

const asComment = (comment: string | undefined) =>
  comment === undefined || comment === "" ? "" : ` -- ${comment}`;
