/** Rows by what points to them: with, without, and counted with those that have none. */
import { drawCondition } from "../conditions.ts";
import { chance, type Draft, type Draw, entityOf, nounOf, pickLink } from "../draw.ts";
import { pluralOf, pluralOfColumn } from "../english.ts";
import { createScope, printSelect, quoteName, type Select } from "../select.ts";
import { describe, drawProjection, drawSubject, fieldsText, type Subject } from "../subject.ts";
import type { Entity, Field, Link } from "../vocabulary.ts";
import { askForCount, askForRows, finish, terse } from "../wording.ts";
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
  const isIn = chance(draw, 0.35);
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

/** What the rows are called that some rows point to: "vendors with an unpaid invoice", by a join. */
export function owners(draw: Draw): Draft | undefined {
  const link = pickLink(draw, ({ parent }) => entityOf(draw, parent).label.length > 0);
  if (link === undefined) return undefined;
  const [parent, entity] = [entityOf(draw, link.parent), entityOf(draw, link.child)];
  const subject = drawSubject(draw, entity, {
    conditions: draw.rng.pick([1, 1, 2]),
    joins: [{ link, toParent: true }],
  });
  if (subject === undefined) return undefined;
  const columns = parent.label.map(subject.column);
  const text = fieldsText(draw, parent.label);
  const nouns = pluralOf(link.noun);
  const relation = relationText(draw, parent, subject.text, true);
  const { rng } = draw;
  const question = rng.pick([
    () => finish(rng, `Which ${nouns} have ${subject.text}? List each ${text} once`, "."),
    () => askForRows(rng, `the ${text} of the ${nouns} ${relation}, each once`),
    () => askForRows(rng, `the distinct ${pluralOfColumn(text)} of ${nouns} ${relation}`),
    () => terse(rng, `${nouns} ${relation}: ${text}, no repeats`),
  ])();
  const select = { distinct: true, columns, ...sourceOf(subject) };
  const draft = toDraft(question, subject, select, { fields: parent.label });
  return {
    ...draft,
    neighbours: draft.neighbours.filter((other) => other.startsWith("SELECT DISTINCT")),
  };
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
