/**
 * Variations of a schema for training adapters that others start from: tables in another order, tables of other databases
 * among them, names abbreviated as old systems abbreviate them, with what they stand for as comments. What a model learns
 * then is to read a schema, not the schemas. The SQL is renamed with the schema; no database is made.
 */
import { Rng } from "../base/rng.ts";
import type { Column, Database, Table } from "../schema/schema.ts";
import { lexSql, nameOfToken } from "../sql/lexer.ts";
import { unknownNames } from "../sql/names.ts";
import { quoteName } from "../sql/quote.ts";

export type VaryOptions = {
  readonly seed: number;
  /** Probability that the names are abbreviated. */
  readonly renamedShare: number;
  /** At most so many tables of `others` are added. */
  readonly distractorTables: number;
  readonly others: readonly Database[];
};

export type Variant = {
  readonly database: Database;
  /** The statement on the variant's names; undefined where a name in it is none of the schema's. */
  rename(sql: string): string | undefined;
};

/** The same seed gives the same variant. */
export function varySchema(database: Database, options: VaryOptions): Variant {
  const rng = new Rng(options.seed);
  const tables = rng.shuffle([...database.tables, ...distractors(database, rng, options)]);
  const names =
    rng.next() < options.renamedShare ? abbreviations(tables, rng) : new Map<string, string>();
  const varied = names.size === 0 ? tables : tables.map((table) => renamed(table, names, rng));
  const { dialect } = database;
  return {
    database: { ...database, tables: varied },
    rename(sql) {
      const text = renameTokens(sql, (name) => {
        const other = names.get(name.toLowerCase());
        return other === undefined ? undefined : quoteName(other, dialect);
      });
      const unknown = unknownNames(text, dialect, varied);
      return unknown?.tables.length === 0 && unknown.columns.length === 0 ? text : undefined;
    },
  };
}

/** Tables that share no name with the database, without their keys to tables that stay behind. */
function distractors(
  { tables }: Database,
  rng: Rng,
  { distractorTables, others }: VaryOptions,
): Table[] {
  const taken = new Set(tables.map(({ name }) => name.toLowerCase()));
  const count = rng.int(0, distractorTables);
  const added = Array.from({ length: count }, () => rng.pick(rng.pick(others).tables));
  return added.flatMap((table) => {
    const name = table.name.toLowerCase();
    if (taken.has(name)) return [];
    taken.add(name);
    return [{ ...table, foreignKeys: [] }];
  });
}

const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .split(/[^A-Za-z\d]+/)
    .filter((word) => word !== "");

/** Lower-case name → abbreviation; columns of one name stay columns of one name, so that keys still fit. */
function abbreviations(tables: readonly Table[], rng: Rng): Map<string, string> {
  const shorten = rng.pick([prefixOf, consonantsOf]);
  const join = rng.pick([camelCase, snakeCase]);
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const add = (name: string, make: (words: readonly string[]) => string) => {
    if (names.has(name.toLowerCase())) return;
    const short = make(wordsOf(name).map(shorten)) || "x";
    const start = /^\d/.test(short) ? `x${short}` : short;
    let unique = start;
    for (let i = 2; taken.has(unique.toLowerCase()); i++) unique = `${start}${i}`;
    taken.add(unique.toLowerCase());
    names.set(name.toLowerCase(), unique);
  };
  for (const { name } of tables)
    add(name, (words) => words.join("").slice(0, rng.int(3, 6)).toUpperCase());
  for (const { columns } of tables) for (const { name } of columns) add(name, join);
  return names;
}

const prefixOf = (word: string): string => word.slice(0, 4);
/** The first letter and the consonants after it. */
const consonantsOf = (word: string): string =>
  word.length <= 3 ? word : (word[0] + word.slice(1).replace(/[aeiou]/gi, "")).slice(0, 4);
const camelCase = (words: readonly string[]): string =>
  words.map((word) => word[0].toUpperCase() + word.slice(1).toLowerCase()).join("");
const snakeCase = (words: readonly string[]): string => words.join("_").toLowerCase();

/** The table under its new names; most comments say what they stand for. */
function renamed(table: Table, names: ReadonlyMap<string, string>, rng: Rng): Table {
  const newName = (name: string) => names.get(name.toLowerCase()) ?? name;
  const meaning = (name: string, comment: string | undefined) => {
    const words = wordsOf(name).join(" ").toLowerCase();
    return comment ?? (words === newName(name).toLowerCase() ? undefined : words);
  };
  return {
    ...table,
    name: newName(table.name),
    comment: meaning(table.name, table.comment),
    columns: table.columns.map((column): Column => ({
      ...column,
      name: newName(column.name),
      comment: rng.next() < 0.7 ? meaning(column.name, column.comment) : column.comment,
    })),
    foreignKeys: table.foreignKeys.map(({ columns, refTable, refColumns }) => ({
      columns: columns.map(newName),
      refTable: newName(refTable),
      refColumns: refColumns.map(newName),
    })),
  };
}

/** Replaces words and quoted names; a word before a bracket is a function. */
function renameTokens(sql: string, newName: (name: string) => string | undefined): string {
  const tokens = lexSql(sql);
  let result = "";
  let end = 0;
  for (const [i, token] of tokens.entries()) {
    const isName = token.kind === "name" || (token.kind === "word" && tokens[i + 1]?.text !== "(");
    const text = (isName ? newName(nameOfToken(token)) : undefined) ?? token.text;
    result += sql.slice(end, token.start) + text;
    end = token.end;
  }
  return result + sql.slice(end);
}
