/** What may change in conditions and arithmetic: operators, one side of AND and OR, an item of IN. */
import { listOf, type SqlNode, type SqlValue } from "../../sql/tree.ts";
import { type Change, comparedIn, type Context, type Place } from "./change.ts";
import { isQuantity } from "./columns.ts";

const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  eq: ["neq", "gte", "lte"],
  neq: ["eq"],
  lt: ["lte", "gt"],
  lte: ["lt", "gte"],
  gt: ["gte", "lt"],
  gte: ["gt", "lte"],
  add: ["sub"],
  sub: ["add"],
  mul: ["div"],
  div: ["mul"],
};
const NEGATED = new Set(["in", "between", "is_null"]);

/** All changes of a condition, given its kind and body. */
export function changesOfCondition(
  kind: string,
  body: SqlNode,
  place: Place,
  context: Context,
): Change[] {
  const { isJoin } = place;
  const operator = (value: SqlValue): Change => ({ kind: "operator", value });
  if (kind === "and" || kind === "or") {
    const dropped = [body.left, body.right].map((value): Change => ({
      kind: isJoin ? "join" : "condition",
      value,
    }));
    const other = kind === "and" ? "or" : "and";
    return isJoin ? dropped : [...dropped, operator({ [other]: body })];
  }
  if (isJoin) return [];
  if (kind in OPERATORS) {
    const compared = comparedIn(body, context);
    const isOrdered =
      kind !== "eq" || (compared !== undefined && isQuantity(compared.table, compared.column));
    const others = isOrdered ? OPERATORS[kind] : ["neq"];
    return others.map((other) => operator({ [other]: body }));
  }
  if (kind === "between" && body.not !== true) {
    const { this: value, low, high } = body;
    const range = (from: string, to: string) =>
      operator({ and: { left: pair(from, value, low), right: pair(to, value, high) } });
    return [range("gt", "lte"), range("gte", "lt"), negated(kind, body)];
  }
  if (NEGATED.has(kind)) return [negated(kind, body), ...droppedItems(kind, body)];
  if (kind === "like" || kind === "exists") return [operator({ not: { this: { [kind]: body } } })];
  if (kind === "not") return [operator(body.this)];
  return [];
}

const pair = (kind: string, left: SqlValue, right: SqlValue): SqlNode => ({
  [kind]: { left, right, left_comments: [], operator_comments: [], trailing_comments: [] },
});

const negated = (kind: string, body: SqlNode): Change => ({
  kind: "operator",
  value: { [kind]: { ...body, not: body.not !== true } },
});

/** Lists of IN with one value less. */
function droppedItems(kind: string, body: SqlNode): Change[] {
  const items = kind === "in" ? listOf(body.expressions) : [];
  if (items.length < 2) return [];
  return items.map((_, i) => ({
    kind: "value",
    value: { in: { ...body, expressions: items.toSpliced(i, 1) } },
  }));
}
