/**
 * Words that stand for a condition on a table: the terms and the knowledge that define one ("overdue means …"), and the
 * codes and the NULL that a column's comment explains ("1 open", "NULL = unpaid"). Knows no question and no statement.
 */
import { isStopWord, nameWords, stem, wordsOf } from "../../link/words.ts";
import type { Database, Table } from "../../schema/schema.ts";
import { quoteName, quoteValue } from "../../sql/quote.ts";
import { parseColumnComment } from "../synthesize/comments.ts";
import { statedOf } from "../synthesize/definitions.ts";

export type SaidCondition = {
  /** As stems. */
  readonly words: readonly string[];
  readonly table: string;
  readonly columns: readonly string[];
  /** Its columns without their table. */
  readonly sql: string;
  /** Whether the words may mean something else as easily: names of tables and columns, words of every day. */
  readonly isVague: boolean;
};

/** Words of every day that comments explain codes with, terms are named by, and cells hold. */
const EVERYDAY = new Set("no yes not none other another any all past last new".split(" "));

/** Whether the words say nothing that another question would not say too. */
export const isEveryday = (words: readonly string[]): boolean =>
  words.every((word) => isStopWord(word) || EVERYDAY.has(word));

type Named = Pick<Database, "dialect" | "tables" | "knowledge">;

/** What terms and knowledge define as a condition, or as a value under one. */
export const conditionsOfTerms = (database: Named): SaidCondition[] =>
  statedOf(database).flatMap(({ table, term, condition }) => {
    if (condition === undefined) return [];
    const words = wordsOf(term).map(stem);
    const sql = condition.print((name) => quoteName(name, database.dialect));
    return [{ words, table, columns: condition.columns, sql, isVague: isEveryday(words) }];
  });

/** What comments explain. */
export function conditionsOfComments({ dialect, tables }: Named): SaidCondition[] {
  const named = namedWords(tables);
  return tables.flatMap(({ name: table, columns }) =>
    columns.flatMap(({ name, comment, cellValues = [] }) => {
      const known = cellValues.filter((value) => value !== null);
      const values = new Map(known.map((value) => [String(value), value]));
      const { codes, nullMeaning } = parseColumnComment(comment, new Set(values.keys()));
      const column = quoteName(name, dialect);
      const meant = [...codes].map(([code, words]) => [
        words,
        `= ${quoteValue(values.get(code) ?? code)}`,
      ]);
      if (nullMeaning !== undefined) meant.push([nullMeaning, "IS NULL"]);
      return meant.flatMap(([text, test]) => {
        const words = wordsOf(text).map(stem);
        if (words.length === 0) return [];
        const isNamed = words.every((word) => isStopWord(word) || named.has(word));
        const isVague = isNamed || isEveryday(words);
        return [{ words, table, columns: [name], sql: `${column} ${test}`, isVague }];
      });
    }),
  );
}

/** The words that tables, columns and what is said of tables go by. */
export const namedWords = (tables: readonly Table[]): ReadonlySet<string> =>
  new Set(
    tables
      .flatMap(({ name, comment = "", columns }) => [
        ...wordsOf(comment),
        ...[name, ...columns.map((column) => column.name)].flatMap(nameWords),
      ])
      .map(stem),
  );
