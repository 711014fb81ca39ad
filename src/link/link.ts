/**
 * Which tables, columns and cells a question speaks of: its words against names, comments (a person's synonyms are among
 * them) and cells, the rarer a word in the schema the weightier. What speaks for a table speaks in part for those that
 * foreign keys join to it: of tables of one name the one is meant beside which the question's other words stand, and a
 * table that only connects two others is found too. Scores compare within one question. Knows no SQL and no model.
 */
import type { Database, Table } from "../schema/schema.ts";
import type { CellIndex, CellMatch } from "./cells.ts";
import { type JoinGraph, joinGraphOf } from "./join-graph.ts";
import { contentWords, isStopWord, likeness, nameWords, stem, wordsOf } from "./words.ts";

export type TableLink = { readonly table: string; readonly score: number };
export type ColumnLink = {
  readonly table: string;
  readonly column: string;
  readonly score: number;
};

/** Each list with the best first; what a question does not touch at all is left out of columns and cells. */
export type Links = {
  /** Every table of the schema. */
  readonly tables: readonly TableLink[];
  readonly columns: readonly ColumnLink[];
  readonly cells: readonly CellMatch[];
};

export type Linker = { readonly link: (question: string) => Links };

/** How much a word counts by where it stands; the last word of a table's name says what its rows are. */
const WEIGHT = {
  lastOfTable: 1,
  tableName: 0.55,
  tableComment: 0.8,
  columnName: 0.6,
  columnComment: 0.5,
} as const;
/** What is left of the weight of a word by which questions count and compare. */
const COUNTING_SHARE = 0.3;
const COUNTING: ReadonlySet<string> = new Set(
  "number count total average maximum minimum most least more than different distinct".split(" "),
);
const CELL_WEIGHT = 2.5;
/** What a word that stands at a table counts for one that a key joins to it, and for the next one. */
const NEAR_SHARE = 0.45;
const FAR_SHARE = 0.2;
/** What a column that is touched gets of its table's score. */
const TABLE_SHARE = 0.15;

/** Where a word stands: a table, or one of its columns. */
type Posting = { readonly table: number; readonly column: number; readonly weight: number };
type Vocabulary = {
  readonly postings: ReadonlyMap<string, readonly Posting[]>;
  readonly byLetter: ReadonlyMap<string, readonly string[]>;
  readonly rarity: (word: string) => number;
};

/** Prepares a schema for questions; with `cells` their values count too. */
export function createLinker(database: Database, cells?: CellIndex): Linker {
  const { tables } = database;
  const vocabulary = vocabularyOf(tables);
  const graph = joinGraphOf(tables);
  const remembered = new Map<string, readonly (readonly [string, number])[]>();
  const alike = (word: string) => {
    const known = remembered.get(word);
    if (known !== undefined) return known;
    const found = (vocabulary.byLetter.get(word[0]) ?? []).flatMap((other) => {
      const score = likeness(word, other);
      return score > 0 ? [[other, score] as const] : [];
    });
    if (remembered.size > MAX_REMEMBERED) remembered.clear();
    remembered.set(word, found);
    return found;
  };
  return {
    link(question) {
      const matches = cells?.match(question) ?? [];
      const { evidence, columns } = evidenceOf(termsOf(question), tables, vocabulary, alike);
      addCells(matches, tables, evidence, columns);
      const scores = alongKeys(evidence, graph);
      return {
        tables: tables
          .map(({ name }, i) => ({ table: name, score: scores[i] }))
          .sort((a, b) => b.score - a.score),
        columns: columns
          .flatMap((list, t) =>
            [...list].map(([c, score]) => ({
              table: tables[t].name,
              column: tables[t].columns[c].name,
              score: score + TABLE_SHARE * scores[t],
            })),
          )
          .sort((a, b) => b.score - a.score),
        cells: matches,
      };
    },
  };
}

const MAX_REMEMBERED = 20_000;

function vocabularyOf(tables: readonly Table[]): Vocabulary {
  const postings = new Map<string, Posting[]>();
  const add = (words: readonly string[], posting: Posting) => {
    for (const word of new Set(words.map(stem)))
      if (!isStopWord(word)) postings.set(word, [...(postings.get(word) ?? []), posting]);
  };
  tables.forEach((table, t) => {
    const words = namesIn(table.name);
    const isLast = (word: string) => word === words[nameWords(table.name).length - 1];
    add(words.filter(isLast), { table: t, column: -1, weight: WEIGHT.lastOfTable });
    add(words, { table: t, column: -1, weight: WEIGHT.tableName });
    add(wordsOf(table.comment ?? ""), { table: t, column: -1, weight: WEIGHT.tableComment });
    table.columns.forEach((column, c) => {
      add(namesIn(column.name), { table: t, column: c, weight: WEIGHT.columnName });
      add(wordsOf(column.comment ?? ""), { table: t, column: c, weight: WEIGHT.columnComment });
    });
  });
  const spread = (word: string) => new Set(postings.get(word)?.map(({ table }) => table)).size;
  const rarities = new Map(
    [...postings.keys()].map((word) => [word, Math.log(1 + tables.length / spread(word))]),
  );
  return {
    postings,
    byLetter: Map.groupBy(postings.keys(), (word) => word[0]),
    rarity: (word) => rarities.get(word) ?? 0,
  };
}

/** The words of a name, and the name as one word. */
function namesIn(name: string): string[] {
  const words = nameWords(name);
  return words.length > 1 ? [...words, words.join("")] : words;
}

/** The question's words, and neighbours written as one (`hire date` for `hiredate`). */
function termsOf(question: string): string[] {
  const words = contentWords(question);
  const joined = words.slice(1).map((word, i) => words[i] + word);
  return [...new Set([...words, ...joined])];
}

/** By table, what one word of the question says for it. */
type Evidence = ReadonlyMap<number, number>;

type Found = {
  /** By word. */
  readonly evidence: Evidence[];
  /** By table: the score of each column that is touched. */
  readonly columns: Map<number, number>[];
};

/** Every term counts once for a table, by the best place where it stands, and once for each column. */
function evidenceOf(
  terms: readonly string[],
  tables: readonly Table[],
  { postings, rarity }: Vocabulary,
  alike: (word: string) => readonly (readonly [string, number])[],
): Found {
  const evidence: Evidence[] = [];
  const columns = tables.map(() => new Map<number, number>());
  for (const term of terms) {
    const share = COUNTING.has(term) ? COUNTING_SHARE : 1;
    const best = new Map<number, number>();
    const bestColumn = new Map<string, { table: number; column: number; score: number }>();
    for (const [word, score] of alike(term))
      for (const { table, column, weight } of postings.get(word) ?? []) {
        const value = score * weight * rarity(word);
        best.set(table, Math.max(best.get(table) ?? 0, share * value));
        const key = `${table} ${column}`;
        if (column >= 0 && value > (bestColumn.get(key)?.score ?? 0))
          bestColumn.set(key, { table, column, score: value });
      }
    evidence.push(best);
    for (const { table, column, score } of bestColumn.values())
      columns[table].set(column, (columns[table].get(column) ?? 0) + score);
  }
  return { evidence, columns };
}

/** A cell speaks for the columns that hold it, the less the more there are. */
function addCells(
  matches: readonly CellMatch[],
  tables: readonly Table[],
  evidence: Evidence[],
  columns: Map<number, number>[],
): void {
  const byPlace = Map.groupBy(matches, ({ from, to }) => `${from} ${to}`);
  const places = new Map(tables.map(({ name }, i) => [name, i]));
  for (const group of byPlace.values()) {
    const found = new Map<number, number>();
    evidence.push(found);
    const holders = Map.groupBy(group, ({ table, column }) => `${table}\n${column}`);
    for (const [match] of holders.values()) {
      const table = places.get(match.table);
      if (table === undefined) continue;
      const value = (CELL_WEIGHT * match.score) / Math.sqrt(holders.size);
      const column = tables[table].columns.findIndex(({ name }) => name === match.column);
      found.set(table, Math.max(found.get(table) ?? 0, value / Math.sqrt(holders.size)));
      columns[table].set(column, (columns[table].get(column) ?? 0) + value);
    }
  }
}

/** By table: every word counts once, by the best of where it stands and where keys bring it. */
function alongKeys(evidence: readonly Evidence[], graph: JoinGraph): number[] {
  const scores = graph.map(() => 0);
  for (const found of evidence) {
    const best = new Map(found);
    const raise = (table: number, value: number) =>
      void best.set(table, Math.max(best.get(table) ?? 0, value));
    for (const [table, value] of found)
      for (const near of graph[table]) {
        raise(near, NEAR_SHARE * value);
        for (const far of graph[near]) raise(far, FAR_SHARE * value);
      }
    for (const [table, value] of best) scores[table] += value;
  }
  return scores;
}
