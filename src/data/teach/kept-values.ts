/**
 * Whether a new wording still says what the old one said in numbers, names and dates. Asked of the old wording is only
 * what it shows itself: a code that it puts into a word ("inactive") cannot be followed here. Reads text alone.
 */
import { datesIn } from "../../link/dates.ts";
import { numbersIn } from "../../link/numbers.ts";
import { lexSql, nameOfToken } from "../../sql/lexer.ts";

/** Values of `sql` and of `question` that `wording` no longer has, as the question shows them. */
export function lostValues(question: string, sql: string, wording: string): string[] {
  const [before, after] = [plain(question), plain(wording)];
  const texts = [...literalTexts(sql), ...quotedTexts(question)].map(plain);
  const lost = texts.filter((text) => holds(before, text) && !holds(after, text));
  const has = new Set([...numbersIn(wording), ...writtenNumbers(wording)]);
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

/** Numbers that must stay: digits, and names of months. */
const writtenNumbers = (text: string): Set<number> =>
  new Set([
    ...[...text.matchAll(DIGITS)].map(([digits]) => Number(digits.replaceAll(",", ""))),
    ...monthsIn(text),
  ]);

const monthsIn = (text: string): number[] => datesIn(text).flatMap(({ month }) => month ?? []);
