/** Whether a result suits a chart, and which: one column of labels or dates, and numbers beside it. Knows no drawing. */
import type { JsonCell, Rows } from "../../src/serve/api-types.ts";
import { isNumber, textOf } from "./cells.ts";

export type ChartPlan = {
  readonly kind: "bar" | "line";
  /** Name of the column along x. */
  readonly x: string;
  readonly labels: readonly string[];
  /** null where a row has no number. */
  readonly series: readonly {
    readonly name: string;
    readonly values: readonly (number | null)[];
  }[];
};

const MOST_BARS = 40;
const MOST_POINTS = 2000;
const MOST_SERIES = 4;
/** A date, a month, a quarter or a year. */
const DATE = /^\d{4}(?:-(?:\d{2}(?:-\d{2}(?:[ T]\d{2}:\d{2}.*)?)?|Q[1-4]))?$/;
/** Columns of numbers that only tell rows apart. */
const KEY_NAME = /(?:^|_)(?:id|key|no|nr|num|code)$|(?:Id|ID|No)$/;

/** The chart of a result, or undefined where a table says more. */
export function chartOf({ columns, rows }: Rows): ChartPlan | undefined {
  if (rows.length < 2 || rows.length > MOST_POINTS || columns.length < 2) return undefined;
  const of = (at: number) => rows.map((row) => row[at]);
  const isNumeric = columns.map((_, at) => isAll(of(at), isNumber));
  const isDate = columns.map((name, at) => isDates(name, of(at)));
  const xAt = firstOf(isDate) ?? firstOf(isNumeric.map((numeric) => !numeric));
  if (xAt === undefined) return undefined;
  const labels = of(xAt).map(textOf);
  const others = columns.map((_, at) => at).filter((at) => at !== xAt);
  const numbers = others.filter(
    (at) => isNumeric[at] && !isDate[at] && !KEY_NAME.test(columns[at]),
  );
  const texts = others.filter((at) => !isNumeric[at]);
  if (numbers.length === 0 || numbers.length > MOST_SERIES || texts.length > 0) return undefined;
  if (new Set(labels).size < labels.length) return undefined;
  const kind = isDate[xAt] && rows.length > 2 ? "line" : "bar";
  if (kind === "bar" && rows.length > MOST_BARS) return undefined;
  const inOrder = kind === "line" ? [...rows].sort(byText(xAt)) : rows;
  return {
    kind,
    x: columns[xAt],
    labels: inOrder.map((row) => textOf(row[xAt])),
    series: numbers.map((at) => ({
      name: columns[at],
      values: inOrder.map((row) => row[at] as number | null),
    })),
  };
}

const firstOf = (flags: readonly boolean[]): number | undefined =>
  flags.includes(true) ? flags.indexOf(true) : undefined;

/** Of a column that has something. */
const isAll = (cells: readonly JsonCell[], is: (cell: JsonCell) => boolean): boolean =>
  cells.some((cell) => cell !== null) && cells.every((cell) => cell === null || is(cell));

/** Years come as numbers too, but only a name tells them from other numbers. */
const isDates = (name: string, cells: readonly JsonCell[]): boolean =>
  isAll(cells, (cell) => typeof cell === "string" && DATE.test(cell)) ||
  (/year/i.test(name) &&
    isAll(cells, (cell) => isNumber(cell) && Number.isInteger(cell) && cell > 1000 && cell < 3000));

const byText = (at: number) => (a: readonly JsonCell[], b: readonly JsonCell[]) =>
  textOf(a[at]) < textOf(b[at]) ? -1 : 1;
