/**
 * Conditions on dates, in the forms of the product's SQL style: a year or a month as LIKE on the ISO text, a span as
 * BETWEEN, and, where the database's notes say what today is, "this month", "overdue", "in the last 30 days".
 */
import type { Condition } from "./conditions.ts";
import { participleOf } from "./participles.ts";
import type { Draw } from "./draw.ts";
import { phraseOf } from "./draw.ts";
import { dateText, monthText, withArticle } from "./english.ts";
import type { Entity, Field } from "./vocabulary.ts";

/** A time span in words and as a predicate. */
type Span = {
  /** After "in" or alone: "in March 2025", "after 2025-03-01". */
  readonly text: string;
  readonly sql: string;
  readonly opposite: string;
};

export function dateCondition(
  draw: Draw,
  entity: Entity,
  field: Field,
  sql: string,
): Condition | undefined {
  const { today } = draw.vocabulary;
  if (today && participleOf(field.phrases[0]) === "due" && draw.rng.next() < 0.55)
    return overdue(draw, field, sql, today);
  const span =
    (draw.vocabulary.today && draw.rng.next() < 0.32
      ? relativeSpan(draw, field, sql, draw.vocabulary.today)
      : undefined) ?? spanOf(draw, field, sql);
  if (span === undefined) return undefined;
  const name = phraseOf(draw, field);
  const posts =
    field === mainTime(entity) ? mainPosts(span.text) : datePosts(name, span.text, field, entity);
  return {
    sql: span.sql,
    opposites: [span.opposite],
    post: draw.rng.pick(posts),
    clause: `whose ${name} is ${span.text}`,
    fields: [field],
  };
}

/** The time that rows belong to when none is named: their month, the date in their key, or their only date. */
export function mainTime({ fields }: Entity): Field | undefined {
  const filled = fields.filter(({ column }) => column.nullCount === 0);
  const dates = filled.filter(({ role }) => role === "date");
  return (
    filled.find(({ role }) => role === "month") ??
    dates.find(({ column }) => column.primaryKey > 0) ??
    (dates.length === 1 ? dates[0] : undefined)
  );
}

/** "in March 2025", "for March 2025", "since March 2025". */
const mainPosts = (text: string): string[] =>
  text.startsWith("in ") ? [text, text, text, `for ${text.slice(3)}`] : [text];

function datePosts(name: string, text: string, field: Field, entity: Entity): string[] {
  const done = participleOf(field.phrases[0]);
  const isSole = entity.fields.filter(({ role }) => role === "date").length === 1;
  const isSaid = done !== undefined && (isSole || !/^(dated|placed)/.test(done));
  return isSaid
    ? [`${done} ${text}`, `${done} ${text}`, `with ${withArticle(name)} ${text}`]
    : [`with ${withArticle(name)} ${text}`, `with ${name} ${text}`];
}

/** "overdue", "more than 30 days overdue", "31 to 60 days past due". */
function overdue(draw: Draw, field: Field, sql: string, today: string): Condition {
  const { rng } = draw;
  const late = rng.pick(["overdue", "past due"]);
  const age = `julianday('${today}') - julianday(${sql})`;
  const high = rng.pick([30, 60, 90]);
  const bucket = `${age} BETWEEN ${high - 29} AND ${high}`;
  const [predicate, opposite, words] = rng.pick([
    [`${sql} < '${today}'`, `${sql} >= '${today}'`, late],
    [`${age} > ${high}`, `${age} <= ${high}`, `more than ${high} days ${late}`],
    [
      bucket,
      `${age} > ${high}`,
      rng.pick([
        `${high - 29} to ${high} days ${late}`,
        `between ${high - 29} and ${high} days ${late}`,
      ]),
    ],
  ]);
  return {
    sql: predicate,
    opposites: [opposite],
    ...(words === "overdue" && { adjective: words }),
    post: `that are ${words}`,
    clause: `that are ${words}`,
    fields: [field],
  };
}

/** Some databases write 0000-00-00 where there is none. */
const DAY = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])/;

function spanOf(draw: Draw, field: Field, sql: string): Span | undefined {
  const { rng } = draw;
  const values = field.samples.spread.map(String).filter((value) => DAY.test(value));
  if (values.length === 0) return undefined;
  const day = rng.pick(values).slice(0, 10);
  const form = rng.next();
  const whole = field.hasTime ? `date(${sql})` : sql;
  if (form < 0.48)
    return {
      text: `in ${day.slice(0, 4)}`,
      sql: `${sql} LIKE '${day.slice(0, 4)}%'`,
      opposite: `${sql} NOT LIKE '${day.slice(0, 4)}%'`,
    };
  if (form < 0.72) return monthSpan(draw, field, sql, day.slice(0, 7));
  if (form < 0.8) return quarterSpan(draw, field, whole, day);
  const start = field.role === "month" ? `${day.slice(0, 7)}-01` : day;
  const text = field.role === "month" ? monthText(start.slice(0, 7), rng) : dateText(start, rng);
  if (form < 0.86)
    return {
      text: `after ${text}`,
      sql: `${whole} > '${start}'`,
      opposite: `${whole} <= '${start}'`,
    };
  if (form < 0.92)
    return {
      text: `before ${text}`,
      sql: `${whole} < '${start}'`,
      opposite: `${whole} >= '${start}'`,
    };
  return {
    text: rng.pick([`since ${text}`, `from ${text} on`]),
    sql: `${whole} >= '${start}'`,
    opposite: `${whole} < '${start}'`,
  };
}

function monthSpan(draw: Draw, field: Field, sql: string, month: string): Span {
  const text = `in ${monthText(month, draw.rng)}`;
  return field.role === "month" && !field.hasTime
    ? { text, sql: `${sql} = '${month}-01'`, opposite: `${sql} <> '${month}-01'` }
    : { text, sql: `${sql} LIKE '${month}%'`, opposite: `${sql} NOT LIKE '${month}%'` };
}

/** A quarter or a half of a year. */
function quarterSpan(draw: Draw, field: Field, whole: string, day: string): Span {
  const { rng } = draw;
  const year = day.slice(0, 4);
  const quarter = Math.ceil(Number(day.slice(5, 7)) / 3);
  const isHalf = rng.next() < 0.25;
  const [first, last] = isHalf
    ? quarter < 3
      ? ["01", "06"]
      : ["07", "12"]
    : [
        ["01", "03"],
        ["04", "06"],
        ["07", "09"],
        ["10", "12"],
      ][quarter - 1];
  const ordinal = ["first", "second", "third", "fourth"][
    isHalf ? Math.ceil(quarter / 2) - 1 : quarter - 1
  ];
  const text = isHalf
    ? `in the ${ordinal} half of ${year}`
    : rng.pick([`in Q${quarter} ${year}`, `in the ${ordinal} quarter of ${year}`]);
  const lastDay = field.role === "month" ? "01" : /0[469]|11/.test(last) ? "30" : "31";
  const range = `BETWEEN '${year}-${first}-01' AND '${year}-${last}-${lastDay}'`;
  return { text, sql: `${whole} ${range}`, opposite: `${whole} NOT ${range}` };
}

function relativeSpan(draw: Draw, field: Field, sql: string, today: string): Span | undefined {
  const { rng } = draw;
  const year = Number(today.slice(0, 4));
  const shifted = (months: number) => {
    const index = year * 12 + Number(today.slice(5, 7)) - 1 + months;
    return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, "0")}`;
  };
  const like = (text: string, prefix: string): Span => ({
    text,
    sql: `${sql} LIKE '${prefix}%'`,
    opposite: `${sql} NOT LIKE '${prefix}%'`,
  });
  const month = (text: string, iso: string): Span => ({
    ...monthSpan(draw, field, sql, iso),
    text,
  });
  const fixed = [
    () => like("this year", String(year)),
    () => like("last year", String(year - 1)),
    () => month("this month", shifted(0)),
    () => month("last month", shifted(-1)),
  ];
  if (field.role === "month") return rng.pick(fixed)();
  const days = rng.pick([7, 14, 30, 30, 60, 90]);
  const since = `julianday('${today}') - julianday(${sql})`;
  const until = `julianday(${sql}) - julianday('${today}')`;
  const span = (text: string, difference: string): Span => ({
    text,
    sql: `${difference} BETWEEN 0 AND ${days}`,
    opposite: `${difference} BETWEEN 0 AND ${days * 2}`,
  });
  return rng.pick([
    ...fixed,
    () => span(`in the last ${days} days`, since),
    () => span(`within the next ${days} days`, until),
    () => ({ text: "before today", sql: `${sql} < '${today}'`, opposite: `${sql} >= '${today}'` }),
    () => ({
      text: `more than ${days} days ago`,
      sql: `${since} > ${days}`,
      opposite: `${since} <= ${days}`,
    }),
  ])();
}
