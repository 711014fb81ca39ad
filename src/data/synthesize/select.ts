/**
 * SELECT statements as the parts that shapes fill, printed in one style: one line, keywords in capitals, no aliases,
 * `JOIN x USING (…)` where the key columns share their names, columns bare unless ambiguous. Knows no English.
 */
import { quoteName as quoteForDialect } from "../../sql/quote.ts";
import type { Link } from "./vocabulary.ts";

export type Select = {
  readonly distinct?: boolean;
  readonly columns: readonly string[];
  readonly from: string;
  readonly where?: readonly string[];
  readonly connector?: "AND" | "OR";
  readonly groupBy?: readonly string[];
  readonly having?: string;
  /** Expressions with their direction. */
  readonly orderBy?: readonly string[];
  readonly limit?: number;
};

export function printSelect(select: Select): string {
  const { where = [], groupBy = [], orderBy = [] } = select;
  return [
    `SELECT ${select.distinct ? "DISTINCT " : ""}${select.columns.join(", ")}`,
    `FROM ${select.from}`,
    where.length > 0 && `WHERE ${where.join(` ${select.connector ?? "AND"} `)}`,
    groupBy.length > 0 && `GROUP BY ${groupBy.join(", ")}`,
    select.having && `HAVING ${select.having}`,
    orderBy.length > 0 && `ORDER BY ${orderBy.join(", ")}`,
    select.limit !== undefined && `LIMIT ${select.limit}`,
  ]
    .filter(Boolean)
    .join(" ");
}

export const quoteName = (name: string): string => quoteForDialect(name, "sqlite");

/** One joined table after the first: which link leads to it. */
export type Join = { readonly link: Link; readonly toParent: boolean; readonly left?: boolean };

/** The tables of one FROM, and how their columns are written there. */
export type Scope = {
  readonly from: string;
  readonly tables: readonly string[];
  /** A column, bare unless another table of the scope has one of that name. */
  column(table: string, column: string): string;
};

/** Prints `first JOIN …`. `columnsOf` gives the column names of a table. */
export function createScope(
  first: string,
  joins: readonly Join[],
  columnsOf: (table: string) => readonly string[],
): Scope {
  const tables = [
    first,
    ...joins.map(({ link, toParent }) => (toParent ? link.parent : link.child)),
  ];
  const shared = new Map<string, Set<string>>();
  let from = quoteName(first);
  for (const { link, toParent, left } of joins) {
    const added = quoteName(toParent ? link.parent : link.child);
    from += ` ${left ? "LEFT " : ""}JOIN ${added} ${joinCondition(link)}`;
    if (link.using)
      for (const { child } of link.columns) {
        const known = shared.get(child.toLowerCase()) ?? new Set();
        shared.set(child.toLowerCase(), known.add(link.child).add(link.parent));
      }
  }
  return {
    from,
    tables,
    column(table, column) {
      const lower = column.toLowerCase();
      const others = tables.filter(
        (other) => other !== table && columnsOf(other).some((name) => name.toLowerCase() === lower),
      );
      const merged = shared.get(lower);
      const isPlain = others.every((other) => merged?.has(other) && merged.has(table));
      return isPlain ? quoteName(column) : `${quoteName(table)}.${quoteName(column)}`;
    },
  };
}

function joinCondition(link: Link): string {
  if (link.using) return `USING (${link.columns.map(({ child }) => quoteName(child)).join(", ")})`;
  const equal = link.columns.map(
    ({ child, parent }) =>
      `${quoteName(link.child)}.${quoteName(child)} = ${quoteName(link.parent)}.${quoteName(parent)}`,
  );
  return `ON ${equal.join(" AND ")}`;
}
