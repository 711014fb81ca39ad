/** The result of making a suite, as `DIR/DB/suite.json` holds it, and where its files lie. Knows no SQL. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../base/errors.ts";
import type { NeighbourKind } from "./change.ts";

export type SuiteDatabase = {
  /** Name in the suite's folder. */
  readonly file: string;
  /** Seed of its rows; null for the copy of the source. */
  readonly seed: number | null;
  readonly rows: number;
  /** Neighbours that it tells apart; for a perturbed database, of those that the source does not. */
  readonly kills: number;
};

/** A pair of queries that no database of the suite tells apart. */
export type Alike = {
  readonly kind: NeighbourKind;
  readonly gold: string;
  readonly neighbour: string;
};

export type Suite = {
  readonly version: 1;
  readonly dbId: string;
  /** What it was made from: unchanged, a suite need not be made again. */
  readonly key: string;
  readonly sourceSha256: string;
  readonly seed: number;
  readonly golds: number;
  /** Golds without neighbours, with the reason. */
  readonly leftOut: readonly { readonly gold: string; readonly reason: string }[];
  /** Neighbours that run on the source, without those proven equal. */
  readonly neighbours: number;
  readonly killed: number;
  /** killed ÷ neighbours. */
  readonly killShare: number;
  /** killed by the source alone ÷ neighbours. */
  readonly sourceKillShare: number;
  readonly kinds: Readonly<
    Partial<Record<NeighbourKind, { readonly neighbours: number; readonly killed: number }>>
  >;
  /** Neighbours that do not run on the source; they count nowhere. */
  readonly notRunning: number;
  /** The copy of the source first. */
  readonly databases: readonly SuiteDatabase[];
  readonly survivors: readonly Alike[];
  readonly provenEqual: readonly (Alike & { readonly proof: string })[];
  /** False when the time was over first: made again, the suite grows. */
  readonly isComplete: boolean;
  readonly seconds: number;
};

export const SUITE_FILE = "suite.json";

/** The databases of a suite, the copy of the source first. Raises UserError("not-found") without a suite. */
export function suiteFiles(folder: string, dbId: string): string[] {
  const { databases } = readSuite(folder, dbId);
  return databases.map(({ file }) => join(folder, dbId, file));
}

/** Reads `DIR/DB/suite.json`. Raises UserError("not-found"). */
export function readSuite(folder: string, dbId: string): Suite {
  const path = join(folder, dbId, SUITE_FILE);
  if (!existsSync(path))
    throw new UserError("not-found", `there is no ${path}; make it with \`t2s eval suite make\``);
  return JSON.parse(readFileSync(path, "utf8")) as Suite;
}

/** The names in a folder that hold a suite; none where there is no folder. */
export const suitesIn = (folder: string): string[] =>
  (existsSync(folder) ? readdirSync(folder) : []).filter((name) =>
    existsSync(join(folder, name, SUITE_FILE)),
  );
