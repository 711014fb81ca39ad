/**
 * Resolves every name of a statement: walks its queries from the inside of each FROM outwards, with a scope for each
 * SELECT. Changes nothing.
 */
import type { Dialect } from "./dialect.ts";
import {
  aliasesOf,
  type ColumnUse,
  leftmostSelect,
  type NamedTable,
  outputsOf,
  type Scope,
  type Source,
  useOf,
  usingOf,
  type UsingColumn,
} from "./scope.ts";
import {
  bodyOf,
  isList,
  isNode,
  isQuery,
  listOf,
  nameIn,
  setOperationOf,
  type SqlNode,
  type SqlValue,
} from "./tree.ts";

export type Resolution = {
  readonly sources: readonly Source[];
  /** Bodies of `T.*` with the source that T names in its scope. */
  readonly stars: ReadonlyMap<SqlNode, Source>;
  readonly columns: readonly ColumnUse[];
  readonly usings: readonly UsingColumn[];
};

/** Where the walk is: the innermost scope, the common table expressions in reach, and what was found so far. */
type Place = {
  readonly scope?: Scope;
  readonly queries: ReadonlyMap<string, NamedQuery>;
  readonly found: {
    readonly sources: Source[];
    readonly stars: Map<SqlNode, Source>;
    readonly columns: ColumnUse[];
    readonly usings: UsingColumn[];
  };
  /** Lower-case table → its columns, when the schema is given. */
  readonly known?: ReadonlyMap<string, ReadonlySet<string>>;
  readonly mayQuoteText: boolean;
};
type Outputs = ReadonlySet<string> | undefined;
type NamedQuery = { readonly node: SqlNode; readonly outputs: Outputs };

/**
 * Resolves every column of a statement. With `tables`, unqualified and unknown names are decided too. What double quotes
 * hold may be a string, but never in PostgreSQL.
 */
export function resolveNames(
  statement: SqlNode,
  tables?: readonly NamedTable[],
  dialect: Dialect = "sqlite",
): Resolution {
  const known = tables && columnsByTable(tables);
  const found: Place["found"] = { sources: [], stars: new Map(), columns: [], usings: [] };
  visit(statement, { queries: new Map(), found, known, mayQuoteText: dialect !== "postgres" });
  return found;
}

/** Tables whose names differ in capitals alone count as one that has the columns of all. */
function columnsByTable(tables: readonly NamedTable[]): Map<string, Set<string>> {
  const known = new Map<string, Set<string>>();
  for (const { name, columns } of tables) {
    const key = name.toLowerCase();
    const names = known.get(key) ?? new Set();
    for (const column of columns) names.add(column.name.toLowerCase());
    known.set(key, names);
  }
  return known;
}

function visit(value: SqlValue, place: Place): void {
  if (isList(value)) value.forEach((item) => visit(item, place));
  if (!isNode(value)) return;
  const { scope, found } = place;
  const column = bodyOf(value, "column");
  const star = bodyOf(value, "star");
  if (column !== undefined && scope !== undefined)
    found.columns.push(useOf(column, scope, place.mayQuoteText));
  else if (isQuery(value)) visitQuery(value, place);
  else if (star !== undefined) {
    const qualifier = nameIn(star.table).toLowerCase();
    const source = scope?.sources.find(({ alias }) => alias === qualifier);
    if (source !== undefined) found.stars.set(star, source);
  } else for (const child of Object.values(value)) visit(child, place);
}

/** Visits a query and returns the names of its result columns. */
function visitQuery(node: SqlNode, place: Place): Outputs {
  const inner = bodyOf(node, "subquery")?.this;
  if (isNode(inner)) return visitQuery(inner, place);
  const select = bodyOf(node, "select");
  if (select !== undefined) return visitSelect(select, place);
  const operation = setOperationOf(node);
  if (operation !== undefined) return visitSetOperation(node, operation.body, place);
  for (const child of Object.values(node)) visit(child, place);
  return undefined;
}

/** The ORDER BY of a set operation sees the names of its left side. */
function visitSetOperation(node: SqlNode, body: SqlNode, place: Place): Outputs {
  const inner = { ...place, queries: withQueries(body.with, place) };
  const outputs = visitQuery(body.left as SqlNode, inner);
  visitQuery(body.right as SqlNode, inner);
  const first = leftmostSelect(node);
  const scope = newScope(first === undefined ? new Map() : aliasesOf(first), place);
  scope.sources.push({ alias: "", node, scope, outputs });
  visit(body.order_by, { ...inner, scope });
  return outputs;
}

const newScope = (aliases: Scope["aliases"], { scope }: Place): Scope => ({
  sources: [],
  aliases,
  using: new Map(),
  parent: scope,
});

function visitSelect(select: SqlNode, outer: Place): Outputs {
  const queries = withQueries(select.with, outer);
  const scope = newScope(aliasesOf(select), outer);
  const place: Place = { ...outer, queries, scope };
  const beside: Place = { ...outer, queries };
  for (const source of listOf(bodyOf(select, "from")?.expressions))
    addSource(source, scope, beside);
  const joins = listOf(select.joins).filter(isNode);
  const hasStar = listOf(select.expressions).some((item) => bodyOf(item, "star")?.table === null);
  for (const join of joins) {
    const left = [...scope.sources];
    addSource(join.this, scope, beside);
    for (const name of listOf(join.using).map(nameIn)) {
      const using = usingOf(join, name, left, scope, hasStar);
      place.found.usings.push(using);
      if (using.left !== undefined) scope.using.set(name.toLowerCase(), using.left);
    }
  }
  for (const join of joins) visit(join.on, place);
  for (const [key, child] of Object.entries(select))
    if (!["with", "from", "joins"].includes(key)) visit(child, place);
  return outputsOf(select, scope);
}

/** The common table expressions in reach after a WITH clause; each sees those before it, a recursive one itself. */
function withQueries(clause: SqlValue, place: Place): Place["queries"] {
  if (!isNode(clause)) return place.queries;
  const queries = new Map(place.queries);
  for (const cte of listOf(clause.ctes).filter(isNode)) {
    const name = nameIn(cte.alias).toLowerCase();
    const node = cte.this as SqlNode;
    const columns = listOf(cte.columns).map((column) => nameIn(column).toLowerCase());
    const declared = columns.length > 0 ? new Set(columns) : undefined;
    if (clause.recursive === true) queries.set(name, { node, outputs: declared });
    const outputs = visitQuery(node, { ...place, queries });
    queries.set(name, { node, outputs: declared ?? outputs });
  }
  return queries;
}

/** Adds what stands in FROM or JOIN. `place` has no scope of this SELECT: sub-queries there do not see their sisters. */
function addSource(value: SqlValue, scope: Scope, place: Place): void {
  if (!isNode(value)) return;
  const table = bodyOf(value, "table");
  const joined = bodyOf(value, "joined_table");
  const subquery = bodyOf(value, "subquery");
  if (joined !== undefined) return addJoined(joined, scope, place);
  let source: Source;
  if (table !== undefined) source = tableSource(table, scope, place);
  else if (subquery !== undefined) {
    const alias = nameIn(subquery.alias).toLowerCase();
    const query = subquery.this as SqlNode;
    source = { alias, query, node: subquery, scope, outputs: visitQuery(value, place) };
  } else {
    source = { alias: nameIn(bodyOf(value, "alias")?.alias).toLowerCase(), node: value, scope };
    visit(value, { ...place, scope });
  }
  scope.sources.push(source);
  place.found.sources.push(source);
}

/** A join in brackets. */
function addJoined(joined: SqlNode, scope: Scope, place: Place): void {
  addSource(joined.left, scope, place);
  for (const join of listOf(joined.joins).filter(isNode)) {
    addSource(join.this, scope, place);
    visit(join.on, { ...place, scope });
  }
}

function tableSource(table: SqlNode, scope: Scope, { queries, known }: Place): Source {
  const name = nameIn(table.name);
  const alias = (nameIn(table.alias) || name).toLowerCase();
  const named = isNode(table.schema) ? undefined : queries.get(name.toLowerCase());
  return named === undefined
    ? { alias, table: name, node: table, scope, outputs: known?.get(name.toLowerCase()) }
    : { alias, query: named.node, node: table, scope, outputs: named.outputs };
}
