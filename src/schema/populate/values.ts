/**
 * Cells that a column may hold: plausible by its meaning, within its type, its length and the rules that its CHECKs and
 * comments set. Knows neither keys nor other rows.
 */
import type { Rng } from "../../base/rng.ts";
import type { Cell } from "../schema.ts";
import type { DdlColumn, DdlTable } from "../ddl/ddl.ts";
import { dateText, dayOfText, secondText, TODAY } from "./calendar.ts";
import { guess, type Guess, type Meaning } from "./meaning.ts";
import { mayBeEmpty, ruleOfComment } from "./remarks.ts";
import { type ColumnRule, type Scalar, textOfGlob } from "./rules.ts";
import type { Subject } from "./subject.ts";
import {
  ADJECTIVES,
  COMPANY_FORMS,
  PRODUCTS,
  SENTENCES,
  STREETS,
  WORK_TITLES,
} from "./vocabulary.ts";

export type ColumnPlan = Guess & {
  readonly column: DdlColumn;
  readonly index: number;
  readonly rule: ColumnRule;
  /** Of all rows; 0 where NULL is not allowed. */
  readonly nullShare: number;
};

/** Everything about a column that its cells are made from. */
export function planColumn(
  table: DdlTable,
  index: number,
  { rule = {}, rng }: { readonly rule?: ColumnRule; readonly rng: Rng },
): ColumnPlan {
  const column = table.columns[index];
  const guessed = guess(column, table);
  const remark = ruleOfComment(column.comment);
  const fits = remark !== undefined && isFitting(remark, guessed);
  const nullable = !column.notNull && rule.isFilled !== true;
  return {
    ...guessed,
    column,
    index,
    rule: fits ? { ...remark, ...rule } : rule,
    nullShare: nullable ? nullShareOf(guessed, column.comment, rng) : 0,
  };
}

/** A comment is a hint alone: what its type cannot hold is not followed. */
function isFitting({ values = [], min }: ColumnRule, { family, length, meaning }: Guess): boolean {
  const isNumber = ["integer", "decimal", "real"].includes(family);
  if (min !== undefined) return isNumber && (meaning === "number" || meaning === "counter");
  return isNumber
    ? values.every((value) => typeof value === "number")
    : family === "text" && values.every((value) => String(value).length <= length);
}

const OFTEN_EMPTY: ReadonlySet<Meaning> = new Set([
  "text",
  "secondLine",
  "middleName",
  "salutation",
  "url",
  "path",
]);
const HARDLY_EMPTY: ReadonlySet<Meaning> = new Set([
  "firstName",
  "lastName",
  "fullName",
  "company",
  "productName",
  "thingName",
  "workTitle",
  "code",
  "counter",
  "money",
]);

function nullShareOf(
  { meaning, rank, words }: Guess,
  comment: string | undefined,
  rng: Rng,
): number {
  const jitter = 0.7 + 0.6 * rng.next();
  if (mayBeEmpty(comment)) return 0.35 * jitter;
  if (meaning === "date")
    return (rank === "end" ? 0.25 : rank === "start" || rank === "birth" ? 0.02 : 0.12) * jitter;
  if (words.includes("fax") || OFTEN_EMPTY.has(meaning)) return 0.4 * jitter;
  return (HARDLY_EMPTY.has(meaning) ? 0.015 : 0.07) * jitter;
}

/** What other cells of the row ask of this one. */
export type Bounds = Pick<ColumnRule, "min" | "max" | "isMinOpen" | "isMaxOpen">;

/** One cell. Bounds of the row are kept where the rules leave room for them. */
export function cellOf(plan: ColumnPlan, subject: Subject, rng: Rng, bounds: Bounds = {}): Cell {
  if (plan.nullShare > 0 && rng.next() < plan.nullShare) return null;
  const rule = { ...plan.rule, ...bounds };
  for (let tries = 0; ; tries++) {
    const value = ruled(plan, rule, subject, rng);
    const isForbidden = rule.not?.some((one) => one === value) ?? false;
    if (!isForbidden || tries > 20) return value;
  }
}

function ruled(plan: ColumnPlan, rule: ColumnRule, subject: Subject, rng: Rng): Cell {
  const values = rule.values ?? (plan.meaning === "choice" ? plan.choices : undefined) ?? [];
  if (values.length > 0) {
    const value = genderOf(values, plan, subject) ?? pickSkewed(values, rng);
    return rule.values === undefined ? fitted(String(value), plan, rule) : value;
  }
  if (rule.glob !== undefined) return textOfGlob(rule.glob, (low, high) => rng.int(low, high));
  const value = MAKERS[plan.meaning](plan, subject, rng);
  if (value === null && !plan.column.notNull) return null;
  if (plan.meaning === "date") return boundedDate(plan, rule, value, rng);
  if (typeof value === "number") return boundedNumber(plan, rule, value, rng);
  return typeof value === "string" ? fitted(value, plan, rule) : value;
}

/** The one of the values that fits the row's first name. */
function genderOf(
  values: readonly Scalar[],
  { words }: ColumnPlan,
  { isFemale }: Subject,
): Scalar | undefined {
  if (!words.some((word) => word === "gender" || word === "sex")) return undefined;
  return values.find((value) => (isFemale ? /^[fw]/i : /^m/i).test(String(value)));
}

/** The k-th value comes 1 ÷ k as often as the first. */
function pickSkewed<T>(values: readonly T[], rng: Rng): T {
  const total = values.reduce((sum, _, i) => sum + 1 / (i + 1), 0);
  let left = rng.next() * total;
  for (const [i, value] of values.entries()) {
    left -= 1 / (i + 1);
    if (left <= 0) return value;
  }
  return values[0];
}

const WHOLE_LIMITS: Readonly<Record<string, number>> = {
  tinyint: 127,
  smallint: 32_767,
  int2: 32_767,
};

/** Greatest number that the type holds. */
function limitOf({ column, precision, scale, family }: ColumnPlan): number {
  if (family === "decimal" && precision !== undefined)
    return 10 ** (precision - scale) - 10 ** -scale;
  if (/^smallmoney/i.test(column.type)) return 200_000;
  return (
    WHOLE_LIMITS[column.type.toLowerCase().split(/[^a-z0-9]/)[0]] ??
    (family === "integer" ? 2 ** 31 - 1 : 1e12)
  );
}

function boundedNumber(plan: ColumnPlan, rule: ColumnRule, value: number, rng: Rng): number {
  if (plan.family === "text") return value;
  const step = plan.scale === 0 ? 1 : 10 ** -Math.min(plan.scale, 6);
  const low = (asNumber(rule.min) ?? -Infinity) + (rule.isMinOpen ? step : 0);
  const high = Math.min(
    limitOf(plan),
    (asNumber(rule.max) ?? Infinity) - (rule.isMaxOpen ? step : 0),
  );
  let bounded = value;
  if (value < low || value > high) {
    const span = Number.isFinite(low)
      ? Math.max(0, Math.min(high - low, Math.max(Math.abs(low), 10)))
      : Math.abs(high) || 1;
    const from = Number.isFinite(low) ? low : high - span;
    bounded = from + span * rng.next() ** 1.5;
  }
  const rounded = Math.round(bounded / step) * step;
  const clipped = rounded < low ? low : rounded > high ? high : rounded;
  return plan.scale === 0 ? Math.round(clipped) : Number(clipped.toFixed(Math.min(plan.scale, 6)));
}

const asNumber = (value: Scalar | undefined): number | undefined =>
  typeof value === "number" ? value : undefined;

function boundedDate(plan: ColumnPlan, rule: ColumnRule, value: Cell, rng: Rng): Cell {
  const text = typeof value === "string" ? value : undefined;
  const low = typeof rule.min === "string" ? rule.min : undefined;
  const high = typeof rule.max === "string" ? rule.max : undefined;
  if (text === undefined) return value;
  if (low !== undefined && (text < low || (rule.isMinOpen === true && text <= low)))
    return dateIn(
      plan,
      dayOfText(low) +
        rng.int(
          1,
          high === undefined ? 40 : Math.max(1, Math.min(40, dayOfText(high) - dayOfText(low) - 1)),
        ),
      rng,
    );
  if (high !== undefined && (text > high || (rule.isMaxOpen === true && text >= high)))
    return dateIn(plan, dayOfText(high) - rng.int(1, 40), rng);
  return text;
}

/** The text as long as it may be and must be. */
export function fitted(text: string, { length }: ColumnPlan, rule: ColumnRule): string {
  const most = Math.min(length, rule.maxLength ?? length);
  const cut = text.length > most ? text.slice(0, most).trimEnd() : text;
  return cut.length < (rule.minLength ?? 0) ? cut.padEnd(rule.minLength ?? 0, "0") : cut;
}

type Maker = (plan: ColumnPlan, subject: Subject, rng: Rng) => Cell;

const digits = (rng: Rng, count: number): string =>
  Array.from({ length: count }, () => rng.int(0, 9)).join("");
const hex = (rng: Rng, count: number): string =>
  Array.from({ length: count }, () => rng.int(0, 15).toString(16)).join("");
const slug = (text: string): string =>
  text
    .normalize("NFD")
    .replace(/[^\p{L}\p{N}]+/gu, "")
    .replace(/\p{M}/gu, "")
    .toLowerCase();

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

const MAKERS: Readonly<Record<Meaning, Maker>> = {
  email: (_, { first, last, company }, rng) =>
    `${slug(first)}.${slug(last)}${rng.next() < 0.2 ? rng.int(1, 99) : ""}@${slug(company)}.example`,
  phone: ({ family }, { place }, rng) =>
    family === "text"
      ? `${place.dial} ${digits(rng, 3)} ${digits(rng, 4)}`
      : rng.int(100_000, 999_999),
  url: (_, { company }) => `https://www.${slug(company)}.example`,
  path: ({ words }, { index }) =>
    `${slug(words[0])}/${String(index + 1).padStart(5, "0")}.${/photo|image|picture|logo|thumbnail/.test(words.join(" ")) ? "jpg" : "pdf"}`,
  firstName: (_, { first }) => first,
  lastName: (_, { last }) => last,
  middleName: (_, __, rng) => `${String.fromCharCode(rng.int(65, 83))}.`,
  salutation: (_, { isFemale }, rng) => (rng.next() < 0.1 ? "Dr." : isFemale ? "Ms." : "Mr."),
  fullName: (_, { first, last }) => `${first} ${last}`,
  login: (_, { first, last }, rng) => `${slug(first).slice(0, 1)}${slug(last)}${rng.int(1, 99)}`,
  hash: ({ length }, _, rng) => hex(rng, Math.min(length, 32)),
  iban: (_, { place }, rng) => `${place.countryCode}${digits(rng, 20)}`,
  ip: (_, __, rng) => `10.${rng.int(0, 20)}.${rng.int(0, 255)}.${rng.int(1, 254)}`,
  uuid: (_, __, rng) =>
    `${hex(rng, 8)}-${hex(rng, 4)}-4${hex(rng, 3)}-a${hex(rng, 3)}-${hex(rng, 12)}`,
  country: ({ length, words }, { place }) =>
    length <= 3 || words.includes("code") ? place.countryCode : place.country,
  city: (_, { place }) => place.city,
  region: ({ length, words }, { place }) =>
    length <= 3 || words.includes("code") ? place.regionCode.slice(0, length) : place.region,
  postal: ({ length }, { place }, rng) =>
    `${place.postal}${digits(rng, Math.max(0, Math.min(5, length) - place.postal.length))}`,
  street: (_, __, rng) => `${rng.pick(STREETS)} ${rng.int(1, 180)}`,
  secondLine: (_, __, rng) =>
    `${rng.pick(["Floor", "Suite", "Building", "Apt."])} ${rng.int(1, 40)}`,
  currency: ({ length }, { place }) =>
    length < 3 ? place.currency.slice(0, length) : place.currency,
  text: (_, __, rng) => rng.pick(SENTENCES),
  company: (_, { company }, rng) => `${company} ${rng.pick(COMPANY_FORMS)}`,
  workTitle: (_, __, rng) => rng.pick(WORK_TITLES),
  productName: (_, __, rng) => `${rng.pick(ADJECTIVES)} ${rng.pick(PRODUCTS)}`,
  thingName: thingName,
  code: codeOf,
  choice: codeOf,
  flag: ({ family, index }, _, rng) => {
    const isSet = rng.next() < [0.8, 0.3, 0.15, 0.6][index % 4];
    return family === "text" ? (isSet ? "Y" : "N") : Number(isSet);
  },
  date: dateCell,
  time: ({ words }, { second }, rng) => {
    const isLate = /\b(end|to|close|closing|finish|arrival|out|until)\b/.test(words.join(" "));
    return secondText(Math.min(86_340, second + (isLate ? rng.int(1800, 4 * 3600) : 0)));
  },
  year: ({ words }, { day }, rng) => {
    const year = Number(dateText(day).slice(0, 4));
    return /\b(birth|built|founded|model|made|production|established|opened|opening)\b/.test(
      words.join(" "),
    )
      ? year - rng.int(1, 50)
      : year;
  },
  money: ({ median = 50, scale }, _, rng) => {
    const amount = median * Math.exp(0.9 * rng.normal());
    return scale === 0
      ? Math.max(1, Math.round(amount))
      : Math.max(0.05, Math.round(amount * 20) / 20);
  },
  number: ({ range = [0, 100, 1.5] }, _, rng) => {
    const [low, high, skew] = range;
    const isWide = Number.isInteger(low) && Number.isInteger(high);
    return low + (high - low + (isWide && high - low < 50 ? 0.49 : 0)) * rng.next() ** skew;
  },
  counter: (_, { index }) => 1001 + index,
  json: (_, { place }, rng) => JSON.stringify({ city: place.city, level: rng.int(1, 5) }),
  xml: (_, { place }, rng) => `<note level="${rng.int(1, 5)}">${place.city}</note>`,
  blob: (_, __, rng) => Uint8Array.from({ length: 8 }, () => rng.int(0, 255)),
  point: (_, __, rng) => `POINT(${rng.int(-10, 30)} ${rng.int(35, 60)})`,
  interval: (_, __, rng) => `${rng.int(1, 30)} days`,
};

/** "Rock" in a table of genres; "Northern Route" in one of routes. */
function thingName(
  { choices = [], entity, words }: ColumnPlan,
  { index }: Subject,
  rng: Rng,
): string {
  if (choices.length > 0 && index < choices.length) return choices[index];
  if (choices.length > 0) return `${rng.pick(ADJECTIVES)} ${choices[index % choices.length]}`;
  const noun = (entity.length > 0 ? entity : words).slice(-2).map(capital).join(" ");
  return `${rng.pick(ADJECTIVES)} ${noun}`;
}

/** "ORD-10042"; letters alone where there is little room. */
function codeOf({ length, entity, column }: ColumnPlan, { index }: Subject, rng: Rng): string {
  const letters = entity
    .map((word) => word.slice(0, entity.length > 1 ? 1 : 3))
    .join("")
    .slice(0, 3)
    .toUpperCase();
  if (/isbn|barcode|ean$|gtin|ssn/i.test(column.name)) return digits(rng, Math.min(length, 13));
  if (length <= 4) return lettersOf(index, length);
  if (length <= 6) return `${letters.slice(0, 1)}${String(index + 1).padStart(length - 1, "0")}`;
  const spread = /serial|license|plate/i.test(column.name) ? rng.int(0, 9_999) : index;
  return `${letters}-${String(10_001 + spread).padStart(Math.min(5, length - 4), "0")}`;
}

/** 0 → "AAA", 1 → "AAB"… */
export function lettersOf(index: number, length: number): string {
  let text = "";
  for (let left = index, i = 0; i < length; i++, left = Math.floor(left / 26))
    text = String.fromCharCode(65 + (left % 26)) + text;
  return text;
}

/** Birthdays long before; beginnings at the row's day; what follows later; what has not come yet is NULL if it may be. */
function dateCell(plan: ColumnPlan, { day }: Subject, rng: Rng): Cell {
  const offset: Readonly<Record<NonNullable<ColumnPlan["rank"]>, () => number>> = {
    birth: () => -rng.int(19 * 365, 62 * 365),
    start: () => 0,
    step: () => rng.int(1, 14),
    due: () => rng.pick([7, 14, 14, 30, 30, 30, 45, 60]),
    end: () => 1 + Math.floor(200 * rng.next() ** 2),
    change: () => 1 + Math.floor(400 * rng.next() ** 2),
  };
  const rank = plan.rank ?? "start";
  const wanted = day + offset[rank]();
  const isFuture = wanted > TODAY && rank !== "due";
  if (isFuture && !plan.column.notNull && rank !== "change") return null;
  return dateIn(plan, isFuture && rank === "change" ? Math.max(day + 1, TODAY) : wanted, rng);
}

const TIMED = /\b(time|at|timestamp|modified|created|updated|changed|logged|login|from|to)\b/;

/** A day as the column's type writes it. */
function dateIn({ family, words, length, column }: ColumnPlan, day: number, rng: Rng): Cell {
  const date = dateText(day);
  const isTimed = TIMED.test(words.join(" "));
  if (family === "integer" || family === "decimal" || family === "real")
    return /\b(at|timestamp|time|epoch|unix)\b/.test(words.join(" ")) || /bigint/i.test(column.type)
      ? day * 86_400 + rng.int(7 * 3600, 19 * 3600)
      : Number(date.replaceAll("-", ""));
  if (family === "date" || (family === "text" && (length < 19 || !isTimed)))
    return length === 8 ? date.replaceAll("-", "") : date;
  return `${date} ${isTimed ? secondText(rng.int(7 * 3600, 19 * 3600)) : "00:00:00"}`;
}
