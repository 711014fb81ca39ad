/**
 * SQL text to a tree and back, by polyglot-sql. The tree is plain JSON: a node is an object with one key, its kind
 * (`{"column": {…}}`). The parser is lenient ("hello world" is an aliased column): whether SQL is right, only the
 * database can say. Knows no schema and opens no database.
 */
import { type Dialect as ParserDialect, generate, parse } from "@polyglot-sql/sdk";
import { messageOf, UserError } from "../base/errors.ts";
import type { Dialect } from "./dialect.ts";

/** A node of the parser's tree. */
export type SqlNode = { readonly [key: string]: SqlValue };
/** What a node may hold. */
export type SqlValue = null | boolean | number | string | readonly SqlValue[] | SqlNode;

const parserDialects: Readonly<Record<Dialect, string>> = {
  sqlite: "sqlite",
  postgres: "postgresql",
  mysql: "mysql",
  tsql: "tsql",
  duckdb: "duckdb",
};
const parserDialect = (dialect: Dialect): ParserDialect => parserDialects[dialect] as ParserDialect;

/** Statements, or why there are none. */
export type Parsed =
  | { readonly ok: true; readonly statements: readonly SqlNode[] }
  | { readonly ok: false; readonly message: string };

/** The last texts that were parsed: an item's gold and prediction are asked for several times in a row. */
const parsedTexts = new Map<string, Parsed>();
const MAX_PARSED_TEXTS = 16;

/** Aggregates by the parser's names for them. */
export const AGGREGATES: readonly string[] = "count sum avg min max group_concat".split(" ");

/** Comparisons by the parser's names for them. */
export const COMPARISONS: Readonly<Record<string, string>> = {
  eq: "=",
  neq: "<>",
  lt: "<",
  gt: ">",
  lte: "<=",
  gte: ">=",
  like: "LIKE",
  glob: "GLOB",
};

/** The statements of a text; a text that does not parse is a value, not an error. */
export function parseSql(sql: string, dialect: Dialect): Parsed {
  const key = `${dialect} ${sql}`;
  const known = parsedTexts.get(key);
  if (known !== undefined) return known;
  const parsed = parseText(sql, dialect);
  parsedTexts.set(key, parsed);
  if (parsedTexts.size > MAX_PARSED_TEXTS)
    parsedTexts.delete(parsedTexts.keys().next().value ?? "");
  return parsed;
}

function parseText(sql: string, dialect: Dialect): Parsed {
  try {
    const result = parse(sql, parserDialect(dialect)) as unknown as {
      success: boolean;
      ast?: readonly SqlNode[];
      error?: string;
    };
    return result.success && result.ast !== undefined
      ? { ok: true, statements: result.ast.map(liftSetOperations) }
      : { ok: false, message: result.error ?? "does not parse" };
  } catch (error) {
    return { ok: false, message: messageOf(error) };
  }
}

/** The one statement of a text. Raises UserError("data-invalid") when there is none, or more than one. */
export function parseStatement(sql: string, dialect: Dialect): SqlNode {
  const parsed = parseSql(sql, dialect);
  if (!parsed.ok) throw new UserError("data-invalid", `${parsed.message} in: ${excerpt(sql)}`);
  if (parsed.statements.length !== 1)
    throw new UserError(
      "data-invalid",
      `${parsed.statements.length} statements where one is wanted: ${excerpt(sql)}`,
    );
  return parsed.statements[0];
}

/** The text of a tree in one line. */
export function printSql(statement: SqlNode, dialect: Dialect): string {
  const tree = dialect === "postgres" ? (doubleFloats(statement) as SqlNode) : statement;
  const result = generate([tree], parserDialect(dialect));
  if (!result.success || result.sql === undefined)
    throw new UserError("data-invalid", `this SQL cannot be printed: ${result.error}`);
  return result.sql[0];
}

/** The printer writes Postgres' FLOAT as REAL, which has half its digits. */
function doubleFloats(value: SqlValue): SqlValue {
  const isFloat = isNode(value) && value.data_type === "float" && value.precision === null;
  return isFloat && value.real_spelling !== true
    ? { ...value, data_type: "double" }
    : mapChildren(value, doubleFloats);
}

const excerpt = (sql: string) => (sql.length > 200 ? `${sql.slice(0, 200)}…` : sql);

export const isNode = (value: SqlValue | undefined): value is SqlNode =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isList = (value: SqlValue | undefined): value is readonly SqlValue[] =>
  Array.isArray(value);

/** The body of a node if it is of that kind. */
export const bodyOf = (value: SqlValue | undefined, kind: string): SqlNode | undefined =>
  isNode(value) && isNode(value[kind]) ? value[kind] : undefined;

export const listOf = (value: SqlValue | undefined): readonly SqlValue[] =>
  isList(value) ? value : [];

/** The text of an identifier object `{name, quoted}`; empty where there is none. */
export const nameIn = (identifier: SqlValue | undefined): string =>
  isNode(identifier) && typeof identifier.name === "string" ? identifier.name : "";

/** A copy with `change` applied to the children of `value`. */
export function mapChildren(value: SqlValue, change: (child: SqlValue) => SqlValue): SqlValue {
  if (isList(value)) return value.map(change);
  if (!isNode(value)) return value;
  const copy: { [key: string]: SqlValue } = {};
  for (const key in value) copy[key] = change(value[key]);
  return copy;
}

/** Visits every object of a tree, parents first; `enter` returns false to skip what is below. */
export function walk(value: SqlValue, enter: (node: SqlNode) => boolean | void): void {
  if (isList(value)) for (const item of value) walk(item, enter);
  else if (isNode(value) && enter(value) !== false)
    for (const child of Object.values(value)) walk(child, enter);
}

const SET_OPERATIONS = ["union", "intersect", "except"] as const;

/** The kind and body of a UNION, INTERSECT or EXCEPT. */
export function setOperationOf(
  value: SqlValue,
): { kind: (typeof SET_OPERATIONS)[number]; body: SqlNode } | undefined {
  for (const kind of SET_OPERATIONS) {
    const body = bodyOf(value, kind);
    if (body !== undefined) return { kind, body };
  }
  return undefined;
}

/**
 * The parser reads `WHERE a = (SELECT …) UNION SELECT …` as a comparison with a union. A set operation is never a bare
 * operand in SQL: its left side is the operand, and the whole SELECT so far is the left side of the set operation.
 */
function liftSetOperations<T extends SqlValue>(value: T): T {
  const inner = mapChildren(value, liftSetOperations);
  const select = bodyOf(inner, "select");
  if (select === undefined) return inner as T;
  let lifted: SqlNode | undefined;
  const cut = (child: SqlValue): SqlValue => {
    const operation = setOperationOf(child);
    if (operation !== undefined && bodyOf(operation.body.left, "subquery") !== undefined) {
      lifted = child as SqlNode;
      return operation.body.left;
    }
    return isQuery(child) || hasQuery(child) ? child : mapChildren(child, cut);
  };
  const conditions: { [key: string]: SqlValue } = {};
  for (const key of ["where_clause", "having", "joins"]) conditions[key] = cut(select[key]);
  const operation = lifted && setOperationOf(lifted);
  if (operation === undefined) return inner as T;
  const left: SqlNode = { select: { ...select, ...conditions } };
  return { [operation.kind]: { ...operation.body, left } } as SqlValue as T;
}

/** IN and EXISTS hold their query without brackets of its own. */
const hasQuery = (value: SqlValue): boolean =>
  isQuery(bodyOf(value, "in")?.query) || bodyOf(value, "exists") !== undefined;

/** Whether a node is a query: SELECT, a set operation, VALUES, or one of them in parentheses. */
export const isQuery = (value: SqlValue | undefined): boolean =>
  isNode(value) &&
  ["select", "union", "intersect", "except", "subquery", "values"].some((kind) =>
    isNode(value[kind]),
  );
