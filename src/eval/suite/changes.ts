/**
 * What may change at one node of a query's tree. Each rule gives the nodes that may stand in its place; neighbours.ts
 * puts them there. Changes that can make no difference by SQL's own rules (DISTINCT inside IN, ORDER BY in a sub-query
 * without LIMIT) are not made.
 */
import { bodyOf, isNode, type SqlNode } from "../../sql/tree.ts";
import { AGGREGATES, type Change, comparedIn, type Context, type Place } from "./change.ts";
import { changesOfSelect, changesOfSetOperation } from "./clause-changes.ts";
import { changesOfCondition } from "./condition-changes.ts";
import { changesOfAggregate, changesOfColumn, changesOfLiteral } from "./expression-changes.ts";

const SET_OPERATORS = new Set(["union", "intersect", "except"]);
const COMPARISONS = new Set(["eq", "neq", "lt", "lte", "gt", "gte", "like", "in", "between"]);

/** All changes at this very node; what stands below it is not looked at. */
export function changesOf(node: SqlNode, place: Place, context: Context): Change[] {
  const [kind, ...others] = Object.keys(node);
  const body = node[kind];
  if (others.length > 0 || !isNode(body)) return [];
  if (kind === "select") return changesOfSelect(body, place, context);
  if (SET_OPERATORS.has(kind)) return changesOfSetOperation(kind, body);
  if (kind === "column") return changesOfColumn(body, place, context);
  if (kind === "literal") return changesOfLiteral(body, place, context);
  if (AGGREGATES.has(kind)) return changesOfAggregate(kind, body, place, context);
  return changesOfCondition(kind, body, place, context);
}

/** The place of what stands under `key`. */
export function placeOf(place: Place, node: SqlNode, key: string, context: Context): Place {
  const child = node[key];
  if (key === "on") return { ...place, isJoin: true };
  if (key === "select" && isNode(child)) {
    const { isSet, isInner } = place;
    return { select: child, isSet, isInner };
  }
  const isOutput = key === "expressions" && "from" in node;
  if (isOutput || ["order_by", "group_by", "limit", "offset"].includes(key))
    return { ...place, isPosition: true };
  if (SET_OPERATORS.has(key))
    return { ...place, isInner: true, isSet: !(isNode(child) && child.all === true) };
  if (key === "subquery") return { ...place, isInner: true, isSet: false };
  if (key === "exists" || key === "query") return { ...place, isInner: true, isSet: true };
  if (isNode(child) && COMPARISONS.has(key))
    return { ...place, ...comparison(key, child, context) };
  const isOperand = key === "left" || key === "right" || COMPARISONS.has(Object.keys(node)[0]);
  const isDeeper = "this" in node || "args" in node || "whens" in node;
  if (isOperand || !isDeeper) return place;
  // The bodies of IN and BETWEEN hold what they compare under `this`, beside the values.
  const compared = "low" in node || "query" in node ? place.compared : undefined;
  return { ...place, compared, isPosition: false };
}

function comparison(kind: string, body: SqlNode, context: Context): Partial<Place> {
  const { left, right } = body;
  const isZero = bodyOf(right, "literal")?.value === "0";
  return {
    compared: comparedIn(body, context)?.column,
    isPattern: kind === "like",
    signed: isZero ? left : undefined,
  };
}
