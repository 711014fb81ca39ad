/** What a house has words for, drawn: "open balance" as a sum with its condition. Knows no shape. */
import type { Definition } from "../definitions.ts";
import { chance, type Draw, pickWeighted } from "../draw.ts";
import type { Subject } from "../subject.ts";
import type { Entity, Field } from "../vocabulary.ts";
import type { Measure } from "./measure.ts";

/** A definition that computes something. */
export type ValueTerm = Definition & { readonly value: NonNullable<Definition["value"]> };

export type TermOfEntity = { readonly entity: Entity; readonly definition: ValueTerm };

const isValued = (definition: Definition): definition is ValueTerm =>
  definition.value !== undefined;

/** One of the terms for values, with the entity whose rows have it. */
export const drawTerm = (draw: Draw): TermOfEntity | undefined =>
  pickWeighted(
    draw.rng,
    [...draw.vocabulary.entities.values()].flatMap((entity) =>
      entity.definitions.filter(isValued).map((definition) => ({ entity, definition })),
    ),
    () => 1,
  );

/** The columns that a term reads, to be left alone by what else the question says. */
export const fieldsIn = (entity: Entity, { value, condition }: Definition): Field[] => {
  const names = [...(value?.columns ?? []), ...(condition?.columns ?? [])];
  return entity.fields.filter(({ name }) => names.includes(name));
};

const columnIn = (subject: Subject, entity: Entity) => (name: string) =>
  subject.scope.column(entity.name, name);

export const valueSql = (subject: Subject, { entity, definition }: TermOfEntity): string =>
  definition.value.print(columnIn(subject, entity));

/** The subject with what the definition demands; its words stay, for the term says it. */
export function withCondition(subject: Subject, entity: Entity, definition: Definition): Subject {
  const sql = definition.condition?.print(columnIn(subject, entity));
  if (sql === undefined) return subject;
  const fields = fieldsIn(entity, definition);
  const condition = { sql, opposites: [], post: "", clause: "", fields };
  return {
    ...subject,
    conditions: [...subject.conditions, condition],
    where: [...subject.where, sql],
  };
}

/** What was done: "billed", "spent on material". */
export const isDeed = (term: string): boolean =>
  /^(\w+ed|paid|spent|bought|sold|held)( (by|to|from|for|on|of|in|with) .*)?$/.test(term);

/** What stands before and behind the term. The term alone says which rows: mostly they are not named. */
export function wordsAround(
  draw: Draw,
  { conditions, text, around }: Subject,
): readonly [string, string] {
  if (around && chance(draw, 0.85)) return around;
  return conditions.length === 0 && chance(draw, 0.7) ? ["", ""] : ["", `of ${text}`];
}

export const join = (...words: readonly string[]): string => words.filter(Boolean).join(" ");

/** The sum of what a term means over the rows of `subject`, which has no condition of the term's yet. */
export function measureOfTerm(draw: Draw, subject: Subject, term: TermOfEntity): Measure {
  const { entity, definition } = term;
  const [before, after] = wordsAround(draw, subject);
  const figure = isDeed(definition.term) ? `amount ${definition.term}` : definition.term;
  return {
    text: join(before, figure, after),
    short: figure,
    sql: `SUM(${valueSql(subject, term)})`,
    kind: "SUM",
    fields: fieldsIn(entity, { ...definition, condition: undefined }),
  };
}
