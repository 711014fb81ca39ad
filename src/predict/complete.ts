/**
 * Adds to a statement the conditions that its question says word for word and that a small model left out: a value that
 * one column of the tables it reads holds, the number of a key ("company 2"), a term, a code or a NULL that notes and
 * comments explain ("open jobs"). Only to the outermost query, only on tables that it reads or, for values, that their keys
 * lead to (the binder adds the join), never on a column that the statement speaks of already, and nothing that could be
 * meant otherwise: said of two tables, as one of two alternatives, or behind a "not". Executes nothing.
 */
import {
  conditionsOfComments,
  conditionsOfTerms,
  isEveryday,
  namedWords,
  type SaidCondition,
} from "../data/check/said-conditions.ts";
import { wordsOf as wordsOfName } from "../data/synthesize/names.ts";
import type { CellIndex, CellMatch } from "../link/cells.ts";
import { likeness, nameWords, stem, wordsOf } from "../link/words.ts";
import type { Database, Table } from "../schema/schema.ts";
import { quoteName, quoteValue } from "../sql/quote.ts";
import { parseSql } from "../sql/tree.ts";
import { type OuterWhere, outerWhereOf } from "../sql/where.ts";

/** The statement with what it lacks; the same text where it lacks nothing. */
export type Complete = (question: string, sql: string) => string;

/** A condition in the words of a question from one place to another. */
type Said = Omit<SaidCondition, "words"> & { readonly from: number; readonly to: number };

/** Built once per schema; `cells` are the texts of its columns, without which no value is known. */
export function createCompleter(database: Database, cells?: CellIndex): Complete {
  const { dialect, tables } = database;
  const byName = new Map(tables.map((table) => [table.name.toLowerCase(), table]));
  const meanings = Map.groupBy(
    [...conditionsOfTerms(database), ...conditionsOfComments(database)].filter(
      ({ sql }) => parseSql(`SELECT 1 FROM t WHERE ${sql}`, dialect).ok,
    ),
    ({ words }) => words[0],
  );
  const keys = Map.groupBy(numberedKeys(database), ({ words }) => words.at(-1));
  const named = namedWords(tables);
  const measured = measuredWords(tables);

  const meantBy = (words: readonly string[]): Said[] =>
    words.flatMap((word, from) =>
      (meanings.get(word) ?? [])
        .filter((one) => standsAt(words, from, one.words))
        .map((one) => ({ ...one, from, to: from + one.words.length })),
    );
  const numbersOf = (words: readonly string[], sql: string): Said[] => {
    const written = new Set(sql.match(/\d{2,}/g));
    return words.flatMap((word, at) => {
      const next = /^(?:and|or)$/.test(words[at + 1] ?? "") ? at + 2 : at + 1;
      if (!isNumber(word) || isNumber(words[next]) || written.has(word)) return [];
      const end = GENERIC.has(words[at - 1]) ? at - 1 : at;
      return (keys.get(words[end - 1]) ?? [])
        .filter((key) => standsAt(words, end - key.words.length, key.words))
        .map((key) => ({
          ...key,
          sql: `${key.sql} = ${word}`,
          from: end - key.words.length,
          to: at + 1,
        }));
    });
  };
  const valuesOf = (question: string, words: readonly string[], sql: string, outer: OuterWhere) => {
    const matches = (cells?.match(question) ?? []).filter(
      (match) => isWhole(match) && wordsOf(match.cell).some((word) => !named.has(stem(word))),
    );
    return matches
      .filter(
        (match) =>
          (isCertain(match) || (measured.has(words[match.to]) && isChoice(match, matches))) &&
          !sql.toLowerCase().includes(match.cell.trim().toLowerCase()),
      )
      .flatMap(({ table, column, cell, from, to }): Said[] => {
        const said = { table, columns: [column], isVague: false, from, to };
        const test = `${quoteName(column, dialect)} = ${quoteValue(cell)}`;
        if (outer.tables.has(table.toLowerCase())) return [{ ...said, sql: test }];
        const readings = matches.filter((other) => other.from === from && other.to === to);
        return readings.length === 1 && isBeyond(table, outer, byName)
          ? [{ ...said, sql: `${quoteName(table, dialect)}.${test}` }]
          : [];
      });
  };

  /** Whether it alone is said of the few that its column knows, and is no word of the schema or of every day. */
  const isChoice = (
    { table, column, cell, how }: CellMatch,
    matches: readonly CellMatch[],
  ): boolean => {
    const { distinctCount = Infinity } =
      byName.get(table.toLowerCase())?.columns.find(({ name }) => name === column) ?? {};
    const words = wordsOf(cell).map(stem);
    return (
      cell.length > 2 &&
      how !== "form" &&
      distinctCount <= FEW &&
      matches.every(
        (other) => other.table !== table || other.column !== column || other.cell === cell,
      ) &&
      !isEveryday(words) &&
      !words.some((word) => [...named].some((name) => likeness(word, name) >= ONE_WORD))
    );
  };

  return (question, sql) => {
    const outer = outerWhereOf(sql, dialect);
    if (outer === undefined) return sql;
    const words = wordsOf(question).map(stem);
    const isOpen = ({ table, columns }: Said): boolean =>
      columns.every((column) => isFree(column, table, outer, byName));
    const said = [
      ...[...meantBy(words), ...numbersOf(words, sql)].filter(({ table }) =>
        outer.tables.has(table.toLowerCase()),
      ),
      ...valuesOf(question, words, sql, outer),
    ];
    const sure = said.filter(
      (one) =>
        !one.isVague &&
        isOpen(one) &&
        !words.slice(Math.max(0, one.from - NEGATED), one.from).some((word) => NOT.has(word)) &&
        !said.some((other) => isLonger(other, one) || isOtherReading(other, one)),
    );
    const conditions = [
      ...Map.groupBy(sure, ({ columns }) => columns.join().toLowerCase()).values(),
    ]
      .map((same) => new Set(same.map((one) => one.sql)))
      // one of several alternatives is not what is meant
      .flatMap((tests) => (tests.size === 1 ? [...tests] : []));
    return conditions.length === 0 ? sql : outer.with(conditions);
  };
}

/** Values of a column that is a choice. */
const FEW = 20;
/** Likeness from which two stems are one word. */
const ONE_WORD = 0.7;

/** Words before a condition within which a negation is its own. */
const NEGATED = 3;
const NOT: ReadonlySet<string> = new Set(
  "not no never without except excluding unlike neither nor outside".split(" "),
);

const isNumber = (word: string | undefined): boolean => /^\d{1,15}$/.test(word ?? "");

const standsAt = (words: readonly string[], from: number, wanted: readonly string[]): boolean =>
  from >= 0 && wanted.every((word, i) => words[from + i] === word);

/** Whether `other` says more of which `one` is a part. */
const isLonger = (other: Said, one: Said): boolean =>
  other.from <= one.from && one.to <= other.to && other.to - other.from > one.to - one.from;

/** Whether the same words say it of another table, where that is more than a key in common. */
const isOtherReading = (other: Said, one: Said): boolean =>
  other.from === one.from && other.to === one.to && other.sql !== one.sql;

/** Whether the statement does not speak of the table, and one of its rows belongs to each row that the statement reads. */
function isBeyond(
  table: string,
  { names, tables }: OuterWhere,
  byName: ReadonlyMap<string, Table>,
): boolean {
  const wanted = table.toLowerCase();
  const leads = (from: string, left: number): boolean =>
    left > 0 &&
    (byName.get(from)?.foreignKeys ?? []).some(({ refTable, columns }) => {
      const to = refTable.toLowerCase();
      if (to === wanted) return !names.has(columns.at(-1)!.toLowerCase());
      return leads(to, left - 1);
    });
  return !names.has(wanted) && [...tables].some((from) => leads(from, KEYS_FOLLOWED));
}

const KEYS_FOLLOWED = 2;

/** Whether a statement may be given a condition on the bare name: it does not speak of it, and it is that table's alone, or a key that joins. */
function isFree(
  column: string,
  table: string,
  { names, tables }: OuterWhere,
  byName: ReadonlyMap<string, Table>,
): boolean {
  const name = column.toLowerCase();
  const others = [...tables].filter((other) => other !== table.toLowerCase());
  const isShared = others.some((other) =>
    byName.get(other)?.columns.some((one) => one.name.toLowerCase() === name),
  );
  return !names.has(name) && (!isShared || keyColumns(byName.get(table.toLowerCase())).has(name));
}

/** The names of a table's key columns, in lower case. */
const keyColumns = (table: Table | undefined): ReadonlySet<string> =>
  new Set(
    [
      ...(table?.columns ?? []).filter((column) => column.primaryKey > 0).map(({ name }) => name),
      ...(table?.foreignKeys ?? []).flatMap((key) => key.columns),
    ].map((name) => name.toLowerCase()),
  );

/** Not in part, and without a slip. */
const isWhole = ({ how }: CellMatch): boolean =>
  how === "exact" || how === "case" || how === "form";

/** As it is written; at the beginning or in other letters only where it can hardly be a word of the sentence. */
const isCertain = ({ how, cell, from }: CellMatch): boolean =>
  cell.length > 2 &&
  (how === "exact" || how === "case") &&
  (/\d|\s/.test(cell) || (how === "exact" && (from > 0 || /.\p{Lu}/u.test(cell))));

/** What columns of numbers measure, as stems: "price" for UnitPrice. */
const measuredWords = (tables: readonly Table[]): ReadonlySet<string | undefined> =>
  new Set(
    tables.flatMap((table) => {
      const keys = keyColumns(table);
      return table.columns
        .filter(({ name, type }) => NUMBER.test(type) && !keys.has(name.toLowerCase()))
        .flatMap(({ name }) => nameWords(name).slice(-1).map(stem));
    }),
  );

const NUMBER = /int|real|num|dec|float|double|money/i;

/** Words that stand behind what a key belongs to. */
const GENERIC: ReadonlySet<string> = new Set(["id", "number", "no", "key", "code"]);

/** The keys of whole numbers, by what they belong to: "company" for Co, "customer" for customer_id. */
const numberedKeys = ({ dialect, tables }: Database): SaidCondition[] =>
  tables.flatMap((table) => {
    const names = keyColumns(table);
    return table.columns
      .filter(({ name, type }) => names.has(name.toLowerCase()) && /int/i.test(type))
      .flatMap(({ name }) => {
        const words = wordsOfName(name).map((word) => stem(word.toLowerCase()));
        if (GENERIC.has(words.at(-1) ?? "")) words.pop();
        const sql = quoteName(name, dialect);
        return words.length === 0
          ? []
          : [{ words, table: table.name, columns: [name], sql, isVague: false }];
      });
  });
