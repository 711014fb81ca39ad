/**
 * `FROM a, b WHERE a.x = b.x AND …` as `FROM a JOIN b ON a.x = b.x WHERE …`: the conditions that link a table to those
 * before it stand at its join; a table that none links is joined by CROSS JOIN. A FROM that has joins already, or
 * anything but tables and sub-queries, stays as it is.
 */
import { resolveNames } from "./resolve.ts";
import type { NamedTable, Scope, Source } from "./scope.ts";
import { bodyOf, isNode, listOf, mapChildren, type SqlNode, type SqlValue } from "./tree.ts";

type Lookup = {
  readonly sources: ReadonlyMap<SqlNode, Source>;
  /** The source of every column that is certain, by the column's body, with the scope that speaks. */
  readonly columns: ReadonlyMap<SqlNode, { readonly source?: Source; readonly scope: Scope }>;
};

/** The statement with a join for every comma. */
export function explicitJoins(statement: SqlNode, tables: readonly NamedTable[]): SqlNode {
  const { sources, columns } = resolveNames(statement, tables);
  const lookup: Lookup = {
    sources: new Map(sources.map((source) => [source.node, source])),
    columns: new Map(columns.map((use) => [use.node, use])),
  };
  return rewrite(statement, lookup) as SqlNode;
}

function rewrite(value: SqlValue, lookup: Lookup): SqlValue {
  const changed = isNode(value) && "joins" in value ? joined(value, lookup) : value;
  return mapChildren(changed, (child) => rewrite(child, lookup));
}

function joined(select: SqlNode, { sources, columns }: Lookup): SqlNode {
  const items = listOf(bodyOf(select, "from")?.expressions);
  const chain = items.map((item) =>
    sources.get(bodyOf(item, "table") ?? bodyOf(item, "subquery") ?? {}),
  );
  if (items.length < 2 || listOf(select.joins).length > 0 || chain.includes(undefined))
    return select;
  const placeOf = (side: SqlValue) => {
    const use = columns.get(bodyOf(side, "column") ?? {});
    return use?.source?.scope === use?.scope ? chain.indexOf(use?.source) : -1;
  };
  const conditions = conjuncts(bodyOf(select, "where_clause")?.this ?? null).map((condition) => {
    const equation = bodyOf(condition, "eq");
    const sides = equation ? [equation.left, equation.right].map(placeOf) : [-1];
    const isLink = !sides.includes(-1) && sides[0] !== sides[1];
    return { condition, at: isLink ? Math.max(...sides) : 0 };
  });
  const conditionsAt = (at: number) =>
    conjunction(conditions.filter((one) => one.at === at).map(({ condition }) => condition));
  const where = conditionsAt(0);
  return {
    ...select,
    from: { ...(select.from as SqlNode), expressions: items.slice(0, 1) },
    joins: items.slice(1).map((item, index) => joinOf(item, conditionsAt(index + 1))),
    where_clause: where && { this: where },
  };
}

/** The operands of a chain of ANDs. */
function conjuncts(condition: SqlValue): SqlValue[] {
  const and = bodyOf(condition, "and");
  if (and !== undefined) return [and.left, and.right].flatMap(conjuncts);
  return condition === null ? [] : [condition];
}

function conjunction(conditions: readonly SqlValue[]): SqlValue {
  const [only] = conditions;
  if (conditions.length < 2) return bodyOf(only, "paren")?.this ?? only ?? null;
  return conditions.reduce((left, right) => ({
    and: { left, right, left_comments: [], operator_comments: [], trailing_comments: [] },
  }));
}

const joinOf = (item: SqlValue, on: SqlValue): SqlNode => ({
  this: item,
  on,
  using: [],
  kind: isNode(on) ? "Inner" : "Cross",
  use_inner_keyword: false,
  use_outer_keyword: false,
  deferred_condition: false,
  nesting_group: 0,
  directed: false,
});
