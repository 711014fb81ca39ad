/**
 * Spider's official hardness, counted on the official parser's tree of the gold. Two slips of the script are kept: in
 * WHERE and HAVING a NOT counts as an aggregate and real ones do not, and in HAVING each connector counts as one too.
 * For SQL of any form use sql/hardness.ts. (test-suite-sql-eval, evaluation.py)
 */
import { classOf, type Hardness, type HardnessCounts } from "../../sql/hardness.ts";
import {
  conditionLists,
  conditionsOf,
  connectorsOf,
  OfficialCrash,
  SET_OPERATIONS,
  type SpiderSql,
} from "./tree.ts";

/** The class of a parsed gold; "unparsed" where there is none or the script cannot count it. */
export function spiderHardness(sql: SpiderSql | null): Hardness | "unparsed" {
  if (sql === null) return "unparsed";
  try {
    return classOf(spiderHardnessCounts(sql));
  } catch (error) {
    if (error instanceof OfficialCrash) return "unparsed";
    throw error;
  }
}

/** The three counts that decide, of the top level only. Raises OfficialCrash. */
export function spiderHardnessCounts(sql: SpiderSql): HardnessCounts {
  return { clauses: countClauses(sql), nested: countNested(sql), others: countOthers(sql) };
}

function countClauses(sql: SpiderSql): number {
  const lists = conditionLists(sql);
  const parts = [sql.where.length > 0, sql.groupBy.length > 0, sql.orderBy !== null, sql.hasLimit];
  const ors = lists.flatMap(connectorsOf).filter((connector) => connector === "or");
  const likes = lists.flatMap(conditionsOf).filter(({ comparison }) => comparison === "like");
  const joins = Math.max(sql.from.units.length - 1, 0);
  return count(parts) + joins + ors.length + likes.length;
}

function countNested(sql: SpiderSql): number {
  const conditions = conditionLists(sql).flatMap(conditionsOf);
  const values = conditions.flatMap(({ value, secondValue }) => [value, secondValue]);
  return (
    count(values.map((value) => value?.kind === "sql")) +
    count(SET_OPERATIONS.map((operation) => sql[operation] !== null))
  );
}

function countOthers(sql: SpiderSql): number {
  return count([
    countAggregates(sql) > 1,
    sql.select.items.length > 1,
    sql.where.length > 1,
    sql.groupBy.length > 1,
  ]);
}

function countAggregates({ select, where, groupBy, having, orderBy }: SpiderSql): number {
  const ordered = (orderBy?.units ?? []).flatMap(({ left, right }) => [left, right]);
  const units = [...select.items, ...groupBy, ...ordered];
  return (
    count(units.map((unit) => unit !== null && unit.aggregate !== "none")) +
    count(conditionsOf(where).map(({ isNegated }) => isNegated)) +
    count(having.map((element) => typeof element === "string" || element.isNegated))
  );
}

const count = (facts: readonly boolean[]): number => facts.filter(Boolean).length;
