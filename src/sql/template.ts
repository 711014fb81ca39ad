/**
 * The identity of a query: two texts that differ only in aliases, letter case, redundant qualifiers, the order of
 * conjuncts or the sides of a comparison have one canonical form; with the literals masked it is a template, with the
 * names masked too a shape. Splits of data go by template. Proves no equivalence beyond that.
 */
import { sha256 } from "../base/hash.ts";
import type { Dialect } from "./dialect.ts";
import { identifier, isLiteral, normalize } from "./normalize.ts";
import type { NamedTable } from "./scope.ts";
import {
  bodyOf,
  isNode,
  listOf,
  mapChildren,
  parseStatement,
  printSql,
  type SqlNode,
  type SqlValue,
} from "./tree.ts";

/** A statement without its values. */
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
  const normal = normalize(parseStatement(sql, dialect), tables, dialect);
  const masked = maskLiterals(normal);
  const template = inOrder(masked, dialect);
  const shape = inOrder(maskNames(masked), dialect);
  return {
    canonical: inOrder(normal, dialect),
    templateId: shortHash(template),
    shapeId: shortHash(shape),
    template,
    shape,
  };
}

/** The canonical form alone. Raises as templateOf does. */
export const canonicalOf = (
  sql: string,
  dialect: Dialect,
  tables?: readonly NamedTable[],
): string => canonicalOfTree(parseStatement(sql, dialect), dialect, tables);

/** The canonical form of a statement that is parsed already. */
export const canonicalOfTree = (
  statement: SqlNode,
  dialect: Dialect,
  tables?: readonly NamedTable[],
): string => inOrder(normalize(statement, tables, dialect), dialect);

const inOrder = (statement: SqlNode, dialect: Dialect): string =>
  printSql(ordered(statement), dialect);

const shortHash = (text: string) => sha256(text).slice(0, 16);

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
  JSON.stringify(value, (key, child) => (key === "span" ? undefined : child)).toLowerCase();
