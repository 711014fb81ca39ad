/** What may change in the clauses of one SELECT or set operation: joins, DISTINCT, WHERE, GROUP BY, ORDER BY, LIMIT. */
import {
  bodyOf,
  isNode,
  listOf,
  nameIn,
  type SqlNode,
  type SqlValue,
  walk,
} from "../../sql/tree.ts";
import { type Change, type Context, hasAggregate, identifier, type Place } from "./change.ts";
import {
  isJoinedOn,
  proofOfDistinctRows,
  proofOfDroppedJoin,
  proofOfGrouping,
  proofOfOuterJoin,
} from "./proofs.ts";

/** All changes of the clauses of a SELECT, given its body. */
export function changesOfSelect(select: SqlNode, place: Place, context: Context): Change[] {
  const change = (kind: Change["kind"], parts: SqlNode, proof?: string): Change => ({
    kind,
    value: { select: { ...select, ...parts } },
    proof,
  });
  const distinct = () =>
    change(
      "distinct",
      { distinct: select.distinct !== true },
      proofOfDistinctRows(select, context),
    );
  return [
    ...(place.isSet || isOneRow(select) ? [] : [distinct()]),
    ...(isNode(select.where_clause) ? [change("condition", { where_clause: null })] : []),
    ...(isNode(select.having) ? [change("condition", { having: null })] : []),
    ...addedConditions(select, context).map((where) =>
      change("condition", { where_clause: where }),
    ),
    ...joinChanges(select, context).map(({ joins, proof }) => change("join", { joins }, proof)),
    ...groupings(select, context).map(({ group, proof }) =>
      change("grouping", { group_by: group }, proof),
    ),
    ...(place.isInner && !isNode(select.limit) ? [] : orders(select.order_by)).map((order) =>
      change("order", { order_by: order }),
    ),
    ...limits(bodyOf(select.limit, "this")).map((limit) =>
      change(
        "limit",
        limit === undefined
          ? { limit: null, offset: null }
          : { limit: { ...(select.limit as SqlNode), this: limit } },
      ),
    ),
  ];
}

const isOneRow = ({ expressions, group_by: group }: SqlNode): boolean =>
  !isNode(group) && hasAggregate(expressions);

/** A set operation under another operator, or one of its sides alone. */
export function changesOfSetOperation(kind: string, body: SqlNode): Change[] {
  const other = { union: "intersect", intersect: "union", except: "intersect" }[kind] ?? "union";
  const set = (value: SqlValue): Change => ({ kind: "set-operation", value });
  return [
    set({ [other]: body }),
    ...(kind === "union" ? [set({ union: { ...body, all: body.all !== true } })] : []),
    ...[body.left, body.right].map(set),
    ...orders(body.order_by).map((order): Change => ({
      kind: "order",
      value: { [kind]: { ...body, order_by: order } },
    })),
    ...limits(isNode(body.limit) ? body.limit : undefined).map((limit): Change => ({
      kind: "limit",
      value: { [kind]: { ...body, limit: limit ?? null } },
    })),
  ];
}

/** Lower-case names of all columns in a part of a query. */
function columnsOf(value: SqlValue): Set<string> {
  const names = new Set<string>();
  walk(value, (node) => {
    const column = bodyOf(node, "column");
    if (column !== undefined) names.add(nameIn(column.name).toLowerCase());
  });
  return names;
}

/** WHERE clauses with one condition more, of those that other golds have on one of the tables, on other columns. */
function addedConditions(select: SqlNode, { sources, conditions, rng }: Context): SqlNode[] {
  const tables = tablesOf(select, sources);
  const open = tables.filter(({ table }) => conditions.has(table));
  if (open.length === 0) return [];
  const { table, alias } = rng.pick(open);
  const asked = columnsOf(select.where_clause);
  const news = (conditions.get(table) ?? []).filter(
    (one) => ![...columnsOf(one)].some((name) => asked.has(name)),
  );
  if (news.length === 0) return [];
  const condition = rng.pick(news);
  const added = tables.length > 1 ? qualified(condition, alias) : condition;
  const old = isNode(select.where_clause) ? select.where_clause.this : undefined;
  const isOr = isNode(old) && isNode(old.or);
  const left = isOr ? { paren: { this: old, trailing_comments: [] } } : old;
  if (left === undefined) return [{ this: added }];
  return [
    {
      this: {
        and: {
          left,
          right: added,
          left_comments: [],
          operator_comments: [],
          trailing_comments: [],
        },
      },
    },
  ];
}

function tablesOf(
  select: SqlNode,
  sources: Context["sources"],
): { table: string; alias: string }[] {
  const joined = listOf(select.joins)
    .filter(isNode)
    .map((join) => join.this);
  return [...listOf(bodyOf(select, "from")?.expressions), ...joined].flatMap((item) => {
    const source = sources.get(bodyOf(item, "table") ?? {});
    return source?.table === undefined || source.query !== undefined
      ? []
      : [{ table: source.table.toLowerCase(), alias: source.alias }];
  });
}

/** The condition with the alias before each of its columns. */
function qualified(value: SqlValue, alias: string): SqlNode {
  const change = (part: SqlValue): SqlValue => {
    if (Array.isArray(part)) return part.map(change);
    if (!isNode(part)) return part;
    const column = bodyOf(part, "column");
    if (column !== undefined) return { column: { ...column, table: identifier(alias) } };
    return Object.fromEntries(Object.entries(part).map(([key, child]) => [key, change(child)]));
  };
  return change(value) as SqlNode;
}

type JoinChange = { readonly joins: SqlValue; readonly proof?: string };

/** Lists of joins with one of another kind, one column of USING less, or one join less where nothing else needs it. */
function joinChanges(select: SqlNode, context: Context): JoinChange[] {
  const joins = listOf(select.joins);
  return joins.filter(isNode).flatMap((join): JoinChange[] => {
    const at = joins.indexOf(join);
    const replaced = (change: SqlNode) => joins.with(at, { ...join, ...change });
    const using = listOf(join.using);
    const other = join.kind === "Inner" ? "Left" : join.kind === "Left" ? "Inner" : undefined;
    const dropped = {
      joins: joins.toSpliced(at, 1),
      proof: proofOfDroppedJoin(join, select, context),
    };
    return [
      ...(other === undefined
        ? []
        : [{ joins: replaced({ kind: other }), proof: proofOfOuterJoin(join, select, context) }]),
      ...(using.length > 1
        ? using.map((_, i) => ({ joins: replaced({ using: using.toSpliced(i, 1) }) }))
        : []),
      ...(isNeeded(join, select, context) ? [] : [dropped]),
    ];
  });
}

/** Whether anything but the join's own condition speaks of the joined table. */
function isNeeded(join: SqlNode, select: SqlNode, context: Context): boolean {
  const source = context.sources.get(bodyOf(join.this, "table") ?? {});
  if (source === undefined || isJoinedOn(join, select, context)) return true;
  const { uses } = context;
  let found = false;
  walk(
    { select: { ...select, joins: listOf(select.joins).filter((one) => one !== join) } },
    (node) => {
      const use = uses.get(bodyOf(node, "column") ?? {});
      const isStar =
        isNode(node.star) && (nameIn(node.star.table) || source.alias) === source.alias;
      if (use?.source === source || isStar) found = true;
      return !found;
    },
  );
  return found;
}

/** GROUP BY with one term less. */
function groupings(
  { group_by: group, expressions }: SqlNode,
  context: Context,
): { readonly group: SqlValue; readonly proof?: string }[] {
  if (!isNode(group)) return [];
  const terms = listOf(group.expressions);
  if (terms.length === 1) return hasAggregate(expressions) ? [{ group: null }] : [];
  return terms.map((term, i) => {
    const others = terms.toSpliced(i, 1);
    return {
      group: { ...group, expressions: others },
      proof: proofOfGrouping(term, others, context),
    };
  });
}

/** ORDER BY turned round, left out, or with one term less. */
function orders(order: SqlValue | undefined): SqlValue[] {
  if (!isNode(order)) return [];
  const terms = listOf(order.expressions).filter(isNode);
  const turned = terms.map((term, i) => ({
    ...order,
    expressions: terms.with(i, { ...term, desc: term.desc !== true }),
  }));
  const shorter =
    terms.length > 1 ? terms.map((_, i) => ({ ...order, expressions: terms.toSpliced(i, 1) })) : [];
  return [null, ...turned, ...shorter];
}

/** One row more, one less (if that leaves any), all. */
function limits(limit: SqlNode | undefined): (SqlNode | undefined)[] {
  const literal = bodyOf(limit, "literal");
  const count = Number(literal?.value);
  if (literal === undefined || !Number.isInteger(count)) return [];
  return [count + 1, ...(count > 1 ? [count - 1] : [])]
    .map((value): SqlNode | undefined => ({ literal: { ...literal, value: String(value) } }))
    .concat([undefined]);
}
