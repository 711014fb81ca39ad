/**
 * Rows by what points to them: with, without, counted with those that have none; three tables in one question; sums of
 * two tables compared.
 */
import {
  chance,
  type Draft,
  type Draw,
  entityOf,
  nounOf,
  phraseOf,
  pickField,
  pickLink,
  pickWeighted,
} from "../draw.ts";
import { listOf, pluralOf, pluralOfColumn, singularOf, totalOf } from "../english.ts";
import { createScope, printSelect, quoteName, type Select } from "../select.ts";
import {
  describe,
  drawProjection,
  drawSubject,
  fieldsText,
  namedRow,
  parentPhrase,
  type Subject,
} from "../subject.ts";
import { drawCondition } from "../conditions.ts";
import type { Entity, Field, Link } from "../vocabulary.ts";
import { askForCount, askForRows, finish, terse } from "../wording.ts";
import { aggregateText } from "./aggregates.ts";
import { sourceOf, toDraft } from "./draft.ts";

/** The predicate that a row of the parent has, or has not, rows of the child. */
function membership(draw: Draw, link: Link, child: Subject, isIn: boolean): string {
  const parent = entityOf(draw, link.parent);
  const sole = link.columns.find(
    ({ parent: name }) => parent.fields.find((field) => field.name === name)?.isUnique,
  );
  const where = child.where;
  if (sole) {
    const column = entityOf(draw, link.child).table.columns.find(({ name }) => name === sole.child);
    const notNull =
      !isIn && column && !column.notNull && column.nullCount > 0
        ? [`${quoteName(sole.child)} IS NOT NULL`]
        : [];
    const inner = printSelect({
      columns: [child.scope.column(link.child, sole.child)],
      from: child.scope.from,
      where: [...where, ...notNull],
    });
    return `${quoteName(sole.parent)} ${isIn ? "IN" : "NOT IN"} (${inner})`;
  }
  const equal = link.columns.map(
    (pair) =>
      `${quoteName(link.child)}.${quoteName(pair.child)} = ${quoteName(link.parent)}.${quoteName(pair.parent)}`,
  );
  const inner = printSelect({
    columns: ["*"],
    from: child.scope.from,
    where: [...equal, ...where],
  });
  return `${isIn ? "EXISTS" : "NOT EXISTS"} (${inner})`;
}

type Related = { readonly link: Link; readonly parent: Subject; readonly child: Subject };

function drawRelated(draw: Draw, conditions: number): Related | undefined {
  const link = pickLink(
    draw,
    (candidate) => candidate.origin !== "guessed" || draw.rng.next() < 0.2,
  );
  if (link === undefined) return undefined;
  const parent = drawSubject(draw, entityOf(draw, link.parent), {
    conditions: chance(draw, 0.25) ? 1 : 0,
  });
  const child = drawSubject(draw, entityOf(draw, link.child), {
    conditions,
    taken: entityOf(draw, link.child).fields.filter(({ name }) =>
      link.columns.some((pair) => pair.child === name),
    ),
  });
  return parent && child && { link, parent, child };
}

/** "that have unpaid invoices", "without any timesheets". */
function relationText(draw: Draw, parent: Entity, child: string, isIn: boolean): string {
  const that = parent.isPerson ? "who" : "that";
  return isIn
    ? draw.rng.pick([
        `${that} have ${child}`,
        `${that} have at least one of the ${child}`,
        ...(/ with /.test(child) ? [] : [`with ${child}`, `with any ${child}`]),
      ])
    : draw.rng.pick([
        `${that} have no ${child}`,
        `without ${child}`,
        `without any ${child}`,
        `with no ${child}`,
      ]);
}

/** Rows with, or without, rows that point to them. */
export function withOrWithout(draw: Draw): Draft | undefined {
  const isIn = chance(draw, 0.45);
  const related = drawRelated(draw, isIn || chance(draw, 0.5) ? 1 : 0);
  if (!related) return undefined;
  const { link, parent, child } = related;
  const relation = relationText(draw, parent.entity, child.text, isIn);
  const whole = { ...parent, text: `${parent.text} ${relation}` };
  const predicate = membership(draw, link, child, isIn);
  const select = { ...sourceOf(parent), where: [...parent.where, predicate] };
  const neighbours = neighbourMemberships(draw, related, isIn, select);
  const options = {
    neighbours,
    tables: [link.child],
    fields: child.conditions.flatMap(({ fields }) => fields),
  };
  if (chance(draw, 0.35))
    return toDraft(
      askForCount(draw.rng, whole.text),
      parent,
      { ...select, columns: ["COUNT(*)"] },
      { ...options, neighbours: neighbours.map((text) => text.replace("{}", "COUNT(*)")) },
    );
  const projection = drawProjection(draw, parent, { extra: draw.rng.int(0, 1) });
  if (!projection) return undefined;
  const text = projection.text;
  const { rng } = draw;
  const question = rng.pick([
    () => askForRows(rng, `the ${text} of ${whole.text}`),
    () => askForRows(rng, `the ${text} of the ${whole.text}`),
    () =>
      finish(
        rng,
        `Which ${parent.text} have ${isIn ? "" : "no "}${child.text}? ${rng.pick(["Show", "Give", "List"])} the ${text}`,
        ".",
      ),
    () => terse(rng, `${text} of ${whole.text}`),
  ])();
  return toDraft(
    question,
    parent,
    { ...select, columns: projection.columns },
    {
      ...options,
      neighbours: neighbours.map((statement) =>
        statement.replace("{}", projection.columns.join(", ")),
      ),
      fields: [...options.fields, ...projection.fields],
    },
  );
}

/** The opposite, and the relation without the child's conditions; `{}` stands for the columns. */
function neighbourMemberships(
  draw: Draw,
  { link, parent, child }: Related,
  isIn: boolean,
  select: Omit<Select, "columns">,
): string[] {
  const plain = { ...child, where: [] };
  const others = [
    membership(draw, link, child, !isIn),
    ...(child.where.length > 0 ? [membership(draw, link, plain, isIn)] : []),
  ];
  return others.map((predicate) =>
    printSelect({ ...select, columns: ["{}"], where: [...parent.where, predicate] }),
  );
}

/** How many rows point to each row, those with none included. */
export function countWithNone(draw: Draw): Draft | undefined {
  const link = pickLink(
    draw,
    ({ origin, parent, child }) =>
      origin === "declared" &&
      entityOf(draw, parent).label.length > 0 &&
      (entityOf(draw, parent).isPerson ||
        entityOf(draw, parent).label.every(({ isUnique }) => isUnique)) &&
      entityOf(draw, child).table.columns.some(({ primaryKey }) => primaryKey > 0),
  );
  if (!link) return undefined;
  const [parent, child] = [entityOf(draw, link.parent), entityOf(draw, link.child)];
  const scope = createScope(
    parent.name,
    [{ link, toParent: false, left: true }],
    draw.vocabulary.columnsOf,
  );
  const column = (field: Field) => scope.column(field.table, field.name);
  const counted = child.fields.find(
    (field) =>
      field.column.primaryKey > 0 && !link.columns.some((pair) => pair.child === field.name),
  );
  const condition = chance(draw, 0.35) ? drawCondition(draw, parent, column) : undefined;
  if (!counted) return undefined;
  const noun = describe(draw, parent, nounOf(draw, parent), condition ? [condition] : [], "AND");
  const children = nounOf(draw, child);
  const { rng } = draw;
  const name = fieldsText(draw, parent.label);
  const also = rng.pick([
    ", including those with none",
    ", zero included",
    "; include those without any",
    ", also where there are none",
  ]);
  const question = rng.pick([
    () => askForRows(rng, `the ${name} of all ${noun} and the number of their ${children}${also}`),
    () =>
      finish(
        rng,
        `For ${condition ? "the" : "all"} ${noun}, show the ${name} and how many ${children} they have${also}`,
        ".",
      ),
    () =>
      finish(
        rng,
        `How many ${children} do ${noun} have? Show the ${name} and the number${also}`,
        ".",
      ),
    () => terse(rng, `${name} of ${noun} with their number of ${children}${also}`),
  ])();
  const columns = parent.label.map(column);
  const subject: Subject = {
    entity: parent,
    scope,
    conditions: condition ? [condition] : [],
    connector: "AND",
    where: condition ? [condition.sql] : [],
    text: noun,
    column,
  };
  const select = {
    columns: [...columns, `COUNT(${column(counted)})`],
    ...sourceOf(subject),
    groupBy: columns,
  };
  const inner = createScope(parent.name, [{ link, toParent: false }], draw.vocabulary.columnsOf);
  return toDraft(question, subject, select, {
    fields: parent.label,
    neighbours: [printSelect({ ...select, from: inner.from })],
  });
}

/** Two links in a row, or two links of one table: three tables. */
type Pair = { readonly first: Link; readonly second: Link; readonly isChain: boolean };

function drawPair(draw: Draw): Pair | undefined {
  const first = pickLink(draw, ({ origin }) => origin === "declared");
  if (!first) return undefined;
  const { links } = draw.vocabulary;
  const others = links.filter(
    (link) =>
      link !== first &&
      (link.child === first.child || link.child === first.parent) &&
      link.parent !== first.parent &&
      link.parent !== first.child,
  );
  const second = pickWeighted(draw.rng, others, ({ origin }) => (origin === "declared" ? 1 : 0.25));
  if (!second) return undefined;
  const isChain = second.child === first.parent;
  const hasDirect =
    isChain && links.some((link) => link.child === first.child && link.parent === second.parent);
  return hasDirect ? undefined : { first, second, isChain };
}

/** A figure of the first table for one row of the last. */
export function throughTwo(draw: Draw): Draft | undefined {
  const pair = drawPair(draw);
  if (!pair) return undefined;
  const { first, second, isChain } = pair;
  const child = entityOf(draw, first.child);
  const last = entityOf(draw, second.parent);
  const subject = drawSubject(draw, child, {
    joins: [
      { link: first, toParent: true },
      { link: second, toParent: true },
    ],
  });
  const condition =
    subject &&
    (chance(draw, 0.6)
      ? namedRow(draw, last, subject.column)
      : drawCondition(draw, last, subject.column));
  if (!condition) return undefined;
  const isNamed = condition.clause === `that are ${condition.post}`;
  const where = isNamed
    ? `for ${second.noun} ${condition.post}`
    : `for ${describe(draw, last, last.nouns[0], [condition], "AND")}`;
  const narrowed: Subject = {
    ...subject,
    conditions: [condition],
    where: [condition.sql],
    text: `${subject.text} ${where}`,
  };
  const middle = entityOf(draw, first.parent);
  if (isChain) return countThrough(draw, narrowed, child);
  return middle.label.length > 0 ? namesThrough(draw, narrowed, first, middle, where) : undefined;
}

function countThrough(draw: Draw, subject: Subject, child: Entity): Draft {
  const measure = chance(draw, 0.6)
    ? pickField(draw, child.fields, ({ role }) => role === "measure")
    : undefined;
  if (measure === undefined)
    return toDraft(askForCount(draw.rng, subject.text), subject, {
      columns: ["COUNT(*)"],
      ...sourceOf(subject),
    });
  const kind = measure.isAdditive ? "SUM" : "AVG";
  const text = `the ${aggregateText(draw, kind, measure)} of ${subject.text}`;
  const question = draw.rng.pick([
    () => finish(draw.rng, `What is ${text}`, "?"),
    () => finish(draw.rng, `Show ${text}`, "."),
    () => terse(draw.rng, text),
    () => finish(draw.rng, `How much is ${text}`, "?"),
  ])();
  return toDraft(
    question,
    subject,
    { columns: [`${kind}(${subject.column(measure)})`], ...sourceOf(subject) },
    { fields: [measure] },
  );
}

/** The rows of one parent that share children with a row of the other: "employees with timesheets for job X". */
function namesThrough(
  draw: Draw,
  subject: Subject,
  link: Link,
  middle: Entity,
  where: string,
): Draft {
  const { rng } = draw;
  const nouns = pluralOf(link.noun);
  const text = fieldsText(draw, middle.label);
  const children = nounOf(draw, subject.entity);
  const link2 = subject.entity.isJunction
    ? where.replace(/^for /, "linked to ")
    : `${rng.pick(["with", middle.isPerson ? "who have" : "that have"])} ${children} ${where}`;
  const question = rng.pick([
    () => askForRows(rng, `the ${text} of the ${nouns} ${link2}`),
    () =>
      finish(
        rng,
        `Which ${nouns} ${subject.entity.isJunction ? where.replace(/^for /, "are linked to ") : `have ${children} ${where}`}? List each ${text} once`,
        ".",
      ),
    () => askForRows(rng, `the distinct ${text} of ${nouns} ${link2}`),
    () => terse(rng, `${text} of ${nouns} ${link2}, no repeats`),
  ])();
  const columns = middle.label.map(subject.column);
  const plain = printSelect({ distinct: true, columns, from: subject.scope.from });
  const draft = toDraft(
    question,
    subject,
    { distinct: true, columns, ...sourceOf(subject) },
    { fields: middle.label, neighbours: [plain] },
  );
  return {
    ...draft,
    neighbours: draft.neighbours.filter((statement) => statement.startsWith("SELECT DISTINCT")),
  };
}

/** A figure of the first table for each row of the third. */
export function groupThroughTwo(draw: Draw): Draft | undefined {
  const pair = drawPair(draw);
  const last = pair && entityOf(draw, pair.second.parent);
  if (!pair || !last || last.label.length === 0) return undefined;
  const { first, second, isChain } = pair;
  const child = entityOf(draw, first.child);
  const subject = drawSubject(draw, child, {
    joins: [
      { link: first, toParent: true },
      { link: second, toParent: true },
    ],
  });
  if (!subject) return undefined;
  const middle = entityOf(draw, first.parent);
  const condition =
    isChain && chance(draw, 0.5)
      ? undefined
      : drawCondition(
          draw,
          middle,
          subject.column,
          middle.fields.filter(({ role }) => role === "key"),
        );
  if (!isChain && !condition) return undefined;
  const measure = chance(draw, 0.6)
    ? pickField(draw, child.fields, ({ isAdditive }) => isAdditive)
    : undefined;
  const of = condition
    ? ` of ${describe(draw, middle, singularOf(middle.nouns[0]) === first.noun ? middle.nouns[0] : pluralOf(first.noun), [condition], "AND")}`
    : "";
  const text = measure
    ? `${aggregateText(draw, "SUM", measure)} of ${subject.text}${of}`
    : `number of ${subject.text}${of}`;
  const name = last.isPerson
    ? `${second.noun}'s first and last name`
    : parentPhrase(draw, second, last.label[0]);
  const { rng } = draw;
  const question = rng.pick([
    () => askForRows(rng, `the ${text} ${rng.pick(["per", "for each", "by"])} ${name}`),
    () => finish(rng, `For each ${name}, what is the ${text}`, "?"),
    () => terse(rng, `${text} by ${name}`),
    () => finish(rng, `Show each ${name} with the ${text}`, "."),
  ])();
  const keys = last.label.map(subject.column);
  const narrowed = condition
    ? { ...subject, conditions: [condition], where: [condition.sql] }
    : subject;
  return toDraft(
    question,
    narrowed,
    {
      columns: [...keys, measure ? `SUM(${subject.column(measure)})` : "COUNT(*)"],
      ...sourceOf(narrowed),
      groupBy: keys,
    },
    { fields: [...last.label, ...(measure ? [measure] : [])] },
  );
}

/** Sums of two tables that point to the same rows, compared row by row or side by side. */
export function comparedSums(draw: Draw): Draft | undefined {
  const sides = drawSides(draw);
  if (!sides) return undefined;
  const { key, first, second } = sides;
  const [a, b] = [first, second].map(
    (field) => `${totalOf(phraseOf(draw, field))} of ${entityOf(draw, field.table).nouns[0]}`,
  );
  const name = quoteName(key.name);
  const [here, there] = [quoteName(first.table), quoteName(second.table)];
  const inner = `(SELECT SUM(${quoteName(second.name)}) FROM ${there} WHERE ${there}.${name} = ${here}.${name})`;
  const sum = `SUM(${quoteName(first.name)})`;
  const { rng } = draw;
  const keyText = phraseOf(draw, key);
  const isCompared = chance(draw, 0.6);
  const isAbove = chance(draw, 0.7);
  const [more, less] = isAbove ? ["above", "exceeds"] : ["below", "is less than"];
  const question = isCompared
    ? rng.pick([
        () =>
          finish(
            rng,
            `For which ${pluralOfColumn(keyText)} is the ${a} ${more} the ${b}? Show the ${keyText} and the ${a}`,
            ".",
          ),
        () => askForRows(rng, `the ${keyText} and ${a} where it ${less} the ${b}`),
        () => finish(rng, `List each ${keyText} with its ${a}, if that ${less} the ${b}`, "."),
        () => terse(rng, `${pluralOfColumn(keyText)} and ${a}, where it is ${more} the ${b}`),
      ])()
    : rng.pick([
        () => askForRows(rng, `the ${a} and the ${b} per ${keyText}`),
        () =>
          finish(
            rng,
            `For each ${keyText} of ${entityOf(draw, first.table).nouns[0]}, show the ${a} beside the ${b}`,
            ".",
          ),
        () => terse(rng, `${listOf([a, b])} by ${keyText}`),
        () => finish(rng, `Per ${keyText}, compare the ${a} with the ${b}: show both`, "."),
      ])();
  const select: Select = isCompared
    ? {
        columns: [name, sum],
        from: here,
        groupBy: [name],
        having: `${sum} ${isAbove ? ">" : "<"} ${inner}`,
      }
    : { columns: [name, sum, inner], from: here, groupBy: [name] };
  const opposite = { ...select, having: `${sum} ${isAbove ? "<" : ">"} ${inner}` };
  return {
    question,
    sql: printSelect(select),
    neighbours: isCompared
      ? [printSelect({ ...select, having: undefined }), printSelect(opposite)]
      : [printSelect({ ...select, columns: [name, sum, sum] })],
    isOrdered: false,
    tables: [first.table, second.table],
    fields: [key, first, second],
  };
}

/** Two tables that share a column which is unique in a third, each with a sum to take. */
function drawSides(draw: Draw): { key: Field; first: Field; second: Field } | undefined {
  const link = pickLink(draw, ({ parent, columns }) =>
    columns.some((pair) => isUniqueIn(draw, parent, pair.parent)),
  );
  const pair = link?.columns.find(({ parent }) => isUniqueIn(draw, link.parent, parent));
  if (!link || !pair) return undefined;
  const other = pickWeighted(
    draw.rng,
    draw.vocabulary.links.filter(
      ({ child, parent, columns }) =>
        parent === link.parent &&
        child !== link.child &&
        columns.some((column) => column.child === pair.child && column.parent === pair.parent),
    ),
    () => 1,
  );
  if (!other) return undefined;
  const [here, there] = [entityOf(draw, link.child), entityOf(draw, other.child)];
  const key = here.fields.find(({ name }) => name === pair.child);
  const first = pickField(draw, here.fields, ({ isAdditive }) => isAdditive);
  const second =
    first &&
    pickField(
      draw,
      there.fields,
      ({ isAdditive, isMoney, phrases }) =>
        isAdditive &&
        isMoney === first.isMoney &&
        (isMoney || phrases[0].split(" ").at(-1) === first.phrases[0].split(" ").at(-1)),
    );
  return key && key.column.nullCount === 0 && first && second ? { key, first, second } : undefined;
}

const isUniqueIn = (draw: Draw, table: string, column: string): boolean =>
  entityOf(draw, table).fields.some(({ name, isUnique }) => name === column && isUnique);
