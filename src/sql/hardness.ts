/**
 * Spider's four classes of hardness, counted on the tree. The counts are those of the official script, its two bugs
 * included (a NOT counts as an aggregate, and so does a connector in HAVING), so that figures by hardness can be set
 * beside published ones. What Spider's own parser refuses is counted in its spirit: a common table expression or a
 * sub-query in the select list is one more nested query. (test-suite-sql-eval, evaluation.py)
 */
import type { Dialect } from "./dialect.ts";
import { leftmostSelect } from "./scope.ts";
import {
  bodyOf,
  isList,
  isNode,
  isQuery,
  listOf,
  parseStatement,
  setOperationOf,
  type SqlNode,
  type SqlValue,
} from "./tree.ts";

/** Spider's four classes. */
export type Hardness = "easy" | "medium" | "hard" | "extra";

/** The classes, easiest first. */
export const HARDNESSES: readonly Hardness[] = ["easy", "medium", "hard", "extra"];

export type HardnessCounts = {
  /** Clauses, joins, OR and LIKE. */
  readonly clauses: number;
  /** Nested queries and set operations. */
  readonly nested: number;
  /** More than one aggregate, select item, condition, group: one each. */
  readonly others: number;
};

/** Hardness of one statement. Raises UserError("data-invalid") for text that is not one statement. */
export const hardnessOf = (sql: string, dialect: Dialect): Hardness =>
  classOf(countsOf(parseStatement(sql, dialect)));

/** The three counts that decide. */
export function countsOf(statement: SqlNode): HardnessCounts {
  const select = leftmostSelect(statement) ?? {};
  const joins = listOf(select.joins).filter(isNode);
  const where = conditionsOf(bodyOf(select, "where_clause")?.this);
  const having = conditionsOf(bodyOf(select, "having")?.this);
  const lists = [where, having, ...joins.map(({ on }) => conditionsOf(on))];
  const terms = (key: string) => listOf(bodyOf(select, key)?.expressions);
  const [items, groups, orders] = [
    listOf(select.expressions),
    terms("group_by"),
    terms("order_by"),
  ];
  const conditions = lists.flatMap((list) => list.conditions);
  const sources = listOf(bodyOf(select, "from")?.expressions).length + joins.length;
  const aggregates =
    [...items, ...groups].filter((item) => isAggregate(item)).length +
    count(orders, isAggregate) +
    [...where.conditions, ...having.conditions].filter(isNegated).length +
    Math.max(0, having.conditions.length - 1);
  return {
    clauses:
      [where.conditions, groups, orders].filter((list) => list.length > 0).length +
      (isNode(select.limit) ? 1 : 0) +
      Math.max(0, sources - 1) +
      lists.reduce((sum, list) => sum + list.ors, 0) +
      conditions.filter((condition) => "like" in bare(condition)).length,
    nested:
      count([...conditions, ...items], isQuery) +
      setOperations(statement) +
      commonTables(statement),
    others: [aggregates, items.length, where.conditions.length, groups.length].filter((n) => n > 1)
      .length,
  };
}

/** The class, by the first rule that holds. */
export function classOf({ clauses, nested, others }: HardnessCounts): Hardness {
  if (clauses <= 1 && others === 0 && nested === 0) return "easy";
  if (nested === 0 && ((others <= 2 && clauses <= 1) || (clauses <= 2 && others < 2)))
    return "medium";
  const flat = (others > 2 && clauses <= 2) || (clauses > 2 && clauses <= 3 && others <= 2);
  return (nested === 0 && flat) || (clauses <= 1 && others === 0 && nested <= 1) ? "hard" : "extra";
}

/** The conditions that AND and OR connect, and how many of the connectors are OR. */
function conditionsOf(value: SqlValue | undefined): { conditions: SqlNode[]; ors: number } {
  if (!isNode(value)) return { conditions: [], ors: 0 };
  const inner = bodyOf(value, "paren")?.this;
  if (isNode(inner)) return conditionsOf(inner);
  const body = bodyOf(value, "and") ?? bodyOf(value, "or");
  if (body === undefined) return { conditions: [value], ors: 0 };
  const [left, right] = [conditionsOf(body.left), conditionsOf(body.right)];
  return {
    conditions: [...left.conditions, ...right.conditions],
    ors: left.ors + right.ors + ("or" in value ? 1 : 0),
  };
}

/** A condition without its NOT. */
const bare = (condition: SqlNode): SqlNode => {
  const inner = bodyOf(condition, "not")?.this;
  return isNode(inner) ? inner : condition;
};

const isNegated = (condition: SqlNode): boolean =>
  "not" in condition || Object.values(condition).some((body) => isNode(body) && body.not === true);

const AGGREGATES = ["count", "sum", "avg", "min", "max"];

function isAggregate(item: SqlValue | undefined): boolean {
  if (!isNode(item)) return false;
  const inner = bodyOf(item, "alias")?.this ?? bodyOf(item, "paren")?.this;
  return inner === undefined ? AGGREGATES.some((kind) => kind in item) : isAggregate(inner);
}

/** How many nodes pass, without looking inside those that do, nor inside queries. */
function count(value: SqlValue, test: (node: SqlNode) => boolean): number {
  if (isList(value)) return value.reduce<number>((sum, item) => sum + count(item, test), 0);
  if (!isNode(value)) return 0;
  if (test(value)) return 1;
  return isQuery(value) ? 0 : count(Object.values(value), test);
}

/** Set operations of the outermost query, chained ones too. */
function setOperations(query: SqlValue): number {
  const body = setOperationOf(query)?.body;
  return body === undefined ? 0 : 1 + setOperations(body.left) + setOperations(body.right);
}

const commonTables = (statement: SqlNode): number => {
  const body = bodyOf(statement, "select") ?? setOperationOf(statement)?.body;
  return listOf(bodyOf(body, "with")?.ctes).length;
};
