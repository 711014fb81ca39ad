/**
 * What may change at one node of a query's tree. Each rule gives the nodes that may stand in its place; neighbours.ts
 * puts them there. Changes that can make no difference by SQL's own rules (DISTINCT inside IN, ORDER BY in a sub-query
 * without LIMIT) are not made.
 */
import type { Rng } from "../../base/rng.ts";
import type { Column, Table } from "../../schema/schema.ts";
import type { ColumnUse, Source } from "../../sql/scope.ts";
import { bodyOf, isNode, listOf, type SqlNode, type SqlValue, walk } from "../../sql/tree.ts";
import { isDate, nearDates, nearNumbers, nearPatterns } from "./literals.ts";
import type { NeighbourKind } from "./neighbours.ts";
import { proofOfCount } from "./proofs.ts";
import { changesOfSelect, changesOfSetOperation } from "./clause-changes.ts";

export type Context = {
  readonly uses: ReadonlyMap<SqlNode, ColumnUse>;
  readonly sources: ReadonlyMap<SqlNode, Source>;
  /** By lower-case name. */
  readonly tables: ReadonlyMap<string, Table>;
  readonly conditions: ReadonlyMap<string, readonly SqlNode[]>;
  readonly rng: Rng;
};

/** Where in the query a node stands. */
export type Place = {
  /** The condition of a join. */
  readonly isJoin?: boolean;
  /** A query of which only the set of rows counts: in IN, EXISTS, or beside a set operator. */
  readonly isSet?: boolean;
  /** A query inside another one. */
  readonly isInner?: boolean;
  /** A number here is a position or stands for nothing. */
  readonly isPosition?: boolean;
  /** The innermost SELECT. */
  readonly select?: SqlNode;
  /** One side of a comparison with 0. */
  readonly isSign?: boolean;
  /** The column that a literal is compared with. */
  readonly compared?: Column;
  readonly isPattern?: boolean;
};

export type Change = {
  readonly kind: NeighbourKind;
  readonly value: SqlValue;
  /** Why the change makes no difference, if that is certain. */
  readonly proof?: string;
};

const COMPARISONS: Readonly<Record<string, readonly string[]>> = {
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
const AGGREGATES: Readonly<Record<string, readonly string[]>> = {
  sum: ["avg", "max"],
  avg: ["sum", "min"],
  min: ["max"],
  max: ["min"],
};
const NEGATED = new Set(["in", "between", "is_null"]);
const SET_OPERATORS = new Set(["union", "intersect", "except"]);

/** All changes at this very node; what stands below it is not looked at. */
export function changesOf(node: SqlNode, place: Place, context: Context): Change[] {
  const [kind, ...others] = Object.keys(node);
  const body = node[kind];
  if (others.length > 0 || !isNode(body)) return [];
  if (kind === "select") return changesOfSelect(body, place, context);
  if (SET_OPERATORS.has(kind)) return changesOfSetOperation(kind, body);
  if (kind === "column") return changesOfColumn(body, place, context);
  if (kind === "literal") return changesOfLiteral(body, place, context);
  if (kind in AGGREGATES || kind === "count") return changesOfAggregate(kind, body, place, context);
  return changesOfCondition(kind, node, body, place, context);
}

/** The place of what stands under `key`. */
export function placeOf(place: Place, node: SqlNode, key: string, context: Context): Place {
  const child = node[key];
  if (key === "on") return { ...place, isJoin: true };
  if (key === "select" && isNode(child))
    return { ...place, select: child, isJoin: false, compared: undefined, isPosition: false };
  if (key === "order_by" || key === "group_by") return { ...place, isPosition: true };
  if (key === "expressions" && "from" in node) return { ...place, isPosition: true };
  if (key === "limit" || key === "offset") return { ...place, isPosition: true };
  if (SET_OPERATORS.has(key)) {
    const isAll = isNode(child) && child.all === true;
    return { ...place, isInner: true, isSet: !isAll };
  }
  if (key === "subquery") return { ...place, isInner: true, isSet: false };
  if (key === "exists" || key === "query") return { ...place, isInner: true, isSet: true };
  if (isNode(child) && isComparison(key)) {
    const isSign = [child.left, child.right].some((side) => bodyOf(side, "literal")?.value === "0");
    return {
      ...place,
      compared: comparedIn(child, context)?.column,
      isPattern: key === "like",
      isSign,
    };
  }
  const isDeeper = "this" in node || "args" in node || "whens" in node;
  return isDeeper && !isComparison(Object.keys(node)[0]) && key !== "left" && key !== "right"
    ? { ...place, ...(isInComparison(node) ? {} : { compared: undefined }), isPosition: false }
    : place;
}

const isComparison = (kind: string): boolean =>
  ["eq", "neq", "lt", "lte", "gt", "gte", "like", "in", "between"].includes(kind);
/** The bodies of IN and BETWEEN hold what they compare under `this`. */
const isInComparison = (body: SqlNode): boolean => "low" in body || "query" in body;

type Compared = { readonly table: Table; readonly column: Column };

function comparedIn(body: SqlNode, { uses, tables }: Context): Compared | undefined {
  for (const side of [body.left, body.right, body.this]) {
    const use = uses.get(bodyOf(side, "column") ?? {});
    const table = tables.get(use?.source?.table?.toLowerCase() ?? "");
    const name = use?.name.toLowerCase();
    const column = table?.columns.find((one) => one.name.toLowerCase() === name);
    if (table !== undefined && column !== undefined) return { table, column };
  }
  return undefined;
}

/** Dates and numbers that measure something. Of text and keys only what is equal matters: no one asks for ids up to 7. */
function isQuantity({ table, column }: Compared): boolean {
  if (classOf(column) === "date") return true;
  const isReference = table.foreignKeys.some(({ columns }) => columns.includes(column.name));
  return classOf(column) === "number" && column.primaryKey === 0 && !isReference;
}

function changesOfCondition(
  kind: string,
  node: SqlNode,
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
  if (kind in COMPARISONS) {
    const compared = comparedIn(body, context);
    const isOrdered = kind !== "eq" || (compared !== undefined && isQuantity(compared));
    const others = isOrdered ? COMPARISONS[kind] : ["neq"];
    return others.map((other) => operator({ [other]: body }));
  }
  if (kind === "between" && body.not !== true) {
    const { this: value, low, high } = body;
    const range = (from: string, to: string) =>
      operator({ and: { left: pair(from, value, low), right: pair(to, value, high) } });
    return [range("gt", "lte"), range("gte", "lt"), negated(kind, body)];
  }
  if (NEGATED.has(kind)) return [negated(kind, body), ...droppedItems(kind, body)];
  if (kind === "like" || kind === "exists") return [operator({ not: { this: node } })];
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

function changesOfAggregate(
  kind: string,
  body: SqlNode,
  { select = {}, isSign }: Place,
  context: Context,
): Change[] {
  const aggregate = (value: SqlValue, proof?: string): Change => ({
    kind: "aggregate",
    value,
    proof,
  });
  if (kind !== "count")
    return AGGREGATES[kind].map((other) => {
      const isEqual = isSign && other !== "max" && other !== "min" && kind !== "min";
      return aggregate(renamed(other, body), isEqual ? SAME_SIGN : undefined);
    });
  if (body.star === true) {
    const column = anyColumn(context);
    if (column === undefined) return [];
    return [aggregate(countOf(body, { this: { column }, star: false, distinct: true }))];
  }
  const all = countOf(body, { this: null, star: true, distinct: false });
  const proof = body.distinct === true ? undefined : proofOfCount(body.this, select, context);
  return [
    { kind: "distinct", value: countOf(body, { distinct: body.distinct !== true }) },
    aggregate(all, proof),
  ];
}

const SAME_SIGN = "sum and average have one sign";

const countOf = (body: SqlNode, change: SqlNode): SqlNode => ({ count: { ...body, ...change } });

/** The same call under another name. */
const renamed = (name: string, body: SqlNode): SqlNode => ({
  [name]: { ...body, original_name: null, name: name.toUpperCase() },
});

/** A column that the query names somewhere. */
function anyColumn({ uses, rng }: Context): SqlNode | undefined {
  const known = [...uses.values()].filter(({ source }) => source?.table !== undefined);
  return known.length === 0 ? undefined : rng.pick(known).node;
}

const MAX_COLUMNS = 2;

function changesOfColumn(
  body: SqlNode,
  { isJoin }: Place,
  { uses, tables, rng }: Context,
): Change[] {
  const use = uses.get(body);
  const table = tables.get(use?.source?.table?.toLowerCase() ?? "");
  if (use === undefined || use.source === undefined || table === undefined || isJoin) return [];
  const key = use.name.toLowerCase();
  const own = table.columns.find(({ name }) => name.toLowerCase() === key);
  const others = table.columns.filter(
    (column) => own !== undefined && column !== own && classOf(column) === classOf(own),
  );
  const needsTable = use.scope.sources.length > 1 || use.scope.parent !== undefined;
  const qualifier = identifier(use.source.alias);
  return rng
    .shuffle(others)
    .slice(0, MAX_COLUMNS)
    .map(({ name }) => ({
      kind: "column",
      value: {
        column: { ...body, name: identifier(name), ...(needsTable && { table: qualifier }) },
      },
    }));
}

export const identifier = (name: string): SqlNode => ({
  name,
  quoted: !/^[A-Za-z_]\w*$/.test(name),
  trailing_comments: [],
});

/** What may stand for each other: numbers, dates, other text. */
export function classOf({ type, cellValues }: Column): string {
  if (/INT|REAL|FLOA|DOUB|NUM|DEC|MONEY|BOOL/i.test(type)) return "number";
  const texts = cellValues.filter((cell) => typeof cell === "string");
  return texts.length > 0 && texts.every(isDate) ? "date" : "text";
}

function changesOfLiteral(
  body: SqlNode,
  { compared, isPosition, isPattern }: Place,
  { rng }: Context,
): Change[] {
  const text = String(body.value);
  const change = (value: string): Change => ({
    kind: "value",
    value: { literal: { ...body, value } },
  });
  if (isPosition) return [];
  if (body.literal_type === "number")
    return (compared === undefined ? nearNumbers(text).slice(0, 1) : nearNumbers(text))
      .filter((near) => !near.startsWith("-"))
      .map(change);
  if (body.literal_type !== "string") return [];
  if (isPattern) {
    // No date has its year elsewhere than in front.
    const isOfDates = compared !== undefined && classOf(compared) === "date";
    const patterns = nearPatterns(text);
    return (isOfDates ? patterns.slice(1) : patterns).map(change);
  }
  const near = isDate(text) ? nearDates(text) : [];
  const others = (compared?.cellValues ?? []).filter(
    (cell) => cell !== null && String(cell) !== text,
  );
  const other = others.length > 0 ? [String(rng.pick(others))] : [];
  return [...near, ...other].map(change);
}

/** Whether a part of a query holds an aggregate of its own. */
export function hasAggregate(value: SqlValue): boolean {
  let found = false;
  walk(value, (node) => {
    const [kind] = Object.keys(node);
    if (kind === "subquery" || kind === "select") return false;
    if (kind === "count" || kind in AGGREGATES) found = true;
    return !found;
  });
  return found;
}
