/**
 * One condition on a table: its SQL and the words for it, as an adjective ("unpaid"), after the noun ("with an amount
 * over 5,000") and as a clause ("whose amount is over 5,000"). What is said depends on the column's role and comment.
 */
import { chance, type Draw, phraseOf, pickWeighted, usesOf } from "./draw.ts";
import { compareCondition, isComparable } from "./compare.ts";
import { dateCondition } from "./date-conditions.ts";
import { isPreposition, listOf, numberText, pluralOf, withArticle } from "./english.ts";
import { participleOf } from "./participles.ts";
import { preposition } from "./prepositions.ts";
import { quoteValue } from "../../sql/quote.ts";
import { type Entity, type Field, isPersonName, isSpokenKey, namesPeople } from "./vocabulary.ts";

export type Condition = {
  readonly sql: string;
  /** Conditions that say something else about the same column. */
  readonly opposites: readonly string[];
  /** Before the noun. */
  readonly adjective?: string;
  /** Instead of the noun, plural. */
  readonly noun?: string;
  /** After the noun. */
  readonly post: string;
  /** After the noun, as a relative clause. */
  readonly clause: string;
  readonly fields: readonly Field[];
};

/** Writes a column as the statement at hand must. */
export type ColumnText = (field: Field) => string;

/** How often a condition falls on a column of a role. */
const ROLE_WEIGHT: Readonly<Partial<Record<Field["role"], number>>> = {
  ident: 0.2,
  name: 0.5,
  category: 1.6,
  code: 2.6,
  flag: 1,
  date: 1.4,
  month: 3.2,
  year: 1.2,
  measure: 0.8,
  text: 0.1,
};

/** Draws a condition on `entity` that uses none of `taken`. */
export function drawCondition(
  draw: Draw,
  entity: Entity,
  column: ColumnText,
  taken: readonly Field[] = [],
): Condition | undefined {
  const defined = chance(draw, 0.4) ? definedCondition(draw, entity, column, taken) : undefined;
  if (defined) return defined;
  const field = pickWeighted(
    draw.rng,
    entity.fields.filter((candidate) => !taken.includes(candidate)),
    (candidate) => conditionWeight(candidate) / (1 + usesOf(draw, candidate)) ** 0.35,
  );
  if (field && chance(draw, 0.12)) {
    const fits = (other: Field) => isComparable(other, field) && !taken.includes(other);
    const other = pickWeighted(draw.rng, entity.fields.filter(fits), () => 1);
    if (other) return compareCondition(draw, field, other, column);
  }
  return field && conditionOn(draw, entity, field, column);
}

/** What the knowledge calls by a word: "overdue invoices". */
function definedCondition(
  draw: Draw,
  entity: Entity,
  column: ColumnText,
  taken: readonly Field[],
): Condition | undefined {
  const usable = entity.definitions.filter(
    ({ value, condition }) =>
      value === undefined && !taken.some(({ name }) => condition?.columns.includes(name)),
  );
  const definition = pickWeighted(draw.rng, usable, () => 1);
  if (definition?.condition === undefined) return undefined;
  const { term, condition } = definition;
  const fields = entity.fields.filter(({ name }) => condition.columns.includes(name));
  const own = new Map(fields.map((field) => [field.name, column(field)]));
  const text = condition.print((name) => own.get(name) ?? name);
  const sql = /\bor\b/i.test(text) ? `(${text})` : text;
  const clause = `that are ${term}`;
  return { sql, opposites: [`NOT (${text})`], adjective: term, post: clause, clause, fields };
}

const conditionWeight = (field: Field): number =>
  roleWeight(field) + (nullsMatter(field) ? (field.notes.nullMeaning ? 5 : 0.4) : 0);

function roleWeight(field: Field): number {
  if (field.role === "code" && field.notes.codes.size > 0) return 8;
  if (namesPeople(field)) return 5;
  if (field.role !== "key") return ROLE_WEIGHT[field.role] ?? 0;
  if (field.isSerial || field.isUnique) return 0.1;
  if (!isSpokenKey(field)) return 0.35;
  return field.isDivision ? 2 : 3.5;
}

const nullsMatter = (field: Field): boolean =>
  field.column.nullCount > 0 && field.role !== "none" && field.samples.frequent.length > 0;

export function conditionOn(
  draw: Draw,
  entity: Entity,
  field: Field,
  column: ColumnText,
): Condition | undefined {
  const nullShare = field.notes.nullMeaning ? 0.7 : 0.15;
  if (nullsMatter(field) && chance(draw, nullShare))
    return nullCondition(draw, entity, field, column(field));
  if (field.role === "date" || field.role === "month")
    return dateCondition(draw, entity, field, column(field));
  if (field.role === "measure" || field.role === "year")
    return numberCondition(draw, entity, field, column(field));
  if (field.role === "flag") return flagCondition(draw, field, column(field));
  return valueCondition(draw, entity, field, column(field));
}

const phrased = (
  sql: string,
  opposites: readonly string[],
  field: Field,
  words: Pick<Condition, "adjective" | "noun" | "post" | "clause">,
): Condition => ({ sql, opposites, fields: [field], ...words });

function numberCondition(
  draw: Draw,
  entity: Entity,
  field: Field,
  sql: string,
): Condition | undefined {
  const { rng } = draw;
  const name = phraseOf(draw, field);
  const text = (value: number) =>
    field.role === "year" ? String(value) : numberText(value, rng, field.isMoney);
  const [low, high] = [roundedValue(draw, field), roundedValue(draw, field)].sort((a, b) => a - b);
  if (low === 0 || high === 0) return undefined;
  const form = rng.next();
  if (form < 0.15 && low < high)
    return phrased(`${sql} BETWEEN ${low} AND ${high}`, [`${sql} < ${low}`], field, {
      post: `with ${withArticle(name)} between ${text(low)} and ${text(high)}`,
      clause: `whose ${name} is between ${text(low)} and ${text(high)}`,
    });
  const repeated = field.samples.frequent.filter(({ count }) => count > 1);
  if (form < 0.2 && repeated.length > 0 && repeated.length < 40) {
    const value = rng.pick(repeated).value as number;
    return phrased(`${sql} = ${value}`, [`${sql} > ${value}`], field, {
      post: `with ${withArticle(name)} of ${text(value)}`,
      clause: `whose ${name} is ${rng.pick(["", "exactly "])}${text(value)}`,
    });
  }
  const [operator, ...words] = rng.pick([
    [">", "over", "more than", "above", "greater than"],
    [">", "over", "more than", "above", "higher than"],
    ["<", "under", "less than", "below", "lower than"],
    [">=", "of at least", "of no less than", "of {} or more"],
    ["<=", "of at most", "of no more than", "of {} or less"],
  ]);
  const value = rng.next() < 0.5 ? low : high;
  const amounts = entity.fields.filter(({ isMoney, isAdditive }) => isMoney && isAdditive);
  const isSole = amounts[0] === field && amounts.length === 1 && chance(draw, 0.8);
  const said = rng.pick(words);
  const amount = said.includes("{}") ? said.replace("{}", text(value)) : `${said} ${text(value)}`;
  return phrased(
    `${sql} ${operator} ${value}`,
    [`${sql} ${operator[0] === ">" ? "<" : ">"} ${value}`],
    field,
    {
      post: `${isSole ? "" : `with ${withArticle(name)} `}${/^(more|greater|less|higher|lower)/.test(amount) ? `of ${amount}`.replace(/^of (greater|higher|lower) /, "$1 ") : amount}`,
      clause: `whose ${name} is ${amount.replace(/^of /, "")}`,
    },
  );
}

/** A value of the column, rounded to what people would say. */
function roundedValue(draw: Draw, field: Field): number {
  const { spread } = field.samples;
  const value = Number(draw.rng.pick(spread.filter((one) => Number(one) !== 0).slice(1)) ?? 0);
  if (field.role === "year" || Math.abs(value) < 20)
    return Math.abs(value) < 20 ? Number(value.toFixed(2)) : value;
  const unit =
    10 ** Math.max(0, Math.floor(Math.log10(Math.abs(value))) - (draw.rng.next() < 0.6 ? 0 : 1));
  return Math.round(value / unit) * unit;
}

function flagCondition(draw: Draw, field: Field, sql: string): Condition {
  const { value } = draw.rng.pick(field.samples.frequent);
  const other = field.samples.frequent.find((entry) => entry.value !== value)?.value;
  const name = field.phrases[0].replace(/ flag$/, "");
  const isYes = /^(y|1|t|true|yes)$/i.test(String(value));
  const opposites = other === undefined ? [] : [`${sql} = ${quoteValue(other)}`];
  const words = isYes
    ? { adjective: name, post: `that are ${name}`, clause: `that are ${name}` }
    : { post: `that are not ${name}`, clause: `that are not ${name}` };
  return phrased(`${sql} = ${quoteValue(value)}`, opposites, field, words);
}

function nullCondition(
  draw: Draw,
  entity: Entity,
  field: Field,
  sql: string,
): Condition | undefined {
  const isNull = chance(draw, field.notes.nullMeaning ? 0.82 : 0.5);
  const words = isNull ? nullWords(field, entity) : notNullWords(field, entity);
  if (words === undefined) return undefined;
  return phrased(
    `${sql} IS ${isNull ? "" : "NOT "}NULL`,
    [`${sql} IS ${isNull ? "NOT " : ""}NULL`],
    field,
    words,
  );
}

type Words = Pick<Condition, "adjective" | "noun" | "post" | "clause">;

function nullWords(field: Field, entity: Entity): Words | undefined {
  const meaning = field.notes.nullMeaning;
  const name = field.phrases[0];
  if (meaning === undefined) {
    const done = participleOf(field.phrases[0]);
    if (done && field.role === "date" && !/^(born|due|dated)/.test(done) && !entity.isPerson)
      return { post: `not yet ${done}`, clause: `that have not been ${done}` };
    if (isPreposition(name.split(" ").at(-1) ?? "")) return undefined;
    return { post: `with no ${name}`, clause: `that have no ${name}` };
  }
  if (/^(no|without) /.test(meaning)) {
    const thing = meaning.replace(/^(no|without) (an? )?/, "");
    const said = name.endsWith(` ${thing}`) ? name : thing;
    return { post: `with no ${said}`, clause: `that have no ${said}` };
  }
  if (/^(still|not|never) |^\S+ing$/.test(meaning))
    return { post: `that are ${meaning}`, clause: `that are ${meaning}` };
  if (/^\S+$/.test(meaning) && /ed$|paid$|ive$|open$/.test(meaning))
    return { adjective: meaning, post: `that are ${meaning}`, clause: `that are ${meaning}` };
  return { post: `for ${meaning}`, clause: `that are for ${meaning}` };
}

function notNullWords(field: Field, entity: Entity): Words | undefined {
  const meaning = field.notes.nullMeaning ?? "";
  const name = field.phrases[0];
  const done = participleOf(field.phrases[0]);
  if (/^un[a-z]+$/.test(meaning)) {
    const positive = meaning.slice(2);
    return {
      adjective: done?.startsWith(positive) ? done : positive,
      post: `that have been ${done ?? positive}`,
      clause: `that have been ${done ?? positive}`,
    };
  }
  if (
    done &&
    field.role === "date" &&
    !/^(born|due|dated)/.test(done) &&
    (meaning !== "" || !entity.isPerson)
  )
    return { post: `that have been ${done}`, clause: `that have been ${done}` };
  if (isPreposition(name.split(" ").at(-1) ?? "")) return undefined;
  return { post: `with ${withArticle(name)}`, clause: `that have ${withArticle(name)}` };
}

const PLACES = /^(.* )?(city|state|country|region|province|county)$/;

/** Equal, unequal, one of, or a text search. */
function valueCondition(
  draw: Draw,
  entity: Entity,
  field: Field,
  sql: string,
): Condition | undefined {
  const { rng } = draw;
  const { frequent } = field.samples;
  if (frequent.length === 0) return undefined;
  const isText = frequent.every(({ value }) => typeof value === "string");
  const form = rng.next();
  const isNamed = field.role === "name" || field.role === "text";
  if (isText && form < (isNamed ? 0.6 : field.role === "category" ? 0.15 : 0))
    return likeCondition(draw, field, sql);
  const shared = frequent.length > 2 && (field.role === "category" || field.role === "code");
  if (shared && form > 0.9) return listCondition(draw, field, sql);
  const isKind = field === kindOfRows(entity);
  const { value } =
    pickWeighted(rng, frequent, ({ count }) => (isKind ? count : Math.sqrt(count))) ?? frequent[0];
  const opposites = [`${sql} <> ${quoteValue(value)}`];
  if (shared && form > 0.83) return unequalCondition(draw, field, sql, value);
  return phrased(
    `${sql} = ${quoteValue(value)}`,
    opposites,
    field,
    equalWords(draw, entity, field, value),
  );
}

const said = (field: Field, value: number | string): string =>
  field.notes.codes.get(String(value)) ?? String(value);

function equalWords(draw: Draw, entity: Entity, field: Field, value: number | string): Words {
  const { rng } = draw;
  const name = phraseOf(draw, field);
  const text = chance(draw, 0.85) ? said(field, value) : String(value);
  const coded = field.notes.codes.get(String(value));
  const clause = `whose ${name} is ${text}`;
  if (field.role === "key") {
    const noun = name.replace(/ (number|code|ID)$/, "");
    return { post: `${preposition(draw, noun)} ${noun} ${text}`, clause };
  }
  if (
    PLACES.test(field.phrases[0]) &&
    rng.next() < 0.75 &&
    field.phrases[0].split(" ").length === 1
  )
    return { post: `${rng.pick(["in", "in", "from"])} ${text}`, clause };
  if (field.role === "name" && entity.label.includes(field))
    return { post: `${rng.pick(["named", "called"])} ${text}`, clause };
  if (coded !== undefined && text === coded) return codeWords(draw, entity, field, coded);
  const post = `with ${name} ${rng.next() < 0.1 ? `'${text}'` : text}`;
  return { post, clause, ...(field.role === "category" && kindWords(entity, field, text)) };
}

const TRADE = /^\p{Lu}\p{Ll}+(er|or|ist|ian|man|ant|ent|ic)$/u;

/** "Ann Lee's jobs", "plumbers", "Rock tracks": a category's value as a possessive, a noun or an adjective. */
function kindWords(entity: Entity, field: Field, text: string): Partial<Words> {
  const values = field.samples.frequent.map(({ value }) => String(value));
  if (namesPeople(field)) return { adjective: `${text}'s` };
  if (entity.isPerson && TRADE.test(text)) return { noun: pluralOf(text.toLowerCase()) };
  const isShort = /^\p{Lu}[\p{L}-]+( \p{L}+)?$/u.test(text) && !PLACES.test(field.phrases[0]);
  return isShort && !values.some(isPersonName) && !entity.isPerson ? { adjective: text } : {};
}

/** Words for a value that a comment explains. */
function codeWords(draw: Draw, entity: Entity, field: Field, word: string): Words {
  const name = phraseOf(draw, field);
  const clause = `whose ${name} is ${word}`;
  if (field === kindOfRows(entity)) {
    return {
      noun: pluralOf(word),
      post: `that are ${pluralOf(word)}`,
      clause: `that are ${pluralOf(word)}`,
    };
  }
  if (isPreposition(word.split(" ")[0])) return { post: word, clause: `that are ${word}` };
  if (/(status|state)$/.test(field.phrases[0]))
    return {
      adjective: word,
      post: draw.rng.pick([`with status ${word}`, `that are ${word}`]),
      clause: `that are ${word}`,
    };
  return {
    adjective: word,
    post: draw.rng.pick([`of ${name} ${word}`, `with ${name} ${word}`]),
    clause,
  };
}

/** The column whose codes name the kinds of rows: "invoices and credits" with "I invoice, C credit memo". */
export function kindOfRows({ nouns, fields }: Entity): Field | undefined {
  if (!nouns.some((noun) => / and /.test(noun))) return undefined;
  const words = new Set(nouns.flatMap((noun) => noun.split(" ")));
  return fields.find(({ notes }) =>
    [...notes.codes.values()].some((word) => words.has(pluralOf(word))),
  );
}

function unequalCondition(
  draw: Draw,
  field: Field,
  sql: string,
  value: number | string,
): Condition {
  const name = phraseOf(draw, field);
  const text = said(field, value);
  return phrased(`${sql} <> ${quoteValue(value)}`, [`${sql} = ${quoteValue(value)}`], field, {
    post: draw.rng.pick([
      `with ${withArticle(name)} other than ${text}`,
      `whose ${name} is not ${text}`,
    ]),
    clause: `whose ${name} is not ${text}`,
  });
}

function listCondition(draw: Draw, field: Field, sql: string): Condition {
  const values = draw.rng
    .shuffle(field.samples.frequent.slice(0, 12).map(({ value }) => value))
    .slice(0, draw.rng.int(2, Math.min(3, field.samples.frequent.length - 1)));
  const text = listOf(
    values.map((value) => said(field, value)),
    "or",
  );
  const name = phraseOf(draw, field);
  const isPlace = PLACES.test(field.phrases[0]) && field.phrases[0].split(" ").length === 1;
  const list = (items: readonly (number | string)[]) =>
    `${sql} IN (${items.map(quoteValue).join(", ")})`;
  return phrased(list(values), [list(values.slice(1)), list(values.slice(0, -1))], field, {
    post: isPlace && chance(draw, 0.6) ? `in ${text}` : `with ${name} ${text}`,
    clause: `whose ${name} is ${draw.rng.pick(["", "either "])}${text}`,
  });
}

function likeCondition(draw: Draw, field: Field, sql: string): Condition | undefined {
  const { rng } = draw;
  const words = String(rng.pick(field.samples.frequent).value).match(/\p{L}[\p{L}\d]+/gu);
  if (words === null || /[%_']/.test(words[0])) return undefined;
  const name = phraseOf(draw, field);
  if (rng.next() < 0.5) {
    const start = words[0].slice(0, rng.pick([1, 1, 2, 3]));
    const verb = rng.pick(["starts with", "begins with"]);
    return phrased(`${sql} LIKE '${start}%'`, [`${sql} NOT LIKE '${start}%'`], field, {
      post: `whose ${name} ${verb} ${rng.pick([`'${start}'`, `"${start}"`, start])}`,
      clause: `whose ${name} ${verb} '${start}'`,
    });
  }
  const part = rng.pick(words.filter((word) => word.length > 2));
  if (part === undefined) return undefined;
  const typed = rng.next() < 0.5 ? part : part.toLowerCase();
  const verb = rng.pick(["contains", "includes", "has"]);
  const quoted = rng.pick([`'${typed}'`, `"${typed}"`, `the word ${typed}`]);
  return phrased(`${sql} LIKE '%${part}%'`, [`${sql} = '${part}'`], field, {
    post: rng.pick([`with '${typed}' in the ${name}`, `whose ${name} ${verb} ${quoted}`]),
    clause: `whose ${name} ${verb} ${quoted}`,
  });
}
