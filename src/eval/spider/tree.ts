/**
 * A statement as Spider's official parser reads it. Conditions and connectors share one list: places 0, 2, 4 … are taken
 * for conditions and 1, 3, 5 … for connectors, even where a missing connector has shifted them. Plain data: two trees are
 * equal when their JSON is. Knows no text. (taoyds/spider, preprocess/parsed_sql_examples.sql)
 */
export const AGGREGATES = ["none", "max", "min", "count", "sum", "avg"] as const;
export const ARITHMETIC = ["none", "-", "+", "*", "/"] as const;
export const COMPARISONS = [
  "not",
  "between",
  "=",
  ">",
  "<",
  ">=",
  "<=",
  "!=",
  "in",
  "like",
  "is",
  "exists",
] as const;
export const SET_OPERATIONS = ["intersect", "union", "except"] as const;

export type Aggregate = (typeof AGGREGATES)[number];
export type Arithmetic = (typeof ARITHMETIC)[number];
export type Comparison = (typeof COMPARISONS)[number];
export type SetOperation = (typeof SET_OPERATIONS)[number];
export type Connector = "and" | "or";

export type ColumnUnit = {
  readonly aggregate: Aggregate;
  /** Id of the column: `__table.column__` or `__all__`. */
  readonly column: string;
  readonly isDistinct: boolean;
};

/** One column, or two with an operator between. */
export type ValueUnit = {
  readonly operator: Arithmetic;
  readonly left: ColumnUnit;
  readonly right: ColumnUnit | null;
};

export type Value =
  | { readonly kind: "sql"; readonly sql: SpiderSql }
  /** With its double quotes. */
  | { readonly kind: "text"; readonly text: string }
  /** The number as JavaScript prints it. */
  | { readonly kind: "number"; readonly number: string }
  | { readonly kind: "column"; readonly unit: ColumnUnit };

export type Condition = {
  readonly isNegated: boolean;
  readonly comparison: Comparison;
  readonly unit: ValueUnit;
  readonly value: Value | null;
  /** Upper end of BETWEEN. */
  readonly secondValue: Value | null;
};

export type ConditionList = readonly (Condition | Connector)[];

export type TableUnit =
  | { readonly kind: "table"; readonly id: string }
  | { readonly kind: "sql"; readonly sql: SpiderSql };

export type SelectItem = { readonly aggregate: Aggregate; readonly unit: ValueUnit };

export type SpiderSql = {
  readonly select: { readonly isDistinct: boolean; readonly items: readonly SelectItem[] };
  readonly from: { readonly units: readonly TableUnit[]; readonly on: ConditionList };
  readonly where: ConditionList;
  readonly groupBy: readonly ColumnUnit[];
  readonly having: ConditionList;
  /** One direction for all units: the last one written. */
  readonly orderBy: {
    readonly direction: "asc" | "desc";
    readonly units: readonly ValueUnit[];
  } | null;
  readonly hasLimit: boolean;
} & { readonly [operation in SetOperation]: SpiderSql | null };

/** What stands for a prediction that does not parse. */
export const EMPTY_SQL: SpiderSql = {
  select: { isDistinct: false, items: [] },
  from: { units: [], on: [] },
  where: [],
  groupBy: [],
  having: [],
  orderBy: null,
  hasLimit: false,
  intersect: null,
  union: null,
  except: null,
};

/** Raised inside this folder where the official script stops with an error instead of giving a verdict. */
export class OfficialCrash extends Error {}

/** The elements taken for conditions. Raises OfficialCrash where one of them is a connector. */
export function conditionsOf(list: ConditionList): Condition[] {
  return list
    .filter((_, place) => place % 2 === 0)
    .map((element) => {
      if (typeof element !== "string") return element;
      throw new OfficialCrash(`"${element}" stands where a condition is read`);
    });
}

/** The elements taken for connectors, some of which may be conditions. */
export const connectorsOf = (list: ConditionList): (Condition | Connector)[] =>
  list.filter((_, place) => place % 2 === 1);

/** All three lists of conditions of one level. */
export const conditionLists = ({ from, where, having }: SpiderSql): ConditionList[] => [
  from.on,
  where,
  having,
];
