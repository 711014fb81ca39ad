/** One row for each group: counts and figures, the greatest groups, groups beyond a bound, two keys. */
import {
  chance,
  type Draft,
  type Draw,
  phraseOf,
  pickEntity,
  pickField,
  pickWeighted,
} from "../draw.ts";
import { countText, listOf, numberText, totalOf } from "../english.ts";
import { drawSubject, type Subject } from "../subject.ts";
import { printSelect, quoteName } from "../select.ts";
import type { Entity, Field } from "../vocabulary.ts";
import { askForRows, finish, terse } from "../wording.ts";
import { type Aggregate, aggregatesFor, aggregateText, isAggregable } from "./aggregates.ts";
import { sourceOf, tieOf, toDraft } from "./draft.ts";
import { drawGroupKey, type GroupKey, perGroup } from "./group-key.ts";
import { isGroupable } from "./lists.ts";

/** What is computed for each group: a count, or a figure of a column. */
type Measure = {
  /** "number of unpaid invoices", "total amount of unpaid invoices". */
  readonly text: string;
  readonly sql: string;
  readonly kind: Aggregate | "COUNT";
  readonly field?: Field;
};

type Grouped = {
  readonly subject: Subject;
  readonly key: GroupKey;
  readonly keys: readonly string[];
  readonly measure: Measure;
};

/** A subject, a key that divides it, and what to compute. */
function drawGrouped(
  draw: Draw,
  conditions: number,
  kinds?: readonly Measure["kind"][],
  fits: (entity: Entity) => boolean = () => true,
): Grouped | undefined {
  const entity = pickEntity(draw, (candidate) => candidate.table.rowCount > 3 && fits(candidate));
  const key = entity && drawGroupKey(draw, entity);
  const subject =
    entity && key && drawSubject(draw, entity, { conditions, joins: key.joins, taken: key.fields });
  const measure = subject && drawMeasure(draw, subject, kinds);
  return measure && { subject, key, keys: key.columns(subject.column), measure };
}

function drawMeasure(
  draw: Draw,
  subject: Subject,
  kinds?: readonly Measure["kind"][],
): Measure | undefined {
  const taken = subject.conditions.flatMap(({ fields }) => fields);
  const field =
    chance(draw, 0.55) || !(kinds?.includes("COUNT") ?? true)
      ? pickField(
          draw,
          subject.entity.fields,
          (candidate) => isAggregable(candidate) && !taken.includes(candidate),
        )
      : undefined;
  if (field === undefined) {
    if (kinds && !kinds.includes("COUNT")) return undefined;
    return { text: `number of ${subject.text}`, sql: "COUNT(*)", kind: "COUNT" };
  }
  const choices = aggregatesFor(field).filter((kind) => !kinds || kinds.includes(kind));
  if (choices.length === 0) return undefined;
  const kind = draw.rng.pick(choices);
  const text = `${aggregateText(draw, kind, field)} of ${subject.text}`;
  return { text, sql: `${kind}(${subject.column(field)})`, kind, field };
}

/** One of the groups is that of the rows without a key: nothing to call the greatest. */
const hasNullGroup = ({ key }: Grouped): boolean =>
  key.fields.some(({ column }) => column.nullCount > 0);

const fieldsOf = ({ key, measure }: Grouped): Field[] => [
  ...key.fields,
  ...(measure.field ? [measure.field] : []),
];

/** A figure per group. */
export function figurePerGroup(draw: Draw): Draft | undefined {
  const grouped = drawGrouped(draw, chance(draw, 0.55) ? 0 : 1);
  if (!grouped) return undefined;
  const { subject, key, keys, measure } = grouped;
  const { rng } = draw;
  const question = rng.pick([
    () => askForRows(rng, `the ${measure.text} ${perGroup(draw, key)}`),
    () => askForRows(rng, `the ${measure.text} ${perGroup(draw, key)}`),
    () =>
      finish(
        rng,
        `For each ${key.text}, ${rng.pick(["what is", "show", "give me"])} the ${measure.text}`,
        "?",
      ).replace(/(show|give me)(.*)\?$/, "$1$2."),
    () => terse(rng, `${measure.text} ${perGroup(draw, key)}`),
    () =>
      measure.kind === "COUNT"
        ? finish(rng, `How many ${subject.text} are there ${perGroup(draw, key)}`, "?")
        : finish(rng, `Show each ${key.text} with the ${measure.text}`, "."),
  ])();
  return toDraft(
    question,
    subject,
    { columns: [...keys, measure.sql], ...sourceOf(subject), groupBy: keys },
    { fields: fieldsOf(grouped) },
  );
}

/** All groups with their figure, in its order. */
export function orderedGroups(draw: Draw): Draft | undefined {
  const grouped = drawGrouped(draw, chance(draw, 0.6) ? 0 : 1);
  if (!grouped || grouped.key.count > 60) return undefined;
  const { subject, key, keys, measure } = grouped;
  const isDescending = chance(draw, 0.75);
  const { rng } = draw;
  const order = isDescending
    ? rng.pick([
        "highest first",
        "largest first",
        "from most to least",
        "in descending order",
        "sorted from high to low",
      ])
    : rng.pick(["lowest first", "smallest first", "from least to most", "in ascending order"]);
  const question = rng.pick([
    () => askForRows(rng, `the ${measure.text} ${perGroup(draw, key)}, ${order}`),
    () => finish(rng, `Rank the ${key.plural} by ${measure.text}, ${order}; show both`, "."),
    () => terse(rng, `${measure.text} ${perGroup(draw, key)}, ${order}`),
    () => finish(rng, `For each ${key.text}, show the ${measure.text}, ${order}`, "."),
  ])();
  return toDraft(
    question,
    subject,
    {
      columns: [...keys, measure.sql],
      ...sourceOf(subject),
      groupBy: keys,
      orderBy: [`${measure.sql}${isDescending ? " DESC" : ""}`],
    },
    { fields: fieldsOf(grouped) },
  );
}

/** The group, or the few groups, with the most or the least. */
export function topGroups(draw: Draw): Draft | undefined {
  const grouped = drawGrouped(draw, chance(draw, 0.5) ? 0 : 1, ["COUNT", "SUM", "AVG"]);
  if (!grouped || grouped.key.count < 3 || hasNullGroup(grouped)) return undefined;
  const { subject, keys, measure } = grouped;
  const limit = chance(draw, 0.6) ? 1 : draw.rng.pick([2, 3, 3, 5, 5, 10]);
  const isDescending = chance(draw, 0.8);
  const isShown = chance(draw, limit === 1 ? 0.3 : 0.6);
  const columns = isShown ? [...keys, measure.sql] : keys;
  const select = {
    columns,
    ...sourceOf(subject),
    groupBy: keys,
    orderBy: [`${measure.sql}${isDescending ? " DESC" : ""}`],
    limit,
  };
  return toDraft(topQuestion(draw, grouped, limit, isDescending, isShown), subject, select, {
    fields: fieldsOf(grouped),
    tie: tieOf(select, measure.sql),
  });
}

function topQuestion(
  draw: Draw,
  { subject, key, measure }: Grouped,
  limit: number,
  isDescending: boolean,
  isShown: boolean,
): string {
  const { rng } = draw;
  const name = limit === 1 && key.noun && !isShown && chance(draw, 0.3) ? key.noun : key.text;
  const most =
    measure.kind === "COUNT"
      ? `${isDescending ? rng.pick(["the most", "the largest number of", "the highest number of"]) : rng.pick(["the fewest", "the smallest number of"])} ${subject.text}`
      : `the ${isDescending ? "highest" : "lowest"} ${measure.text}`;
  const also = isShown
    ? rng.pick([
        `, and ${measure.kind === "COUNT" ? "how many" : "how much"}`,
        ` and what is the figure`,
      ])
    : "";
  if (limit === 1)
    return rng.pick([
      () => finish(rng, `Which ${name} has ${most}${also}`, "?"),
      () => finish(rng, `What is the ${name} with ${most}${also}`, "?"),
      () =>
        finish(
          rng,
          `${rng.pick(["Show", "Find", "Give me"])} the ${name} with ${most}${isShown ? ", together with that figure" : ""}`,
          ".",
        ),
      () => terse(rng, `${name} with ${most}${isShown ? ", with the figure" : ""}`),
    ])();
  const many = countText(limit, rng);
  const names = key.plural;
  const shown = isShown
    ? rng.pick([", with the figure", " and the figure itself", " together with that figure"])
    : "";
  const ranked = isDescending ? rng.pick(["top", "top"]) : "bottom";
  return rng.pick([
    () =>
      finish(
        rng,
        `Which ${many} ${names} have ${most}${isShown ? "? Show the figure too" : ""}`,
        isShown ? "." : "?",
      ),
    () => askForRows(rng, `the ${many} ${names} with ${most}${shown}`),
    () => finish(rng, `${ranked} ${limit} ${names} by ${measure.text}${shown}`, "."),
    () => terse(rng, `${ranked} ${limit} ${names} by ${measure.text}${shown}`),
  ])();
}

/** Groups whose figure is beyond a bound. */
export function groupsBeyond(draw: Draw): Draft | undefined {
  const grouped = drawGrouped(draw, chance(draw, 0.65) ? 0 : 1, ["COUNT", "SUM", "AVG"]);
  if (!grouped || grouped.key.count < 3 || hasNullGroup(grouped)) return undefined;
  const { subject, key, keys, measure } = grouped;
  const isAbove = chance(draw, 0.75);
  const bound = boundOf(draw, grouped);
  const isShown = chance(draw, 0.5);
  const { rng } = draw;
  const text = measure.field
    ? numberText(bound, rng, measure.field.isMoney)
    : countText(bound, rng);
  const most =
    measure.kind === "COUNT"
      ? `${isAbove ? rng.pick(["more than", "over"]) : rng.pick(["fewer than", "less than"])} ${text} ${subject.text}`
      : `${measure.text.startsWith("average") || measure.text.startsWith("mean") ? "an" : "a"} ${measure.text} ${isAbove ? rng.pick(["above", "over", "of more than"]) : rng.pick(["below", "under", "of less than"])} ${text}`.replace(
          /^an mean/,
          "a mean",
        );
  const shown = isShown
    ? rng.pick([
        `, with ${measure.kind === "COUNT" ? "the number" : "that figure"}`,
        " and show the figure too",
        ", together with the figure",
      ])
    : "";
  const question = rng.pick([
    () =>
      finish(
        rng,
        `Which ${key.plural} have ${most}${isShown ? "? Show the figure too" : ""}`,
        isShown ? "." : "?",
      ),
    () => askForRows(rng, `the ${key.plural} with ${most}${shown.replace(" and show", "; show")}`),
    () => finish(rng, `List every ${key.text} that has ${most}${shown}`, "."),
    () => terse(rng, `${key.plural} with ${most}${shown.replace(" and show", ", show")}`),
  ])();
  const having = `${measure.sql} ${isAbove ? ">" : "<"} ${bound}`;
  return toDraft(
    question,
    subject,
    {
      columns: isShown ? [...keys, measure.sql] : keys,
      ...sourceOf(subject),
      groupBy: keys,
      having,
    },
    { fields: fieldsOf(grouped) },
  );
}

/** A bound that some groups pass and others do not, as far as sizes tell. */
function boundOf(draw: Draw, { subject, key, measure }: Grouped): number {
  const factor = draw.rng.pick([0.5, 1, 1, 1.5, 2]);
  const perGroup =
    subject.entity.table.rowCount /
    Math.max(1, key.count) /
    (subject.conditions.length > 0 ? 4 : 1);
  if (measure.kind === "COUNT") return Math.max(2, nicely(perGroup * factor));
  const { spread } = measure.field?.samples ?? { spread: [] };
  const mean =
    spread.reduce<number>((sum, value) => sum + Number(value), 0) / Math.max(1, spread.length);
  const size = measure.kind === "SUM" ? perGroup * mean : mean;
  return nicely(size * factor, measure.kind === "AVG");
}

/** Rounded to one or two leading digits; whole numbers unless small averages. */
export function nicely(value: number, isFraction: boolean = false): number {
  if (Math.abs(value) < 10)
    return isFraction ? Number(value.toFixed(1)) : Math.max(1, Math.round(value));
  const unit = 10 ** Math.floor(Math.log10(Math.abs(value)) - (Math.abs(value) < 100 ? 0 : 0.3));
  return Math.round(value / unit) * unit;
}

/** Several figures for each group. */
export function figuresPerGroup(draw: Draw): Draft | undefined {
  const entity = pickEntity(draw, ({ fields }) => fields.some(isAggregable));
  const key = entity && drawGroupKey(draw, entity);
  const subject =
    entity &&
    key &&
    drawSubject(draw, entity, {
      conditions: chance(draw, 0.6) ? 0 : 1,
      joins: key.joins,
      taken: key.fields,
    });
  const field = subject && pickField(draw, subject.entity.fields, isAggregable);
  if (!subject || !field) return undefined;
  const { rng } = draw;
  const other = pickWeighted(
    rng,
    subject.entity.fields.filter((candidate) => candidate.isAdditive && candidate !== field),
    () => 1,
  );
  const column = subject.column(field);
  const name = phraseOf(draw, field);
  const sum = field.isAdditive ? "SUM" : "AVG";
  const total = aggregateText(draw, sum, field);
  const [columns, text] = rng.pick([
    [["COUNT(*)", `${sum}(${column})`], `number of ${subject.text} and their ${total}`],
    [["COUNT(*)", `AVG(${column})`], `count and average ${name} of ${subject.text}`],
    [[`MIN(${column})`, `MAX(${column})`], `lowest and highest ${name} of ${subject.text}`],
    ...(other && field.isAdditive
      ? [
          [
            [`SUM(${column})`, `SUM(${subject.column(other)})`],
            `${totalOf(name)} and ${totalOf(phraseOf(draw, other))} of ${subject.text}`,
          ] as const,
        ]
      : []),
  ] as const);
  const keys = key.columns(subject.column);
  const question = rng.pick([
    () => askForRows(rng, `the ${text} ${perGroup(draw, key)}`),
    () => finish(rng, `For each ${key.text}, show the ${text}`, "."),
    () => terse(rng, `${text} ${perGroup(draw, key)}`),
    () => finish(rng, `${rng.pick(["List", "Show"])} each ${key.text} with the ${text}`, "."),
  ])();
  return toDraft(
    question,
    subject,
    { columns: [...keys, ...columns], ...sourceOf(subject), groupBy: keys },
    { fields: [...key.fields, field] },
  );
}

/** Groups by two keys. */
export function twoKeys(draw: Draw): Draft | undefined {
  const entity = pickEntity(draw, ({ fields }) => fields.filter(isGroupable).length > 1);
  const first = entity && drawGroupKey(draw, entity);
  const second =
    entity &&
    first &&
    pickField(
      draw,
      entity.fields,
      (field) =>
        isGroupable(field) && !first.fields.includes(field) && field.column.distinctCount <= 40,
    );
  const subject =
    entity &&
    second &&
    drawSubject(draw, entity, {
      conditions: chance(draw, 0.7) ? 0 : 1,
      joins: first.joins,
      taken: [...first.fields, second],
    });
  const measure = subject && drawMeasure(draw, subject);
  if (!measure) return undefined;
  const { rng } = draw;
  const text = listOf([first.text, phraseOf(draw, second)]);
  const question = rng.pick([
    () => askForRows(rng, `the ${measure.text} by ${text}`),
    () => askForRows(rng, `the ${measure.text} for each combination of ${text}`),
    () => finish(rng, `For each ${text}, show the ${measure.text}`, "."),
    () => terse(rng, `${measure.text} by ${text}`),
    () => askForRows(rng, `the ${measure.text} per ${text}`),
  ])();
  const keys = [...first.columns(subject.column), subject.column(second)];
  return toDraft(
    question,
    subject,
    { columns: [...keys, measure.sql], ...sourceOf(subject), groupBy: keys },
    { fields: [...first.fields, second, ...(measure.field ? [measure.field] : [])] },
  );
}

/** The average, highest or lowest of the figures of groups. */
export function figureOfGroups(draw: Draw): Draft | undefined {
  const grouped = drawGrouped(draw, chance(draw, 0.6) ? 0 : 1, ["COUNT", "SUM"]);
  if (!grouped || grouped.key.count < 3 || hasNullGroup(grouped)) return undefined;
  const { subject, key, keys, measure } = grouped;
  const kind = draw.rng.pick(["average", "average", "highest", "lowest"]);
  if (kind === "average" && keys.length > 1) return undefined;
  const { rng } = draw;
  const question = rng.pick([
    () => finish(rng, `What is the ${kind} ${measure.text} per ${key.text}`, "?"),
    () =>
      finish(
        rng,
        `Work out the ${measure.text} for each ${key.text} and give ${kind === "average" ? "their average" : `the ${kind} of them`}`,
        ".",
      ),
    () => finish(rng, `Taking the ${measure.text} for each ${key.text}, what is the ${kind}`, "?"),
    () => terse(rng, `${kind} ${measure.text} per ${key.text}`),
  ])();
  const select =
    kind === "average"
      ? { columns: [`1.0 * ${measure.sql} / COUNT(DISTINCT ${keys[0]})`], ...sourceOf(subject) }
      : {
          columns: [measure.sql],
          ...sourceOf(subject),
          groupBy: keys,
          orderBy: [`${measure.sql}${kind === "highest" ? " DESC" : ""}`],
          limit: 1,
        };
  return toDraft(question, subject, select, {
    fields: fieldsOf(grouped),
    neighbours: [printSelect({ columns: [measure.sql], ...sourceOf(subject) })],
  });
}

/** What part of the whole falls on each group, in percent. */
export function shareOfTotal(draw: Draw): Draft | undefined {
  const grouped = drawGrouped(draw, chance(draw, 0.7) ? 0 : 1, ["COUNT", "SUM"]);
  if (!grouped || grouped.key.count > 60) return undefined;
  const { subject, key, keys, measure } = grouped;
  const { rng } = draw;
  const whole = measure.kind === "COUNT" ? `all ${subject.text}` : `the ${measure.text}`;
  const question = rng.pick([
    () => finish(rng, `What percentage of ${whole} falls on each ${key.text}`, "?"),
    () => finish(rng, `For each ${key.text}, show its share of ${whole} in percent`, "."),
    () => terse(rng, `share of each ${key.text} in ${whole}, in percent`),
    () => finish(rng, `Show each ${key.text} with its percentage of ${whole}`, "."),
  ])();
  const isOwn = subject.conditions.every(({ fields }) =>
    fields.every(({ table }) => table === subject.entity.name),
  );
  const from = isOwn ? quoteName(subject.entity.name) : subject.scope.from;
  const total = printSelect({ columns: [measure.sql], ...sourceOf(subject), from });
  return toDraft(
    question,
    subject,
    {
      columns: [...keys, `100.0 * ${measure.sql} / (${total})`],
      ...sourceOf(subject),
      groupBy: keys,
    },
    { fields: fieldsOf(grouped) },
  );
}
