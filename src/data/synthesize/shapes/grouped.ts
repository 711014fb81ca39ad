/** Rows of a subject in groups, with what is worked out for each: where all shapes with GROUP BY begin. */
import { chance, type Draw, pickEntity } from "../draw.ts";
import type { Select } from "../select.ts";
import { drawSubject, type Subject, type SubjectOptions } from "../subject.ts";
import type { Entity, Field } from "../vocabulary.ts";
import { sourceOf } from "./draft.ts";
import { drawGroupKey, type GroupKey } from "./group-key.ts";
import { drawMeasure, type Measure, type MeasureKind } from "./measure.ts";
import { drawTerm, fieldsIn, measureOfTerm, withCondition } from "./terms.ts";

export type Grouped = {
  readonly subject: Subject;
  readonly key: GroupKey;
  /** The key's expressions in this scope. */
  readonly keys: readonly string[];
  readonly measure: Measure;
};

/** A subject, a key that divides it, and what to compute: where the house has words for sums, mostly what they mean. */
export function drawGrouped(draw: Draw, kinds?: readonly MeasureKind[]): Grouped | undefined {
  const isOfTerm = (kinds === undefined || kinds.includes("SUM")) && chance(draw, 0.4);
  const choice = isOfTerm ? drawTerm(draw) : undefined;
  if (choice === undefined) {
    const divided = drawDivided(draw);
    const measure = divided && drawMeasure(draw, divided.subject, kinds);
    return measure && { ...divided, measure };
  }
  const { entity, definition } = choice;
  const divided = drawDivided(draw, entity, fieldsIn(entity, definition));
  if (divided === undefined || divided.subject.connector === "OR") return undefined;
  const measure = measureOfTerm(draw, divided.subject, choice);
  return { ...divided, subject: withCondition(divided.subject, entity, definition), measure };
}

/** A subject whose conditions leave `taken` alone, and a key that divides it. */
export function drawDivided(
  draw: Draw,
  entity: Entity | undefined = pickEntity(draw, ({ table }) => table.rowCount > 3),
  taken: readonly Field[] = [],
): Omit<Grouped, "measure"> | undefined {
  const key = entity && drawGroupKey(draw, entity);
  if (!entity || !key || key.fields.some((field) => taken.includes(field))) return undefined;
  const subject = drawSubject(draw, entity, {
    ...drawNarrowing(draw),
    joins: key.joins,
    taken: [...taken, ...key.fields],
  });
  return subject && { subject: withKey(subject, key), key, keys: key.columns(subject.column) };
}

/** Rows without a key are no group of it where the schema says that they are something else ("NULL = overhead"). */
export function withKey(subject: Subject, { fields }: GroupKey): Subject {
  const missing = fields.filter(({ column, notes }) => column.nullCount > 0 && notes.nullMeaning);
  if (missing.length === 0) return subject;
  const { where, connector } = subject;
  const conditions = missing.map((field) => ({
    sql: `${subject.column(field)} IS NOT NULL`,
    opposites: [],
    post: "",
    clause: "",
    fields: [field],
  }));
  return {
    ...subject,
    conditions: [...subject.conditions, ...conditions],
    connector: "AND",
    where: [
      ...(connector === "OR" ? [`(${where.join(" OR ")})`] : where),
      ...conditions.map(({ sql }) => sql),
    ],
  };
}

/** How far groups are narrowed down: two thirds of real questions have a condition. */
function drawNarrowing(draw: Draw): Pick<SubjectOptions, "conditions" | "isViaParent"> {
  const roll = draw.rng.next();
  if (roll < 0.35) return { conditions: 0 };
  if (roll < 0.68) return { conditions: 1 };
  if (roll < 0.83) return { conditions: 2 };
  return { conditions: roll < 0.9 ? 0 : 1, isViaParent: true };
}

/** One of the groups is that of the rows without a key: nothing to call the greatest. */
export const hasNullGroup = ({ key }: Grouped): boolean =>
  key.fields.some(({ column, notes }) => column.nullCount > 0 && !notes.nullMeaning);

export const fieldsOf = ({ key, measure }: Grouped): Field[] => [...key.fields, ...measure.fields];

/** The statement of a figure per group. */
export const selectOf = (grouped: Grouped): Select => ({
  columns: [...grouped.keys, grouped.measure.sql],
  ...sourceOf(grouped.subject),
  groupBy: groupsOf(grouped),
});

/** GROUP BY: columns by their names, expressions by their position. */
export const groupsOf = ({ key, keys }: Omit<Grouped, "measure">): readonly string[] =>
  key.isComputed ? keys.map((_, index) => String(index + 1)) : keys;

/** "job, hours": what the rows show, to stand behind the question. */
export const shownText = ({ key, measure }: Grouped): string =>
  `${key.noun ?? key.text}, ${measure.short}`;
