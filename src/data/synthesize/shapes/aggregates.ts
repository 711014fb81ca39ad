/** One row of figures: counts, distinct counts, sums, averages, extremes, shares, sums side by side. */
import { chance, type Draft, type Draw, phraseOf, pickEntity, pickField } from "../draw.ts";
import { pluralOf, pluralOfColumn } from "../english.ts";
import { drawConditionCount, drawSubject, type Subject } from "../subject.ts";
import type { Field } from "../vocabulary.ts";
import { askForCount, askForValue, finish, terse } from "../wording.ts";
import { sourceOf, toDraft } from "./draft.ts";
import { isGroupable } from "./lists.ts";

export type Aggregate = "SUM" | "AVG" | "MAX" | "MIN";

/** A subject with the usual number of conditions, sometimes by way of another table. */
export function drawAnySubject(
  draw: Draw,
  taken: readonly Field[] = [],
  fits?: (subject: Subject["entity"]) => boolean,
): Subject | undefined {
  const entity = pickEntity(draw, fits);
  const isViaParent = chance(draw, 0.25);
  return (
    entity &&
    drawSubject(draw, entity, {
      conditions: isViaParent ? draw.rng.pick([0, 1, 1, 2]) : drawConditionCount(draw),
      isViaParent,
      taken,
    })
  );
}

export function count(draw: Draw): Draft | undefined {
  const subject = drawAnySubject(draw);
  if (!subject || (subject.conditions.length === 0 && chance(draw, 0.8))) return undefined;
  return toDraft(askForCount(draw.rng, subject.text), subject, {
    columns: ["COUNT(*)"],
    ...sourceOf(subject),
  });
}

export function countDistinct(draw: Draw): Draft | undefined {
  const entity = pickEntity(draw, ({ fields }) => fields.some(isGroupable));
  const field =
    entity &&
    pickField(
      draw,
      entity.fields,
      (candidate) => isGroupable(candidate) && candidate.role !== "flag",
    );
  const subject =
    entity &&
    field &&
    drawSubject(draw, entity, {
      conditions: Math.min(1, drawConditionCount(draw)),
      isViaParent: chance(draw, 0.15),
      taken: [field],
    });
  if (!subject) return undefined;
  const { rng } = draw;
  const names = pluralOfColumn(phraseOf(draw, field));
  const different = rng.pick(["different", "distinct", "unique"]);
  const question = rng.pick([
    () => finish(rng, `How many ${different} ${names} do ${subject.text} have`, "?"),
    () => finish(rng, `How many ${different} ${names} occur among ${subject.text}`, "?"),
    () => finish(rng, `Count the ${different} ${names} of ${subject.text}`, "."),
    () => askForValue(rng, `the number of ${different} ${names} among ${subject.text}`),
    () => terse(rng, `number of ${different} ${names} of ${subject.text}`),
  ])();
  return toDraft(
    question,
    subject,
    { columns: [`COUNT(DISTINCT ${subject.column(field)})`], ...sourceOf(subject) },
    { fields: [field] },
  );
}

/** "total amount", "average hourly rate", "latest due date". */
export function aggregateText(draw: Draw, aggregate: Aggregate, field: Field): string {
  const { rng } = draw;
  const name = phraseOf(draw, field);
  if (aggregate === "SUM")
    return /\btotal\b/i.test(name)
      ? rng.pick([`sum of the ${pluralOf(name)}`, `combined ${name}`])
      : rng.pick([`total ${name}`, `total ${name}`, `total ${name}`, `sum of ${name}`]);
  if (aggregate === "AVG") return `average ${name}`;
  const isTime = field.role === "date" || field.role === "month" || field.role === "year";
  if (aggregate === "MAX")
    return isTime
      ? rng.pick([`latest ${name}`, `most recent ${name}`])
      : rng.pick([`highest ${name}`, `largest ${name}`, `maximum ${name}`]);
  return isTime
    ? rng.pick([`earliest ${name}`, `first ${name}`])
    : rng.pick([`lowest ${name}`, `smallest ${name}`, `minimum ${name}`]);
}

/** "total amount of unpaid invoices"; where the column's words alone say which table is meant, "committed cost on job 12". */
export function figureText(
  draw: Draw,
  subject: Subject,
  aggregate: Aggregate,
  field: Field,
): string {
  const text = aggregateText(draw, aggregate, field);
  const [before, after] = subject.around ?? [];
  if (before === undefined || !isTelling(draw, field) || !chance(draw, 0.85))
    return `${text} of ${subject.text}`;
  const [name] = field.phrases;
  const words =
    aggregate === "SUM" && chance(draw, 0.65)
      ? [before, name, after]
      : before === ""
        ? [text, after]
        : [text.replace(name, `${before} ${name}`), after];
  return words.filter(Boolean).join(" ");
}

/** No other table has a column or a term of these words: "committed cost" needs no "of monthly job costs". */
const isTelling = (draw: Draw, { phrases: [name], table }: Field): boolean =>
  ![...draw.vocabulary.entities.values()].some(
    ({ name: other, fields, definitions }) =>
      other !== table &&
      (fields.some(({ phrases }) => phrases[0] === name) ||
        definitions.some(({ term }) => term === name)),
  );

function aggregatesFor(field: Field): readonly Aggregate[] {
  if (field.role === "date") return ["MAX", "MIN"];
  return field.isAdditive
    ? ["SUM", "SUM", "SUM", "SUM", "SUM", "AVG", "MAX", "MIN"]
    : ["AVG", "AVG", "MAX", "MIN"];
}

export const isAggregable = (field: Field): boolean => field.role === "measure";
const isMeasured = (field: Field): boolean => field.role === "measure" || field.role === "date";

export function aggregate(draw: Draw): Draft | undefined {
  const subject = drawAnySubject(draw, [], ({ fields }) => fields.some(isMeasured));
  const field =
    subject &&
    pickField(
      draw,
      subject.entity.fields,
      (candidate) =>
        isMeasured(candidate) &&
        (candidate.role !== "date" || chance(draw, 0.2)) &&
        !subject.conditions.some(({ fields }) => fields.includes(candidate)),
    );
  if (!subject || !field) return undefined;
  const kind = draw.rng.pick(aggregatesFor(field));
  return toDraft(
    valueQuestion(draw, kind, field, subject),
    subject,
    { columns: [`${kind}(${subject.column(field)})`], ...sourceOf(subject) },
    { fields: [field] },
  );
}

/** "the total amount of unpaid invoices", asked. */
function valueQuestion(draw: Draw, kind: Aggregate, field: Field, subject: Subject): string {
  const { rng } = draw;
  const text = figureText(draw, subject, kind, field);
  if (kind !== "SUM" || chance(draw, 0.6)) return askForValue(rng, `the ${text}`);
  const total = aggregateText(draw, kind, field);
  return rng.pick([
    () => finish(rng, `How much ${text.replace(/^(the )?(total|sum of|combined) /, "")}`, "?"),
    () => terse(rng, `${subject.text}: ${total}`),
    () => terse(rng, `${text}${/total/.test(text) ? "" : " in total"}`),
  ])();
}
