/**
 * Which columns mean the same because a join sets them equal, and expressions as text to compare (`keyOf`) or to show
 * (`textOf`).
 */
import type { Dialect } from "../../sql/dialect.ts";
import {
  bodyOf,
  isNode,
  mapChildren,
  nameIn,
  printSql,
  type SqlNode,
  type SqlValue,
} from "../../sql/tree.ts";
import { isPlainName } from "../../sql/quote.ts";
import type { KeyedTable } from "./equal-ways.ts";
import { columnNode, type Query } from "./outline.ts";

export type Texts = {
  /** As it is written, on one line. */
  textOf(node: SqlValue): string;
  /** Equal for expressions that mean the same when joined columns are equal and a counted column holds no NULL. */
  keyOf(node: SqlValue): string;
  /** Equal also for a foreign key and the column it refers to. */
  linkOf(node: SqlValue): string;
  /** One column is a foreign key that refers to the other. */
  areLinked(a: SqlValue, b: SqlValue): boolean;
};

/** Texts for two queries that are to be compared. */
export function textsOf(
  queries: readonly Query[],
  dialect: Dialect,
  tables: readonly KeyedTable[],
): Texts {
  const textOf = remembered((node) =>
    isNode(node) ? (textOfColumn(node) ?? printSql(node, dialect)) : "",
  );
  const joined = queries.flatMap(pairsOf);
  const same = classes(joined, textOf);
  const keys = foreignKeyPairs(tables);
  const linked = classes([...joined, ...keys], textOf);
  const links = new Set(keys.map((pair) => pair.map(textOf).sort().join(" ")));
  return {
    textOf,
    keyOf: remembered((node) => textOf(plain(node, same))),
    areLinked: (a, b) => links.has([a, b].map(textOf).sort().join(" ")),
    linkOf: remembered((node) => textOf(plain(node, linked))),
  };
}

/** `table.column`, as printing would give it. */
function textOfColumn(node: SqlNode): string | undefined {
  const column = bodyOf(node, "column");
  const [table, name] = [nameIn(column?.table), nameIn(column?.name)];
  return isPlainName(table) && isPlainName(name) ? `${table}.${name}` : undefined;
}

/** Printing takes the time here. */
function remembered(textOf: (node: SqlValue) => string): (node: SqlValue) => string {
  const known = new Map<SqlValue, string>();
  return (node) => {
    const text = known.get(node) ?? textOf(node);
    known.set(node, text);
    return text;
  };
}

/** The joined columns of a query and of all queries in it. */
function pairsOf(query: Query): (readonly [SqlNode, SqlNode])[] {
  if (query.kind !== "select") return [query.left, query.right].flatMap(pairsOf);
  const inner = [...query.fromQueries, ...query.nested.map((nested) => nested.query)];
  return [...query.pairs, ...inner.flatMap(pairsOf)];
}

const foreignKeyPairs = (tables: readonly KeyedTable[]): [SqlNode, SqlNode][] =>
  tables.flatMap(({ name, foreignKeys = [] }) =>
    foreignKeys.flatMap(({ columns, refTable, refColumns }) =>
      columns.map((column, i): [SqlNode, SqlNode] => {
        const child = tables.find((table) => table.name === name);
        const own = child?.columns.find((one) => isSame(one.name, column));
        const parent = tables.find((table) => isSame(table.name, refTable));
        const key = parent?.columns.find((one) => isSame(one.name, refColumns[i] ?? ""));
        return [
          columnNode(name, own?.name ?? column),
          columnNode(parent?.name ?? refTable, key?.name ?? ""),
        ];
      }),
    ),
  );

const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** A function that gives every column the first one, by text, of those it is equal to. */
function classes(
  pairs: readonly (readonly [SqlNode, SqlNode])[],
  textOf: (node: SqlValue) => string,
): (column: SqlNode) => SqlNode {
  const firsts = new Map<string, SqlNode>();
  const firstOf = (column: SqlNode) => firsts.get(textOf(column)) ?? column;
  for (const [a, b] of pairs) {
    const [low, high] = [firstOf(a), firstOf(b)].sort((x, y) => (textOf(x) < textOf(y) ? -1 : 1));
    for (const column of [a, b]) firsts.set(textOf(column), firstOf(column));
    for (const [text, first] of firsts) if (textOf(first) === textOf(high)) firsts.set(text, low);
  }
  return firstOf;
}

const NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,14})?$/;

/** Columns replaced; COUNT of a column as COUNT(*); text that is a number as that number. */
function plain(node: SqlValue, replace: (column: SqlNode) => SqlNode): SqlValue {
  if (!isNode(node)) return mapChildren(node, (child) => plain(child, replace));
  if (isNode(node.column)) return replace(node);
  const literal = bodyOf(node, "literal");
  if (literal?.literal_type === "string" && NUMBER.test(String(literal.value)))
    return { literal: { ...literal, literal_type: "number" } };
  const count = bodyOf(node, "count");
  if (count !== undefined && count.distinct !== true && bodyOf(count.this, "column"))
    return { count: { ...count, this: null, star: true } };
  return mapChildren(node, (child) => plain(child, replace));
}
