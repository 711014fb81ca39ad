/**
 * The identity of a query: two texts that differ only in aliases, letter case, redundant qualifiers, the order of
 * conjuncts or the sides of a comparison have one canonical form; with the literals masked it is a template, with the
 * names masked too a shape. Splits of data go by template. Proves no equivalence beyond that.
 */
import { sha256 } from "../base/hash.ts";
import type { Dialect } from "./dialect.ts";
import { isPlainName } from "./quote.ts";
import {
  type ColumnUse,
  leftmostSelect,
  type NamedTable,
  resolveNames,
  type Resolution,
  type Scope,
  type Source,
} from "./scope.ts";
import {
  bodyOf,
  isList,
  isNode,
  listOf,
  mapChildren,
  nameIn,
  parseStatement,
  printSql,
  type SqlNode,
  type SqlValue,
} from "./tree.ts";

export type Template = {
  /** The normalised text with its literals. */
  readonly canonical: string;
  /** Hash of the canonical form with literals masked. */
  readonly templateId: string;
  /** Hash of the template with the names of tables and columns masked too. */
  readonly shapeId: string;
  /** What the two hashes stand for, to be read. */
  readonly template: string;
  readonly shape: string;
};

/**
 * Template of one statement. With `tables`, unqualified columns of joins are given their table and double-quoted
 * literals are told from names; without, the text alone decides. Raises UserError("data-invalid") for text that is
 * not one statement.
 */
export function templateOf(
  sql: string,
  dialect: Dialect,
  tables?: readonly NamedTable[],
): Template {
  const parsed = parseStatement(sql, dialect);
  const statement = tables === undefined ? quotedToLiterals(parsed) : parsed;
  const normal = normalize(statement, tables);
  const masked = maskLiterals(normal);
  const template = printSql(ordered(masked), dialect);
  const shape = printSql(ordered(maskNames(masked)), dialect);
  return {
    canonical: printSql(ordered(normal), dialect),
    templateId: shortHash(template),
    shapeId: shortHash(shape),
    template,
    shape,
  };
}

const shortHash = (text: string) => sha256(text).slice(0, 16);

/** Aliases, qualifiers, case and spelling made one; see the header. */
function normalize(statement: SqlNode, tables: readonly NamedTable[] | undefined): SqlNode {
  const resolution = resolveNames(statement, tables);
  const names = sourceNames(resolution);
  const uses = new Map(resolution.columns.map((use) => [use.node, use]));
  const sources = new Map(resolution.sources.map((source) => [source.node, source]));
  const ctes = new Map<SqlNode, string>();
  for (const source of resolution.sources)
    if (source.query !== undefined && "name" in source.node)
      ctes.set(source.query, names.get(source) ?? "");

  const rewrite = (value: SqlValue): SqlValue => {
    if (!isNode(value)) return mapChildren(value, rewrite);
    const column = bodyOf(value, "column");
    const use = column && uses.get(column);
    if (use !== undefined) return rewriteColumn(use);
    const source = sources.get(value);
    if (source !== undefined) return rewriteSource(value, source);
    const starred = resolution.stars.get(value);
    if (starred !== undefined) return { ...value, table: qualifierOf(starred, starred.scope) };
    if ("expressions" in value && "joins" in value) return rewriteSelect(value);
    const condition = usingAsOn(value);
    if (condition !== undefined)
      return { ...(mapChildren(value, rewrite) as SqlNode), using: [], on: condition };
    if ("left" in value && isNode(value.order_by))
      return respell(mapChildren(positioned(value, resultItems(value)), rewrite) as SqlNode);
    const query = isNode(value.this) ? ctes.get(value.this) : undefined;
    if (query !== undefined && "alias_first" in value)
      return { ...(mapChildren(value, rewrite) as SqlNode), alias: identifier(query) };
    return respell(mapChildren(value, rewrite) as SqlNode);
  };

  const rewriteColumn = (use: ColumnUse): SqlValue => {
    if (use.literal) return { literal: { literal_type: "string", value: use.name } };
    if (use.expression !== undefined) return rewrite(use.expression);
    const { source } = use;
    const table = source ? qualifierOf(source, use.scope) : asIdentifier(use.qualifier);
    return columnNode(columnName(use), table);
  };

  /** USING (a, b) as the ON condition that it means, when its sides are certain. */
  const usingAsOn = (join: SqlNode): SqlNode | undefined => {
    const own = resolution.usings.filter((using) => using.join === join);
    if (own.length === 0 || own.some(({ left, right }) => !left || !right)) return undefined;
    const column = (source: Source | undefined, name: string): SqlNode =>
      columnNode(name, asIdentifier((source && names.get(source)) ?? ""));
    return own
      .map(({ name, left, right }): SqlNode =>
        operation("eq", column(left, name), column(right, name)),
      )
      .reduce((left, right) => operation("and", left, right));
  };

  /** None for the only source of the scope that speaks. */
  const qualifierOf = (source: Source, scope: Scope): SqlValue =>
    source.scope === scope && scope.sources.length === 1
      ? null
      : asIdentifier(names.get(source) ?? source.alias);

  const rewriteSource = (node: SqlNode, source: Source): SqlNode => {
    const name = names.get(source) ?? source.alias;
    const inner = mapChildren(node, rewrite) as SqlNode;
    if (source.table === undefined)
      return "name" in node
        ? { ...inner, name: identifier(name), alias: null }
        : { ...inner, alias: identifier(name), alias_explicit_as: true };
    const table = source.table.toLowerCase();
    const alias = name === table ? null : identifier(name);
    return {
      ...inner,
      name: identifier(table),
      schema: null,
      alias,
      alias_explicit_as: alias !== null,
    };
  };

  /** Output names go (their uses were replaced), or become c1, c2 … where an outer query reads them. */
  const rewriteSelect = (select: SqlNode): SqlNode => {
    const inner = mapChildren(positioned(select, resultItems({ select })), rewrite) as SqlNode;
    const expressions = listOf(inner.expressions).map((item, index) => {
      const alias = bodyOf(item, "alias");
      if (alias === undefined) return item;
      return read.has(select)
        ? { alias: { ...alias, alias: identifier(`c${index + 1}`), alias_explicit_as: true } }
        : alias.this;
    });
    return { ...inner, expressions };
  };
  const read = new Set(resolution.sources.map(({ query }) => query && leftmostSelect(query)));
  return rewrite(statement) as SqlNode;
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

const identifier = (name: string): SqlNode => ({
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
const isLiteral = (value: SqlValue) => bodyOf(value, "literal") !== undefined;

/** `20 < age` is `age > 20`. */
function flip(node: SqlNode): SqlNode {
  for (const kind of ["eq", "neq", ...Object.keys(FLIPPED)]) {
    const body = bodyOf(node, kind);
    if (body === undefined || !isLiteral(body.left) || isLiteral(body.right)) continue;
    return { [FLIPPED[kind] ?? kind]: { ...body, left: body.right, right: body.left } };
  }
  return node;
}

const MASK: SqlNode = { literal: { literal_type: "number", value: "?" } };

/** Every literal becomes `?`; a list of them, one `?`. */
function maskLiterals<T extends SqlValue>(value: T): T {
  if (!isNode(value)) return mapChildren(value, maskLiterals) as T;
  if (isLiteral(value) || "boolean" in value || isLiteral(bodyOf(value, "neg")?.this ?? null))
    return MASK as T;
  const masked = mapChildren(value, maskLiterals) as SqlNode;
  const list = bodyOf(masked, "in");
  const items = listOf(list?.expressions);
  return items.length > 0 && items.every((item) => item === MASK)
    ? ({ in: { ...list, expressions: [MASK] } } as SqlValue as T)
    : (masked as SqlValue as T);
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

/** Names of tables become `t`, of columns `c`; qualifiers and aliases go. */
function maskNames(value: SqlValue): SqlNode {
  const mask = (child: SqlValue): SqlValue => {
    if (!isNode(child)) return mapChildren(child, mask);
    if (isNode(child.column))
      return { column: { ...child.column, name: identifier("c"), table: null } };
    const inner = mapChildren(child, mask) as SqlNode;
    const alias = bodyOf(inner, "alias");
    if (alias !== undefined && isNode(alias.this)) return alias.this;
    if (alias !== undefined && "this" in inner) return { ...inner, alias: identifier("q") };
    if ("table" in inner && isNode(inner.table) && isNode(inner.table.name))
      return {
        table: { ...inner.table, name: identifier("t"), alias: null, alias_explicit_as: false },
      };
    if (isNode(inner.star)) return { star: { ...inner.star, table: null } };
    if ("using" in inner)
      return { ...inner, using: listOf(inner.using).map(() => identifier("c")) };
    return inner;
  };
  return mask(value) as SqlNode;
}

/** AND and OR as sorted chains, and the two columns of an equation in order, so that their order does not count. */
function ordered<T extends SqlValue>(value: T): T {
  const inner = mapChildren(isNode(value) ? withoutParens(value) : value, ordered);
  if (!isNode(inner)) return inner as T;
  for (const kind of ["and", "or"]) {
    const body = bodyOf(inner, kind);
    if (body === undefined) continue;
    const parts = chain(inner, kind).sort(byText);
    return parts.reduce((left, right) => ({ [kind]: { ...body, left, right } })) as T;
  }
  const equation = bodyOf(inner, "eq");
  if (equation !== undefined && byText(equation.left, equation.right) > 0) {
    if (bodyOf(equation.left, "column") && bodyOf(equation.right, "column"))
      return { eq: { ...equation, left: equation.right, right: equation.left } } as SqlValue as T;
  }
  return inner as T;
}

/** Brackets around a whole condition go. */
function withoutParens(node: SqlNode): SqlNode {
  const result: { [key: string]: SqlValue } = { ...node };
  for (const key of ["where_clause", "having"]) {
    const clause = bodyOf(node, key);
    const condition = bodyOf(clause?.this, "paren")?.this;
    if (condition !== undefined) result[key] = { ...clause, this: condition };
  }
  const condition = bodyOf(node.on, "paren")?.this;
  return condition === undefined ? result : { ...result, on: condition };
}

function chain(value: SqlValue, kind: string): SqlValue[] {
  const paren = bodyOf(value, "paren")?.this;
  const open = isNode(paren) && !("or" in paren && kind === "and") ? paren : value;
  const body = bodyOf(open, kind);
  return body === undefined ? [open] : [...chain(body.left, kind), ...chain(body.right, kind)];
}

const byText = (a: SqlValue, b: SqlValue): number => {
  const [left, right] = [textOf(a), textOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
};
const textOf = (value: SqlValue) =>
  JSON.stringify(value, (key, child) => (key === "span" ? undefined : child));
