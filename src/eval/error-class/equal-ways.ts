/**
 * Different ways of asking the same, brought to one: EXCEPT and NOT EXISTS as NOT IN, IN as a join, a parent table that
 * a foreign key makes superfluous. What duplicates and NULLs make of it is left out: that is a difference to be found in
 * the rows.
 */
import type { ForeignKey } from "../../schema/schema.ts";
import type { NamedTable } from "../../sql/scope.ts";
import { bodyOf, nameIn, type SqlNode, type SqlValue, walk } from "../../sql/tree.ts";
import { type Nested, tableOf } from "./conditions.ts";
import type { Block, Query, SetQuery } from "./outline.ts";

/** The tables of a schema, with their foreign keys where they are known. */
export type KeyedTable = NamedTable & { readonly foreignKeys?: readonly ForeignKey[] };

/** `A EXCEPT B` of one column as `A WHERE column NOT IN (B)`; undefined where it cannot be said so. */
export function exceptAsNotIn({ kind, left, right }: SetQuery): Block | undefined {
  if (kind !== "except" || left.kind !== "select" || left.items.length !== 1) return undefined;
  const [subject] = left.items;
  const nested: Nested = {
    subject,
    operator: "NOT IN",
    query: right,
    isCertain: true,
    isExcept: true,
  };
  return { ...left, nested: [...left.nested, nested] };
}

/**
 * The block with every certain `column IN (SELECT …)` and EXISTS joined into it, where that is a plain join; one that
 * groups only into a block of rows, and only if `mayGroup`.
 */
export function subqueriesJoined(block: Block, mayGroup: boolean = false): Block {
  let result: Block = { ...block, nested: [] };
  for (const nested of block.nested.map(existsAsIn)) {
    const inner =
      nested.operator === "IN" && nested.isCertain
        ? plainBlock(nested.query, mayGroup && result.groups.length === 0)
        : undefined;
    const [item] = inner?.items ?? [];
    const isJoin = bodyOf(nested.subject, "column") && bodyOf(item, "column");
    result =
      inner === undefined || isJoin === undefined
        ? { ...result, nested: [...result.nested, nested] }
        : joined(result, inner, [nested.subject as SqlNode, item as SqlNode]);
  }
  return result;
}

const joined = (block: Block, inner: Block, pair: readonly [SqlNode, SqlNode]): Block => ({
  ...block,
  tables: [...block.tables, ...inner.tables],
  subqueryTables: [...block.subqueryTables, ...inner.tables, ...inner.subqueryTables],
  conditions: [...block.conditions, ...inner.conditions],
  nested: [...block.nested, ...inner.nested],
  pairs: [...block.pairs, ...inner.pairs, pair],
  groups: [...block.groups, ...inner.groups],
  orCount: block.orCount + inner.orCount,
});

/** The sub-query as a block of one column that does nothing but read, join and filter. */
function plainBlock(query: Query, mayGroup: boolean): Block | undefined {
  const block = query.kind === "select" ? query : exceptAsNotIn(query);
  if (block === undefined || block.items.length !== 1) return undefined;
  if (block.groups.length > 0 && !mayGroup) return undefined;
  const isPlain =
    block.limit.count === undefined && block.fromQueries.length + block.outerJoins.length === 0;
  return isPlain ? subqueriesJoined(block) : undefined;
}

/** `EXISTS (SELECT … WHERE inner = outer)` as `outer IN (SELECT inner …)`. */
function existsAsIn(nested: Nested): Nested {
  const { operator, query } = nested;
  if (!operator.endsWith("EXISTS") || query.kind !== "select") return nested;
  const isInner = (column: SqlNode) => query.tables.includes(tableOf(column) ?? "");
  const link = query.pairs.find(([a, b]) => isInner(a) !== isInner(b));
  if (link === undefined) return nested;
  const [inner, outer] = isInner(link[0]) ? link : [link[1], link[0]];
  const pairs = query.pairs.filter((pair) => pair !== link);
  return {
    ...nested,
    subject: outer,
    operator: operator.replace("EXISTS", "IN"),
    query: { ...query, items: [inner], pairs },
  };
}

/**
 * The block without the tables that the other one does not read and that only repeat a key: a parent, joined by its
 * foreign key and used for nothing but that key, neither loses nor adds rows.
 */
export function withoutParents(block: Block, other: Block, tables: readonly KeyedTable[]): Block {
  const count = (of: Block, name: string) => of.tables.filter((table) => table === name).length;
  const parent = block.tables.find(
    (name) =>
      count(block, name) === 1 && count(other, name) === 0 && isSuperfluous(block, name, tables),
  );
  if (parent === undefined) return block;
  const without = (names: readonly string[]) => names.filter((name) => name !== parent);
  const pairs = block.pairs.filter((pair) => !pair.some((column) => tableOf(column) === parent));
  return withoutParents({ ...block, tables: without(block.tables), pairs }, other, tables);
}

function isSuperfluous(block: Block, name: string, tables: readonly KeyedTable[]): boolean {
  if (block.outerJoins.length > 0) return false;
  const own = block.pairs.filter((pair) => pair.some((column) => tableOf(column) === name));
  const keys = own.map(([a, b]) =>
    tableOf(a) === name ? { key: a, child: b } : { key: b, child: a },
  );
  if (keys.length !== 1 || !keys.every(({ key, child }) => isForeignKey(child, key, tables)))
    return false;
  return columnsUsed(block).every(
    (column) => tableOf(column) !== name || columnName(column) === columnName(keys[0].key),
  );
}

/** Columns and stars that a block uses beside its joins. */
export function columnsUsed({ conditions, nested, items, groups, order }: Block): SqlNode[] {
  return columnsOf([
    ...items,
    ...groups,
    ...order.map(({ term }) => term),
    ...conditions.flatMap(({ subject, values }) => [subject, ...values]),
    ...nested.flatMap(({ subject }) => subject ?? []),
  ]);
}

function columnsOf(values: readonly SqlValue[]): SqlNode[] {
  const columns: SqlNode[] = [];
  walk(values, (node) => {
    if (bodyOf(node, "column") ?? bodyOf(node, "star")) columns.push(node);
  });
  return columns;
}

const columnName = (node: SqlNode) => nameIn(bodyOf(node, "column")?.name);

function isForeignKey(child: SqlNode, parent: SqlNode, tables: readonly KeyedTable[]): boolean {
  const lower = (text: string | undefined) => text?.toLowerCase();
  const table = tables.find(({ name }) => name === tableOf(child));
  return (table?.foreignKeys ?? []).some(
    ({ columns, refTable, refColumns }) =>
      columns.length === 1 &&
      lower(columns[0]) === lower(columnName(child)) &&
      lower(refTable) === lower(tableOf(parent)) &&
      lower(refColumns[0]) === lower(columnName(parent)),
  );
}
