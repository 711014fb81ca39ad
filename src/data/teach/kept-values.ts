/**
 * Whether a new wording still says what the old one said in numbers, names and dates. Asked of the old wording is only
 * what it shows itself: a code that it puts into a word ("inactive") cannot be followed here. Reads text alone.
 */
import { lexSql, nameOfToken } from "../../sql/lexer.ts";

const MONTHS =
  "january february march april may june july august september october november december".split(
    " ",
  );
const NUMBER_WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split(
  " ",
);
const ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split(" ");

/** Values of `sql` and of `question` that `wording` no longer has, as the question shows them. */
export function lostValues(question: string, sql: string, wording: string): string[] {
  const [before, after] = [plain(question), plain(wording)];
  const texts = [...literalTexts(sql), ...quotedTexts(question)].map(plain);
  const lost = texts.filter((text) => holds(before, text) && !holds(after, text));
  const has = numbersIn(wording);
  const numbers = [...writtenNumbers(question)].filter((number) => !has.has(number)).map(String);
  return [...new Set([...lost, ...numbers])];
}

const plain = (text: string): string => text.toLowerCase().replace(/\s+/g, " ").trim();

/** As a whole word: "ut" does not stand in "about". */
function holds(text: string, part: string): boolean {
  const isLetter = (char: string | undefined) => char !== undefined && /[\p{L}\p{N}]/u.test(char);
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    const before = isLetter(part[0]) && isLetter(text[at - 1]);
    const after = isLetter(part.at(-1)) && isLetter(text[at + part.length]);
    if (!before && !after) return true;
  }
  return false;
}

/** String literals without LIKE's signs; numbers are compared as numbers. */
const literalTexts = (sql: string): string[] =>
  lexSql(sql)
    .filter(({ kind }) => kind === "string")
    .map((token) => nameOfToken(token).replace(/^[%_]+|[%_]+$/g, ""))
    .filter((text) => /[\p{L}\p{N}]/u.test(text));

const quotedTexts = (question: string): string[] =>
  [...question.matchAll(/"([^"]+)"|“([^”]+)”|(?<![\p{L}\p{N}])'([^']+)'(?![\p{L}\p{N}])/gu)].map(
    ([, a, b, c]) => a ?? b ?? c,
  );

const DIGITS = /\d[\d,]*(?:\.\d+)?/g;
const numberOf = (digits: string): number => Number(digits.replaceAll(",", ""));

/** Numbers that must stay: digits, and names of months. */
function writtenNumbers(text: string): Set<number> {
  const months = wordsOf(text).map((word) => (word === "may" ? -1 : MONTHS.indexOf(word)) + 1);
  return new Set([
    ...[...text.matchAll(DIGITS)].map(([digits]) => numberOf(digits)),
    ...months.filter((month) => month > 0),
  ]);
}

/** All numbers that a text can be read to hold: "Nov", "eleven" and "11" are one. */
function numbersIn(text: string): Set<number> {
  const words = wordsOf(text).flatMap((word) => [
    NUMBER_WORDS.indexOf(word),
    ORDINALS.indexOf(word) + 1 || -1,
    MONTHS.findIndex((month) => month === word || month.slice(0, 3) === word) + 1 || -1,
  ]);
  const digits = [...text.matchAll(/(\d[\d,]*(?:\.\d+)?)\s*(k\b|thousand\b|m\b|million\b)?/gi)];
  const scaled = digits.flatMap(([, number, unit = ""]) => {
    const scale = /^[kt]/i.test(unit) ? 1e3 : unit === "" ? 1 : 1e6;
    return [numberOf(number), numberOf(number) * scale];
  });
  return new Set([...words.filter((number) => number >= 0), ...scaled]);
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/\p{L}+/gu) ?? [];

/** Words that two questions share, of all their words: 1 for the same words in any order. */
export function similarity(a: string, b: string): number {
  const words = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
  const [first, second] = [words(a), words(b)];
  const shared = [...first].filter((word) => second.has(word)).length;
  return shared / Math.max(1, first.size + second.size - shared);
}
