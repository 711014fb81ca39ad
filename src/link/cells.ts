/**
 * The text cells of a database, and which of them a question names: as written, in other letter case, in another
 * number, in part, or with a slip. Bounded in rows and cells; dates and long texts are left out. Reads only.
 */
import { driverOf, engineOf } from "../db/drivers.ts";
import { openTrusted, sqliteFileOf } from "../db/sqlite.ts";
import type { Database } from "../schema/schema.ts";
import { quoteName } from "../sql/quote.ts";
import { isDateText } from "./dates.ts";
import { isOneSlip, isStopWord, stem, wordsOf } from "./words.ts";

/** The distinct texts of one column. */
export type ColumnCells = {
  readonly table: string;
  readonly column: string;
  readonly cells: readonly string[];
};

/** A cell that a question names. */
export type CellMatch = {
  readonly table: string;
  readonly column: string;
  readonly cell: string;
  readonly how: "exact" | "case" | "form" | "part" | "slip";
  /** 0 to 1: the share of the cell that the question names, less what is uncertain. */
  readonly score: number;
  /** Word positions in the question, the end not included. */
  readonly from: number;
  readonly to: number;
};

export type CellIndex = {
  /** Cells that the question names, the surest first. */
  readonly match: (question: string) => CellMatch[];
};

export type CellLimits = {
  /** Rows read of one table. */
  readonly maxRows?: number;
  readonly maxCellsPerColumn?: number;
  readonly maxCells?: number;
};

const MAX_LENGTH = 60;

/** Reads the distinct texts of every text column. Raises UserError("database-invalid"). */
export function readCells(
  file: string,
  { tables }: Database,
  { maxRows = 50_000, maxCellsPerColumn = 5_000, maxCells = 300_000 }: CellLimits = {},
): ColumnCells[] {
  const connection = openTrusted(file);
  const quoted = (name: string) => quoteName(name, "sqlite");
  try {
    let left = maxCells;
    return tables
      .filter(({ kind }) => kind === "table")
      .flatMap((table) =>
        table.columns.flatMap((column): ColumnCells[] => {
          if (column.nullCount > 0 && column.nullCount === table.rowCount) return [];
          const statement = connection.prepare(
            `SELECT DISTINCT c FROM (SELECT ${quoted(column.name)} AS c FROM ${quoted(table.name)} LIMIT ${maxRows})
             WHERE typeof(c) = 'text' AND length(c) BETWEEN 1 AND ${MAX_LENGTH} LIMIT ${Math.min(left, maxCellsPerColumn)}`,
          );
          const cells = statement.all().map(({ c }) => String(c));
          if (cells.every(isDateText)) return [];
          left -= cells.length;
          return [{ table: table.name, column: column.name, cells }];
        }),
      );
  } finally {
    connection.close();
  }
}

/** readCells for a database of any engine, by its path or URL. Raises UserError("database-unreachable") too. */
export const loadCells = async (
  source: string,
  database: Database,
  limits: CellLimits = {},
): Promise<ColumnCells[]> =>
  engineOf(source) === "postgres"
    ? readServerCells(source, database, limits)
    : readCells(sqliteFileOf(source), database, limits);

/** Types whose values are texts that a question may name. */
const TEXT_TYPE = /^(?:varchar|char|bpchar|text|citext|name|"?char"?)\b/i;

async function readServerCells(
  source: string,
  { tables }: Database,
  { maxRows = 50_000, maxCellsPerColumn = 5_000, maxCells = 300_000 }: CellLimits,
): Promise<ColumnCells[]> {
  const session = await driverOf(source).openSession(source);
  const quoted = (name: string) => quoteName(name, "postgres");
  try {
    let left = maxCells;
    const read: ColumnCells[] = [];
    for (const table of tables.filter(({ kind }) => kind === "table"))
      for (const column of table.columns.filter(({ type }) => TEXT_TYPE.test(type))) {
        if (column.nullCount > 0 && column.nullCount === table.rowCount) continue;
        const rows = await session.rows(
          `SELECT DISTINCT c FROM (SELECT ${quoted(column.name)}::text AS c FROM ${quoted(table.name)} LIMIT ${maxRows}) AS part
           WHERE length(c) BETWEEN 1 AND ${MAX_LENGTH} LIMIT ${Math.min(left, maxCellsPerColumn)}`,
        );
        const cells = rows.map(([cell]) => String(cell));
        if (cells.every(isDateText)) continue;
        left -= cells.length;
        read.push({ table: table.name, column: column.name, cells });
      }
    return read;
  } finally {
    await session.close();
  }
}

/** One spelling of a cell with all columns that hold it. */
type Entry = {
  readonly cell: string;
  readonly words: readonly string[];
  readonly columns: { readonly table: string; readonly column: string }[];
};

/** Words that stand in more cells than this say nothing of a single one. */
const MAX_POSTINGS = 300;
const MAX_WORDS = 8;
/** The least share of a cell's words that names it. */
const LEAST_PART = 0.5;

/** Makes the texts searchable. */
export function indexCells(columns: readonly ColumnCells[]): CellIndex {
  const entries = new Map<string, Entry>();
  for (const { table, column, cells } of columns)
    for (const cell of cells) {
      const entry = entries.get(cell) ?? { cell, words: wordsOf(cell), columns: [] };
      entry.columns.push({ table, column });
      entries.set(cell, entry);
    }
  const all = [...entries.values()].filter(({ words }) => words.length > 0);
  const byText = Map.groupBy(all, ({ words }) => words.join(" "));
  const byStems = Map.groupBy(all, ({ words }) => words.map(stem).join(" "));
  const byWord = new Map<string, Entry[]>();
  for (const entry of all.filter(({ words }) => words.length > 1))
    for (const word of new Set(entry.words.map(stem)))
      if (!isStopWord(word)) byWord.set(word, [...(byWord.get(word) ?? []), entry]);
  const vocabulary = Map.groupBy(
    new Set([...byWord.keys(), ...byStems.keys()].filter((word) => /^\p{L}{5,}$/u.test(word))),
    (word) => word[0],
  );
  const slipsOf = (word: string): string[] =>
    word.length < 5 || byWord.has(word) || byStems.has(word)
      ? []
      : (vocabulary.get(word[0]) ?? []).filter((known) =>
          known.length < word.length ? isOneSlip(known, word) : isOneSlip(word, known),
        );
  return {
    match(question) {
      const words = wordsOf(question);
      const stems = words.map(stem);
      const whole = wholeMatches(question, words, stems, byText, byStems);
      const named = new Set(whole.map(({ cell }) => cell));
      const rest = partMatches(stems, { byWord, byStems, slipsOf }).filter(
        ({ cell }) => !named.has(cell),
      );
      return [...whole, ...rest].sort(
        (a, b) => b.score - a.score || b.to - b.from - (a.to - a.from),
      );
    },
  };
}

const matchesOf = (entry: Entry, match: Pick<CellMatch, "how" | "score" | "from" | "to">) =>
  entry.columns.map((place): CellMatch => ({ ...place, cell: entry.cell, ...match }));

/** Cells whose words stand in the question one after the other; a longer one hides those within it. */
function wholeMatches(
  question: string,
  words: readonly string[],
  stems: readonly string[],
  byText: ReadonlyMap<string, readonly Entry[]>,
  byStems: ReadonlyMap<string, readonly Entry[]>,
): CellMatch[] {
  const taken = new Set<number>();
  const found: CellMatch[] = [];
  for (let length = Math.min(MAX_WORDS, words.length); length > 0; length--)
    for (let from = 0; from + length <= words.length; from++) {
      const to = from + length;
      if (length === 1 && (isStopWord(words[from]) || taken.has(from))) continue;
      if (words.slice(from, to).every((_, i) => taken.has(from + i))) continue;
      const same = byText.get(words.slice(from, to).join(" ")) ?? [];
      const alike = same.length > 0 ? [] : (byStems.get(stems.slice(from, to).join(" ")) ?? []);
      const entries = [...same, ...alike].filter(
        ({ cell }) => cell.length > 1 || question.includes(`'${cell}'`),
      );
      for (const entry of entries) {
        const how = question.includes(entry.cell) ? "exact" : same.length > 0 ? "case" : "form";
        const score = { exact: 1, case: 0.95, form: 0.85 }[how];
        found.push(...matchesOf(entry, { how, score, from, to }));
      }
      if (entries.length > 0) for (let i = from; i < to; i++) taken.add(i);
    }
  return found;
}

type Words = {
  readonly byWord: ReadonlyMap<string, readonly Entry[]>;
  readonly byStems: ReadonlyMap<string, readonly Entry[]>;
  readonly slipsOf: (word: string) => readonly string[];
};

/** Cells of which the question names a part (`Brown` for `Brown & Sons`), or with a slip. */
function partMatches(stems: readonly string[], { byWord, byStems, slipsOf }: Words): CellMatch[] {
  const hits = new Map<Entry, { at: number[]; slips: number }>();
  const hit = (entry: Entry, at: number, isSlip: boolean) => {
    const before = hits.get(entry) ?? { at: [], slips: 0 };
    hits.set(entry, { at: [...before.at, at], slips: before.slips + (isSlip ? 1 : 0) });
  };
  stems.forEach((word, at) => {
    if (isStopWord(word)) return;
    const slips = slipsOf(word);
    for (const known of [word, ...slips]) {
      const entries = byWord.get(known) ?? [];
      if (entries.length <= MAX_POSTINGS)
        for (const entry of entries) hit(entry, at, known !== word);
      if (known !== word) for (const entry of byStems.get(known) ?? []) hit(entry, at, true);
    }
  });
  return [...hits].flatMap(([entry, { at, slips }]) => {
    const wanted = entry.words.filter((word) => !isStopWord(word)).length;
    const share = Math.min(1, new Set(at).size / Math.max(1, wanted));
    if (share < LEAST_PART) return [];
    const how = slips > 0 ? "slip" : "part";
    const score = share * (slips > 0 ? 0.6 : 0.8);
    return matchesOf(entry, { how, score, from: Math.min(...at), to: Math.max(...at) + 1 });
  });
}
