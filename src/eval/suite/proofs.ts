/**
 * When a change makes no difference in any database that keeps the schema's keys and NOT NULLs: sentences that say why,
 * or nothing where that cannot be shown. Such neighbours are the gold itself in other words and need not be told apart.
 * A proof says nothing about a database whose rows break its own foreign keys.
 */
import type { Column, Table } from "../../schema/schema.ts";
import type { Source } from "../../sql/scope.ts";
import { bodyOf, isNode, listOf, nameIn, type SqlNode, type SqlValue } from "../../sql/tree.ts";
import type { Context } from "./change.ts";
import { keyColumns } from "./columns.ts";

/** Why DISTINCT has nothing to remove from a SELECT. */
export function proofOfDistinctRows(select: SqlNode, context: Context): string | undefined {
  const shown = new Set(outputsOf(select).map((item) => keyOf(item, context)));
  const order = listOf(isNode(select.order_by) ? select.order_by.expressions : null).filter(isNode);
  const isOrderShown = order.every((term) =>
    shown.has(keyOf(groupTerm(term.this, select), context)),
  );
  // Ordered by what it does not show, SQLite drops duplicates before it orders: any of them may go.
  if (isOneRowOf(select) && isOrderShown) return "there is one row";
  if (isNode(select.group_by)) {
    const terms = listOf(select.group_by.expressions).map((term) => groupTerm(term, select));
    return terms.every((term) => shown.has(keyOf(term, context)))
      ? "each group is one row and shows what it is grouped by"
      : undefined;
  }
  const [first, ...joined] = sourcesOf(select, context);
  const key = first && keyOfTable(first, context);
  if (first === undefined || key === undefined) return undefined;
  const fixed = fixedColumns(select, first, context);
  const isShown = (column: string) =>
    fixed.has(column.toLowerCase()) || shown.has(columnKey(first, column, context));
  const joins = listOf(select.joins).filter(isNode);
  const isSingle =
    joins.length === joined.length && joins.every((join) => isAtMostOne(join, context));
  return key.every(isShown) && isSingle ? "every row shows a key of its own" : undefined;
}

const isOneRowOf = ({ limit, offset }: SqlNode): boolean =>
  bodyOf(bodyOf(limit, "this"), "literal")?.value === "1" && !isNode(offset);

/** Why an inner join and a left join are the same here. */
export function proofOfOuterJoin(
  join: SqlNode,
  select: SqlNode,
  context: Context,
): string | undefined {
  const source = sourceOfJoin(join, context);
  if (source === undefined) return undefined;
  if (isRejectingNull(where(select), source, context)) return "WHERE drops rows without a partner";
  const joins = listOf(select.joins).filter(isNode);
  const later = joins.slice(joins.indexOf(join) + 1).filter(({ kind }) => kind === "Inner");
  if (later.some((other) => pairsOf(other, context)?.some(({ left }) => left.source === source)))
    return "a later join drops rows without a partner";
  return hasPartner(join, select, context) ? "every row has its parent" : undefined;
}

/** Why a join that nothing else needs can go. */
export function proofOfDroppedJoin(
  join: SqlNode,
  select: SqlNode,
  context: Context,
): string | undefined {
  const keepsAll = join.kind === "Left" || hasPartner(join, select, context);
  return keepsAll && isAtMostOne(join, context) ? "every row has exactly one parent" : undefined;
}

/** Whether a later join is made on columns of this one. */
export function isJoinedOn(join: SqlNode, select: SqlNode, context: Context): boolean {
  const source = sourceOfJoin(join, context);
  const joins = listOf(select.joins).filter(isNode);
  return joins
    .slice(joins.indexOf(join) + 1)
    .some((other) => pairsOf(other, context)?.some(({ left }) => left.source === source));
}

/** Why COUNT of a column counts all rows. */
export function proofOfCount(
  counted: SqlValue,
  select: SqlNode,
  context: Context,
): string | undefined {
  const use = context.uses.get(bodyOf(counted, "column") ?? {});
  const column = use?.source && columnOf(use.source, use.name, context);
  const isCertain = use?.source !== undefined && !isNullable(use.source, select, context);
  return isCertain && column?.notNull === true ? "the column is never NULL" : undefined;
}

/** Why one term of GROUP BY adds no group. */
export function proofOfGrouping(
  term: SqlValue,
  others: readonly SqlValue[],
  context: Context,
): string | undefined {
  const source = context.uses.get(bodyOf(term, "column") ?? {})?.source;
  const key = source && keyOfTable(source, context);
  if (source === undefined || key === undefined) return undefined;
  const grouped = new Set(others.map((other) => keyOf(other, context)));
  return key.every((column) => grouped.has(columnKey(source, column, context)))
    ? "the other terms hold a key of its table"
    : undefined;
}

const where = (select: SqlNode): SqlValue =>
  isNode(select.where_clause) ? select.where_clause.this : null;

const outputsOf = (select: SqlNode): SqlValue[] =>
  listOf(select.expressions).map((item) => bodyOf(item, "alias")?.this ?? item);

/** A term by position or by the name of an output stands for that output. */
function groupTerm(term: SqlValue, select: SqlNode): SqlValue {
  const position = Number(bodyOf(term, "literal")?.value);
  if (Number.isInteger(position)) return outputsOf(select)[position - 1] ?? term;
  const name = nameIn(bodyOf(term, "column")?.name).toLowerCase();
  const named = listOf(select.expressions).find(
    (item) => nameIn(bodyOf(item, "alias")?.alias).toLowerCase() === name && name !== "",
  );
  return bodyOf(named, "alias")?.this ?? term;
}

/** Equal for equal expressions: columns by their source, everything else by its tree. */
function keyOf(value: SqlValue, context: Context): string {
  const body = bodyOf(value, "column");
  const source = body && context.uses.get(body)?.source;
  if (body !== undefined && source !== undefined)
    return columnKey(source, nameIn(body.name), context);
  return JSON.stringify(value, (name, child: SqlValue) =>
    name === "span" || name.endsWith("comments") ? undefined : child,
  );
}

const columnKey = (source: Source, column: string, { sources }: Context): string =>
  `${[...sources.values()].indexOf(source)}.${column.toLowerCase()}`;

const sourceOfJoin = (join: SqlNode, { sources }: Context): Source | undefined =>
  sources.get(bodyOf(join.this, "table") ?? {});

function sourcesOf(select: SqlNode, context: Context): Source[] {
  const from = isNode(select.from) ? listOf(select.from.expressions) : [];
  const joined = listOf(select.joins)
    .filter(isNode)
    .map(({ this: item }) => item);
  return [...from, ...joined].flatMap(
    (item) => context.sources.get(bodyOf(item, "table") ?? {}) ?? [],
  );
}

const tableOf = ({ table, query }: Source, { tables }: Context): Table | undefined =>
  query === undefined ? tables.get(table?.toLowerCase() ?? "") : undefined;

const columnOf = (source: Source, name: string, context: Context): Column | undefined =>
  tableOf(source, context)?.columns.find((one) => one.name.toLowerCase() === name.toLowerCase());

/** The primary key of a table, if none of it may be NULL. */
function keyOfTable(source: Source, context: Context): string[] | undefined {
  const table = tableOf(source, context);
  const key = table === undefined ? [] : keyColumns(table);
  const isRowId =
    key.length === 1 && columnOf(source, key[0], context)?.type.toUpperCase() === "INTEGER";
  const isCertain = key.every((name) => isRowId || columnOf(source, name, context)?.notNull);
  return key.length > 0 && isCertain ? key : undefined;
}

/** Columns of the source that WHERE sets equal to a literal. */
function fixedColumns(select: SqlNode, source: Source, { uses }: Context): Set<string> {
  return new Set(
    conjunctsOf(where(select)).flatMap((condition) => {
      const equation = bodyOf(condition, "eq");
      const use = uses.get(bodyOf(equation?.left, "column") ?? {});
      const isFixed = use?.source === source && bodyOf(equation?.right, "literal") !== undefined;
      return isFixed ? [use.name.toLowerCase()] : [];
    }),
  );
}

function conjunctsOf(value: SqlValue): SqlValue[] {
  const both = bodyOf(value, "and");
  return both === undefined ? [value] : [...conjunctsOf(both.left), ...conjunctsOf(both.right)];
}

const REJECTING = ["eq", "neq", "lt", "lte", "gt", "gte", "like", "in", "between"];

/** Whether a condition is never true where all columns of the source are NULL. */
function isRejectingNull(condition: SqlValue, source: Source, { uses }: Context): boolean {
  const isOwn = (value: SqlValue) => uses.get(bodyOf(value, "column") ?? {})?.source === source;
  return conjunctsOf(condition).some((conjunct) => {
    const isNull = bodyOf(conjunct, "is_null");
    if (isNull !== undefined) return isNull.not === true && isOwn(isNull.this);
    const inner = bodyOf(conjunct, "not")?.this ?? conjunct;
    return REJECTING.some((kind) => {
      const body = bodyOf(inner, kind);
      if (body === undefined || isNode(body.query)) return false;
      return [body.left, body.right, body.this].some(isOwn);
    });
  });
}

type Pair = {
  readonly left: { readonly source: Source; readonly column: string };
  readonly column: string;
};

/** The columns that a join equates, if it does nothing else. */
function pairsOf(join: SqlNode, context: Context): Pair[] | undefined {
  const right = sourceOfJoin(join, context);
  if (right === undefined) return undefined;
  const using = listOf(join.using).map(nameIn);
  if (using.length > 0) {
    const pairs = using.flatMap((column): Pair[] => {
      const source = leftOf(right, column, context);
      return source === undefined ? [] : [{ left: { source, column }, column }];
    });
    return pairs.length === using.length ? pairs : undefined;
  }
  const pairs = conjunctsOf(join.on).map((condition) => equation(condition, right, context));
  return pairs.every((pair) => pair !== undefined) ? pairs : undefined;
}

/** The first source before `right` that has the column: the one that USING takes. */
const leftOf = (right: Source, column: string, context: Context): Source | undefined =>
  right.scope.sources
    .slice(0, right.scope.sources.indexOf(right))
    .find((source) => columnOf(source, column, context) !== undefined);

function equation(condition: SqlValue, right: Source, { uses }: Context): Pair | undefined {
  const body = bodyOf(condition, "eq");
  const [a, b] = [body?.left, body?.right].map((side) => uses.get(bodyOf(side, "column") ?? {}));
  if (a?.source === undefined || b?.source === undefined || a.source === b.source) return undefined;
  const [own, other] = a.source === right ? [a, b] : [b, a];
  if (own.source !== right || other.source?.scope !== right.scope) return undefined;
  return { left: { source: other.source, column: other.name }, column: own.name };
}

/** Whether a join finds one row at most: it equates all of the joined table's key. */
function isAtMostOne(join: SqlNode, context: Context): boolean {
  if (join.kind !== "Inner" && join.kind !== "Left") return false;
  const right = sourceOfJoin(join, context);
  const key = right && tableOf(right, context) && keyColumns(tableOf(right, context) as Table);
  const equated = new Set(pairsOf(join, context)?.map(({ column }) => column.toLowerCase()));
  return (
    key !== undefined && key.length > 0 && key.every((column) => equated.has(column.toLowerCase()))
  );
}

/** Whether each row finds one by a foreign key without NULLs, of its own table or by way of its parents. */
function hasPartner(join: SqlNode, select: SqlNode, context: Context): boolean {
  const right = sourceOfJoin(join, context);
  const pairs = pairsOf(join, context);
  const source = pairs?.[0]?.left.source;
  if (right === undefined || pairs === undefined || source === undefined) return false;
  const [child, parent] = [tableOf(source, context), tableOf(right, context)];
  if (child === undefined || parent === undefined || isNullable(source, select, context))
    return false;
  if (pairs.some(({ left }) => left.source !== source)) return false;
  const columns = new Map(
    pairs.map(({ left, column }) => [column.toLowerCase(), left.column.toLowerCase()]),
  );
  return reaches(child, columns, parent, context, 4);
}

/** `columns`: lower-case column of the parent → column of the child that equals it. */
function reaches(
  child: Table,
  columns: ReadonlyMap<string, string>,
  parent: Table,
  context: Context,
  depth: number,
): boolean {
  return child.foreignKeys.some((key) => {
    const own = key.columns.map((name) => name.toLowerCase());
    const isCertain = own.every((name) =>
      child.columns.some((column) => column.name.toLowerCase() === name && column.notNull),
    );
    if (!isCertain) return false;
    const refs = key.refColumns.map((name) => name.toLowerCase());
    const isDirect =
      key.refTable === parent.name &&
      refs.length === columns.size &&
      refs.every((name, i) => columns.get(name) === own[i]);
    const next = context.tables.get(key.refTable.toLowerCase());
    const onward = [...columns].map(([name, column]) => [name, refs[own.indexOf(column)]] as const);
    const canGoOn = depth > 1 && next !== undefined && onward.every(([, column]) => column);
    return isDirect || (canGoOn && reaches(next, new Map(onward), parent, context, depth - 1));
  });
}

/** Whether an outer join may fill the source's columns with NULL. */
function isNullable(source: Source, select: SqlNode, context: Context): boolean {
  const joins = listOf(select.joins).filter(isNode);
  const own = joins.find((join) => sourceOfJoin(join, context) === source);
  if (own !== undefined && own.kind !== "Inner") return true;
  return joins.some(({ kind }) => kind !== "Inner" && kind !== "Left");
}
