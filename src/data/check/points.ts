/**
 * What of a statement's filters a question says, in so many words: the other side of mention.ts, which asks what it leaves
 * unsaid. For comparing statements that answer the same question.
 */
import { datesIn, isDateText } from "../../link/dates.ts";
import { isStopWord, stem, wordsOf } from "../../link/words.ts";
import type { Database } from "../../schema/schema.ts";
import { quoteName } from "../../sql/quote.ts";
import { parseColumnComment } from "../synthesize/comments.ts";
import {
  type QuestionParts,
  columnOf,
  readQuestion,
  SHORT_CODE,
  squeeze,
} from "./question-parts.ts";
import { type Filter, type NullTest, testsOf } from "./filters.ts";
import { conditionsOfTerms, namedWords } from "./said-conditions.ts";

/**
 * The points on which a question and a statement meet: values, numbers and dates; codes and NULL by the words of their
 * column's comment, unless something else of the schema goes by those words; terms that stand for conditions. Statements
 * that look for the same things have the same points.
 */
export type ReadPoints = (question: string, sql: string) => ReadonlySet<string>;

/** Built once per schema. */
export function createPointReader(database: Database): ReadPoints {
  const { dialect, tables } = database;
  const columns = new Map(
    tables.flatMap(({ name: table, columns: own }) =>
      own.map((column) => [columnOf({ table, column: column.name }), column] as const),
    ),
  );
  const named = namedWords(tables);
  const terms = conditionsOfTerms(database).flatMap(({ words, table, sql: where }) => {
    const sql = `SELECT 1 FROM ${quoteName(table, dialect)} WHERE ${where}`;
    const tests = testsOf(sql, dialect, tables).map(textOf);
    return tests.length === 0 ? [] : [{ words: ` ${words.join(" ")} `, tests }];
  });
  const says = (asked: QuestionParts, words: string): boolean => {
    const wanted = wordsOf(words)
      .filter((word) => !isStopWord(word))
      .map(stem);
    return (
      wanted.some((word) => !named.has(word)) && wanted.every((word) => asked.words.includes(word))
    );
  };
  const wordOf = (filter: Filter): string | undefined => {
    const column = columns.get(columnOf(filter));
    const literal = String(filter.literal);
    const values = new Set([...(column?.cellValues ?? []).map(String), literal]);
    return parseColumnComment(column?.comment, values).codes.get(literal);
  };
  const wordsOfTest = ({ isNull, ...test }: NullTest): string | undefined => {
    const meaning = parseColumnComment(columns.get(columnOf(test))?.comment, new Set()).nullMeaning;
    return isNull ? meaning : /^un(\p{L}+)$/u.exec(meaning ?? "")?.[1];
  };
  return (question, sql) => {
    const asked = readQuestion(question);
    const words = ` ${wordsOf(question).map(stem).join(" ")} `;
    const spoken = (word: string | undefined) => (word && says(asked, word) ? [word] : []);
    const tests = testsOf(sql, dialect, tables);
    const points = tests.flatMap((test) => {
      if ("isNull" in test) return spoken(wordsOfTest(test));
      const word = wordOf(test);
      return word === undefined ? saysExactly(asked, test) : spoken(word);
    });
    const texts = new Set(tests.map(textOf));
    const used = terms.filter(
      (term) => words.includes(term.words) && term.tests.every((test) => texts.has(test)),
    );
    return new Set([...points, ...used.map((term) => term.words.trim())]);
  };
}

/** Equal for equal tests. */
const textOf = (test: Filter | NullTest): string =>
  `${columnOf(test)} ${"isNull" in test ? test.isNull : `${test.operator} ${test.literal}`}`;

/** The literal in one spelling, if the question has it: not in other words, not nearly. */
function saysExactly(asked: QuestionParts, { literal, operator }: Filter): string[] {
  if (typeof literal === "number") {
    const isSaid =
      Math.abs(literal) === 1
        ? /\b1\b/.test(asked.text) && operator !== "LIMIT"
        : asked.numbers.includes(literal);
    return isSaid ? [String(literal)] : [];
  }
  const text = literal.replace(/^[%*_]+|[-%*_]+$/g, "").trim();
  if (isDateText(text)) return datesOf(asked, text);
  const squeezed = squeeze(text);
  const isSaid =
    squeezed.length > SHORT_CODE
      ? asked.squeezed.includes(squeezed)
      : isAbbreviated(asked.text, text);
  return isSaid ? [squeezed] : [];
}

/** The question's dates that a date lies in, so that all ways to ask for a year are one. */
function datesOf({ dates }: QuestionParts, text: string): string[] {
  const [wanted = {}] = datesIn(text);
  return dates
    .filter(
      ({ year, month }) =>
        (year ?? month) !== undefined &&
        (year === undefined || year === wanted.year) &&
        (month === undefined || month === wanted.month),
    )
    .map((date) => JSON.stringify(date));
}

/** A short code of capitals whose letters a name in the question has in their order, the first in front: MI of Michigan. */
const isAbbreviated = (text: string, code: string): boolean =>
  /^\p{Lu}{2}$/u.test(code) &&
  new RegExp(`\\b(${code}|${code[0]}\\p{Ll}*${code[1].toLowerCase()}\\p{Ll}*)\\b`, "u").test(text);
