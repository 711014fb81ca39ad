/** Single rows by rank: the row with the most, the few rows on top, the latest. */
import {
  chance,
  type Draft,
  type Draw,
  entityOf,
  phraseOf,
  pickEntity,
  pickField,
} from "../draw.ts";
import { capitalise, countText, listOf, singularOf } from "../english.ts";
import { drawParentLink, drawSubject, fieldsText, parentPhrase } from "../subject.ts";
import type { Entity, Field } from "../vocabulary.ts";
import { askForRows, askForValue, finish, terse } from "../wording.ts";
import { sourceOf, tieOf, toDraft } from "./draft.ts";

const isRanked = (field: Field): boolean =>
  (field.role === "measure" || field.role === "date" || field.role === "year") &&
  field.column.distinctCount > 5;

/** "highest credit limit", "latest due date". */
function extremeText(draw: Draw, field: Field, isDescending: boolean): string {
  const isTime = field.role !== "measure";
  const word = isTime
    ? isDescending
      ? draw.rng.pick(["latest", "most recent"])
      : draw.rng.pick(["earliest", "oldest"])
    : isDescending
      ? draw.rng.pick(["highest", "largest", "highest"])
      : draw.rng.pick(["lowest", "smallest"]);
  return `${word} ${phraseOf(draw, field)}`;
}

const drawRanked = (draw: Draw): { entity: Entity; field: Field } | undefined => {
  const entity = pickEntity(
    draw,
    ({ fields, identity }) => identity.length > 0 && fields.some(isRanked),
  );
  const field = entity && pickField(draw, entity.fields, isRanked);
  return field && { entity, field };
};

/** One row: what it is called, and perhaps its figure. */
export function extremeRow(draw: Draw): Draft | undefined {
  const ranked = drawRanked(draw);
  const subject =
    ranked &&
    drawSubject(draw, ranked.entity, {
      conditions: chance(draw, 0.4) ? 0 : 1,
      isViaParent: chance(draw, 0.2),
      taken: [ranked.field],
    });
  if (!subject) return undefined;
  const { entity, field } = ranked;
  const isDescending = field.column.nullCount > 0 || chance(draw, 0.75);
  const isShown = chance(draw, 0.65);
  const fields = [...entity.identity, ...(isShown ? [field] : [])];
  const text = fieldsText(draw, fields);
  const extreme = extremeText(draw, field, isDescending);
  const { rng } = draw;
  const noun = singularOf(subject.text);
  const isShort = isSingularable(subject.text);
  const question = rng.pick([
    () =>
      `${finish(rng, isShort ? `Which ${noun} has the ${extreme}` : `Which of the ${subject.text} has the ${extreme}`, "?").replace(/[^?]$/, "$&?")} ${capitalise(text)}.`,
    () =>
      terse(
        rng,
        `${isShort ? `${noun} with the ` : ""}${extreme}${isShort ? "" : ` among ${subject.text}`}: ${text}`,
      ),
    () =>
      terse(
        rng,
        `${text} of the ${isShort ? noun : "one"} with the ${extreme}${isShort ? "" : ` among ${subject.text}`}`,
      ),
  ])();
  const select = {
    columns: fields.map(subject.column),
    ...sourceOf(subject),
    orderBy: [`${subject.column(field)}${isDescending ? " DESC" : ""}`],
    limit: 1,
  };
  return toDraft(question, subject, select, {
    fields: [...fields, field],
    tie: tieOf(select, subject.column(field)),
  });
}

/** A subject whose singular reads well: nothing but a noun and what comes before it. */
const isSingularable = (text: string): boolean =>
  !/ (who|that|whose|with|for|of|and|or|from|in) /.test(text);

/** A few rows on top. */
export function topRows(draw: Draw): Draft | undefined {
  const ranked = drawRanked(draw);
  const subject =
    ranked &&
    drawSubject(draw, ranked.entity, {
      conditions: chance(draw, 0.5) ? 0 : 1,
      isViaParent: chance(draw, 0.2),
      taken: [ranked.field],
    });
  if (!subject) return undefined;
  const { entity, field } = ranked;
  const limit = draw.rng.pick([2, 3, 3, 4, 5, 5, 5, 10, 10]);
  const isDescending = field.column.nullCount > 0 || chance(draw, 0.75);
  const fields = [...entity.identity, ...(chance(draw, 0.75) ? [field] : [])];
  const text = fieldsText(draw, fields);
  const extreme = extremeText(draw, field, isDescending);
  const { rng } = draw;
  const many = countText(limit, rng);
  const top =
    field.role === "measure"
      ? `${isDescending ? "top" : "bottom"} ${many} ${subject.text} by ${phraseOf(draw, field)}`
      : `the ${many} ${subject.text} with the ${extreme}`;
  const question = rng.pick([
    () => terse(rng, `${top}: ${text}`),
    () => terse(rng, `${top}: ${text}`),
    () =>
      finish(rng, `Which ${many} ${subject.text} have the ${extreme}? ${capitalise(text)}`, "."),
    () => askForRows(rng, `the ${text} of the ${many} ${subject.text} with the ${extreme}`),
  ])();
  const select = {
    columns: fields.map(subject.column),
    ...sourceOf(subject),
    orderBy: [`${subject.column(field)}${isDescending ? " DESC" : ""}`],
    limit,
  };
  return toDraft(question, subject, select, {
    fields: [...fields, field],
    tie: tieOf(select, subject.column(field)),
  });
}

/** The row on top, with the name of what it points to. */
export function extremeRowWithParent(draw: Draw): Draft | undefined {
  const ranked = drawRanked(draw);
  const link = ranked && drawParentLink(draw, ranked.entity);
  const parent = link && entityOf(draw, link.parent);
  if (!ranked || !parent || parent.label.length === 0) return undefined;
  const subject = drawSubject(draw, ranked.entity, {
    conditions: chance(draw, 0.6) ? 0 : 1,
    joins: [{ link, toParent: true }],
    taken: [ranked.field],
  });
  if (!subject) return undefined;
  const { field } = ranked;
  const isDescending = field.column.nullCount > 0 || chance(draw, 0.75);
  const limit = chance(draw, 0.6) ? 1 : draw.rng.pick([3, 5, 10]);
  const isShown = chance(draw, 0.5) || limit > 1;
  const { rng } = draw;
  const name = parent.isPerson
    ? `${link.noun}'s first and last name`
    : parentPhrase(draw, link, parent.label[0]);
  const text = listOf([name, ...(isShown ? [phraseOf(draw, field)] : [])]);
  const extreme = extremeText(draw, field, isDescending);
  const of =
    limit === 1
      ? `the one with the ${extreme} among ${subject.text}`
      : `the ${countText(limit, rng)} ${subject.text} with the ${extreme}`;
  const question = rng.pick([
    () => (limit === 1 ? askForValue : askForRows)(rng, `the ${text} of ${of}`),
    () => terse(rng, `${of}: ${text}`),
    () => terse(rng, `${text} of ${of}`),
  ])();
  const fields = [...parent.label, ...(isShown ? [field] : [])];
  const select = {
    columns: fields.map(subject.column),
    ...sourceOf(subject),
    orderBy: [`${subject.column(field)}${isDescending ? " DESC" : ""}`],
    limit,
  };
  return toDraft(question, subject, select, { fields, tie: tieOf(select, subject.column(field)) });
}
