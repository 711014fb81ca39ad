/**
 * Makes a tree comparable as exact set match wants it: values off, columns joined by foreign keys made one, DISTINCT
 * off. Each rule reaches only part of a tree, which is kept: a sub-query in FROM is left as it is, one in a condition
 * loses its values only, and a branch of a set operation is judged by the tables of the outer FROM.
 * (test-suite-sql-eval, evaluation.py)
 */
import type { ForeignKeyMap, SpiderSchema } from "./schema.ts";
import {
  type ColumnUnit,
  type Condition,
  type ConditionList,
  conditionsOf,
  type SpiderSql,
  type Value,
  type ValueUnit,
} from "./tree.ts";

/** The tree as it is compared. Raises OfficialCrash where a connector stands for a condition. */
export function comparableSql(
  sql: SpiderSql,
  schema: SpiderSchema,
  foreignKeys: ForeignKeyMap,
): SpiderSql {
  const own = columnsOfFrom(sql, schema);
  const representatives = new Map([...foreignKeys].filter(([column]) => own.has(column)));
  return withRepresentatives(withoutValues(sql), representatives);
}

function columnsOfFrom(
  { from }: SpiderSql,
  { tables, ids }: SpiderSchema,
): Set<string | undefined> {
  const named = new Set(from.units.map((unit) => (unit.kind === "table" ? unit.id : "")));
  return new Set(
    [...tables]
      .filter(([table]) => named.has(`__${table}__`))
      .flatMap(([table, columns]) => columns.map((column) => ids.get(`${table}.${column}`))),
  );
}

function withoutValues(sql: SpiderSql): SpiderSql {
  return {
    ...sql,
    from: { ...sql.from, on: mapConditions(sql.from.on, valueless) },
    where: mapConditions(sql.where, valueless),
    having: mapConditions(sql.having, valueless),
    ...mapOperands(sql, withoutValues),
  };
}

const valueless = (condition: Condition): Condition => ({
  ...condition,
  value: nestedOnly(condition.value),
  secondValue: nestedOnly(condition.secondValue),
});

const nestedOnly = (value: Value | null): Value | null =>
  value?.kind === "sql" ? { ...value, sql: withoutValues(value.sql) } : null;

function withRepresentatives(sql: SpiderSql, representatives: ForeignKeyMap): SpiderSql {
  const column = (unit: ColumnUnit): ColumnUnit => ({
    ...unit,
    column: representatives.get(unit.column) ?? unit.column,
    isDistinct: false,
  });
  const value = (unit: ValueUnit): ValueUnit => ({
    ...unit,
    left: column(unit.left),
    right: unit.right && column(unit.right),
  });
  const condition = (one: Condition): Condition => ({ ...one, unit: value(one.unit) });
  const items = sql.select.items.map((item) => ({ ...item, unit: value(item.unit) }));
  return {
    ...sql,
    select: { isDistinct: false, items },
    from: { ...sql.from, on: mapConditions(sql.from.on, condition) },
    where: mapConditions(sql.where, condition),
    groupBy: sql.groupBy.map(column),
    having: mapConditions(sql.having, condition),
    orderBy: sql.orderBy && { ...sql.orderBy, units: sql.orderBy.units.map(value) },
    ...mapOperands(sql, (operand) => withRepresentatives(operand, representatives)),
  };
}

/** Conditions on odd places are left as they are. */
function mapConditions(
  list: ConditionList,
  map: (condition: Condition) => Condition,
): ConditionList {
  const mapped = conditionsOf(list).map(map);
  return list.map((element, place) => (place % 2 === 0 ? mapped[place / 2] : element));
}

const mapOperands = (
  { intersect, union, except }: SpiderSql,
  map: (operand: SpiderSql) => SpiderSql,
): Pick<SpiderSql, "intersect" | "union" | "except"> => ({
  intersect: intersect && map(intersect),
  union: union && map(union),
  except: except && map(except),
});
