/**
 * A query as the parts that errors are named by: tables, joined columns, conditions, sub-queries, select list, groups,
 * order, limit. Aliases are gone, and columns are spelled `table.column` as in the schema, so that parts of two queries
 * can be compared as text. Knows no second query.
 */
import type { Dialect } from "../../sql/dialect.ts";
import { normalize } from "../../sql/normalize.ts";
import { resolveNames } from "../../sql/resolve.ts";
import type { NamedTable } from "../../sql/scope.ts";
import {
  bodyOf,
  isNode,
  listOf,
  mapChildren,
  nameIn,
  parseSql,
  setOperationOf,
  type SqlNode,
  type SqlValue,
} from "../../sql/tree.ts";
import { type Conditions, readConditions } from "./conditions.ts";

export type Query = Block | SetQuery;

export type SetQuery = {
  readonly kind: "union" | "intersect" | "except";
  readonly all: boolean;
  readonly left: Query;
  readonly right: Query;
  readonly order: readonly OrderTerm[];
  readonly limit: Limit;
};

/** One SELECT. */
export type Block = Conditions & {
  readonly kind: "select";
  /** As often as they are read. */
  readonly tables: readonly string[];
  /** Tables that stand in FROM by an outer join: `LEFT JOIN concert`. */
  readonly outerJoins: readonly string[];
  /** Tables that came in from a sub-query (equal-ways.ts). */
  readonly subqueryTables: readonly string[];
  /** Sub-queries in FROM and common table expressions read there. */
  readonly fromQueries: readonly Query[];
  readonly items: readonly SqlValue[];
  readonly isDistinct: boolean;
  readonly groups: readonly SqlValue[];
  readonly order: readonly OrderTerm[];
  readonly limit: Limit;
};

export type OrderTerm = { readonly term: SqlValue; readonly isDescending: boolean };
export type Limit = { readonly count?: SqlValue; readonly offset?: SqlValue };

type Named = ReadonlyMap<string, SqlNode>;

/** The outline of one statement; undefined for text that is not one query. */
export function outlineQuery(
  sql: string,
  dialect: Dialect,
  tables: readonly NamedTable[],
): Query | undefined {
  const parsed = parseSql(sql, dialect);
  if (!parsed.ok || parsed.statements.length !== 1) return undefined;
  const statement = spellColumns(normalize(parsed.statements[0], tables, dialect), tables);
  return readQuery(statement, new Map());
}

/** Every column as `table.column`, in the schema's spelling. */
function spellColumns(statement: SqlNode, tables: readonly NamedTable[]): SqlNode {
  const uses = new Map(resolveNames(statement, tables).columns.map((use) => [use.node, use]));
  const spell = (value: SqlValue): SqlValue => {
    const column = bodyOf(value, "column");
    const table = bodyOf(value, "table");
    if (table !== undefined && isNode(table.name))
      return { table: { ...table, name: identifier(spelled(nameIn(table.name), tables)) } };
    if (column === undefined) return mapChildren(value, spell);
    const source = uses.get(column)?.source;
    if (source === undefined) return value;
    const name = source.table ?? source.alias;
    const known = tables.find((table) => isSame(table.name, name));
    return columnNode(known?.name ?? name, spelled(nameIn(column.name), known?.columns ?? []));
  };
  return spell(statement) as SqlNode;
}

const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
const spelled = (name: string, known: readonly { readonly name: string }[]) =>
  known.find((one) => isSame(one.name, name))?.name ?? name;
const identifier = (name: string): SqlNode => ({ name, quoted: false, trailing_comments: [] });

/** The node of `table.column`. */
export const columnNode = (table: string, name: string): SqlNode => ({
  column: {
    name: identifier(name),
    table: identifier(table),
    join_mark: false,
    trailing_comments: [],
    span: null,
  },
});

function readQuery(node: SqlValue, named: Named): Query | undefined {
  const inner = bodyOf(node, "subquery")?.this ?? bodyOf(node, "paren")?.this;
  if (inner !== undefined) return readQuery(inner, named);
  const select = bodyOf(node, "select");
  if (select !== undefined) return readBlock(select, named);
  const operation = setOperationOf(node);
  if (operation === undefined) return undefined;
  const { kind, body } = operation;
  const inReach = withQueries(body.with, named);
  const left = readQuery(body.left, inReach);
  const right = readQuery(body.right, inReach);
  if (left === undefined || right === undefined) return undefined;
  return { kind, all: body.all === true, left, right, order: orderOf(body), limit: limitOf(body) };
}

function readBlock(select: SqlNode, outer: Named): Block {
  const named = withQueries(select.with, outer);
  const joins = listOf(select.joins).filter(isNode);
  const sources = [
    ...listOf(bodyOf(select, "from")?.expressions),
    ...joins.map((join) => join.this),
  ].flatMap(flatSources);
  const read = sources.map((source) => readSource(source, named));
  const clauses = [
    ...joins.map((join) => ({ place: "ON" as const, node: join.on })),
    { place: "WHERE" as const, node: bodyOf(select, "where_clause")?.this ?? null },
    { place: "HAVING" as const, node: bodyOf(select, "having")?.this ?? null },
  ];
  return {
    kind: "select",
    tables: read.flatMap(({ table }) => table ?? []),
    outerJoins: joins
      .filter(({ kind }) => /^(Left|Right|Full)/.test(String(kind)))
      .map((join) => `${String(join.kind).toUpperCase()} JOIN ${sourceName(join.this)}`),
    subqueryTables: [],
    fromQueries: read.flatMap(({ query }) => query ?? []),
    ...readConditions(clauses, (node) => readQuery(node, named)),
    items: listOf(select.expressions).map((item) => bodyOf(item, "alias")?.this ?? item),
    isDistinct: select.distinct === true,
    groups: listOf(bodyOf(select, "group_by")?.expressions),
    order: orderOf(select),
    limit: limitOf(select),
  };
}

/** What stands in FROM, joins in brackets opened. */
function flatSources(source: SqlValue): SqlValue[] {
  const joined = bodyOf(source, "joined_table");
  if (joined === undefined) return [source];
  const joins = listOf(joined.joins).filter(isNode);
  return [joined.left, ...joins.map((join) => join.this)].flatMap(flatSources);
}

function readSource(source: SqlValue, named: Named): { table?: string; query?: Query } {
  const table = bodyOf(source, "table");
  if (table === undefined) return { query: readQuery(source, named) };
  const name = nameIn(table.name);
  const query = named.get(name.toLowerCase());
  return query === undefined ? { table: name } : { query: readQuery(query, named) };
}

const sourceName = (source: SqlValue) => nameIn(bodyOf(source, "table")?.name) || "a sub-query";

/** Common table expressions in reach; a recursive one does not reach itself here. */
function withQueries(clause: SqlValue, outer: Named): Named {
  if (!isNode(clause)) return outer;
  const ctes = listOf(clause.ctes).filter(isNode);
  return new Map([
    ...outer,
    ...(clause.recursive === true
      ? []
      : ctes.map((cte) => [nameIn(cte.alias).toLowerCase(), cte.this as SqlNode] as const)),
  ]);
}

const orderOf = (query: SqlNode): OrderTerm[] =>
  listOf(bodyOf(query, "order_by")?.expressions)
    .filter(isNode)
    .map((term) => ({ term: term.this, isDescending: term.desc === true }));

/** A SELECT holds its numbers one level deeper than a set operation does. */
function limitOf(query: SqlNode): Limit {
  const numberIn = (clause: SqlValue | undefined) =>
    isNode(clause) ? ("this" in clause ? clause.this : clause) : undefined;
  const [count, offset] = [numberIn(query.limit), numberIn(query.offset)];
  return { ...(count !== undefined && { count }), ...(offset !== undefined && { offset }) };
}
