/**
 * Which of several statements answers a question: those with the same result stand together with their probabilities, and
 * each is asked whether it says what the question says and nothing else, and how probable the question's words are for it.
 * Executes them read-only; knows no model.
 */
import { hashOfJson } from "../base/hash.ts";
import type { RunResult } from "../db/run-result.ts";
import { omissionsOf } from "../data/check/mention.ts";
import { createPointReader } from "../data/check/points.ts";
import { isOrdered } from "../data/pairs.ts";
import { digestOf } from "../data/synthesize/verify.ts";
import type { CellIndex } from "../link/cells.ts";
import type { Database, Table } from "../schema/schema.ts";
import { groupingOf } from "../sql/grouping.ts";
import type { LogLikelihood } from "./word-model.ts";

/** A statement that a model wrote, with the probability that it gave it. */
export type Candidate = { readonly sql: string; readonly confidence: number };

export type Choice = {
  /** Of the best candidate; the first is what the model would have said by itself. */
  readonly place: number;
  /** Of all that speaks for any result, the share that speaks for this one. */
  readonly support: number;
};

export type Choose = (question: string, candidates: readonly Candidate[]) => Promise<Choice>;

export type ChooseOptions = {
  readonly database: Database;
  /** Runs statements on it, read-only and within limits. */
  readonly run: (sqls: readonly string[]) => Promise<RunResult[]>;
  /** Its text cells, by which a question's names are found. */
  readonly cells?: CellIndex;
  /** What the training pairs tell of a question's words. */
  readonly logLikelihood?: LogLikelihood;
};

/** What a statement loses, as a natural logarithm of probability. */
const LOSS = {
  /** Something that the question says and another candidate looks for. */
  missed: 4,
  /** Something that it looks for and the question does not say. */
  invented: 3,
  /** A column beside an aggregate that nothing groups by. */
  open: 3,
  /** Each JOIN: of two statements the shorter way is meant. */
  join: 1,
  /** No row, or NULL alone. */
  empty: 4,
  /** More than all else together: it comes last. */
  doesNotRun: 1000,
} as const;

/** Built once per database. */
export function createChooser({ database, run, cells, logLikelihood }: ChooseOptions): Choose {
  const { dialect, tables } = database;
  const pointsOf = createPointReader(database);
  const keys = new Set(tables.flatMap(keysOf));
  return async (question, candidates) => {
    const results = await run(candidates.map(({ sql }) => sql));
    const groups = results.map((result, i) => groupOf(result, candidates[i].sql));
    const said = candidates.map(({ sql }) => pointsOf(question, sql));
    const all = new Set(said.flatMap((points) => [...points]));
    const worths = candidates.map(({ sql }, i) => {
      const alike = candidates.filter((_, other) => groups[other] === groups[i]);
      const { joins, hasOpenColumn } = groupingOf(sql, dialect, keys);
      const invented = omissionsOf(question, sql, database, cells).filter(
        ({ isCertain }) => isCertain,
      );
      return (
        Math.log(alike.reduce((sum, { confidence }) => sum + confidence, 1e-12)) +
        (logLikelihood?.(question, sql) ?? 0) -
        LOSS.missed * (all.size - said[i].size) -
        LOSS.invented * invented.length -
        LOSS.join * joins -
        (hasOpenColumn ? LOSS.open : 0) -
        lossOf(results[i])
      );
    });
    const place = worths.indexOf(Math.max(...worths));
    // statements with one result stand for it together: the best of them counts
    const bestOf = Map.groupBy(worths.keys(), (i) => groups[i]);
    const weights = [...bestOf.values()].map((alike) =>
      Math.exp(Math.max(...alike.map((i) => worths[i])) - worths[place]),
    );
    return { place, support: 1 / weights.reduce((sum, weight) => sum + weight, 0) };
  };
}

/** The columns that tell rows of a table apart by themselves, and those that lead to other tables. */
const keysOf = ({ columns, foreignKeys }: Table): string[] => {
  const primary = columns.filter(({ primaryKey }) => primaryKey > 0);
  return [
    ...(primary.length === 1 ? primary.map(({ name }) => name) : []),
    ...foreignKeys.flatMap((key) => (key.columns.length === 1 ? key.columns : [])),
  ].map((name) => name.toLowerCase());
};

/** Equal for equal results; a statement that fails stands alone. */
const groupOf = (result: RunResult, sql: string): string =>
  result.ok ? digestOf(result, isOrdered(sql)) : hashOfJson(sql);

function lossOf(result: RunResult): number {
  if (!result.ok) return LOSS.doesNotRun;
  return result.rows.every((row) => row.every((cell) => cell === null)) ? LOSS.empty : 0;
}
