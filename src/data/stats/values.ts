/**
 * Which of the values that people filter by occur in the pairs. A value counts as asked for when it stands in the SQL or
 * the question of a pair whose SQL names its column.
 */
import type { ColumnProfile } from "../../schema/profile.ts";
import type { Column, Table } from "../../schema/schema.ts";
import { lexSql, nameOfToken } from "../../sql/lexer.ts";
import type { Example } from "../example.ts";
import type { Use } from "./coverage.ts";
import { wordsOf } from "./wording.ts";

export type ValueCoverage = {
  /** `Table.Column`. */
  readonly column: string;
  readonly distinct: number;
  readonly asked: number;
  /** The most frequent ones that no pair asks for. */
  readonly missing: readonly (number | string)[];
};

/** More values than this are names of rows, not something to filter by. */
const MOST_VALUES = 200;
const MOST_NUMBERS = 20;
const MOST_MISSING = 10;
const LONGEST_PHRASE = 6;
/** A question's "a" or "no" is hardly ever the code A or NO. */
const SHORTEST_PHRASE = 3;
const ISO_DATE = /^\d{4}-\d{2}(-\d{2})?([ T].*)?$/;

/** Texts with up to 200 different values and whole numbers with up to 20, unless they are dates or keys. */
export function isFilterLike(table: Table, column: Column): boolean {
  const { cellValues, distinctCount, name } = column;
  if (cellValues.length < 2 || distinctCount > MOST_VALUES) return false;
  const isKey =
    column.primaryKey > 0 || table.foreignKeys.some(({ columns }) => columns.includes(name));
  if (cellValues.every((value) => typeof value === "string"))
    return !cellValues.every((value) => ISO_DATE.test(value));
  return !isKey && distinctCount <= MOST_NUMBERS && cellValues.every(Number.isInteger);
}

/** Strings and numbers of a statement; patterns are left out. */
export const literalsOf = (sql: string): string[] =>
  lexSql(sql)
    .filter(({ kind }) => kind === "string" || kind === "number" || kind === "name")
    .map((token) => (token.kind === "number" ? String(Number(token.text)) : nameOfToken(token)))
    .filter((text) => !text.includes("%"));

/** Least covered first. `profiles` are those of columns that are filter-like. */
export function valueCoverageOf(
  answers: readonly Example[],
  uses: ReadonlyMap<string, Use | undefined>,
  profiles: readonly ColumnProfile[],
): ValueCoverage[] {
  const columns = new Map(
    profiles
      .filter(({ values, isWhole }) => isWhole && values.length > 1)
      .map(({ table, column, values }) => [
        `${table.name}.${column.name}`,
        { wanted: new Map(values.map(({ value }) => [keyOf(String(value)), value])), values },
      ]),
  );
  const asked = new Map([...columns.keys()].map((name) => [name, new Set<string>()]));
  for (const { sql, question, templateId } of answers) {
    const named = (uses.get(templateId)?.columns ?? []).filter((name) => columns.has(name));
    if (named.length === 0) continue;
    const said = new Set([...literalsOf(sql).map(keyOf), ...phrasesOf(question)]);
    for (const name of named)
      for (const key of said) if (columns.get(name)?.wanted.has(key)) asked.get(name)?.add(key);
  }
  return [...columns]
    .map(([column, { wanted, values }]) => {
      const found = asked.get(column) ?? new Set();
      const missing = values.map(({ value }) => value).filter((v) => !found.has(keyOf(String(v))));
      return {
        column,
        distinct: wanted.size,
        asked: found.size,
        missing: missing.slice(0, MOST_MISSING),
      };
    })
    .sort((a, b) => a.asked / a.distinct - b.asked / b.distinct);
}

/** What is compared: words without marks and case; a value without words is itself. */
const keyOf = (text: string): string => wordsOf(text).join(" ") || text;

/** All runs of up to six words. */
function phrasesOf(question: string): string[] {
  const words = wordsOf(question);
  return words
    .flatMap((_, from) =>
      words
        .slice(from, from + LONGEST_PHRASE)
        .map((_word, i) => words.slice(from, from + i + 1).join(" ")),
    )
    .filter((phrase) => phrase.length >= SHORTEST_PHRASE);
}
