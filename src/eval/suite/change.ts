/** What a change to a query is, and what the rules that make changes know of the query. */
import type { Rng } from "../../base/rng.ts";
import type { Column, Table } from "../../schema/schema.ts";
import type { ColumnUse, Source } from "../../sql/scope.ts";
import { bodyOf, type SqlNode, type SqlValue, walk } from "../../sql/tree.ts";

export type NeighbourKind =
  | "operator"
  | "value"
  | "aggregate"
  | "join"
  | "distinct"
  | "order"
  | "limit"
  | "condition"
  | "column"
  | "grouping"
  | "set-operation";

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
  /** What is compared with 0 as it is. */
  readonly signed?: SqlValue;
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

export const identifier = (name: string): SqlNode => ({
  name,
  quoted: !/^[A-Za-z_]\w*$/.test(name),
  trailing_comments: [],
});

export type Compared = { readonly table: Table; readonly column: Column };

/** The column that a comparison holds as one of its sides. */
export function comparedIn(body: SqlNode, { uses, tables }: Context): Compared | undefined {
  for (const side of [body.left, body.right, body.this]) {
    const use = uses.get(bodyOf(side, "column") ?? {});
    const table = tables.get(use?.source?.table?.toLowerCase() ?? "");
    const name = use?.name.toLowerCase();
    const column = table?.columns.find((one) => one.name.toLowerCase() === name);
    if (table !== undefined && column !== undefined) return { table, column };
  }
  return undefined;
}

/** Whether a part of a query holds an aggregate of its own. */
export function hasAggregate(value: SqlValue): boolean {
  let found = false;
  walk(value, (node) => {
    const [kind] = Object.keys(node);
    if (kind === "subquery" || kind === "select") return false;
    if (AGGREGATES.has(kind)) found = true;
    return !found;
  });
  return found;
}

export const AGGREGATES: ReadonlySet<string> = new Set(["count", "sum", "avg", "min", "max"]);
