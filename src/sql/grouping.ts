/** How much a statement joins, and whether its groups leave a column open: what tells likely statements from unlikely ones. */
import type { Dialect } from "./dialect.ts";
import {
  AGGREGATES,
  bodyOf,
  isNode,
  isQuery,
  listOf,
  nameIn,
  parseSql,
  type SqlNode,
  type SqlValue,
  walk,
} from "./tree.ts";

export type Grouping = {
  /** JOINs in all of its queries. */
  readonly joins: number;
  /**
   * Some query aggregates, and lists or orders by a column beside it that it does not group by: standard SQL refuses it,
   * SQLite takes some row's. Not where one of `keys` is grouped by, which settles the others.
   */
  readonly hasOpenColumn: boolean;
};

/** `keys`: names of key columns, in lower case. Text that does not parse has neither. */
export function groupingOf(sql: string, dialect: Dialect, keys: ReadonlySet<string>): Grouping {
  const parsed = parseSql(sql, dialect);
  let joins = 0;
  let hasOpenColumn = false;
  walk(parsed.ok ? parsed.statements : [], (node) => {
    const select = bodyOf(node, "select");
    if (select === undefined) return;
    joins += listOf(select.joins).length;
    hasOpenColumn ||= isOpen(select, keys);
  });
  return { joins, hasOpenColumn };
}

function isOpen(select: SqlNode, keys: ReadonlySet<string>): boolean {
  const items = listOf(select.expressions);
  const groups = listOf(bodyOf(select, "group_by")?.expressions);
  const shown = [...items, ...listOf(bodyOf(select, "order_by")?.expressions)];
  if (groups.length === 0 && !shown.some(aggregates)) return false;
  const settled = new Set(
    [
      ...groups.flatMap((group) => [group, itemOf(items, group) ?? group].flatMap(columnsIn)),
      ...items.map((item) => nameIn(bodyOf(item, "alias")?.alias)),
    ].map((name) => name.toLowerCase()),
  );
  if ([...settled].some((name) => keys.has(name))) return false;
  return shown.flatMap(columnsIn).some((name) => !settled.has(name.toLowerCase()));
}

/** The item that a number or a name of its own in GROUP BY stands for. */
function itemOf(items: readonly SqlValue[], group: SqlValue): SqlValue | undefined {
  const literal = bodyOf(group, "literal");
  if (literal !== undefined) return items[Number(literal.value) - 1];
  const name = nameIn(bodyOf(group, "column")?.name).toLowerCase();
  return items.find((item) => {
    const alias = bodyOf(item, "alias")?.alias;
    return alias !== undefined && nameIn(alias).toLowerCase() === name;
  });
}

function aggregates(value: SqlValue): boolean {
  let found = false;
  walk(value, (node) => {
    if (isQuery(node) || isNode(node.window_function)) return false;
    found ||= AGGREGATES.some((kind) => isNode(node[kind]));
    return true;
  });
  return found;
}

/** The names of columns outside of aggregates and sub-queries. */
function columnsIn(value: SqlValue): string[] {
  const names: string[] = [];
  walk(value, (node) => {
    if (isQuery(node) || AGGREGATES.some((kind) => isNode(node[kind]))) return false;
    const column = bodyOf(node, "column");
    if (column !== undefined) names.push(nameIn(column.name));
    return true;
  });
  return names;
}
