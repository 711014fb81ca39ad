/** What the steps of making a suite share: its plan, its tools, and the record that a later run goes on from. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeJson } from "../../base/files.ts";
import type { Progress } from "../../base/progress.ts";
import type { Executor } from "../../db/executor.ts";
import type { Table } from "../../schema/schema.ts";
import type { Domains } from "./domains.ts";
import type { Plan } from "./plan.ts";
import type { SourceRows } from "./source-rows.ts";
import type { Ddl } from "./write-database.ts";

/** A perturbed database that may become part of the suite. */
export type Candidate = {
  readonly seed: number;
  readonly rows: number;
  /** Indices of the pairs that it tells apart, of those that the source does not. */
  readonly kills: readonly number[];
};

export type WorkRecord = {
  /** What the work is about: another source, other golds, other settings give another one. */
  readonly key: string;
  /** A letter for each pair: what the source makes of it. Empty until it was asked. */
  readonly onSource: string;
  /** Golds that do not run on the source, with the message. */
  readonly failed: readonly { readonly gold: string; readonly reason: string }[];
  readonly candidates: readonly Candidate[];
  /** Seeds tried, those of candidates that were of no use too. */
  readonly tried: number;
  /** More draws would not help. */
  readonly isDone: boolean;
  readonly seconds: number;
};

/** Letters of `onSource`: told apart; not told apart; the neighbour does not run; its gold does not; not asked yet. */
export const APART = "a";
export const SAME = "s";
export const FAILS = "f";
export const NO_GOLD = "g";
export const UNASKED = "u";

export type Work = {
  /** Holds the copy of the source, the candidates and the record. */
  readonly folder: string;
  readonly sourceFile: string;
  readonly seed: number;
  readonly tables: readonly Table[];
  readonly ddl: Ddl;
  readonly plan: Plan;
  readonly rows: SourceRows;
  readonly domains: Domains;
  readonly executor: Executor;
  readonly progress: Progress;
  /** Whether the time is over, or the person wants to stop. */
  readonly isOver: () => boolean;
};

export const candidateFile = (folder: string, seed: number): string =>
  join(folder, `candidate-${seed}.sqlite`);

const hasFile = (folder: string, seed: number) => existsSync(candidateFile(folder, seed));

const RECORD = "record.json";

/** The record of that work, new when there is none. */
export function readRecord(folder: string, key: string): WorkRecord {
  const path = join(folder, RECORD);
  const found = existsSync(path)
    ? (JSON.parse(readFileSync(path, "utf8")) as WorkRecord)
    : undefined;
  return found?.key === key
    ? { ...found, candidates: found.candidates.filter(({ seed }) => hasFile(folder, seed)) }
    : { key, onSource: "", failed: [], candidates: [], tried: 0, isDone: false, seconds: 0 };
}

export const writeRecord = (folder: string, record: WorkRecord): void =>
  writeJson(join(folder, RECORD), record);
