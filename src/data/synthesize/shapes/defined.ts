/** Figures and lists of what the knowledge defines: "open balance by customer". */
import { chance, type Draft, type Draw, pickWeighted } from "../draw.ts";
import type { Definition } from "../definitions.ts";
import { drawProjection, drawSubject, type Subject } from "../subject.ts";
import type { Entity, Field } from "../vocabulary.ts";
import { askForRows, askForValue, finish, terse } from "../wording.ts";
import { sourceOf, toDraft } from "./draft.ts";
import { drawGroupKey, type GroupKey } from "./group-key.ts";
import { listQuestion } from "./lists.ts";

type Valued = Definition & { readonly value: NonNullable<Definition["value"]> };

const isValued = (definition: Definition): definition is Valued => definition.value !== undefined;

/** The total of a defined value, for all rows or each group, or the value beside each row. */
export function definedValue(draw: Draw): Draft | undefined {
  const choices = [...draw.vocabulary.entities.values()].flatMap((entity) =>
    entity.definitions.filter(isValued).map((definition) => ({ entity, definition })),
  );
  const choice = pickWeighted(draw.rng, choices, () => 1);
  if (choice === undefined) return undefined;
  const { entity, definition } = choice;
  const key = chance(draw, 0.6) ? drawGroupKey(draw, entity) : undefined;
  const taken = fieldsIn(entity, definition);
  const drawn = drawSubject(draw, entity, {
    conditions: draw.rng.pick([0, 0, 1, 1, 2]),
    isViaParent: !key && chance(draw, 0.35),
    joins: key?.joins ?? [],
    taken: [...taken, ...(key?.fields ?? [])],
  });
  if (drawn === undefined || drawn.connector === "OR") return undefined;
  const subject = withCondition(drawn, entity, definition);
  const sql = definition.value.print(columnIn(subject, entity));
  if (key) return perGroup(draw, subject, key, definition, sql);
  return chance(draw, 0.5)
    ? total(draw, subject, definition, sql)
    : rows(draw, subject, definition, sql);
}

const fieldsIn = (entity: Entity, { value, condition }: Definition): Field[] => {
  const names = [...(value?.columns ?? []), ...(condition?.columns ?? [])];
  return entity.fields.filter(({ name }) => names.includes(name));
};

const columnIn = (subject: Subject, entity: Entity) => (name: string) =>
  subject.scope.column(entity.name, name);

/** The subject with what the definition demands; its words stay, for the term says it. */
function withCondition(subject: Subject, entity: Entity, definition: Definition): Subject {
  const sql = definition.condition?.print(columnIn(subject, entity));
  if (sql === undefined) return subject;
  const condition = {
    sql,
    opposites: [],
    post: "",
    clause: "",
    fields: fieldsIn(entity, definition),
  };
  return {
    ...subject,
    conditions: [...subject.conditions, condition],
    where: [...subject.where, sql],
  };
}

function total(draw: Draw, subject: Subject, { term }: Definition, sql: string): Draft {
  const { rng } = draw;
  const said = totalTerm(draw, term);
  const question = rng.pick([
    () => askForValue(rng, `the ${said} of ${subject.text}`),
    () => finish(rng, `How much is the ${said} of ${subject.text}`, "?"),
    () => terse(rng, `${said}, ${subject.text}`),
    () => terse(rng, `${subject.text}: ${said}`),
  ])();
  return toDraft(question, subject, { columns: [`SUM(${sql})`], ...sourceOf(subject) });
}

const totalTerm = (draw: Draw, term: string): string =>
  /^total\b/.test(term) ? term : draw.rng.pick([term, `total ${term}`, `${term} in total`]);

function rows(draw: Draw, subject: Subject, { term }: Definition, sql: string): Draft | undefined {
  const projection = drawProjection(draw, subject, { extra: draw.rng.int(0, 1) });
  if (projection === undefined) return undefined;
  const joint = / and |,/.test(projection.text) ? ", and the" : " and the";
  return toDraft(
    listQuestion(draw, subject, `${projection.text}${joint} ${term}`),
    subject,
    { columns: [...projection.columns, sql], ...sourceOf(subject) },
    { fields: projection.fields },
  );
}

function perGroup(
  draw: Draw,
  subject: Subject,
  key: GroupKey,
  { term }: Definition,
  sql: string,
): Draft {
  const { rng } = draw;
  const keys = key.columns(subject.column);
  const by = key.noun && chance(draw, 0.5) ? key.noun : key.text;
  const of = subject.conditions.length > 1 || chance(draw, 0.3) ? ` of ${subject.text}` : "";
  const isRanked = chance(draw, 0.35);
  const base = { ...sourceOf(subject), groupBy: keys };
  if (!isRanked) {
    const question = rng.pick([
      () => askForRows(rng, `the ${totalTerm(draw, term)}${of} by ${by}`),
      () => finish(rng, `What is the ${term}${of} for each ${by}`, "?"),
      () => terse(rng, `${term} per ${by}${of.replace(" of ", ", ")}`),
    ])();
    return toDraft(
      question,
      subject,
      { ...base, columns: [...keys, `SUM(${sql})`] },
      { fields: key.fields },
    );
  }
  const question = rng.pick([
    () => askForRows(rng, `the ${term}${of} by ${by}, highest first`),
    () => terse(rng, `${by} and ${term}${of}, largest first`),
    () => finish(rng, `Rank each ${by} by ${term}${of} and show both, highest first`, "."),
  ])();
  return toDraft(
    question,
    subject,
    { ...base, columns: [...keys, `SUM(${sql})`], orderBy: [`SUM(${sql}) DESC`] },
    { fields: key.fields },
  );
}
