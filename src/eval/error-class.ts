/**
 * What is wrong with a wrong prediction: one primary class, and the differences from the gold in words. Compares the
 * parsed trees, and the results where they are given. The classes and their order: docs/error-classes.md; agreement with
 * labels: docs/evaluation.md. Runs nothing and knows no question.
 */
import { messageOf } from "../base/errors.ts";
import type { Dialect } from "../sql/dialect.ts";
import { unknownNames } from "../sql/names.ts";
import { resolveNames } from "../sql/resolve.ts";
import {
  bodyOf,
  isNode,
  listOf,
  parseSql,
  type SqlNode,
  type SqlValue,
  walk,
} from "../sql/tree.ts";
import {
  type Difference,
  difference,
  ERROR_CLASSES,
  type ErrorClass,
} from "./error-class/classes.ts";
import { queryDifferences } from "./error-class/differences.ts";
import { textsOf } from "./error-class/equal-columns.ts";
import type { KeyedTable } from "./error-class/equal-ways.ts";
import { outlineQuery } from "./error-class/outline.ts";
import { likenessOf } from "./error-class/results.ts";
import type { CellRows } from "./strict-cells.ts";
import type { StrictScore } from "./strict.ts";

export { type Difference, ERROR_CLASSES, type ErrorClass } from "./error-class/classes.ts";
export type { KeyedTable } from "./error-class/equal-ways.ts";

export type WrongItem = {
  /** undefined: the question should be refused. */
  readonly goldSql: string | undefined;
  /** undefined: the model refused. */
  readonly predictedSql: string | undefined;
  /** The schema; with foreign keys it is known which joins change nothing. */
  readonly tables: readonly KeyedTable[];
  readonly dialect: Dialect;
  /** Strict mode's score, of which a verdict 1 is possible where another mode says 0; not needed for refusals. */
  readonly score?: Pick<StrictScore, "verdict" | "reason" | "message" | "flags">;
  /** Both results, where both ran. */
  readonly rows?: { readonly gold: CellRows; readonly predicted: CellRows };
};

export type ErrorAnalysis = {
  readonly class: ErrorClass;
  /** Those of the primary class first; empty where no difference was found. */
  readonly differences: readonly Difference[];
};

/** Class and differences of a wrong item. Never raises an error for what stands in the SQL. */
export function errorClass(item: WrongItem): ErrorAnalysis {
  const early = outcomeOf(item) ?? unknownName(item);
  const compared = early !== undefined && !COMPARED.has(early.class) ? [] : comparisonOf(item);
  const evidence = early ?? resultOf(item, compared);
  const found = evidence === undefined ? compared : [evidence, ...compared];
  const sure = found.filter(({ isMinor }) => !isMinor);
  const rank = ({ class: name }: Difference) => ERROR_CLASSES.indexOf(name);
  const [first] = (sure.length > 0 ? sure : found).toSorted((a, b) => rank(a) - rank(b));
  const primary = evidence?.class ?? first?.class ?? "other";
  const order = (one: Difference) =>
    (one.class === primary ? 0 : 100) + (one.isMinor ? 50 : 0) + rank(one);
  return { class: primary, differences: found.toSorted((a, b) => order(a) - order(b)) };
}

/** Classes of what did not run that can be compared all the same. */
const COMPARED: ReadonlySet<ErrorClass> = new Set(["timeout", "unknown-table", "unknown-column"]);

/** The class that follows from what became of the answer. */
function outcomeOf({ goldSql, predictedSql, dialect, score }: WrongItem): Difference | undefined {
  if (goldSql === undefined) return difference("not-refused", "answers what it should refuse");
  if (predictedSql === undefined) return difference("refused", "refuses what has an answer");
  const message = score?.message ?? score?.reason ?? "";
  switch (score?.reason) {
    case "empty-sql":
      return difference("empty", "holds no statement");
    case "timeout":
    case "too-large":
      return difference("timeout", `runs into a limit: ${message}`);
    case "multi-statement":
    case "not-readonly":
    case "unbound-parameter":
      return difference("does-not-parse", `is not one reading statement: ${message}`);
    case "exec-error": {
      const isSyntax = /syntax error|incomplete input|unrecognized token/i.test(message);
      if (isSyntax || !parseSql(predictedSql, dialect).ok)
        return difference("does-not-parse", message);
    }
  }
  return undefined;
}

/** A name that the schema does not have, in what did not run; or that ran as a string. */
function unknownName({
  predictedSql = "",
  dialect,
  tables,
  score,
}: WrongItem): Difference | undefined {
  if (score?.reason !== "exec-error") {
    const [name] = silentStrings(predictedSql, dialect, tables);
    return name === undefined
      ? undefined
      : difference("unknown-column", `no column ${name}: the database reads it as a string`);
  }
  const message = score.message ?? "";
  const unknown = unknownNames(predictedSql, dialect, tables);
  if ((unknown?.tables.length ?? 0) > 0 || /no such table/i.test(message))
    return difference("unknown-table", `no table ${unknown?.tables.join(", ") || message}`);
  const isColumn = /no such column|ambiguous column|column .* does not exist/i.test(message);
  if (isColumn || (unknown?.columns.length ?? 0) > 0)
    return difference("unknown-column", message || `no column ${unknown?.columns.join(", ")}`);
  return undefined;
}

/** Double-quoted words that are strings for want of such a column, where a column is what makes sense. */
function silentStrings(sql: string, dialect: Dialect, tables: readonly KeyedTable[]): string[] {
  const parsed = parseSql(sql, dialect);
  if (!parsed.ok) return [];
  return parsed.statements.flatMap((statement) => {
    const literals = resolveNames(statement, tables).columns.filter(({ literal }) => literal);
    const places = literals.length === 0 ? [] : columnPlaces(statement);
    return literals.flatMap(({ node, name }) =>
      places.some((place) => bodyOf(place, "column") === node) ? [name] : [],
    );
  });
}

/** What stands in a select list, in GROUP BY, in ORDER BY. */
function columnPlaces(statement: SqlNode): SqlValue[] {
  const places: SqlValue[] = [];
  walk(statement, (node) => {
    const select = bodyOf(node, "select");
    if (select === undefined) return;
    const terms = (key: string) => listOf(bodyOf(select, key)?.expressions);
    places.push(...listOf(select.expressions).map((item) => bodyOf(item, "alias")?.this ?? item));
    places.push(...terms("group_by"));
    places.push(...terms("order_by").flatMap((term) => (isNode(term) ? [term.this] : [])));
  });
  return places;
}

/** What stands in a prediction must not end an evaluation: a tree too deep to walk is an item that is not compared. */
function comparisonOf({ goldSql, predictedSql, dialect, tables, score }: WrongItem): Difference[] {
  const notCompared = (why: string) => [difference("other", `cannot be compared: ${why}`, true)];
  try {
    const gold = outlineQuery(goldSql ?? "", dialect, tables);
    const predicted = outlineQuery(predictedSql ?? "", dialect, tables);
    if (gold === undefined || predicted === undefined) return notCompared("not one query");
    return queryDifferences(gold, predicted, {
      ...textsOf([gold, predicted], dialect, tables),
      tables,
      hasOtherCount: score?.reason === "row-count",
      didRun: score?.reason !== "exec-error",
    });
  } catch (error) {
    return notCompared(messageOf(error));
  }
}

/** The class that the results show, whatever the trees say. */
function resultOf(
  { score, rows }: WrongItem,
  compared: readonly Difference[],
): Difference | undefined {
  if (score === undefined) return undefined;
  const has = (flag: StrictScore["flags"][number]) => score.flags.includes(flag);
  if (score.verdict === 1 && has("tie-dependent-gold"))
    return difference("other", "another of the tied rows, as right as the gold's");
  if (score.reason === "ok-permuted")
    return difference("other-columns", "the columns stand in another order");
  if (score.verdict === 1) return undefined;
  if (has("tie-superset")) return difference("wrong-limit", "returns all tied rows");
  if (score.reason === "row-order")
    return difference("wrong-ordering", "the gold's rows in another order");
  const likeness = rows && likenessOf(rows.gold, rows.predicted);
  const sure = compared.filter(({ isMinor }) => !isMinor);
  if (likeness === undefined || (sure.length > 0 && hasOneRow(rows?.gold ?? []))) return undefined;
  if (likeness === "other-columns")
    return difference("other-columns", "the gold's rows, but other columns");
  if (sure.every((one) => REWRITTEN.has(one.class)))
    return difference("distinct", "the gold's rows, but some more or less often");
  return undefined;
}

/** Differences that may be another way of asking the same; equal rows say that they are. */
const REWRITTEN: ReadonlySet<ErrorClass> = new Set(["set-operation", "nested", "distinct"]);

/** One row, however often: too little to say that two results are alike. */
const hasOneRow = (rows: CellRows): boolean =>
  rows.every((row) => row.every((cell, i) => cell === rows[0][i]));
