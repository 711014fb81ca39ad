/** What the processes that score are asked, and what they answer. */
import type { RunFailure } from "../../db/executor.ts";
import type { MatchReason } from "../strict-match.ts";

type Pair = {
  readonly file: string;
  /** SHA-256 of the file: results are remembered by content. */
  readonly database: string;
  readonly goldSql: string;
  readonly predictedSql: string;
};

export type ScoreTask = Pair &
  (
    | { readonly mode: "spider"; readonly isOrdered: boolean }
    /** Both statements together within `totalMs`. */
    | { readonly mode: "bird"; readonly totalMs: number }
    | { readonly mode: "reward"; readonly rounds: number }
    /** Runs the gold alone. */
    | { readonly mode: "gold" }
  );

export type TaskReason = MatchReason | RunFailure | "gold-invalid";

export type TaskScore = {
  readonly verdict: 0 | 1;
  readonly reason: TaskReason;
  /** The database's message where SQL failed. */
  readonly message?: string;
  readonly msGold: number;
  readonly msPredicted: number;
  /** A statement could write, and ran on a copy. */
  readonly hasWritten: boolean;
  /** Mode bird: soft F1. */
  readonly softF1?: number;
  /** Mode reward: gold time by prediction time, a number for each round; empty where the prediction is wrong. */
  readonly ratios?: readonly number[];
};
