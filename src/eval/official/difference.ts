/**
 * Why strict mode and an official mode disagree on an item: strict mode is run again with one of its rules replaced by the
 * official one, and the rules that turn its verdict are named. Step S10 of docs/evaluation.md.
 */
import type { RunResult, RunsSql, SqlCell } from "../../db/executor.ts";
import { outlineOf } from "../../sql/admission.ts";
import { type CellRows, identifyCells } from "../strict-cells.ts";
import { matchRows } from "../strict-match.ts";
import { type GoldResult, tiedGold } from "../strict-order.ts";
import { createStrictScorer } from "../strict.ts";
import { rowKey } from "./cells.ts";
import { asksForOrder, dropDistinct } from "./rewrite.ts";

export type DifferenceRule =
  /** DISTINCT does not count (Spider), repeated rows do not (BIRD). */
  | "distinct"
  /** Order counts where the gold holds the text "order by" (Spider), or never (BIRD). */
  | "order-substring"
  /** Tied rows have an order, and LIMIT chooses among them. */
  | "ties"
  /** REAL numbers are compared exactly. */
  | "float"
  /** Text is never a number. */
  | "type"
  /** Empty results are equal whatever their columns. */
  | "empty-columns"
  /** Columns must stand in the gold's order (BIRD). */
  | "column-order"
  /** A statement that may write is run. */
  | "write"
  /** No single one of these. */
  | "other";

export type DifferenceMode = "spider-ex" | "bird-ex";

type Rows = Extract<RunResult, { ok: true }>;

/** What is compared: the gold with its groups of tied rows, and the rows of the prediction. */
type Comparison = {
  readonly gold: GoldResult;
  readonly rows: CellRows;
  readonly columnCount: number;
};

const TIMEOUT_MS = 30_000;
const LIMITS = { timeoutMs: TIMEOUT_MS, overflow: "fail", connection: "fresh" } as const;

/** The rules that, switched alone, turn the verdict of strict mode; "other" when none does. */
export async function differenceRules(
  executor: RunsSql,
  mode: DifferenceMode,
  file: string,
  goldSql: string,
  predictedSql: string,
): Promise<DifferenceRule[]> {
  const strict = createStrictScorer(executor, { timeoutMs: TIMEOUT_MS });
  const base = await strict.score(file, goldSql, predictedSql);
  const flipping: DifferenceRule[] = [];
  const note = (rule: DifferenceRule, verdict: boolean) => {
    if ((base.verdict === 1) !== verdict) flipping.push(rule);
  };
  if (mode === "spider-ex") {
    const [gold, predicted] = [goldSql, predictedSql].map(dropDistinct);
    note("distinct", (await strict.score(file, gold, predicted)).verdict === 1);
  }
  const access = base.reason === "not-readonly" ? "copy" : "read";
  const run = (sql: string) => executor.run(file, sql, LIMITS);
  const gold = await run(goldSql);
  const predicted = await executor.run(file, predictedSql, { ...LIMITS, access });
  if (gold.ok && predicted.ok) {
    const comparison: Comparison = {
      gold: await tiedGold(goldSql, gold, run),
      rows: predicted.rows,
      columnCount: predicted.columns.length,
    };
    if (access === "copy") note("write", isMatch(comparison));
    else noteComparisons(mode, goldSql, gold, comparison, note);
  }
  return flipping.length > 0 ? flipping : ["other"];
}

function noteComparisons(
  mode: DifferenceMode,
  goldSql: string,
  raw: Rows,
  comparison: Comparison,
  note: (rule: DifferenceRule, verdict: boolean) => void,
): void {
  const { gold, rows } = comparison;
  const isBird = mode === "bird-ex";
  const hasOrder = outlineOf(goldSql).orderBy.length > 0;
  const countsOrder = !isBird && asksForOrder(dropDistinct(goldSql));
  const withGold = (one: GoldResult): Comparison => ({ ...comparison, gold: one });
  const mapCells = (change: (cell: SqlCell) => SqlCell): Comparison => ({
    ...comparison,
    gold: { ...gold, rows: changed(gold.rows, change) },
    rows: changed(rows, change),
  });
  if (isBird) note("distinct", isMatch(withoutRepetition(raw, comparison, hasOrder)));
  note(
    "order-substring",
    isMatch(hasOrder === countsOrder ? comparison : withGold(untiedGold(raw, countsOrder))),
  );
  note("ties", isMatch(withGold(untiedGold(raw, hasOrder))));
  note("float", isMatch(mapCells(exactNumber)));
  note("type", isMatch(mapCells(neverNumber)));
  note("empty-columns", isMatch(comparison) || (raw.rows.length === 0 && rows.length === 0));
  if (isBird)
    note("column-order", reasonOf(comparison).replace("ok-permuted", "").startsWith("ok"));
}

function reasonOf({ gold, rows, columnCount }: Comparison): string {
  const [goldIds, ids] = identifyCells([gold.rows, rows]);
  const ordered = { ...gold, rows: goldIds, columnCount: gold.columns.length };
  return matchRows(ordered, ids, columnCount).reason;
}

const isMatch = (comparison: Comparison): boolean => reasonOf(comparison).startsWith("ok");

/** The gold as it was returned: each row in its place, or all rows in any. */
const untiedGold = ({ columns, rows }: Rows, isOrdered: boolean): GoldResult => ({
  columns,
  rows,
  groups: rows.map((_, i) => (isOrdered ? i : 0)),
  offset: 0,
  count: rows.length,
  isUnverified: false,
});

function withoutRepetition(raw: Rows, comparison: Comparison, isOrdered: boolean): Comparison {
  const unique = (rows: CellRows): CellRows => [
    ...new Map(rows.map((row) => [rowKey(row), row])).values(),
  ];
  const gold = untiedGold({ ...raw, rows: unique(raw.rows) }, isOrdered);
  return { ...comparison, gold, rows: unique(comparison.rows) };
}

const changed = (rows: CellRows, change: (cell: SqlCell) => SqlCell): CellRows =>
  rows.map((row) => row.map(change));

/** A text that is a number for strict mode stays one. */
function exactNumber(cell: SqlCell): SqlCell {
  const value = typeof cell === "string" && isNumericText(cell) ? Number(cell) : cell;
  if (typeof value !== "number") return value;
  return Number.isInteger(value) ? BigInt(value) : `\0${value}`;
}

function isNumericText(text: string): boolean {
  const [[[a]], [[b]]] = identifyCells([[[text]], [[Number(text)]]]);
  return a === b;
}

const neverNumber = (cell: SqlCell): SqlCell => (typeof cell === "string" ? `\0${cell}` : cell);
