/**
 * Adds to a statement the conditions that its question says word for word and that a small model left out: a value that
 * one column of the tables it reads holds, the number of a key ("company 2"), a term, a code or a NULL that notes and
 * comments explain ("open jobs"). Only to the outermost query, only on tables that it reads, never on a column that the
 * statement speaks of already. Executes nothing.
 */
import {
  conditionsOfComments,
  conditionsOfTerms,
  namedWords,
  type SaidCondition,
} from "../data/check/said-conditions.ts";
import { wordsOf as wordsOfName } from "../data/synthesize/names.ts";
import type { CellIndex, CellMatch } from "../link/cells.ts";
import { stem, wordsOf } from "../link/words.ts";
import type { Database } from "../schema/schema.ts";
import { quoteName } from "../sql/quote.ts";
import { type OuterWhere, outerWhereOf } from "../sql/where.ts";

/** The statement with what it lacks; the same text where it lacks nothing. */
export type Complete = (question: string, sql: string) => string;

/** What stands in a question for a condition. */
type Said = Omit<SaidCondition, "words">;

/** Built once per schema; `cells` are the texts of its columns, without which no value is known. */
export function createCompleter(database: Database, cells?: CellIndex): Complete {
  const { dialect, tables } = database;
  const meanings = Map.groupBy(
    [...conditionsOfTerms(database), ...conditionsOfComments(database)],
    ({ words }) => words[0],
  );
  const keys = Map.groupBy(numberedKeys(database), ({ words }) => words.at(-1));
  const named = namedWords(tables);
  const saidIn = (words: readonly string[], sql: string): Said[] => {
    const written = new Set(sql.match(/\d{2,}/g));
    const found = words.flatMap((word, from) =>
      (meanings.get(word) ?? [])
        .filter((one) => standsAt(words, from, one.words))
        .map((said) => ({ said, from, to: from + said.words.length })),
    );
    const numbers = words.flatMap((word, at) => {
      if (!/^\d{1,15}$/.test(word) || written.has(word)) return [];
      const end = GENERIC.has(words[at - 1]) ? at - 1 : at;
      return (keys.get(words[end - 1]) ?? [])
        .filter((key) => standsAt(words, end - key.words.length, key.words))
        .map(({ sql, ...key }) => ({ ...key, sql: `${sql} = ${word}` }));
    });
    // a longer phrase hides those within it
    const whole = found.filter(
      ({ from, to }) =>
        !found.some(
          (other) => other.from <= from && to <= other.to && other.to - other.from > to - from,
        ),
    );
    return [...whole.map(({ said }) => said), ...numbers];
  };
  const valuesIn = (question: string, sql: string, { tables: read }: OuterWhere): Said[] => {
    const lacking = (cells?.match(question) ?? []).filter(
      (match) =>
        isCertain(match) &&
        !sql.toLowerCase().includes(match.cell.toLowerCase()) &&
        wordsOf(match.cell).some((word) => !named.has(stem(word))),
    );
    const placed = [...Map.groupBy(lacking, ({ cell }) => cell).values()].flatMap((matches) => {
      const here = matches.filter(({ table }) => read.has(table.toLowerCase()));
      return new Set(here.map(({ column }) => column)).size === 1 ? [here[0]] : [];
    });
    return [...Map.groupBy(placed, ({ column }) => column).values()].map((matches) => {
      const [{ table, column }] = matches;
      const texts = matches.map(({ cell }) => `'${cell.replaceAll("'", "''")}'`);
      const test = texts.length === 1 ? `= ${texts[0]}` : `IN (${texts.join(", ")})`;
      return { table, columns: [column], sql: `${quoteName(column, dialect)} ${test}` };
    });
  };
  return (question, sql) => {
    const outer = outerWhereOf(sql, dialect);
    if (outer === undefined) return sql;
    const words = wordsOf(question).map(stem);
    const spoken = new Set(outer.names);
    const lacking = [...saidIn(words, sql), ...valuesIn(question, sql, outer)].filter(
      ({ table, columns }) => {
        const names = columns.map((name) => name.toLowerCase());
        if (!outer.tables.has(table.toLowerCase()) || names.some((name) => spoken.has(name)))
          return false;
        for (const name of names) spoken.add(name);
        return true;
      },
    );
    return lacking.length === 0 ? sql : outer.with(lacking.map((one) => one.sql));
  };
}

const standsAt = (words: readonly string[], from: number, wanted: readonly string[]): boolean =>
  from >= 0 && wanted.every((word, i) => words[from + i] === word);

/** As it is written; at the beginning or in other letters only where it can hardly be a word of the sentence. */
const isCertain = ({ how, cell, from }: CellMatch): boolean =>
  cell.length > 2 &&
  (how === "exact" || how === "case") &&
  (/\d|\s/.test(cell) || (how === "exact" && from > 0));

/** Words that stand behind what a key belongs to. */
const GENERIC: ReadonlySet<string> = new Set(["id", "number", "no", "key", "code"]);

/** The keys of whole numbers, by what they belong to: "company" for Co, "customer" for customer_id. */
const numberedKeys = ({ dialect, tables }: Database): SaidCondition[] =>
  tables.flatMap(({ name: table, columns, foreignKeys }) => {
    const foreign = new Set(foreignKeys.flatMap((key) => key.columns));
    return columns
      .filter(({ name, primaryKey }) => primaryKey > 0 || foreign.has(name))
      .filter(({ type }) => /int/i.test(type))
      .flatMap(({ name }) => {
        const words = wordsOfName(name).map((word) => stem(word.toLowerCase()));
        if (GENERIC.has(words.at(-1) ?? "")) words.pop();
        return words.length === 0
          ? []
          : [{ words, table, columns: [name], sql: quoteName(name, dialect) }];
      });
  });
