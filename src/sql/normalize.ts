/**
 * One spelling for a statement: aliases, redundant qualifiers, letter case, positions in ORDER BY, USING, the keywords
 * that change nothing. The result runs and returns what the statement returned. The order of conjuncts is left alone
 * (template.ts).
 */
import type { Dialect } from "./dialect.ts";
import { isPlainName } from "./quote.ts";
import { resolveNames, type Resolution } from "./resolve.ts";
import {
  type ColumnUse,
  leftmostSelect,
  type NamedTable,
  type Scope,
  type Source,
  type UsingColumn,
} from "./scope.ts";
import {
  bodyOf,
  isList,
  isNode,
  listOf,
  mapChildren,
  nameIn,
  type SqlNode,
  type SqlValue,
} from "./tree.ts";

/** What the rewriting of one statement looks up. */
type Lookup = {
  /** The new name of every source. */
  readonly names: ReadonlyMap<Source, string>;
  readonly uses: ReadonlyMap<SqlNode, ColumnUse>;
  readonly sources: ReadonlyMap<SqlNode, Source>;
  readonly stars: ReadonlyMap<SqlNode, Source>;
  readonly usings: ReadonlyMap<SqlNode, readonly UsingColumn[]>;
  /** The new name of every common table expression that is used, by its query. */
  readonly ctes: ReadonlyMap<SqlNode, string>;
  /** The SELECTs whose output names an outer query reads. */
  readonly read: ReadonlySet<SqlNode>;
  /** Output names that are being replaced: within its own expression, one of them is a word (`MONTH` in a call). */
  readonly expanding: Set<SqlValue>;
};

/** The statement in its one spelling. With `tables`, names are told from literals and columns get their tables. */
export function normalize(
  parsed: SqlNode,
  tables?: readonly NamedTable[],
  dialect: Dialect = "sqlite",
): SqlNode {
  const mayHoldText = tables === undefined && dialect !== "postgres";
  const statement = mayHoldText ? quotedToLiterals(parsed) : parsed;
  return rewrite(statement, lookupOf(resolveNames(statement, tables, dialect))) as SqlNode;
}

function lookupOf(resolution: Resolution): Lookup {
  const names = sourceNames(resolution);
  const queries = resolution.sources.flatMap((source) =>
    source.query === undefined ? [] : [{ source, query: source.query }],
  );
  const named = queries.filter(({ source }) => "name" in source.node);
  return {
    names,
    uses: new Map(resolution.columns.map((use) => [use.node, use])),
    sources: new Map(resolution.sources.map((source) => [source.node, source])),
    stars: resolution.stars,
    usings: Map.groupBy(resolution.usings, ({ join }) => join),
    ctes: new Map(named.map(({ source, query }) => [query, names.get(source) ?? ""])),
    read: new Set(queries.map(({ query }) => leftmostSelect(query)).filter(isNode)),
    expanding: new Set(),
  };
}

function rewrite(value: SqlValue, lookup: Lookup): SqlValue {
  const inside = <T extends SqlValue>(node: T) =>
    mapChildren(node, (child) => rewrite(child, lookup)) as T;
  if (!isNode(value)) return inside(value);
  const column = bodyOf(value, "column");
  const use = column && lookup.uses.get(column);
  if (use !== undefined) return rewriteColumn(use, lookup);
  const source = lookup.sources.get(value);
  if (source !== undefined) return renameSource(inside(value), source, lookup);
  const starred = lookup.stars.get(value);
  if (starred !== undefined)
    return { ...value, table: qualifierOf(starred, starred.scope, lookup) };
  if ("expressions" in value && "joins" in value) return rewriteSelect(value, lookup);
  const usings = lookup.usings.get(value);
  if (usings?.every(({ left, right }) => left && right))
    return { ...inside(value), using: [], on: usingAsOn(usings, lookup) };
  if ("left" in value && isNode(value.order_by))
    return respell(inside(positioned(value, resultItems(value))));
  const cte = isNode(value.this) ? lookup.ctes.get(value.this) : undefined;
  if (cte !== undefined && "alias_first" in value)
    return { ...inside(value), alias: identifier(cte) };
  return respell(inside(value));
}

function rewriteColumn(use: ColumnUse, lookup: Lookup): SqlValue {
  if (use.literal) return { literal: { literal_type: "string", value: use.name } };
  if (use.expression !== undefined && !lookup.expanding.has(use.expression))
    return expand(use.expression, lookup);
  const { source, scope, qualifier } = use;
  const table = source ? qualifierOf(source, scope, lookup) : asIdentifier(qualifier);
  return columnNode(columnName(use), table);
}

/** What an output name stands for. */
function expand(expression: SqlValue, lookup: Lookup): SqlValue {
  lookup.expanding.add(expression);
  const expanded = rewrite(expression, lookup);
  lookup.expanding.delete(expression);
  return expanded;
}

/** None for the only source of the scope that speaks. */
const qualifierOf = (source: Source, scope: Scope, { names }: Lookup): SqlValue =>
  source.scope === scope && scope.sources.length === 1
    ? null
    : asIdentifier(names.get(source) ?? source.alias);

/** USING (a, b) as the ON condition that it means. */
const usingAsOn = (usings: readonly UsingColumn[], { names }: Lookup): SqlNode =>
  usings
    .map(({ name, left, right }): SqlNode => {
      const side = (source: Source | undefined) =>
        columnNode(name, asIdentifier((source && names.get(source)) ?? ""));
      return operation("eq", side(left), side(right));
    })
    .reduce((left, right) => operation("and", left, right));

function renameSource(node: SqlNode, source: Source, { names }: Lookup): SqlNode {
  const name = names.get(source) ?? source.alias;
  if (source.table === undefined)
    return "name" in node
      ? { ...node, name: identifier(name), alias: null }
      : { ...node, alias: identifier(name), alias_explicit_as: true };
  const table = source.table.toLowerCase();
  const alias = name === table ? null : identifier(name);
  const alias_explicit_as = alias !== null;
  return { ...node, name: identifier(table), schema: null, alias, alias_explicit_as };
}

/** Output names go (their uses were replaced), or become c1, c2 … where an outer query reads them. */
function rewriteSelect(select: SqlNode, lookup: Lookup): SqlNode {
  const inner = mapChildren(positioned(select, resultItems({ select })), (child) =>
    rewrite(child, lookup),
  ) as SqlNode;
  const expressions = listOf(inner.expressions).map((item, index) => {
    const alias = bodyOf(item, "alias");
    if (alias === undefined) return item;
    return lookup.read.has(select)
      ? { alias: { ...alias, alias: identifier(`c${index + 1}`), alias_explicit_as: true } }
      : alias.this;
  });
  return { ...inner, expressions };
}

/** The name by which an outer query reads a column: c1, c2 … where the inner one gave it a name of its own. */
function columnName({ name, source }: ColumnUse): string {
  const select = source?.query && leftmostSelect(source.query);
  const index = listOf(select?.expressions).findIndex(
    (item) => nameIn(bodyOf(item, "alias")?.alias).toLowerCase() === name.toLowerCase(),
  );
  return index < 0 ? name : `c${index + 1}`;
}

/** The expressions of a query's result columns. */
const resultItems = (query: SqlNode): SqlValue[] =>
  listOf(leftmostSelect(query)?.expressions).map((item) => bodyOf(item, "alias")?.this ?? item);

/** Positions in ORDER BY and GROUP BY replaced by the expressions they mean. */
function positioned(query: SqlNode, items: readonly SqlValue[]): SqlNode {
  const result: { [key: string]: SqlValue } = { ...query };
  for (const key of ["order_by", "group_by"]) {
    const clause = query[key];
    if (isNode(clause))
      result[key] = {
        ...clause,
        expressions: listOf(clause.expressions).map((term) => atPosition(term, items)),
      };
  }
  return result;
}

/** The name of every source: its table, or a1, a2 … in order for whatever stands twice or has no table. */
function sourceNames({ sources }: Resolution): Map<Source, string> {
  const names = new Map<Source, string>();
  const queries = new Map<SqlNode, string>();
  let count = 0;
  for (const source of sources) {
    const table = source.table?.toLowerCase();
    const shared = source.query && "name" in source.node ? queries.get(source.query) : undefined;
    const free = table !== undefined && !isTaken(source, table, names);
    const name = shared ?? (free ? table : `a${++count}`);
    if (source.query !== undefined) queries.set(source.query, name);
    names.set(source, name);
  }
  return names;
}

/** Whether another source of this or an outer scope already goes by the name. */
function isTaken(source: Source, name: string, names: ReadonlyMap<Source, string>): boolean {
  for (
    let scope = source.scope as Source["scope"] | undefined;
    scope !== undefined;
    scope = scope.parent
  )
    if (scope.sources.some((other) => other !== source && names.get(other) === name)) return true;
  return false;
}

/** `ORDER BY 2` means the second result column. */
function atPosition(term: SqlValue, items: readonly SqlValue[]): SqlValue {
  const inner = isNode(term) && isNode(term.this) ? term.this : term;
  const literal = bodyOf(inner, "literal");
  const item = literal?.literal_type === "number" ? items[Number(literal.value) - 1] : undefined;
  if (item === undefined || bodyOf(item, "star") !== undefined) return term;
  return inner === term ? item : { ...(term as SqlNode), this: item };
}

/** An identifier object in lower case, quoted where it must be. */
export const identifier = (name: string): SqlNode => ({
  name: name.toLowerCase(),
  quoted: !isPlainName(name),
  trailing_comments: [],
});

const columnNode = (name: string, table: SqlValue): SqlNode => ({
  column: { name: identifier(name), table, join_mark: false, trailing_comments: [], span: null },
});

const operation = (kind: string, left: SqlValue, right: SqlValue): SqlNode => ({
  [kind]: { left, right, left_comments: [], operator_comments: [], trailing_comments: [] },
});

const asIdentifier = (name: string): SqlValue => (name === "" ? null : identifier(name));

/** Words that change nothing: INNER, OUTER, ASC, IFNULL for COALESCE, brackets around a single thing. */
function respell(node: SqlNode): SqlNode {
  const result: { [key: string]: SqlValue } = { ...node };
  if ("use_inner_keyword" in result) result.use_inner_keyword = false;
  if ("use_outer_keyword" in result) result.use_outer_keyword = false;
  if ("explicit_asc" in result) result.explicit_asc = false;
  if ("original_name" in result) result.original_name = null;
  for (const key of ["leading_comments", "trailing_comments", "operator_comments", "left_comments"])
    if (isList(result[key])) result[key] = [];
  const inner = bodyOf(result, "paren")?.this;
  const simple = ["column", "literal", "paren", "function", "subquery", "count", "sum", "avg"];
  if (isNode(inner) && simple.some((kind) => kind in inner)) return inner;
  return flip(result);
}

const FLIPPED: Readonly<Record<string, string>> = { lt: "gt", gt: "lt", lte: "gte", gte: "lte" };
export const isLiteral = (value: SqlValue): boolean => bodyOf(value, "literal") !== undefined;

/** `20 < age` is `age > 20`. */
function flip(node: SqlNode): SqlNode {
  for (const kind of ["eq", "neq", ...Object.keys(FLIPPED)]) {
    const body = bodyOf(node, kind);
    if (body === undefined || !isLiteral(body.left) || isLiteral(body.right)) continue;
    return { [FLIPPED[kind] ?? kind]: { ...body, left: body.right, right: body.left } };
  }
  return node;
}

const COMPARISONS = ["eq", "neq", "lt", "gt", "lte", "gte", "like", "glob"];

/** Without a schema: a double-quoted word on the right of a comparison or in a list is a literal. */
function quotedToLiterals<T extends SqlValue>(value: T): T {
  const inner = mapChildren(value, quotedToLiterals);
  if (!isNode(inner)) return inner as T;
  for (const kind of COMPARISONS) {
    const body = bodyOf(inner, kind);
    if (body !== undefined)
      return { [kind]: { ...body, right: unquoted(body.right) } } as SqlValue as T;
  }
  const list = bodyOf(inner, "in");
  const items = listOf(list?.expressions);
  return items.length === 0
    ? (inner as SqlValue as T)
    : ({ in: { ...list, expressions: items.map(unquoted) } } as SqlValue as T);
}

function unquoted(value: SqlValue): SqlValue {
  const column = bodyOf(value, "column");
  return isNode(column?.name) && column.name.quoted === true && !isNode(column.table)
    ? { literal: { literal_type: "string", value: nameIn(column.name) } }
    : value;
}
