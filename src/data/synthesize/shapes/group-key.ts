/**
 * What rows are grouped by: a column of their own, the year or month of a date, or the name or kind of the row that they
 * point to.
 */
import { chance, type Draw, entityOf, phraseOf, pickField, pickWeighted, usesOf } from "../draw.ts";
import { pluralOf, pluralOfColumn } from "../english.ts";
import type { Join } from "../select.ts";
import { drawParentLink, parentPhrase } from "../subject.ts";
import { type Entity, type Field, isSpokenKey, namesPeople } from "../vocabulary.ts";
import { mainTime } from "../date-conditions.ts";
import { isGroupable } from "./lists.ts";

export type GroupKey = {
  readonly fields: readonly Field[];
  readonly joins: readonly Join[];
  /** Expressions, once the scope is known. */
  readonly columns: (column: (field: Field) => string) => string[];
  /** The first expression is no column: groups and orders name it by its position. */
  readonly isComputed?: boolean;
  /** Singular: "customer name", "month of the due date". */
  readonly text: string;
  readonly plural: string;
  /** The noun alone where it means the same: "customer". */
  readonly noun?: string;
  /** Groups there are, roughly. */
  readonly count: number;
};

export function drawGroupKey(draw: Draw, entity: Entity): GroupKey | undefined {
  const roll = draw.rng.next();
  if (roll < 0.38) return parentKey(draw, entity) ?? ownKey(draw, entity);
  if (roll < 0.52) return dateKey(draw, entity) ?? ownKey(draw, entity);
  return ownKey(draw, entity) ?? parentKey(draw, entity);
}

function ownKey(draw: Draw, entity: Entity): GroupKey | undefined {
  const hasNulls = chance(draw, 0.1);
  const field = pickWeighted(
    draw.rng,
    entity.fields.filter(
      (candidate) =>
        isGroupable(candidate) &&
        (hasNulls || candidate.column.nullCount === 0 || candidate.notes.nullMeaning),
    ),
    (candidate) => groupWeight(candidate) / (1 + usesOf(draw, candidate)) ** 0.3,
  );
  if (field === undefined) return undefined;
  return {
    fields: [field],
    joins: [],
    columns: (column) => [column(field)],
    ...both(phraseOf(draw, field)),
    count: field.column.distinctCount,
  };
}

/** Numbers of other things are seldom what people group by. */
const groupWeight = (field: Field): number =>
  field.role === "key"
    ? isSpokenKey(field)
      ? field.isDivision
        ? 4
        : 8
      : 0.3
    : namesPeople(field)
      ? 6
      : field.role === "month"
        ? 1.2
        : 1;

/** The name of the parent, or one of its codes and categories. */
function parentKey(draw: Draw, entity: Entity): GroupKey | undefined {
  const link = drawParentLink(draw, entity);
  if (link === undefined) return undefined;
  const parent = entityOf(draw, link.parent);
  const isByLabel = parent.label.length > 0 && chance(draw, 0.75);
  const isOwn = (field: Field) => entity.fields.some(({ name }) => name === field.name);
  const isTaken = (noun: string) => entity.fields.some(({ phrases }) => phrases[0] === noun);
  const kind = isByLabel
    ? undefined
    : pickField(
        draw,
        parent.fields,
        (field) =>
          isGroupable(field) &&
          ["category", "code", "flag", "year"].includes(field.role) &&
          !isOwn(field),
      );
  const isFullName = kind === undefined && parent.isPerson;
  const isLastFirst = isFullName && chance(draw, 0.4);
  const fields = kind ? [kind] : isLastFirst ? [...parent.label].reverse() : parent.label;
  if (fields.length === 0) return undefined;
  const names = isLastFirst ? "(last name, first name)" : "(first and last name)";
  const text = isFullName ? `${link.noun} ${names}` : parentPhrase(draw, link, fields[0]);
  const isNamed =
    !kind &&
    fields.every(
      (field) => field.isUnique && field.role === "name" && field.phrases[0].endsWith("name"),
    );
  return {
    fields,
    joins: [{ link, toParent: true }],
    columns: (column) => fields.map(column),
    text,
    plural: isFullName ? `${pluralOf(link.noun)} ${names}` : pluralOfColumn(text),
    ...(isNamed && fields.length === 1 && !isTaken(link.noun) && { noun: link.noun }),
    count: kind ? kind.column.distinctCount : parent.table.rowCount,
  };
}

function dateKey(draw: Draw, entity: Entity): GroupKey | undefined {
  const field = pickField(
    draw,
    entity.fields,
    ({ role, column }) => (role === "date" || role === "month") && column.nullCount === 0,
  );
  if (field === undefined) return undefined;
  const name = phraseOf(draw, field);
  const isByMonth = chance(draw, 0.5);
  if (field.role === "month" && isByMonth && !field.hasTime)
    return {
      fields: [field],
      joins: [],
      columns: (column) => [column(field)],
      ...both(name),
      count: field.column.distinctCount,
    };
  const unit = isByMonth ? "month" : "year";
  const isMain = field === mainTime(entity);
  const plural = isMain ? `${unit}s` : `${unit}s of the ${name}`;
  return {
    fields: [field],
    joins: [],
    columns: (column) => [`substr(${column(field)}, 1, ${isByMonth ? 7 : 4})`],
    isComputed: true,
    plural,
    text:
      isMain && chance(draw, 0.85)
        ? unit
        : draw.rng.pick([`${unit} of the ${name}`, `${unit} of ${name}`, `${name} ${unit}`]),
    count: isByMonth ? 36 : 4,
  };
}

const both = (text: string): Pick<GroupKey, "text" | "plural"> => ({
  text,
  plural: pluralOfColumn(text),
});

/** "by customer", "per month": how a group is asked for. */
export function perGroup(draw: Draw, key: GroupKey): string {
  const text = key.noun && chance(draw, 0.75) ? key.noun : key.text;
  return draw.rng.pick([
    `per ${text}`,
    `per ${text}`,
    `by ${text}`,
    `by ${text}`,
    `by ${text}`,
    `for each ${text}`,
  ]);
}
