/** Rows as they are: listed, ordered, distinct, looked up, with a name from another table, with a difference. */
import {
  chance,
  type Draft,
  type Draw,
  entityOf,
  phraseOf,
  pickEntity,
  pickField,
  pickWeighted,
  usesOf,
} from "../draw.ts";
import { quoteValue } from "../../../sql/quote.ts";
import { capitalise, listOf, pluralOfColumn, singularOf } from "../english.ts";
import {
  drawConditionCount,
  drawParentLink,
  drawProjection,
  drawSubject,
  fieldsText,
  namedRow,
  parentPhrase,
  rowName,
  shownWeight,
  type Projection,
  type Subject,
} from "../subject.ts";
import type { Entity, Field, Link } from "../vocabulary.ts";
import { askForRows, askForValue, finish, terse } from "../wording.ts";
import { sourceOf, toDraft } from "./draft.ts";

/** Rows that meet conditions. */
export function list(draw: Draw): Draft | undefined {
  const entity = pickEntity(draw);
  const isViaParent = chance(draw, 0.3);
  const conditions = isViaParent ? draw.rng.pick([0, 1, 1, 2]) : draw.rng.pick([1, 1, 1, 2, 2, 3]);
  const subject = entity && drawSubject(draw, entity, { conditions, isViaParent });
  const projection = subject && drawProjection(draw, subject, { without: fixedFields(subject) });
  if (!projection) return undefined;
  return toDraft(
    listQuestion(draw, subject, projection.text),
    subject,
    { columns: projection.columns, ...sourceOf(subject) },
    { fields: projection.fields },
  );
}

/** Fields that a condition has already fixed: showing them says nothing. */
const fixedFields = (subject: Subject): Field[] =>
  subject.conditions.filter(({ sql }) => / = | IS NULL/.test(sql)).flatMap(({ fields }) => fields);

/** "the name and city of customers in Texas", asked in one of several manners. */
export function listQuestion(
  draw: Draw,
  subject: Subject,
  text: string,
  tail: string = "",
): string {
  const { rng } = draw;
  const isAll = subject.conditions.length === 0;
  const noun = singularOf(subject.text);
  const all = isAll
    ? rng.pick([`all ${subject.text}`, `all ${subject.text}`, `every ${noun}`])
    : subject.text;
  const every = isAll ? `all ${subject.text}` : rng.pick([subject.text, `all ${subject.text}`]);
  const listed = chance(draw, 0.5) ? text.replace(/,? and (?!last name)/g, ", ") : text;
  return rng.pick([
    () => terse(rng, `${every}: ${listed}${tail}`),
    () => terse(rng, `${every}: ${listed}${tail}`),
    () => terse(rng, `${every}: ${listed}${tail}`),
    () => terse(rng, `${every}, ${listed}${tail}`),
    () => askForRows(rng, `the ${text} of ${all}${tail}`),
    () => askForRows(rng, `the ${text} of ${all}${tail}`),
    () => askForRows(rng, `the ${text} of ${all}${tail}`),
    () => finish(rng, `${rng.pick(["List", "Show", "Show me"])} ${every} with ${text}${tail}`, "."),
    ...(isAll || subject.text.length > 60
      ? []
      : [
          () =>
            `${finish(rng, `Which ${subject.text}`, "?").replace(/[^?]$/, "$&?")} ${capitalise(listed)}${tail}.`,
        ]),
  ])();
}

/** Rows in an order. */
export function orderedList(draw: Draw): Draft | undefined {
  const entity = pickEntity(draw);
  const subject =
    entity &&
    drawSubject(draw, entity, {
      conditions: chance(draw, 0.3) ? 0 : 1,
      isViaParent: chance(draw, 0.15),
    });
  const key =
    subject &&
    pickField(
      draw,
      subject.entity.fields,
      (field) => isSortable(field) && !fixedFields(subject).includes(field),
    );
  if (!subject || !key) return undefined;
  const isShown = chance(draw, 0.7);
  const projection = drawProjection(draw, subject, {
    extra: isShown ? 0 : draw.rng.int(0, 1),
    without: [key],
  });
  if (!projection) return undefined;
  const fields =
    isShown && !projection.fields.includes(key) ? [...projection.fields, key] : projection.fields;
  const isDescending = chance(draw, key.role === "name" ? 0.15 : 0.6);
  const tail = `, ${orderText(draw, key, isDescending)}`;
  return toDraft(
    listQuestion(draw, subject, fieldsText(draw, fields), tail),
    subject,
    {
      columns: fields.map(subject.column),
      ...sourceOf(subject),
      orderBy: [`${subject.column(key)}${isDescending ? " DESC" : ""}`],
    },
    { fields: [...fields, key] },
  );
}

const isSortable = (field: Field): boolean =>
  ["measure", "date", "name", "year"].includes(field.role) &&
  field.column.distinctCount > 3 &&
  field.column.nullCount === 0;

/** "sorted by amount from highest to lowest". */
function orderText(draw: Draw, field: Field, isDescending: boolean): string {
  const { rng } = draw;
  const name = phraseOf(draw, field);
  const sorted = `${rng.pick(["sorted", "ordered", "sort"])} by ${name}`.replace(
    /^sort by/,
    "sorted by",
  );
  if (field.role === "name")
    return isDescending
      ? rng.pick([`${sorted} from Z to A`, `in reverse alphabetical order of ${name}`])
      : rng.pick([sorted, `in alphabetical order of ${name}`, `${sorted} from A to Z`]);
  if (field.role === "date" || field.role === "month" || field.role === "year")
    return isDescending
      ? rng.pick([
          `latest ${name} first`,
          `${sorted}, newest first`,
          `${sorted} descending`,
          `from latest to earliest ${name}`,
        ])
      : rng.pick([
          `earliest ${name} first`,
          `${sorted}, oldest first`,
          `from earliest to latest ${name}`,
        ]);
  return isDescending
    ? rng.pick([
        `highest ${name} first`,
        `largest ${name} first`,
        `${sorted} from highest to lowest`,
        `${sorted} descending`,
        `${sorted} in descending order`,
      ])
    : rng.pick([
        `lowest ${name} first`,
        `${sorted} from lowest to highest`,
        `${sorted} ascending`,
        `smallest ${name} first`,
      ]);
}

/** The different values of a column. */
export function distinctValues(draw: Draw): Draft | undefined {
  const entity = pickEntity(draw);
  const field =
    entity &&
    pickField(
      draw,
      entity.fields,
      (candidate) => isGroupable(candidate) && candidate.role !== "flag",
    );
  if (!entity || !field) return undefined;
  const isViaParent = chance(draw, 0.25);
  const subject = drawSubject(draw, entity, {
    conditions: isViaParent ? 0 : Math.min(1, drawConditionCount(draw)),
    isViaParent,
    taken: [field],
  });
  if (!subject) return undefined;
  const { rng } = draw;
  const name = phraseOf(draw, field);
  const names = pluralOfColumn(name);
  const question = rng.pick([
    () =>
      askForRows(
        rng,
        `the ${rng.pick(["different", "distinct", "unique"])} ${names} of ${subject.text}`,
      ),
    () =>
      finish(
        rng,
        `Which ${rng.pick(["different ", "distinct ", ""])}${names} occur among ${subject.text}`,
        "?",
      ),
    () => terse(rng, `${names} of ${subject.text}, each once`),
    () => terse(rng, `different ${names} of ${subject.text}`),
  ])();
  return toDraft(
    question,
    subject,
    { distinct: true, columns: [subject.column(field)], ...sourceOf(subject) },
    { fields: [field] },
  );
}

export const isGroupable = (field: Field): boolean =>
  !field.isSerial &&
  ["category", "code", "flag", "month", "year", "key"].includes(field.role) &&
  !field.isUnique &&
  field.column.distinctCount > 1 &&
  field.column.distinctCount <= 400;

/** One fact about one row that is called by its name. */
export function lookup(draw: Draw): Draft | undefined {
  const entity = pickEntity(
    draw,
    ({ labelRows, label }) =>
      labelRows.length > 1 && label.every(({ isUnique }) => isUnique || label.length === 2),
  );
  const subject = entity && namedSubject(draw, entity);
  const fact = () =>
    entity &&
    pickWeighted(
      draw.rng,
      entity.fields.filter(
        (field) => !subject?.conditions.some(({ fields }) => fields.includes(field)),
      ),
      (field) => shownWeight(field) / (1 + usesOf(draw, field)) ** 0.5,
    );
  const facts = [...new Set(chance(draw, 0.6) ? [fact()] : [fact(), fact()])].filter(
    (field) => field !== undefined,
  );
  if (!subject || facts.length === 0) return undefined;
  const { rng } = draw;
  const text = fieldsText(draw, facts);
  const { name } = subject;
  const question = rng.pick([
    () => askForValue(rng, `the ${text} of ${name}`),
    () => askForValue(rng, `the ${text} of ${name}`),
    () => finish(rng, `What is the ${text} of ${name}`, "?"),
    () => terse(rng, `${text} of ${name}`),
    () => terse(rng, `${text} of ${name}`),
    () => terse(rng, `${name}: ${text}`),
  ])();
  return toDraft(
    question,
    subject,
    { columns: facts.map(subject.column), ...sourceOf(subject) },
    { fields: facts },
  );
}

/** One row, by its label or by its number. */
function namedSubject(
  draw: Draw,
  entity: Entity,
): (Subject & { readonly name: string }) | undefined {
  const subject = drawSubject(draw, entity);
  if (subject === undefined) return undefined;
  const numbered = entity.fields.filter(
    (field) => field.role === "key" && field.isUnique && field.samples.spread.length > 0,
  );
  const number = chance(draw, 0.3) ? pickField(draw, numbered) : undefined;
  const value = number && draw.rng.pick(number.samples.spread);
  if (number && value !== undefined) {
    const sql = `${subject.column(number)} = ${quoteValue(value)}`;
    const condition = { sql, opposites: [], post: "", clause: "", fields: [number] };
    const noun = number.phrases[0].replace(/ (number|code|ID)$/, "");
    return { ...subject, conditions: [condition], where: [sql], name: `${noun} ${value}` };
  }
  const condition = namedRow(draw, entity, subject.column);
  return (
    condition && {
      ...subject,
      conditions: [condition],
      where: [condition.sql],
      name: rowName(draw, entity, [condition.post]),
    }
  );
}

/** Rows beside what the row that they point to is called, or more of it; conditions on either. */
export function listWithParent(draw: Draw): Draft | undefined {
  const entity = pickEntity(draw);
  const link = entity && drawParentLink(draw, entity);
  const parent = link && entityOf(draw, link.parent);
  if (!entity || !link || !parent || parent.label.length === 0) return undefined;
  const subject = drawSubject(draw, entity, {
    conditions: draw.rng.pick([0, 1, 1, 2]),
    isViaParent: chance(draw, 0.4),
    via: link,
    joins: [{ link, toParent: true }],
  });
  const fixed = subject && fixedFields(subject);
  const projection =
    subject && drawProjection(draw, subject, { extra: draw.rng.int(0, 1), without: fixed });
  if (!projection || !fixed || subject.conditions.length === 0) return undefined;
  const isMore = chance(draw, 0.3);
  const more = isMore
    ? pickField(draw, parent.fields, (field) => isTelling(field) && !fixed.includes(field))
    : undefined;
  const beside = parent.label.every((field) => fixed.includes(field)) ? [] : parent.label;
  const shown = [...beside, ...(more && !beside.includes(more) ? [more] : [])];
  if (shown.length === 0) return undefined;
  const texts = parentTexts(draw, parent, link, beside, more);
  const joined = joinProjection(draw, projection, texts, shown.map(subject.column));
  return toDraft(
    listQuestion(draw, subject, joined.text),
    subject,
    { columns: joined.columns, ...sourceOf(subject) },
    { fields: [...projection.fields, ...shown] },
  );
}

const isTelling = (field: Field): boolean =>
  ["category", "date", "measure", "year"].includes(field.role);

function parentTexts(
  draw: Draw,
  parent: Entity,
  link: Link,
  beside: readonly Field[],
  more?: Field,
): string[] {
  const isFullName = beside.length === 2 && parent.isPerson;
  return [
    ...(isFullName
      ? [`${link.noun}'s first and last name`]
      : beside.map((field) => parentPhrase(draw, link, field))),
    ...(more && !beside.includes(more) ? [parentPhrase(draw, link, more)] : []),
  ];
}

function joinProjection(
  draw: Draw,
  projection: Projection,
  texts: readonly string[],
  columns: readonly string[],
): Pick<Projection, "columns" | "text"> {
  const isFullName = projection.text.startsWith("first and last name");
  const parts = isFullName ? [projection.text] : projection.text.split(/, | and /);
  return chance(draw, 0.25)
    ? { columns: [...columns, ...projection.columns], text: listOf([...texts, ...parts]) }
    : { columns: [...projection.columns, ...columns], text: listOf([...parts, ...texts]) };
}

/** The difference of two amounts of a row, or the days between two of its dates. */
export function rowDifference(draw: Draw): Draft | undefined {
  const isOfDates = chance(draw, 0.35);
  const pairsOf = isOfDates ? datePairs : amountPairs;
  const entity = pickEntity(draw, (candidate) => pairsOf(candidate).length > 0);
  const pair = entity && draw.rng.pick(pairsOf(entity));
  if (!entity || !pair) return undefined;
  const [second, first] = pair;
  const subject = drawSubject(draw, entity, {
    conditions: 1,
    isViaParent: chance(draw, 0.2),
    taken: isOfDates ? pair : [],
  });
  const projection =
    subject && drawProjection(draw, subject, { extra: 0, without: fixedFields(subject) });
  if (!projection) return undefined;
  const [a, b] = [phraseOf(draw, first), phraseOf(draw, second)];
  const text = isOfDates
    ? draw.rng.pick([`number of days from ${b} to ${a}`, `days between ${b} and ${a}`])
    : draw.rng.pick([`difference between ${a} and ${b}`, `${a} minus ${b}`, `${a} less ${b}`]);
  const [x, y] = [subject.column(first), subject.column(second)];
  const expression = isOfDates ? `julianday(${x}) - julianday(${y})` : `${x} - ${y}`;
  const joint = / and |,/.test(projection.text) ? ", and the" : " and the";
  return toDraft(
    listQuestion(draw, subject, `${projection.text}${joint} ${text}`),
    subject,
    { columns: [...projection.columns, expression], ...sourceOf(subject) },
    { fields: [...projection.fields, first, second] },
  );
}

/** Columns beyond this are compared with no other: their pairs would be millions in the widest tables. */
const MOST_COMPARED = 30;

/** Two amounts of a table, the smaller one first, by what stands in the middle of the column. */
export function amountPairs({ fields }: Entity): [Field, Field][] {
  const amounts = fields
    .filter(({ isMoney, isAdditive }) => isMoney && isAdditive)
    .slice(0, MOST_COMPARED);
  const size = ({ samples: { spread } }: Field) =>
    Math.abs(Number(spread[Math.floor(spread.length / 2)] ?? 0));
  return amounts.flatMap((a) =>
    amounts.filter((b) => b !== a && size(a) <= size(b)).map((b): [Field, Field] => [a, b]),
  );
}

/** Two dates of a table, the earlier one first. */
export const datePairs = ({ fields, dateOrder }: Entity): [Field, Field][] =>
  [...dateOrder].flatMap((order): [Field, Field][] => {
    const [a, b] = order.split("\n").map((name) => fields.find((field) => field.name === name));
    return a && b ? [[a, b]] : [];
  });
