/** The conditions that golds put on single tables: what a person asks of them. Works on trees; opens no database. */
import { UserError } from "../../base/errors.ts";
import type { Table } from "../../schema/schema.ts";
import type { ColumnUse } from "../../sql/scope.ts";
import { bodyOf, isNode, mapChildren, type SqlNode, type SqlValue, walk } from "../../sql/tree.ts";
import { parseGold } from "./parse-gold.ts";

const KINDS = new Set(["eq", "neq", "lt", "lte", "gt", "gte", "like", "in", "between", "is_null"]);

/** By lower-case table: conditions on its columns alone, without qualifiers, each once. */
export function conditionsOf(
  sqls: readonly string[],
  tables: readonly Table[],
): Map<string, SqlNode[]> {
  const found = new Map<string, Map<string, SqlNode>>();
  for (const sql of sqls)
    for (const { table, condition } of conditionsIn(sql, tables)) {
      const known = found.get(table) ?? new Map<string, SqlNode>();
      found.set(table, known.set(JSON.stringify(condition, withoutPlace), condition));
    }
  return new Map([...found].map(([table, conditions]) => [table, [...conditions.values()]]));
}

const withoutPlace = (key: string, value: SqlValue): SqlValue | undefined =>
  key === "span" ? undefined : value;

type OnTable = { readonly table: string; readonly condition: SqlNode };

function conditionsIn(sql: string, tables: readonly Table[]): OnTable[] {
  try {
    const { statement, columns } = parseGold(sql, tables);
    const uses = new Map(columns.map((use) => [use.node, use]));
    const found: OnTable[] = [];
    walk(statement, (node) => {
      const clause = node.where_clause;
      if (isNode(clause)) for (const condition of atomsIn(clause.this)) collect(condition);
    });
    return found;

    function collect(condition: SqlNode): void {
      const table = onlyTable(condition, uses);
      if (table !== undefined) found.push({ table, condition: unqualified(condition) as SqlNode });
    }
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

function atomsIn(value: SqlValue): SqlNode[] {
  const both = bodyOf(value, "and") ?? bodyOf(value, "or");
  if (both !== undefined) return [...atomsIn(both.left), ...atomsIn(both.right)];
  return isNode(value) && KINDS.has(Object.keys(value)[0]) ? [value] : [];
}

/** The table of all columns in a condition that holds no query; undefined if there are several, or none. */
function onlyTable(condition: SqlNode, uses: ReadonlyMap<SqlNode, ColumnUse>): string | undefined {
  const tables = new Set<string | undefined>();
  walk(condition, (node) => {
    if ("select" in node) tables.add(undefined);
    const column = bodyOf(node, "column");
    if (column !== undefined) tables.add(uses.get(column)?.source?.table?.toLowerCase());
  });
  const [table] = tables;
  return tables.size === 1 ? table : undefined;
}

function unqualified(value: SqlValue): SqlValue {
  const column = bodyOf(value, "column");
  return column === undefined
    ? mapChildren(value, unqualified)
    : { column: { ...column, table: null } };
}
