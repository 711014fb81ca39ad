/**
 * The compact form of a schema: one line a table, every name spelled and quoted as SQL wants it.
 *
 *     ORDL (order lines): OrdNo Line | Item Qty Stat (O open, S shipped) BillTo -> ORD CUST(BillTo=CustNo)
 *
 * Before `|` stands the primary key; in brackets, what the names do not say; after `->` the tables that foreign keys
 * reach, with `(BillTo=CustNo)` only where the columns are named differently. Blanks separate, because a name after a
 * blank has the tokens that it has in SQL. Reads data only.
 */
import { quoteName } from "../../sql/quote.ts";
import type { Column, Database, ForeignKey, Table } from "../schema.ts";
import { describe, primaryKeyOf } from "./columns.ts";

/** One line a table; at most `sampleValues` of a column's values beside its comment. */
export const renderCompact = ({ tables, dialect }: Database, sampleValues: number = 0): string =>
  tables
    .map((table) => compactTable(table, (name) => quoteName(name, dialect), sampleValues))
    .join("\n");

type Quote = (name: string) => string;

function compactTable(table: Table, quote: Quote, sampleValues: number): string {
  const column = (it: Column) => quote(it.name) + inBrackets(describe(it, sampleValues));
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
