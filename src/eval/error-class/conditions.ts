/**
 * The conditions of ON, WHERE and HAVING as a flat list, with what is no condition in the eye of a reader taken out:
 * equations that join two tables, and sub-queries.
 */
import {
  COMPARISONS,
  bodyOf,
  isNode,
  isQuery,
  listOf,
  type SqlNode,
  type SqlValue,
} from "../../sql/tree.ts";
import type { Query } from "./outline.ts";

export type Condition = {
  readonly subject: SqlValue;
  /** `=`, `<>`, `NOT LIKE`, `IS NULL`, …; empty for an expression that is true by itself. */
  readonly operator: string;
  readonly values: readonly SqlValue[];
};

/** A sub-query in a condition. */
export type Nested = {
  /** None for EXISTS. */
  readonly subject?: SqlValue;
  readonly operator: string;
  readonly query: Query;
  /** Every row must meet it: it stands under no OR and no NOT. */
  readonly isCertain: boolean;
  /** It was written with EXCEPT. */
  readonly isExcept?: boolean;
};

export type Conditions = {
  readonly conditions: readonly Condition[];
  readonly nested: readonly Nested[];
  /** Equal columns of two tables, by which they are joined. */
  readonly pairs: readonly (readonly [SqlNode, SqlNode])[];
  /** How many OR. */
  readonly orCount: number;
};

type Clause = { readonly place: "ON" | "WHERE" | "HAVING"; readonly node: SqlValue | undefined };
type Reader = (node: SqlValue) => Query | undefined;
type Found = {
  readonly conditions: Condition[];
  readonly nested: Nested[];
  readonly pairs: [SqlNode, SqlNode][];
  orCount: number;
};
type State = { readonly isCertain: boolean; readonly isNegated: boolean };

const OPPOSITES: Readonly<Record<string, string>> = {
  "=": "<>",
  "<>": "=",
  "<": ">=",
  ">=": "<",
  ">": "<=",
  "<=": ">",
};
const MIRRORED: Readonly<Record<string, string>> = { "<": ">", ">": "<", "<=": ">=", ">=": "<=" };

/** Reads the clauses of one SELECT. `readQuery` reads a sub-query. */
export function readConditions(clauses: readonly Clause[], readQuery: Reader): Conditions {
  const found: Found = { conditions: [], nested: [], pairs: [], orCount: 0 };
  for (const { node } of clauses)
    if (isNode(node)) read(node, found, { isCertain: true, isNegated: false }, readQuery);
  return found;
}

function read(node: SqlValue, found: Found, state: State, readQuery: Reader): void {
  const again = (child: SqlValue, next: State = state) => read(child, found, next, readQuery);
  const paren = bodyOf(node, "paren");
  if (paren !== undefined) return again(paren.this);
  const not = bodyOf(node, "not");
  if (not !== undefined) return again(not.this, { ...state, isNegated: !state.isNegated });
  const both = bodyOf(node, "and") ?? bodyOf(node, "or");
  if (both === undefined) return readAtom(node, found, state, readQuery);
  const isAnd = isNode(node) && "and" in node !== state.isNegated;
  if (!isAnd) found.orCount++;
  const next = { ...state, isCertain: state.isCertain && isAnd };
  again(both.left, next);
  again(both.right, next);
}

function readAtom(node: SqlValue, found: Found, state: State, readQuery: Reader): void {
  const [kind, body] = isNode(node) ? (Object.entries(node)[0] ?? []) : [];
  if (kind === undefined || !isNode(body)) return;
  const isNegated = state.isNegated !== (body.not === true);
  const add = (subject: SqlValue, operator: string, values: readonly SqlValue[] = []) =>
    found.conditions.push({ subject, operator: negate(operator, isNegated), values });
  const nest = (operator: string, query: SqlValue, subject?: SqlValue) =>
    addNested(found, { operator: negate(operator, isNegated), subject, state }, readQuery(query));
  const comparison = COMPARISONS[kind];
  if (comparison !== undefined) {
    const { left, right } = body;
    if (isQuery(right)) nest(comparison, right, left);
    else if (isQuery(left)) nest(MIRRORED[comparison] ?? comparison, left, right);
    else if (comparison === "=" && !isNegated && state.isCertain && isJoin(left, right))
      found.pairs.push([left as SqlNode, right as SqlNode]);
    else add(left, comparison, [right]);
  } else if (kind === "in" && isNode(body.query)) nest("IN", body.query, body.this);
  else if (kind === "in") add(body.this, "IN", listOf(body.expressions));
  else if (kind === "exists") nest("EXISTS", body.this);
  else if (kind === "is_null") add(body.this, "IS NULL");
  else if (kind === "between" && !isNegated) {
    add(body.this, ">=", [body.low]);
    add(body.this, "<=", [body.high]);
  } else if (kind === "between") add(body.this, "BETWEEN", [body.low, body.high]);
  else add(node, "");
}

function addNested(
  found: Found,
  { operator, subject, state }: { operator: string; subject?: SqlValue; state: State },
  query: Query | undefined,
): void {
  if (query === undefined) return;
  const { isCertain } = state;
  found.nested.push({ operator, query, isCertain, ...(subject !== undefined && { subject }) });
}

const negate = (operator: string, isNegated: boolean) =>
  isNegated ? (OPPOSITES[operator] ?? `NOT ${operator}`.trim()) : operator;

/** Columns of two tables. */
function isJoin(left: SqlValue, right: SqlValue): boolean {
  const [a, b] = [tableOf(left), tableOf(right)];
  return a !== undefined && b !== undefined && a !== b;
}

/** The table of a column node. */
export function tableOf(node: SqlValue): string | undefined {
  const table = bodyOf(node, "column")?.table;
  return isNode(table) && typeof table.name === "string" ? table.name : undefined;
}
