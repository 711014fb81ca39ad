/**
 * The little English that phrases need: plural and singular, articles, lists, numbers and dates as people write them.
 * Rules with the common exceptions, not a dictionary. Knows no database.
 */
import type { Rng } from "../../base/rng.ts";

const IRREGULAR: Readonly<Record<string, string>> = {
  person: "people",
  child: "children",
  man: "men",
  woman: "women",
  analysis: "analyses",
  basis: "bases",
  criterion: "criteria",
  datum: "data",
  medium: "media",
  index: "indexes",
  matrix: "matrices",
};
const IRREGULAR_BACK = new Map(Object.entries(IRREGULAR).map(([one, many]) => [many, one]));
const SAME = new Set(["series", "species", "news", "staff", "equipment", "hours", "sales"]);

/** Words that are not counted: "detail records" rather than "details". */
const MASS = new Set(
  "cost detail history data information stock inventory payroll budget log work equipment media audit demographics".split(
    " ",
  ),
);
const PREPOSITIONS = new Set(
  "of by on in for with per to from at via about under over between during that who which".split(
    " ",
  ),
);

const matchCase = (model: string, word: string): string =>
  model[0] === model[0].toUpperCase() && model[0] !== model[0].toLowerCase()
    ? word[0].toUpperCase() + word.slice(1)
    : word;

function pluralWord(word: string): string {
  const lower = word.toLowerCase();
  if (SAME.has(lower) || isPluralWord(word)) return word;
  if (Object.hasOwn(IRREGULAR, lower)) return matchCase(word, IRREGULAR[lower]);
  if (/^[A-Z0-9]+$/.test(word) && word.length > 1) return `${word}s`;
  if (/[^aeiou]y$/i.test(word)) return `${word.slice(0, -1)}ies`;
  if (/(s|x|z|ch|sh)$/i.test(word)) return `${word}es`;
  return `${word}s`;
}

function singularWord(word: string): string {
  const lower = word.toLowerCase();
  const irregular = IRREGULAR_BACK.get(lower);
  if (irregular !== undefined) return matchCase(word, irregular);
  if (SAME.has(lower) || !isPluralWord(word)) return word;
  if (/ies$/i.test(word) && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(ss|x|ch|sh|tus|us|bus)es$/i.test(word) && !/ouses|auses$/i.test(word))
    return word.slice(0, -2);
  return word.slice(0, -1);
}

export const isPluralWord = (word: string): boolean => {
  const lower = word.toLowerCase();
  return (
    IRREGULAR_BACK.has(lower) ||
    /^[A-Z]{2,}s$/.test(word) ||
    (/[a-z]s$/i.test(word) && !/(ss|us|is|^[a-z]{1,2}as)$/i.test(word) && word.length > 3)
  );
};

export const isMassWord = (word: string): boolean => MASS.has(word.toLowerCase());
export const isPreposition = (word: string): boolean => PREPOSITIONS.has(word.toLowerCase());

/** Applies `change` to the head of a noun phrase: "phase of a job" → "phases of a job". */
function onHead(phrase: string, change: (word: string) => string): string {
  const words = phrase.split(" ");
  const end = words.findIndex((word, index) => index > 0 && isPreposition(word));
  const head = (end === -1 ? words.length : end) - 1;
  return words.map((word, index) => (index === head ? change(word) : word)).join(" ");
}

export const pluralOf = (phrase: string): string => onHead(phrase, pluralWord);
/** "total amount"; what is called a total already is not called so twice. */
export const totalOf = (phrase: string): string =>
  /\btotal\b/i.test(phrase) ? `sum of the ${pluralOf(phrase)}` : `total ${phrase}`;

/** A plural for a phrase that names a column: "values of last month closed" where no plural exists. */
export const pluralOfColumn = (phrase: string): string =>
  /(ed|full|by|to|via)$/.test(phrase) ? `values of ${phrase}` : pluralOf(phrase);
export const singularOf = (phrase: string): string => onHead(phrase, singularWord);

export const headOf = (phrase: string): string => {
  const words = phrase.split(" ");
  const end = words.findIndex((word, index) => index > 0 && isPreposition(word));
  return words[(end === -1 ? words.length : end) - 1];
};

/** "an amount", "a job", "an AP reference"; what is plural stays bare. */
export function withArticle(phrase: string): string {
  const head = headOf(phrase);
  if (isPluralWord(head) || SAME.has(head.toLowerCase())) return phrase;
  const first = phrase.split(" ")[0];
  const spelt = /^[A-Z]{2,3}$/.test(first);
  const vowel = spelt ? /^[AEFHILMNORSX]/.test(first) : /^[aeio]|^u(?!n[ie]|s[ae])/i.test(first);
  return `${vowel || /^hour/i.test(phrase) ? "an" : "a"} ${phrase}`;
}

export function listOf(items: readonly string[], word: string = "and"): string {
  if (items.length < 3) return items.join(` ${word} `);
  return `${items.slice(0, -1).join(", ")} ${word} ${items[items.length - 1]}`;
}

export const capitalise = (text: string): string =>
  text === "" ? text : text[0].toUpperCase() + text.slice(1);

/** 5000 → "5,000" or "5000", with the currency sign for money now and then. */
export function numberText(value: number, rng: Rng, money: boolean = false): string {
  const grouped = rng.next() < 0.6 ? groupDigits(value) : String(value);
  if (money && rng.next() < 0.3) return `$${grouped}`;
  if (
    Number.isInteger(value) &&
    value >= 1000 &&
    value < 1e6 &&
    value % 1000 === 0 &&
    rng.next() < 0.15
  )
    return `${value / 1000}k`;
  return grouped;
}

function groupDigits(value: number): string {
  const [whole, fraction] = String(value).split(".");
  return (
    whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",") + (fraction === undefined ? "" : `.${fraction}`)
  );
}

const MONTHS: readonly string[] = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** An ISO date as people write it. */
export function dateText(iso: string, rng: Rng): string {
  const [year, month, day] = iso.slice(0, 10).split("-").map(Number);
  const name = MONTHS[month - 1];
  return rng.pick([
    iso.slice(0, 10),
    iso.slice(0, 10),
    `${name} ${day}, ${year}`,
    `${day} ${name} ${year}`,
    `${name.slice(0, 3)} ${day}, ${year}`,
  ]);
}

/** "2025-03" as people write it. */
export function monthText(isoMonth: string, rng: Rng): string {
  const [year, month] = isoMonth.split("-").map(Number);
  const name = MONTHS[month - 1];
  return rng.pick([
    `${name} ${year}`,
    `${name} ${year}`,
    `${name} ${year}`,
    `${name} ${year}`,
    isoMonth.slice(0, 7),
    `${name.slice(0, 3)} ${year}`,
  ]);
}

const SMALL = [
  "zero",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
];
/** A small count, in words now and then. */
export const countText = (count: number, rng: Rng): string =>
  count < SMALL.length && rng.next() < 0.5 ? SMALL[count] : String(count);
