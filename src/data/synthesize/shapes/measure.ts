/** What is worked out for a set of rows or for each group: a count, a sum, an average, a difference, days. */
import { type Draw, phraseOf, pickField, pickWeighted } from "../draw.ts";
import { pluralOfColumn, totalOf } from "../english.ts";
import type { Subject } from "../subject.ts";
import type { Field } from "../vocabulary.ts";
import { aggregateText, figureText } from "./aggregates.ts";
import { amountPairs, datePairs, isGroupable } from "./lists.ts";

export type MeasureKind =
  | "COUNT"
  | "SUM"
  | "AVG"
  | "MAX"
  | "MIN"
  /** Different values of a column. */
  | "DISTINCT"
  /** The sum of one amount less another. */
  | "DIFFERENCE"
  /** Days between two dates, on average. */
  | "DAYS"
  /** The first or the last date. */
  | "DATE";

export type Measure = {
  /** "number of unpaid invoices", "total amount of unpaid invoices", "overtime hours in March". */
  readonly text: string;
  /** Beside a key that is shown with it: "count", "amount". */
  readonly short: string;
  readonly sql: string;
  readonly kind: MeasureKind;
  readonly fields: readonly Field[];
};

const WEIGHTS: Readonly<Record<MeasureKind, number>> = {
  COUNT: 20,
  SUM: 50,
  AVG: 7,
  MAX: 2,
  MIN: 2,
  DISTINCT: 5,
  DIFFERENCE: 4,
  DAYS: 3,
  DATE: 3,
};
const ALL = Object.keys(WEIGHTS) as MeasureKind[];

/** Draws one of `kinds` that the subject's table has columns for. */
export function drawMeasure(
  draw: Draw,
  subject: Subject,
  kinds: readonly MeasureKind[] = ALL,
): Measure | undefined {
  const kind = pickWeighted(draw.rng, kinds, (candidate) => WEIGHTS[candidate]);
  return kind && measureOf(draw, subject, kind);
}

function measureOf(draw: Draw, subject: Subject, kind: MeasureKind): Measure | undefined {
  if (kind === "COUNT")
    return {
      text: `number of ${subject.text}`,
      short: draw.rng.pick(["count", "count", "number"]),
      sql: "COUNT(*)",
      kind,
      fields: [],
    };
  if (kind === "DISTINCT") return distinctOf(draw, subject);
  if (kind === "DIFFERENCE") return differenceOf(draw, subject);
  if (kind === "DAYS") return daysOf(draw, subject);
  const taken = subject.conditions.flatMap(({ fields }) => fields);
  const fits = (field: Field) =>
    !taken.includes(field) &&
    (kind === "DATE"
      ? field.role === "date"
      : kind === "SUM"
        ? field.isAdditive
        : field.role === "measure");
  const field = pickField(draw, subject.entity.fields, fits);
  if (field === undefined) return undefined;
  const aggregate = kind === "DATE" ? draw.rng.pick(["MAX", "MIN"] as const) : kind;
  return {
    text: figureText(draw, subject, aggregate, field),
    short: aggregate === "SUM" ? shortSum(draw, field) : aggregateText(draw, aggregate, field),
    sql: `${aggregate}(${subject.column(field)})`,
    kind,
    fields: [field],
  };
}

/** What a sum is called beside its group: "cost", "amount", "total". */
const shortSum = (draw: Draw, field: Field): string =>
  draw.rng.pick([
    () => phraseOf(draw, field),
    () => phraseOf(draw, field),
    () => field.phrases[0].slice(field.phrases[0].lastIndexOf(" ") + 1),
    () => (field.isMoney ? "amount" : "total"),
  ])();

function distinctOf(draw: Draw, subject: Subject): Measure | undefined {
  const field = pickField(
    draw,
    subject.entity.fields,
    (candidate) => isGroupable(candidate) && candidate.role !== "flag",
  );
  if (field === undefined) return undefined;
  const different = draw.rng.pick(["different", "distinct"]);
  return {
    text: `number of ${different} ${pluralOfColumn(phraseOf(draw, field))} among ${subject.text}`,
    short: "number",
    sql: `COUNT(DISTINCT ${subject.column(field)})`,
    kind: "DISTINCT",
    fields: [field],
  };
}

function differenceOf(draw: Draw, subject: Subject): Measure | undefined {
  const pairs = amountPairs(subject.entity);
  if (pairs.length === 0) return undefined;
  const [second, first] = draw.rng.pick(pairs);
  const [a, b] = [phraseOf(draw, first), phraseOf(draw, second)];
  const word = draw.rng.pick(["minus", "less"]);
  return {
    text: `${totalOf(a)} ${word} ${b} of ${subject.text}`,
    short: "difference",
    sql: `SUM(${subject.column(first)} - ${subject.column(second)})`,
    kind: "DIFFERENCE",
    fields: [first, second],
  };
}

function daysOf(draw: Draw, subject: Subject): Measure | undefined {
  const pairs = datePairs(subject.entity);
  if (pairs.length === 0) return undefined;
  const [first, last] = draw.rng.pick(pairs);
  const [from, to] = [phraseOf(draw, first), phraseOf(draw, last)];
  return {
    text: `average number of days from ${from} to ${to} of ${subject.text}`,
    short: "average days",
    sql: `AVG(julianday(${subject.column(last)}) - julianday(${subject.column(first)}))`,
    kind: "DAYS",
    fields: [first, last],
  };
}
