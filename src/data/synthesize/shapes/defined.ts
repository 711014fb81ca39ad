/** Figures and lists of what the knowledge defines: "open balance by customer". */
import { chance, type Draft, type Draw } from "../draw.ts";
import { drawProjection, drawSubject, type Subject } from "../subject.ts";
import type { Field } from "../vocabulary.ts";
import { askForRows, askForValue, finish, terse } from "../wording.ts";
import { sourceOf, toDraft } from "./draft.ts";
import { drawGroupKey, type GroupKey } from "./group-key.ts";
import { withKey } from "./grouped.ts";
import { listQuestion } from "./lists.ts";
import { drawTerm, fieldsIn, isDeed, join, valueSql, withCondition, wordsAround } from "./terms.ts";

/** A defined value over rows: `subject` has the definition's condition too, `drawn` only what has to be said. */
type Figure = {
  readonly term: string;
  readonly sql: string;
  readonly fields: readonly Field[];
  readonly drawn: Subject;
  readonly subject: Subject;
};

/** The total of a defined value, for all rows or each group, or the value beside each row. */
export function definedValue(draw: Draw): Draft | undefined {
  const choice = drawTerm(draw);
  if (choice === undefined) return undefined;
  const { entity, definition } = choice;
  const key = chance(draw, 0.6) ? drawGroupKey(draw, entity) : undefined;
  const drawn = drawSubject(draw, entity, {
    conditions: draw.rng.pick([0, 0, 1, 1, 2]),
    isViaParent: !key && chance(draw, 0.35),
    joins: key?.joins ?? [],
    taken: [...fieldsIn(entity, definition), ...(key?.fields ?? [])],
  });
  if (drawn === undefined || drawn.connector === "OR") return undefined;
  const narrowed = withCondition(drawn, entity, definition);
  const subject = key ? withKey(narrowed, key) : narrowed;
  const sql = valueSql(subject, choice);
  const figure = {
    term: definition.term,
    sql,
    fields: fieldsIn(entity, definition),
    drawn,
    subject,
  };
  if (key) return perGroup(draw, figure, key);
  return chance(draw, 0.6) ? total(draw, figure) : rows(draw, figure);
}

const totalTerm = ({ rng }: Draw, term: string): string =>
  /^total\b/.test(term) ? term : rng.pick([term, term, `total ${term}`, `${term} in total`]);

function total(draw: Draw, { term, sql, drawn, subject }: Figure): Draft {
  const { rng } = draw;
  const [before, after] = wordsAround(draw, drawn);
  const said = join(before, totalTerm(draw, term), after);
  const asked =
    isDeed(term) && before === ""
      ? [
          () => finish(rng, join(`How much ${rng.pick(["was", "has been"])} ${term}`, after), "?"),
          () => terse(rng, said),
        ]
      : [
          () => askForValue(rng, `the ${said}`),
          () => finish(rng, `How much is the ${said}`, "?"),
          () => terse(rng, `${drawn.text}: ${term}`),
        ];
  return toDraft(rng.pick(asked)(), subject, {
    columns: [`SUM(${sql})`],
    ...sourceOf(subject),
  });
}

function rows(draw: Draw, { term, sql, fields, drawn, subject }: Figure): Draft | undefined {
  const projection = drawProjection(draw, subject, { extra: draw.rng.int(0, 1), without: fields });
  if (projection === undefined) return undefined;
  const joint = / and |,/.test(projection.text) ? ", and the" : " and the";
  const figure = isDeed(term) ? `amount ${term}` : term;
  return toDraft(
    listQuestion(draw, drawn, `${projection.text}${joint} ${figure}`),
    subject,
    { columns: [...projection.columns, sql], ...sourceOf(subject) },
    { fields: projection.fields },
  );
}

function perGroup(draw: Draw, { term, sql, drawn, subject }: Figure, key: GroupKey): Draft {
  const { rng } = draw;
  const keys = key.columns(subject.column);
  const by = key.noun && chance(draw, 0.6) ? key.noun : key.text;
  const [before, after] = wordsAround(draw, drawn);
  const isRanked = chance(draw, 0.35);
  const order = isRanked ? `, ${rng.pick(["highest", "largest"])} first` : "";
  const figure = join(before, term, after);
  const question = rng.pick([
    () => askForRows(rng, `the ${join(before, totalTerm(draw, term), after)} by ${by}${order}`),
    () => terse(rng, join(before, term, `per ${by}`, after) + order),
    () => terse(rng, join(before, term, `by ${by}`, after) + order),
    () =>
      isRanked
        ? terse(rng, `${by} and ${figure}${order}`)
        : finish(rng, `What is the ${figure} for each ${by}`, "?"),
  ])();
  return toDraft(
    question,
    subject,
    {
      ...sourceOf(subject),
      columns: [...keys, `SUM(${sql})`],
      groupBy: keys,
      ...(isRanked && { orderBy: [`SUM(${sql}) DESC`] }),
    },
    { fields: key.fields },
  );
}
