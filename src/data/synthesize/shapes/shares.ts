/** Shares and figures side by side: percentages of rows and sums, ratios, differences, CASE, days between dates. */
import {
  chance,
  type Draft,
  type Draw,
  entityOf,
  phraseOf,
  pickEntity,
  pickField,
} from "../draw.ts";
import { singularOf, totalOf } from "../english.ts";
import { drawParentLink, drawSubject, namedRow, type Subject } from "../subject.ts";
import { type Condition, drawCondition } from "../conditions.ts";
import type { Field, Link } from "../vocabulary.ts";
import { askForValue, finish, terse } from "../wording.ts";
import { drawAnySubject } from "./aggregates.ts";
import { amountPairs, datePairs } from "./lists.ts";
import { sourceOf, toDraft } from "./draft.ts";
import { quoteValue } from "../../../sql/quote.ts";

/** A condition of its own beside those of the subject, for shares and CASE. */
function partOf(draw: Draw, subject: Subject): Condition | undefined {
  const taken = subject.conditions.flatMap(({ fields }) => fields);
  const unfit = subject.entity.fields.filter(({ role }) =>
    ["key", "name", "ident", "text"].includes(role),
  );
  return drawCondition(draw, subject.entity, subject.column, [...taken, ...unfit]);
}

/** A condition said of a plural: "are unpaid", "have an amount over 5,000", "are due in March". */
function predicateOf({ adjective, post, clause }: Condition): string {
  if (adjective !== undefined) return `are ${adjective}`;
  const [, verb, rest] = /^(?:that|who) (are|have) (.*)$/.exec(clause) ?? [];
  if (verb !== undefined) return `${verb} ${rest}`;
  if (post.startsWith("with ")) return `have ${post.slice(5)}`;
  return /^(whose|that) /.test(post) ? `are among those ${post}` : `are ${post}`;
}

const share = (condition: string, value: string): string =>
  `SUM(CASE WHEN ${condition} THEN ${value} ELSE 0 END)`;

const whereOf = (subject: Subject): string =>
  subject.where.length > 0 ? ` WHERE ${subject.where.join(` ${subject.connector} `)}` : "";

/** What part of the rows meets a condition. */
export function percentOfRows(draw: Draw): Draft | undefined {
  const subject = drawAnySubject(draw);
  const part = subject && partOf(draw, subject);
  if (!subject || !part) return undefined;
  const { rng } = draw;
  const met = predicateOf(part);
  const question = rng.pick([
    () => finish(rng, `What percentage of ${subject.text} ${met}`, "?"),
    () =>
      finish(rng, `Of ${rng.pick(["the", "all"])} ${subject.text}, what percentage ${met}`, "?"),
    () => finish(rng, `What percent of ${subject.text} ${met}`, "?"),
    () => finish(rng, `Work out what percentage of ${subject.text} ${met}`, "."),
    () => terse(rng, `what share of ${subject.text} ${met}, in percent`),
  ])();
  const columnWith = (condition: string) => `100.0 * ${share(condition, "1")} / COUNT(*)`;
  const source = `FROM ${subject.scope.from}${whereOf(subject)}`;
  return toDraft(
    question,
    subject,
    { columns: [columnWith(part.sql)], ...sourceOf(subject) },
    {
      fields: part.fields,
      neighbours: part.opposites
        .slice(0, 1)
        .map((opposite) => `SELECT ${columnWith(opposite)} ${source}`),
    },
  );
}

/** What part of a sum falls on rows that meet a condition, or that belong to one row of another table. */
export function percentOfSum(draw: Draw): Draft | undefined {
  const entity = pickEntity(draw, ({ fields }) => fields.some(({ isAdditive }) => isAdditive));
  const link = entity && chance(draw, 0.35) ? drawParentLink(draw, entity) : undefined;
  const subject =
    entity &&
    drawSubject(draw, entity, {
      conditions: draw.rng.int(0, 1),
      joins: link ? [{ link, toParent: true }] : [],
    });
  if (!subject) return undefined;
  const part = link ? ownerPart(draw, subject, link) : partOf(draw, subject);
  const field = pickField(
    draw,
    entity.fields,
    (candidate) => candidate.isAdditive && !part?.fields.includes(candidate),
  );
  if (!part || !field) return undefined;
  const { rng } = draw;
  const name = phraseOf(draw, field);
  const those = link ? part.post : `those ${rng.pick([part.post, part.clause])}`;
  const question = rng.pick([
    () =>
      finish(
        rng,
        `What percentage of the ${totalOf(name)} of ${subject.text} comes from ${those}`,
        "?",
      ),
    () =>
      finish(
        rng,
        `Of the ${totalOf(name)} of ${subject.text}, what percentage falls on ${those}`,
        "?",
      ),
    () => finish(rng, `What percent of the ${name} of ${subject.text} belongs to ${those}`, "?"),
    () => terse(rng, `share of ${those} in the ${totalOf(name)} of ${subject.text}, in percent`),
  ])();
  const column = subject.column(field);
  return toDraft(
    question,
    subject,
    { columns: [`100.0 * ${share(part.sql, column)} / SUM(${column})`], ...sourceOf(subject) },
    { fields: [field, ...part.fields] },
  );
}

/** One row of the table that the subject points to; `post` names it: "customer Acme". */
function ownerPart(draw: Draw, subject: Subject, link: Link): Condition | undefined {
  const row = namedRow(draw, entityOf(draw, link.parent), subject.column);
  return row && { ...row, post: `${link.noun} ${row.post}` };
}

/** Two amounts that can be set against each other. */
const isAmount = (field: Field): boolean => field.isAdditive && field.isMoney;
const hasTwoAmounts = ({ fields }: Subject["entity"]): boolean =>
  fields.filter(isAmount).length > 1;

/** One sum as a percentage of another. */
export function ratioOfSums(draw: Draw): Draft | undefined {
  const { rng } = draw;
  const subject = drawAnySubject(draw, [], hasTwoAmounts);
  if (!subject) return undefined;
  const [first, second] = rng.pick(amountPairs(subject.entity));
  const [a, b] = [phraseOf(draw, first), phraseOf(draw, second)];
  const question = rng.pick([
    () =>
      askForValue(
        rng,
        `the ${totalOf(a)} as a percentage of the ${totalOf(b)} for ${subject.text}`,
      ),
    () =>
      finish(
        rng,
        `For ${subject.text}, what percentage of the ${totalOf(b)} is the ${totalOf(a)}`,
        "?",
      ),
    () =>
      finish(
        rng,
        `What percent of the ${totalOf(b)} of ${subject.text} is their ${totalOf(a)}`,
        "?",
      ),
    () => terse(rng, `${totalOf(a)} in percent of ${totalOf(b)}, ${subject.text}`),
  ])();
  const [x, y] = [subject.column(first), subject.column(second)];
  return toDraft(
    question,
    subject,
    { columns: [`100.0 * SUM(${x}) / SUM(${y})`], ...sourceOf(subject) },
    {
      fields: [first, second],
      neighbours: [
        `SELECT 100.0 * SUM(${y}) / SUM(${x}) FROM ${subject.scope.from}${whereOf(subject)}`,
      ],
    },
  );
}

/** A sum of the difference of two amounts. */
export function differenceOfSums(draw: Draw): Draft | undefined {
  const subject = drawAnySubject(draw, [], hasTwoAmounts);
  if (!subject) return undefined;
  const [first, second] = draw.rng.shuffle(subject.entity.fields.filter(isAmount));
  const [a, b] = [phraseOf(draw, first), phraseOf(draw, second)];
  const { rng } = draw;
  const question = rng.pick([
    () => askForValue(rng, `the ${totalOf(a)} minus the ${totalOf(b)} of ${subject.text}`),
    () =>
      askForValue(
        rng,
        `the difference between ${totalOf(a)} and ${totalOf(b)} for ${subject.text}`,
      ),
    () => finish(rng, `How much is ${totalOf(a)} less ${b} for ${subject.text}`, "?"),
    () => terse(rng, `${totalOf(a)} less ${b}, ${subject.text}`),
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

/** One sum by another of a different kind: cost per hour. */
export function unitRate(draw: Draw): Draft | undefined {
  const { rng } = draw;
  const isQuantity = (field: Field) => field.isAdditive && !field.isMoney;
  const subject = drawAnySubject(
    draw,
    [],
    ({ fields }) => fields.some(isAmount) && fields.some(isQuantity),
  );
  const amount = subject && pickField(draw, subject.entity.fields, isAmount);
  const quantity = subject && pickField(draw, subject.entity.fields, isQuantity);
  if (!subject || !amount || !quantity) return undefined;
  const [a, b] = [phraseOf(draw, amount), phraseOf(draw, quantity)];
  const question = rng.pick([
    () => askForValue(rng, `the ${totalOf(a)} divided by the ${totalOf(b)} of ${subject.text}`),
    () => finish(rng, `Over all ${subject.text}, what is the ${a} per unit of ${b}`, "?"),
    () => askForValue(rng, `the overall ${a} per ${singularOf(b)} of ${subject.text}`),
    () => terse(rng, `${totalOf(a)} by ${totalOf(b)}, ${subject.text}`),
  ])();
  const [x, y] = [subject.column(amount), subject.column(quantity)];
  return toDraft(
    question,
    subject,
    { columns: [`SUM(${x}) / SUM(${y})`], ...sourceOf(subject) },
    { fields: [amount, quantity] },
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
  const quoted = values.map(quoteValue);
  const columns = quoted.map((value) =>
    share(`${column} = ${value}`, measure ? subject.column(measure) : "1"),
  );
  const { rng } = draw;
  const name = phraseOf(draw, field);
  const what = measure ? totalOf(phraseOf(draw, measure)) : "number";
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
  const entity = pickEntity(draw, (candidate) => datePairs(candidate).length > 0);
  const dates = entity && draw.rng.pick(datePairs(entity));
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
    () => terse(rng, `${many} number of days from ${from} to ${to}, ${subject.text}`),
  ])();
  const difference = `julianday(${subject.column(last)}) - julianday(${subject.column(first)})`;
  return toDraft(
    question,
    subject,
    { columns: [`${kind}(${difference})`], ...sourceOf(subject) },
    { fields: dates },
  );
}
