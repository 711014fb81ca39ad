/** One row of figures: counts, distinct counts, sums, averages, extremes, shares, sums side by side. */
import { chance, type Draft, type Draw, phraseOf, pickEntity, pickField } from "../draw.ts";
import { listOf, pluralOf } from "../english.ts";
import { drawConditionCount, drawSubject, type Subject } from "../subject.ts";
import { type Condition, drawCondition } from "../conditions.ts";
import type { Field } from "../vocabulary.ts";
import { askForCount, askForValue, finish, terse } from "../wording.ts";
import { sourceOf, toDraft } from "./draft.ts";
import { isGroupable } from "./lists.ts";

export type Aggregate = "SUM" | "AVG" | "MAX" | "MIN";

/** A subject with the usual number of conditions, sometimes by way of another table. */
export function drawAnySubject(
  draw: Draw,
  taken: readonly Field[] = [],
  fits?: (subject: Subject["entity"]) => boolean,
): Subject | undefined {
  const entity = pickEntity(draw, fits);
  const isViaParent = chance(draw, 0.25);
  return (
    entity &&
    drawSubject(draw, entity, {
      conditions: isViaParent ? draw.rng.int(0, 1) : drawConditionCount(draw),
      isViaParent,
      taken,
    })
  );
}

export function count(draw: Draw): Draft | undefined {
  const subject = drawAnySubject(draw);
  if (!subject || (subject.conditions.length === 0 && chance(draw, 0.8))) return undefined;
  return toDraft(askForCount(draw.rng, subject.text), subject, {
    columns: ["COUNT(*)"],
    ...sourceOf(subject),
  });
}

export function countDistinct(draw: Draw): Draft | undefined {
  const entity = pickEntity(draw, ({ fields }) => fields.some(isGroupable));
  const field = entity && pickField(draw, entity.fields, isGroupable);
  const subject =
    entity &&
    field &&
    drawSubject(draw, entity, {
      conditions: Math.min(1, drawConditionCount(draw)),
      isViaParent: chance(draw, 0.15),
      taken: [field],
    });
  if (!subject) return undefined;
  const { rng } = draw;
  const names = pluralOf(phraseOf(draw, field));
  const different = rng.pick(["different", "distinct", "unique"]);
  const question = rng.pick([
    () => finish(rng, `How many ${different} ${names} do ${subject.text} have`, "?"),
    () => finish(rng, `How many ${different} ${names} occur among ${subject.text}`, "?"),
    () => finish(rng, `Count the ${different} ${names} of ${subject.text}`, "."),
    () => askForValue(rng, `the number of ${different} ${names} among ${subject.text}`),
    () => terse(rng, `number of ${different} ${names} of ${subject.text}`),
  ])();
  return toDraft(
    question,
    subject,
    { columns: [`COUNT(DISTINCT ${subject.column(field)})`], ...sourceOf(subject) },
    { fields: [field] },
  );
}

/** "total amount", "average hourly rate", "latest due date". */
export function aggregateText(draw: Draw, aggregate: Aggregate, field: Field): string {
  const { rng } = draw;
  const name = phraseOf(draw, field);
  if (aggregate === "SUM")
    return /\btotal\b/i.test(name)
      ? rng.pick([`sum of the ${pluralOf(name)}`, `combined ${name}`])
      : rng.pick([`total ${name}`, `total ${name}`, `sum of ${name}`, `combined ${name}`]);
  if (aggregate === "AVG") return rng.pick([`average ${name}`, `average ${name}`, `mean ${name}`]);
  const isTime = field.role === "date" || field.role === "month" || field.role === "year";
  if (aggregate === "MAX")
    return isTime
      ? rng.pick([`latest ${name}`, `most recent ${name}`])
      : rng.pick([`highest ${name}`, `largest ${name}`, `maximum ${name}`]);
  return isTime
    ? rng.pick([`earliest ${name}`, `first ${name}`])
    : rng.pick([`lowest ${name}`, `smallest ${name}`, `minimum ${name}`]);
}

export function aggregatesFor(field: Field): readonly Aggregate[] {
  if (field.role === "date") return ["MAX", "MIN"];
  return field.isAdditive ? ["SUM", "SUM", "AVG", "MAX", "MIN"] : ["AVG", "AVG", "MAX", "MIN"];
}

export const isAggregable = (field: Field): boolean => field.role === "measure";
const isMeasured = (field: Field): boolean => field.role === "measure" || field.role === "date";

export function aggregate(draw: Draw): Draft | undefined {
  const subject = drawAnySubject(draw, [], ({ fields }) => fields.some(isMeasured));
  const field =
    subject &&
    pickField(
      draw,
      subject.entity.fields,
      (candidate) =>
        isMeasured(candidate) &&
        (candidate.role !== "date" || chance(draw, 0.35)) &&
        !subject.conditions.some(({ fields }) => fields.includes(candidate)),
    );
  if (!subject || !field) return undefined;
  const kind = draw.rng.pick(aggregatesFor(field));
  return toDraft(
    valueQuestion(draw, aggregateText(draw, kind, field), subject),
    subject,
    { columns: [`${kind}(${subject.column(field)})`], ...sourceOf(subject) },
    { fields: [field] },
  );
}

/** "the total amount of unpaid invoices", asked. */
function valueQuestion(draw: Draw, text: string, subject: Subject): string {
  const { rng } = draw;
  const all = subject.conditions.length === 0 ? `all ${subject.text}` : subject.text;
  return rng.pick([
    () => askForValue(rng, `the ${text} of ${all}`),
    () => askForValue(rng, `the ${text} of ${all}`),
    () => askForValue(rng, `the ${text} for ${all}`),
    () => finish(rng, `For ${all}, what is the ${text}`, "?"),
    () => terse(rng, `${text}, ${all}`),
    () => terse(rng, `${text} of ${all}`),
  ])();
}

/** Two or three figures of the same rows. */
export function severalAggregates(draw: Draw): Draft | undefined {
  const subject = drawAnySubject(draw, [], ({ fields }) => fields.some(isAggregable));
  const field = subject && pickField(draw, subject.entity.fields, isAggregable);
  if (!subject || !field) return undefined;
  const column = subject.column(field);
  const name = phraseOf(draw, field);
  const { rng } = draw;
  const [texts, columns] = rng.pick([
    [
      [`lowest ${name}`, `highest ${name}`],
      [`MIN(${column})`, `MAX(${column})`],
    ],
    [
      [`minimum`, `maximum ${name}`],
      [`MIN(${column})`, `MAX(${column})`],
    ],
    [
      [`average ${name}`, `highest ${name}`],
      [`AVG(${column})`, `MAX(${column})`],
    ],
    [
      [`minimum`, `average`, `maximum ${name}`],
      [`MIN(${column})`, `AVG(${column})`, `MAX(${column})`],
    ],
    [
      ["number", field.isAdditive ? `total ${name}` : `average ${name}`],
      ["COUNT(*)", `${field.isAdditive ? "SUM" : "AVG"}(${column})`],
    ],
    [
      ["count", field.isAdditive ? `total ${name}` : `average ${name}`],
      ["COUNT(*)", `${field.isAdditive ? "SUM" : "AVG"}(${column})`],
    ],
  ] as const);
  const text = listOf(texts);
  const question = /^(number|count)/.test(text)
    ? rng.pick([
        () => finish(rng, `How many ${subject.text} are there and what is their ${texts[1]}`, "?"),
        () => askForValue(rng, `the ${text} of ${subject.text}`),
        () => terse(rng, `${text} of ${subject.text}`),
      ])()
    : valueQuestion(draw, text, subject).replace(/^What is the/, "What are the");
  return toDraft(question, subject, { columns, ...sourceOf(subject) }, { fields: [field] });
}

/** A sum of the difference of two amounts. */
export function differenceOfSums(draw: Draw): Draft | undefined {
  const money = (field: Field) => field.isMoney && field.isAdditive;
  const subject = drawAnySubject(draw, [], ({ fields }) => fields.filter(money).length > 1);
  if (!subject) return undefined;
  const [first, second] = draw.rng.shuffle(subject.entity.fields.filter(money));
  const [a, b] = [phraseOf(draw, first), phraseOf(draw, second)];
  const { rng } = draw;
  const question = rng.pick([
    () => askForValue(rng, `the total ${a} minus the total ${b} of ${subject.text}`),
    () => askForValue(rng, `the difference between total ${a} and total ${b} for ${subject.text}`),
    () => finish(rng, `How much is total ${a} less ${b} for ${subject.text}`, "?"),
    () => terse(rng, `total ${a} less ${b}, ${subject.text}`),
  ])();
  return toDraft(
    question,
    subject,
    {
      columns: [`SUM(${subject.column(first)} - ${subject.column(second)})`],
      ...sourceOf(subject),
    },
    { fields: [first, second] },
  );
}

/** A condition of its own beside those of the subject, for shares and CASE. */
function partOf(draw: Draw, subject: Subject): Condition | undefined {
  const taken = subject.conditions.flatMap(({ fields }) => fields);
  const keys = subject.entity.fields.filter(
    ({ role }) => role === "key" || role === "name" || role === "ident" || role === "text",
  );
  return drawCondition(draw, subject.entity, subject.column, [...taken, ...keys]);
}

const share = (condition: string, value: string): string =>
  `SUM(CASE WHEN ${condition} THEN ${value} ELSE 0 END)`;

/** What part of the rows meets a condition. */
export function percentOfRows(draw: Draw): Draft | undefined {
  const subject = drawAnySubject(draw);
  const part = subject && partOf(draw, subject);
  if (!subject || !part) return undefined;
  const { rng } = draw;
  const are = part.clause
    .replace(/^(that|who) /, "")
    .replace(/^whose (.+?) (is|starts|begins|contains|includes|has) /, "have $1 | $2 ");
  const said = / \| /.test(are) ? undefined : are;
  const percent = rng.pick(["percentage", "percent", "share in percent"]);
  const question = rng.pick([
    ...(said
      ? [
          () =>
            finish(
              rng,
              `What ${percent === "share in percent" ? "percentage" : percent} of ${subject.text} ${said}`,
              "?",
            ),
        ]
      : []),
    () =>
      askForValue(
        rng,
        `the ${percent === "percent" ? "percentage" : percent} of ${subject.text} ${part.clause}`,
      ),
    () => terse(rng, `percentage of ${subject.text} ${part.clause}`),
    () =>
      finish(
        rng,
        `Of the ${subject.text}, what percentage ${said ?? `is made up of those ${part.clause}`}`,
        "?",
      ),
  ])();
  const column = `100.0 * ${share(part.sql, "1")} / COUNT(*)`;
  return toDraft(
    question,
    subject,
    { columns: [column], ...sourceOf(subject) },
    {
      fields: part.fields,
      neighbours: part.opposites
        .slice(0, 1)
        .map(
          (opposite) =>
            `SELECT ${column.replace(part.sql, opposite)} FROM ${subject.scope.from}${whereOf(subject)}`,
        ),
    },
  );
}

const whereOf = (subject: Subject): string =>
  subject.where.length > 0 ? ` WHERE ${subject.where.join(` ${subject.connector} `)}` : "";

/** What part of a sum falls on rows that meet a condition. */
export function percentOfSum(draw: Draw): Draft | undefined {
  const subject = drawAnySubject(draw, [], ({ fields }) =>
    fields.some(({ isAdditive }) => isAdditive),
  );
  const part = subject && partOf(draw, subject);
  const field =
    subject &&
    pickField(
      draw,
      subject.entity.fields,
      (candidate) => candidate.isAdditive && !part?.fields.includes(candidate),
    );
  if (!subject || !part || !field) return undefined;
  const { rng } = draw;
  const name = phraseOf(draw, field);
  const those = part.post;
  const question = rng.pick([
    () =>
      finish(
        rng,
        `What percentage of the total ${name} of ${subject.text} comes from those ${part.clause}`,
        "?",
      ),
    () =>
      askForValue(
        rng,
        `the share in percent of the ${name} of ${subject.text} that falls on those ${part.clause}`,
      ),
    () =>
      finish(rng, `What percent of the ${name} of ${subject.text} belongs to those ${those}`, "?"),
    () => terse(rng, `percent of ${name} of ${subject.text} from those ${part.clause}`),
  ])();
  const column = subject.column(field);
  return toDraft(
    question,
    subject,
    { columns: [`100.0 * ${share(part.sql, column)} / SUM(${column})`], ...sourceOf(subject) },
    { fields: [field, ...part.fields] },
  );
}

/** Two parts side by side. */
export function casesSideBySide(draw: Draw): Draft | undefined {
  const entity = pickEntity(draw, ({ fields }) => fields.some(isSplit));
  const field = entity && pickField(draw, entity.fields, isSplit);
  const subject =
    entity &&
    field &&
    drawSubject(draw, entity, { conditions: draw.rng.int(0, 1), taken: [field] });
  if (!subject) return undefined;
  const values = draw.rng.shuffle(field.samples.frequent.map(({ value }) => value)).slice(0, 2);
  const said = values.map((value) => field.notes.codes.get(String(value)) ?? String(value));
  const measure = chance(draw, 0.6)
    ? pickField(draw, entity.fields, ({ isAdditive }) => isAdditive)
    : undefined;
  const column = subject.column(field);
  const quoted = values.map((value) =>
    typeof value === "number" ? String(value) : `'${value.replaceAll("'", "''")}'`,
  );
  const columns = quoted.map((value) =>
    share(`${column} = ${value}`, measure ? subject.column(measure) : "1"),
  );
  const { rng } = draw;
  const name = phraseOf(draw, field);
  const what = measure ? `total ${phraseOf(draw, measure)}` : "number";
  const question = rng.pick([
    () =>
      finish(
        rng,
        `In one row, show the ${what} of ${subject.text} with ${name} ${said[0]} and with ${name} ${said[1]}`,
        ".",
      ),
    () =>
      askForValue(
        rng,
        `the ${what} of ${subject.text} for ${name} ${said[0]} and for ${name} ${said[1]}, side by side`,
      ),
    () =>
      finish(
        rng,
        `Compare the ${what} of ${subject.text} with ${name} ${said[0]} against ${said[1]} in one row`,
        ".",
      ),
    () => terse(rng, `${what} of ${subject.text}: ${name} ${said[0]} vs ${said[1]} in two columns`),
  ])();
  return toDraft(
    question,
    subject,
    { columns, ...sourceOf(subject) },
    {
      fields: [field, ...(measure ? [measure] : [])],
      neighbours: [
        `SELECT ${[...columns].reverse().join(", ")} FROM ${subject.scope.from}${whereOf(subject)}`,
      ],
    },
  );
}

const isSplit = (field: Field): boolean =>
  (field.role === "code" ||
    field.role === "flag" ||
    (field.role === "category" && field.column.distinctCount <= 12)) &&
  field.samples.frequent.length > 1;

/** How many days lie between two dates, on average. */
export function averageDays(draw: Draw): Draft | undefined {
  const entity = pickEntity(
    draw,
    ({ fields }) => fields.filter(({ role }) => role === "date").length > 1,
  );
  const dates =
    entity &&
    draw.rng
      .shuffle(entity.fields.filter(({ role }) => role === "date"))
      .slice(0, 2)
      .sort((a, b) => String(median(a)).localeCompare(String(median(b))));
  const subject =
    entity &&
    dates &&
    drawSubject(draw, entity, {
      conditions: draw.rng.int(0, 1),
      isViaParent: chance(draw, 0.25),
      taken: dates,
    });
  if (!subject) return undefined;
  const [first, last] = dates;
  const { rng } = draw;
  const kind = rng.pick(["AVG", "AVG", "AVG", "MAX"] as const);
  const [many, adjective] = kind === "AVG" ? ["average", "on average "] : ["longest", "at most "];
  const [from, to] = [phraseOf(draw, first), phraseOf(draw, last)];
  const question = rng.pick([
    () => askForValue(rng, `the ${many} number of days from ${from} to ${to} of ${subject.text}`),
    () =>
      finish(
        rng,
        `How many days pass ${adjective}between ${from} and ${to} for ${subject.text}`,
        "?",
      ),
    () =>
      askForValue(rng, `the ${many} number of days between ${from} and ${to} for ${subject.text}`),
    () => terse(rng, `${many} days from ${from} to ${to}, ${subject.text}`),
  ])();
  const difference = `julianday(${subject.column(last)}) - julianday(${subject.column(first)})`;
  return toDraft(
    question,
    subject,
    { columns: [`${kind}(${difference})`], ...sourceOf(subject) },
    { fields: dates },
  );
}

const median = (field: Field) =>
  field.samples.spread[Math.floor(field.samples.spread.length / 2)] ?? "";
