/** One row for each group: a figure, several, in order, by two keys, as a share of the whole. */
import { chance, type Draft, type Draw, phraseOf, pickField } from "../draw.ts";
import { listOf, totalOf } from "../english.ts";
import { printSelect, quoteName } from "../select.ts";
import type { Subject } from "../subject.ts";
import type { Field } from "../vocabulary.ts";
import { askForRows, finish, terse } from "../wording.ts";
import { drawAnySubject, isAggregable } from "./aggregates.ts";
import { sourceOf, toDraft } from "./draft.ts";
import { type GroupKey, perGroup } from "./group-key.ts";
import {
  drawDivided,
  drawGrouped,
  fieldsOf,
  type Grouped,
  groupsOf,
  selectOf,
  shownText,
} from "./grouped.ts";
import { isGroupable } from "./lists.ts";

/** A figure per group. */
export function figurePerGroup(draw: Draw): Draft | undefined {
  const grouped = drawGrouped(draw);
  if (!grouped) return undefined;
  const { subject, key, measure } = grouped;
  const { rng } = draw;
  const question = rng.pick([
    () => askForRows(rng, `the ${measure.text} ${perGroup(draw, key)}`),
    () => askForRows(rng, `the ${measure.text} ${perGroup(draw, key)}`),
    () => askForRows(rng, `the ${measure.text} ${perGroup(draw, key)}`),
    () => terse(rng, `${measure.text} ${perGroup(draw, key)}: ${shownText(grouped)}`),
    () => terse(rng, `${key.plural} with ${measure.text}`),
    () =>
      measure.kind === "COUNT"
        ? finish(rng, `How many ${subject.text} ${perGroup(draw, key)}`, "?")
        : finish(rng, `What is the ${measure.text} ${perGroup(draw, key)}`, "?"),
  ])();
  return toDraft(question, subject, selectOf(grouped), { fields: fieldsOf(grouped) });
}

/** All groups with their figure, ordered by it or by the key. */
export function orderedGroups(draw: Draw): Draft | undefined {
  const grouped = drawGrouped(draw);
  if (!grouped || grouped.key.count > 60) return undefined;
  const { subject, key, keys, measure } = grouped;
  const isByKey = keys.length === 1 && chance(draw, 0.3);
  const isDescending = !isByKey && chance(draw, 0.75);
  const by = isByKey ? (key.isComputed ? "1" : keys[0]) : measure.sql;
  return toDraft(
    orderedQuestion(draw, grouped, isByKey, isDescending),
    subject,
    { ...selectOf(grouped), orderBy: [`${by}${isDescending ? " DESC" : ""}`] },
    { fields: fieldsOf(grouped) },
  );
}

const FALLING = [
  "highest first",
  "largest first",
  "from most to least",
  "in descending order",
  "sorted from high to low",
];
const RISING = ["lowest first", "smallest first", "from least to most", "in ascending order"];

function orderedQuestion(
  draw: Draw,
  { key, measure }: Grouped,
  isByKey: boolean,
  isDescending: boolean,
): string {
  const { rng } = draw;
  const isTime = key.fields.some(
    ({ role }) => role === "date" || role === "month" || role === "year",
  );
  const byKey = isTime
    ? rng.pick(["oldest first", "in order of time", "earliest first"])
    : rng.pick([`sorted by ${key.text}`, `in order of ${key.text}`, `ordered by ${key.text}`]);
  const order = isByKey ? byKey : rng.pick(isDescending ? FALLING : RISING);
  return rng.pick([
    () => askForRows(rng, `the ${measure.text} ${perGroup(draw, key)}, ${order}`),
    () => terse(rng, `${measure.text} ${perGroup(draw, key)}, ${order}`),
    () => terse(rng, `${key.plural} and ${measure.text}, ${order}`),
    () =>
      isByKey
        ? terse(rng, `${key.plural} with ${measure.text}, ${order}`)
        : terse(rng, `${key.plural} by ${measure.text}, ${order}; with the ${measure.short}`),
  ])();
}

/** Two figures for each group. */
export function figuresPerGroup(draw: Draw): Draft | undefined {
  const divided = drawDivided(draw);
  const figures = divided && drawFigures(draw, divided.subject);
  if (!figures) return undefined;
  const { subject, key, keys } = divided;
  const { text, columns, fields } = figures;
  const { rng } = draw;
  const question = rng.pick([
    () => askForRows(rng, `the ${text} ${perGroup(draw, key)}`),
    () => terse(rng, `${text} ${perGroup(draw, key)}`),
    () => terse(rng, `${key.plural} with ${text}`),
  ])();
  return toDraft(
    question,
    subject,
    { columns: [...keys, ...columns], ...sourceOf(subject), groupBy: groupsOf(divided) },
    { fields: [...key.fields, ...fields] },
  );
}

type Figures = {
  readonly text: string;
  readonly columns: readonly string[];
  readonly fields: readonly Field[];
};

/** "number of unpaid invoices and their total amount", "total cost and total hours of …". */
function drawFigures(draw: Draw, subject: Subject): Figures | undefined {
  const field = pickField(draw, subject.entity.fields, isAggregable);
  if (field === undefined) return undefined;
  const other = pickField(
    draw,
    subject.entity.fields,
    (candidate) => candidate.isAdditive && candidate !== field,
  );
  const [column, name] = [subject.column(field), phraseOf(draw, field)];
  const [kind, figure] = field.isAdditive ? ["SUM", totalOf(name)] : ["AVG", `average ${name}`];
  const { rng } = draw;
  const choices = [
    {
      columns: ["COUNT(*)", `${kind}(${column})`],
      text: `number of ${subject.text} and their ${figure}`,
      fields: [field],
    },
    {
      columns: ["COUNT(*)", `AVG(${column})`],
      text: `count and average ${name} of ${subject.text}`,
      fields: [field],
    },
    {
      columns: [`MIN(${column})`, `MAX(${column})`],
      text: `lowest and highest ${name} of ${subject.text}`,
      fields: [field],
    },
  ];
  if (!other || !field.isAdditive || chance(draw, 0.4)) return rng.pick(choices);
  const both = `${figure} and ${totalOf(phraseOf(draw, other))} of ${subject.text}`;
  return {
    columns: [`SUM(${column})`, `SUM(${subject.column(other)})`],
    text: both,
    fields: [field, other],
  };
}

/** Groups by two keys. */
export function twoKeys(draw: Draw): Draft | undefined {
  const grouped = drawGrouped(draw);
  if (!grouped) return undefined;
  const { subject, key, measure } = grouped;
  const taken = [...fieldsOf(grouped), ...subject.conditions.flatMap(({ fields }) => fields)];
  const second = pickField(
    draw,
    subject.entity.fields,
    (field) =>
      isGroupable(field) &&
      !taken.includes(field) &&
      field.column.nullCount === 0 &&
      field.column.distinctCount <= 40,
  );
  if (!second) return undefined;
  const { rng } = draw;
  const text = listOf([key.noun ?? key.text, phraseOf(draw, second)]);
  const question = rng.pick([
    () => askForRows(rng, `the ${measure.text} by ${text}`),
    () => terse(rng, `${measure.text} by ${text}`),
    () => askForRows(rng, `the ${measure.text} per ${text}`),
  ])();
  const keys = [...grouped.keys, subject.column(second)];
  return toDraft(question, subject, selectOf({ ...grouped, keys }), {
    fields: [...fieldsOf(grouped), second],
  });
}

/** What part of the whole falls on each group, in percent. */
export function shareOfTotal(draw: Draw): Draft | undefined {
  const grouped = drawGrouped(draw, ["COUNT", "SUM"]);
  if (!grouped || grouped.key.count > 60) return undefined;
  const { subject, key, keys, measure } = grouped;
  const isOwn = subject.conditions.every(({ fields }) =>
    fields.every(({ table }) => table === subject.entity.name),
  );
  const from = isOwn ? quoteName(subject.entity.name) : subject.scope.from;
  const total = printSelect({ columns: [measure.sql], ...sourceOf(subject), from });
  return toDraft(
    shareQuestion(
      draw,
      key,
      measure.kind === "COUNT" ? `all ${subject.text}` : `the ${measure.text}`,
    ),
    subject,
    {
      columns: [...keys, `100.0 * ${measure.sql} / (${total})`],
      ...sourceOf(subject),
      groupBy: groupsOf(grouped),
    },
    { fields: fieldsOf(grouped) },
  );
}

function shareQuestion({ rng }: Draw, key: GroupKey, whole: string): string {
  return rng.pick([
    () => finish(rng, `What percentage of ${whole} falls on each ${key.text}`, "?"),
    () => terse(rng, `share of each ${key.text} in ${whole}, in percent`),
    () => terse(rng, `percent of ${whole} by ${key.text}`),
    () => terse(rng, `${key.plural} with their percentage of ${whole}`),
  ])();
}

/** Two figures of the same rows, without groups. */
export function severalFigures(draw: Draw): Draft | undefined {
  const subject = drawAnySubject(draw, [], ({ fields }) => fields.some(isAggregable));
  const figures = subject && drawFigures(draw, subject);
  if (!figures) return undefined;
  const { text, columns, fields } = figures;
  const { rng } = draw;
  const question = rng.pick([
    () => askForRows(rng, `the ${text}`),
    () => terse(rng, text),
    () =>
      columns[0] === "COUNT(*)" && text.startsWith("number")
        ? finish(
            rng,
            `How many ${text.slice(10).replace(" and their ", " are there and what is their ")}`,
            "?",
          )
        : finish(rng, `What are the ${text}`, "?"),
  ])();
  return toDraft(question, subject, { columns, ...sourceOf(subject) }, { fields });
}
