/**
 * The ten part scores and the verdict on two comparable trees. A part is 1 when both sides have the same elements as
 * often, and 0 otherwise; there is no partial credit. Knows no text and no schema. (test-suite-sql-eval, evaluation.py)
 */
import {
  type ConditionList,
  conditionLists,
  conditionsOf,
  connectorsOf,
  OfficialCrash,
  SET_OPERATIONS,
  type SpiderSql,
} from "./tree.ts";

export const PARTS = [
  "select",
  "select(no AGG)",
  "where",
  "where(no OP)",
  "group(no Having)",
  "group",
  "order",
  "and/or",
  "IUEN",
  "keywords",
] as const;
export type Part = (typeof PARTS)[number];

export type PartScore = {
  readonly score: 0 | 1;
  /** How many elements the script counts on each side. For unequal connectors (and/or) it swaps the two. */
  readonly predictedTotal: number;
  readonly goldTotal: number;
};
export type PartScores = Readonly<Record<Part, PartScore>>;

export type Comparison = {
  /** All ten parts are 1 and FROM holds the same tables. */
  readonly isEqual: boolean;
  readonly parts: PartScores;
  /** The official script cannot sort two different sub-queries of one FROM and stops; here they are compared. */
  readonly hasUnsortableFrom: boolean;
};

/** Compares two trees that comparable.ts has made ready. Raises OfficialCrash. */
export function compareSql(gold: SpiderSql, predicted: SpiderSql): Comparison {
  const operands = SET_OPERATIONS.map((operation) => {
    const [own, other] = [gold[operation], predicted[operation]];
    return own && other && compareSql(own, other);
  });
  const parts: PartScores = {
    ...listParts(gold, predicted),
    group: scoreGroup(gold, predicted),
    order: scoreOrder(gold, predicted),
    "and/or": scoreConnectors(gold.where, predicted.where),
    IUEN: scoreTotals(
      countOperands(gold),
      countOperands(predicted),
      operands.filter((operand) => operand?.isEqual).length,
    ),
    keywords: scoreLists(keywordsOf(gold), keywordsOf(predicted)),
  };
  const arePartsEqual = PARTS.every((part) => parts[part].score === 1);
  const isFromCompared = arePartsEqual && gold.from.units.length > 0;
  return {
    isEqual: arePartsEqual && (!isFromCompared || isSameFrom(gold, predicted)),
    parts,
    hasUnsortableFrom:
      (isFromCompared && [gold, predicted].some(isUnsortable)) ||
      operands.some((operand) => operand?.hasUnsortableFrom),
  };
}

/** The parts that compare two lists without their order. */
function listParts(
  gold: SpiderSql,
  predicted: SpiderSql,
): Pick<PartScores, "select" | "select(no AGG)" | "where" | "where(no OP)" | "group(no Having)"> {
  const score = (listOf: (sql: SpiderSql) => readonly unknown[]): PartScore =>
    scoreLists(listOf(gold), listOf(predicted));
  return {
    select: score(({ select }) => select.items),
    "select(no AGG)": score(({ select }) => select.items.map(({ unit }) => unit)),
    where: score(({ where }) => conditionsOf(where)),
    "where(no OP)": score(({ where }) => conditionsOf(where).map(({ unit }) => unit)),
    "group(no Having)": score(({ groupBy }) => groupBy.map(({ column }) => nameOf(column))),
  };
}

/** What stands between the first two dots of a column's id. */
const nameOf = (column: string): string => column.split(".")[1] ?? column;

/** GROUP BY in its order, HAVING included. */
function scoreGroup(gold: SpiderSql, predicted: SpiderSql): PartScore {
  const [own, other] = [gold, predicted].map(({ groupBy, having }) => ({
    columns: groupBy.map(({ column }) => column),
    having,
  }));
  const totals = [own, other].map(({ columns }) => Math.min(columns.length, 1));
  return scoreTotals(totals[0], totals[1], totals[0] > 0 && isSame(own, other) ? 1 : 0);
}

/** ORDER BY in its order; of LIMIT only whether there is one. */
function scoreOrder(gold: SpiderSql, predicted: SpiderSql): PartScore {
  const isEqual =
    gold.orderBy !== null &&
    isSame(gold.orderBy, predicted.orderBy) &&
    gold.hasLimit === predicted.hasLimit;
  return scoreTotals(
    gold.orderBy === null ? 0 : 1,
    predicted.orderBy === null ? 0 : 1,
    isEqual ? 1 : 0,
  );
}

function scoreConnectors(gold: ConditionList, predicted: ConditionList): PartScore {
  const [own, other] = [gold, predicted].map((list) => [
    ...new Set(connectorsOf(list).map(connectorKey)),
  ]);
  return scoreLists(own, other).score === 1
    ? { score: 1, predictedTotal: 1, goldTotal: 1 }
    : { score: 0, predictedTotal: own.length, goldTotal: other.length };
}

/** A condition in a connector's place is compared as it is, unless the script cannot put it into a set. */
function connectorKey(element: ConditionList[number]): string {
  if (typeof element !== "string" && [element.value, element.secondValue].some(isNested))
    throw new OfficialCrash("a condition with a sub-query stands where a connector is read");
  return keyOf(element);
}

const isNested = (value: { readonly kind: string } | null): boolean => value?.kind === "sql";

const countOperands = (sql: SpiderSql): number =>
  SET_OPERATIONS.filter((operation) => sql[operation] !== null).length;

function keywordsOf(sql: SpiderSql): string[] {
  const lists = conditionLists(sql);
  const conditions = lists.flatMap(conditionsOf);
  const comparisons = conditions.map(({ comparison }) => comparison);
  const isUsed: Readonly<Record<string, boolean>> = {
    where: sql.where.length > 0,
    group: sql.groupBy.length > 0,
    having: sql.having.length > 0,
    order: sql.orderBy !== null,
    asc: sql.orderBy?.direction === "asc",
    desc: sql.orderBy?.direction === "desc",
    limit: sql.hasLimit,
    except: sql.except !== null,
    union: sql.union !== null,
    intersect: sql.intersect !== null,
    or: lists.flatMap(connectorsOf).includes("or"),
    not: conditions.some(({ isNegated }) => isNegated),
    in: comparisons.includes("in"),
    like: comparisons.includes("like"),
  };
  return Object.keys(isUsed).filter((keyword) => isUsed[keyword]);
}

const isSameFrom = (gold: SpiderSql, predicted: SpiderSql): boolean =>
  scoreLists(gold.from.units, predicted.from.units).score === 1;

const isUnsortable = ({ from }: SpiderSql): boolean =>
  new Set(from.units.filter(({ kind }) => kind === "sql").map(keyOf)).size > 1;

function scoreLists(gold: readonly unknown[], predicted: readonly unknown[]): PartScore {
  const [own, other] = [gold, predicted].map((list) => list.map(keyOf).sort());
  return {
    score: isSame(own, other) ? 1 : 0,
    predictedTotal: predicted.length,
    goldTotal: gold.length,
  };
}

/** 1 where as many match as there are on both sides. */
const scoreTotals = (goldTotal: number, predictedTotal: number, matching: number): PartScore => ({
  score: goldTotal === predictedTotal && matching === goldTotal ? 1 : 0,
  predictedTotal,
  goldTotal,
});

/** Trees are plain data whose keys stand in one order (tree.ts). */
const keyOf = (tree: unknown): string => JSON.stringify(tree);

const isSame = (one: unknown, other: unknown): boolean => keyOf(one) === keyOf(other);
