/** A statement without what says nothing: comments, and parentheses around what would be read alike without them. */
import { bodyOf, isList, isNode, type SqlNode, type SqlValue } from "./tree.ts";

/** Where an expression stands: alone in its clause, beside AND or OR, or as an operand of anything else. */
type Place = "clause" | "and" | "or" | "operand";

export const plain = (statement: SqlNode): SqlNode => visit(statement, "operand") as SqlNode;

function visit(value: SqlValue, place: Place): SqlValue {
  if (isList(value)) return value.map((item) => visit(item, place));
  if (!isNode(value)) return value;
  const inner = bodyOf(value, "paren")?.this;
  if (isNode(inner) && isReadAlike(inner, place)) return visit(inner, place);
  const copy: { [key: string]: SqlValue } = {};
  for (const key in value)
    copy[key] = COMMENTS.test(key) ? [] : visit(value[key], placeOf(key, place));
  if (isNode(copy.this) && "literal" in copy.this && "parenthesized" in copy)
    copy.parenthesized = false; // TOP (5)
  return copy;
}

const COMMENTS = /(?:^|_)comments$/;
const CLAUSES: ReadonlySet<string> = new Set(["expressions", "args", "on", "alias"]);

/** `where_clause` and `having` hold their condition under `this`, as an alias does. */
function placeOf(key: string, outer: Place): Place {
  if (key === "and" || key === "or") return key;
  if (key === "left" || key === "right") return outer === "clause" ? "operand" : outer;
  if (key === "where_clause" || key === "having" || CLAUSES.has(key)) return "clause";
  return key === "this" && outer === "clause" ? "clause" : "operand";
}

const ATOMS = "column literal function paren cast case count sum avg min max".split(" ");
const COMPARISONS = "eq neq lt lte gt gte like in between is_null exists".split(" ");
const QUERIES =
  "select union intersect except values subquery table joined_table alias tuple".split(" ");

function isReadAlike(inner: SqlNode, place: Place): boolean {
  const isOneOf = (kinds: readonly string[]) => kinds.some((kind) => isNode(inner[kind]));
  if (isOneOf(ATOMS)) return true;
  if (isOneOf(QUERIES)) return false;
  return place === "clause" || (place !== "operand" && isOneOf([...COMPARISONS, place]));
}
