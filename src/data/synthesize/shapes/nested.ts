/** Queries within queries: above the average, the rows that reach the maximum, like a named row; and set operations. */
import {
  chance,
  type Draft,
  type Draw,
  entityOf,
  phraseOf,
  pickEntity,
  pickField,
} from "../draw.ts";
import { countText, pluralOfColumn, withArticle } from "../english.ts";
import { printSelect, quoteName } from "../select.ts";
import { quoteValue } from "../../../sql/quote.ts";
import { drawProjection, drawSubject, fieldsText, rowName, type Subject } from "../subject.ts";
import { drawCondition } from "../conditions.ts";
import type { Entity, Field } from "../vocabulary.ts";
import { askForCount, askForRows, finish, terse } from "../wording.ts";
import { isAggregable } from "./aggregates.ts";
import { sourceOf, toDraft } from "./draft.ts";
import { isGroupable, listQuestion } from "./lists.ts";

/** The subject with one more predicate; its neighbours turn that predicate around and leave it out. */
function narrowed(
  subject: Subject,
  predicate: string,
  opposite: string,
  text: string,
  field: Field,
): Subject {
  return {
    ...subject,
    connector: "AND",
    conditions: [
      ...subject.conditions,
      { sql: predicate, opposites: [opposite], post: "", clause: "", fields: [field] },
    ],
    where: [...subject.where, predicate],
    text,
  };
}

/** Lists or counts a subject. */
function listOrCount(draw: Draw, subject: Subject, field: Field): Draft | undefined {
  if (chance(draw, 0.35))
    return toDraft(askForCount(draw.rng, subject.text), subject, {
      columns: ["COUNT(*)"],
      ...sourceOf(subject),
    });
  const isShown = chance(draw, 0.4);
  const projection = drawProjection(draw, subject, { extra: 0, without: [field] });
  if (!projection) return undefined;
  const fields = isShown ? [...projection.fields, field] : projection.fields;
  return toDraft(
    listQuestion(draw, subject, fieldsText(draw, fields)),
    subject,
    { columns: fields.map(subject.column), ...sourceOf(subject) },
    { fields },
  );
}

/** Beyond the average of all, or of some. */
export function beyondAverage(draw: Draw): Draft | undefined {
  const entity = pickEntity(draw, ({ fields }) => fields.some(isAggregable));
  const field = entity && pickField(draw, entity.fields, isAggregable);
  const subject =
    entity &&
    field &&
    drawSubject(draw, entity, { conditions: chance(draw, 0.4) ? 1 : 0, taken: [field] });
  if (!subject) return undefined;
  const isAbove = chance(draw, 0.7);
  const name = phraseOf(draw, field);
  const { rng } = draw;
  const column = quoteName(field.name);
  const factor = isAbove && chance(draw, 0.2) ? rng.pick([2, 2, 3, 5, 10]) : 1;
  const inner = (condition?: string) =>
    printSelect({
      columns: [factor === 1 ? `AVG(${column})` : `${factor} * AVG(${column})`],
      from: quoteName(entity.name),
      where: condition ? [condition] : [],
    });
  const group = chance(draw, 0.3)
    ? drawCondition(draw, entity, subject.column, [
        field,
        ...subject.conditions.flatMap(({ fields }) => fields),
      ])
    : undefined;
  const more = isAbove
    ? rng.pick(["above", "higher than", "greater than"])
    : rng.pick(["below", "lower than"]);
  const of = group
    ? ` of ${entity.nouns[0]} ${group.post}`
    : rng.pick(["", "", ` of all ${entity.nouns[0]}`]);
  const said =
    factor > 1
      ? `whose ${name} is more than ${factor === 2 ? "twice" : `${countText(factor, rng)} times`} the average${of}`
      : group || of
        ? `with ${withArticle(name)} ${more} the average${of}`
        : rng.pick([
            `with ${withArticle(`${isAbove ? "above" : "below"}-average ${name}`)}`,
            `with ${withArticle(name)} ${more} the average`,
            `whose ${name} is ${more} average`,
          ]);
  const operator = isAbove ? ">" : "<";
  const whole = narrowed(
    subject,
    `${column} ${operator} (${inner(group?.sql)})`,
    `${column} ${isAbove ? "<" : ">"} (${inner(group?.sql)})`,
    joined(subject, said),
    field,
  );
  const draft = listOrCount(draw, whole, field);
  if (!draft || !group) return draft;
  return {
    ...draft,
    neighbours: [...draft.neighbours, draft.sql.replace(`(${inner(group.sql)})`, `(${inner()})`)],
    fields: [...draft.fields, ...group.fields],
  };
}

/** "… in Texas with an amount above the average", "… that are unpaid and have an amount …". */
function joined({ text, conditions, entity }: Subject, said: string): string {
  const that = entity.isPerson ? "who" : "that";
  if (conditions.length === 0) return `${text} ${said}`;
  if (/ (that|who) (are|have) /.test(text))
    return `${text} and ${said.replace(/^with /, "have ").replace(/^that /, "")}`;
  if (/ whose /.test(text)) return `${text} and ${said.replace(/^with /, `${that} have `)}`;
  return / with /.test(text) ? `${text} and ${said}` : `${text} ${said}`;
}

/** The rows that reach the maximum or minimum, however many. */
export function reachingExtreme(draw: Draw): Draft | undefined {
  const fits = (field: Field) => isAggregable(field) || field.role === "date";
  const entity = pickEntity(draw, ({ fields }) => fields.some(fits));
  const field = entity && pickField(draw, entity.fields, fits);
  const subject =
    entity &&
    field &&
    drawSubject(draw, entity, { conditions: chance(draw, 0.4) ? 1 : 0, taken: [field] });
  if (!subject) return undefined;
  const isMaximum = chance(draw, 0.7);
  const column = quoteName(field.name);
  const { rng } = draw;
  const word =
    field.role === "date"
      ? isMaximum
        ? "latest"
        : "earliest"
      : isMaximum
        ? rng.pick(["highest", "maximum", "largest"])
        : rng.pick(["lowest", "minimum"]);
  const extreme = (kind: string) =>
    `${column} = (SELECT ${kind}(${column}) FROM ${quoteName(entity.name)})`;
  const said = rng.pick([
    `whose ${phraseOf(draw, field)} equals the ${word} of all ${entity.nouns[0]}`,
    `that ${rng.pick(["share", "reach", "have"])} the ${word} ${phraseOf(draw, field)} of all ${entity.nouns[0]}`,
  ]);
  const [kind, other] = isMaximum ? ["MAX", "MIN"] : ["MIN", "MAX"];
  return listOrCount(
    draw,
    narrowed(subject, extreme(kind), extreme(other), joined(subject, said), field),
    field,
  );
}

/** Rows that share a value with a named row, or have more than it. */
export function likeNamedRow(draw: Draw): Draft | undefined {
  const entity = pickEntity(
    draw,
    ({ label, labelRows }) =>
      labelRows.length > 2 && label.every(({ isUnique }) => isUnique || label.length === 2),
  );
  const isEqual = chance(draw, 0.5);
  const field =
    entity &&
    pickField(
      draw,
      entity.fields,
      (candidate) =>
        (isEqual ? isGroupable(candidate) : isAggregable(candidate)) &&
        !entity.label.includes(candidate),
    );
  const subject = entity && field && drawSubject(draw, entity);
  if (!subject) return undefined;
  const values = draw.rng.pick(entity.labelRows);
  const name = rowName(draw, entity, values);
  const column = quoteName(field.name);
  const isAbove = chance(draw, 0.7);
  const is = entity.label
    .map((part, index) => `${quoteName(part.name)} = ${quoteValue(values[index])}`)
    .join(" AND ");
  const inner = `(SELECT ${column} FROM ${quoteName(entity.name)} WHERE ${is})`;
  const [operator, other] = isEqual ? ["=", "<>"] : isAbove ? [">", "<"] : ["<", ">"];
  const { rng } = draw;
  const phrase = phraseOf(draw, field);
  const said = isEqual
    ? `with the same ${phrase} as ${name}`
    : rng.pick([
        `with a ${isAbove ? "higher" : "lower"} ${phrase} than ${name}`,
        `whose ${phrase} is ${isAbove ? "higher" : "lower"} than that of ${name}`,
      ]);
  return listOrCount(
    draw,
    narrowed(
      subject,
      `${column} ${operator} ${inner}`,
      `${column} ${other} ${inner}`,
      `${subject.text} ${said}`,
      field,
    ),
    field,
  );
}

/** Two lists of values and what to do with them. */
type Side = { readonly subject: Subject; readonly field: Field };

/** Two tables that hold the same kind of value, or two kinds of rows of one table. */
function drawSides(draw: Draw): [Side, Side] | undefined {
  const first = pickEntity(draw);
  const field = first && pickField(draw, first.fields, (candidate) => isShareable(candidate));
  if (!first || !field) return undefined;
  const others = [...draw.vocabulary.entities.values()].flatMap((entity) =>
    entity.fields.filter((candidate) => entity !== first && isSameKind(candidate, field)),
  );
  const other = chance(draw, 0.5) ? pickField(draw, others) : undefined;
  return other ? twoTables(draw, field, other) : oneTable(draw, first, field);
}

const isShareable = (field: Field): boolean =>
  ["category", "key"].includes(field.role) &&
  !field.isSerial &&
  field.column.distinctCount > 2 &&
  field.column.nullCount === 0;

const isSameKind = (a: Field, b: Field): boolean =>
  isShareable(a) && a.role === b.role && a.phrases[0] === b.phrases[0];

function twoTables(draw: Draw, field: Field, other: Field): [Side, Side] | undefined {
  const [a, b] = [field, other].map((side) =>
    drawSubject(draw, entityOf(draw, side.table), {
      conditions: chance(draw, 0.3) ? 1 : 0,
      taken: [side, ...namesOf(draw, side)],
    }),
  );
  return (
    a &&
    b && [
      { subject: a, field },
      { subject: b, field: other },
    ]
  );
}

/** Columns that pick a single row: they make no second group. */
const namesOf = (draw: Draw, { table }: Field): Field[] =>
  entityOf(draw, table).fields.filter(
    ({ role, isUnique }) => isUnique || ["name", "ident", "text"].includes(role),
  );

function oneTable(draw: Draw, entity: Entity, field: Field): [Side, Side] | undefined {
  if (field.isUnique) return undefined;
  const [a, b] = [
    drawSubject(draw, entity, { conditions: 1, taken: [field, ...namesOf(draw, field)] }),
    drawSubject(draw, entity, { conditions: 1, taken: [field, ...namesOf(draw, field)] }),
  ];
  if (!a || !b || a.where[0] === b.where[0]) return undefined;
  return [
    { subject: a, field },
    { subject: b, field },
  ];
}

export function setOperation(draw: Draw): Draft | undefined {
  const sides = drawSides(draw);
  if (!sides) return undefined;
  const [a, b] = sides[1].field.isUnique ? [sides[1], sides[0]] : sides;
  if (b.field.isUnique) return undefined;
  const operator = a.field.isUnique
    ? "EXCEPT"
    : draw.rng.pick(["UNION", "INTERSECT", "INTERSECT", "EXCEPT", "EXCEPT"] as const);
  const print = ({ subject, field }: Side) =>
    printSelect({ columns: [subject.column(field)], ...sourceOf(subject) });
  const combine = (word: string) => `${print(a)} ${word} ${print(b)}`;
  const { rng } = draw;
  const names = pluralOfColumn(phraseOf(draw, a.field));
  const [one, two] = [a.subject.text, b.subject.text];
  const question = {
    UNION: () =>
      rng.pick([
        () => askForRows(rng, `all ${names} of ${one} or ${two}, each once`),
        () =>
          finish(
            rng,
            `List the ${names} found among ${one} together with those among ${two}, without repeats`,
            ".",
          ),
        () => finish(rng, `Which ${names} occur among ${one} or among ${two}`, "?"),
        () => terse(rng, `${names} of ${one} plus those of ${two}`),
      ]),
    INTERSECT: () =>
      rng.pick([
        () => finish(rng, `Which ${names} have both ${one} and ${two}`, "?"),
        () => finish(rng, `Which ${names} occur both among ${one} and among ${two}`, "?"),
        () => askForRows(rng, `the ${names} that appear in ${one} as well as in ${two}`),
        () => terse(rng, `${names} with ${one} and also ${two}`),
      ]),
    EXCEPT: () =>
      rng.pick([
        () => finish(rng, `Which ${names} have ${one} but no ${two}`, "?"),
        () => finish(rng, `Which ${names} occur among ${one} but not among ${two}`, "?"),
        () => askForRows(rng, `the ${names} that appear in ${one} but never in ${two}`),
        () => terse(rng, `${names} with ${one} but without ${two}`),
      ]),
  }[operator]()();
  return {
    question,
    sql: combine(operator),
    neighbours: [
      print(a),
      ...["UNION", "INTERSECT", "EXCEPT"].filter((word) => word !== operator).map(combine),
    ],
    isOrdered: false,
    tables: [...a.subject.scope.tables, ...b.subject.scope.tables],
    fields: [
      a.field,
      b.field,
      ...a.subject.conditions.flatMap(({ fields }) => fields),
      ...b.subject.conditions.flatMap(({ fields }) => fields),
    ],
  };
}
