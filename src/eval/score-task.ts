/** What the processes that score are asked, and what they answer. */
import type { RunFailure } from "../db/executor.ts";
import type { RunResult, RunTask } from "../db/run-result.ts";
import type { MatchReason } from "./strict-match.ts";

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

/** What may be said of a gold; several may hold. */
export const GOLD_FINDINGS = [
  "fails",
  "slow",
  "empty",
  "ties",
  "row-order",
  "order-unverified",
  "nondeterministic",
  "same",
] as const;
export type GoldFinding = (typeof GOLD_FINDINGS)[number];

export type CheckTask = {
  readonly mode: "check";
  readonly file: string;
  /** The database with reversed rows; without one, nothing is known of the order. */
  readonly copy?: string;
  readonly sql: string;
  /** What runs longer is slow. */
  readonly slowMs: number;
  /** Runs the gold once and asks nothing about its order. */
  readonly isBrief?: boolean;
};

/** One statement, for those who compare results themselves. */
export type StatementTask = RunTask & { readonly mode: "run" };

export type GoldOutcome = {
  readonly findings: readonly GoldFinding[];
  /** Why it fails. */
  readonly message?: string;
  readonly rows: number;
  readonly ms: number;
  /** Equal for equal rows, in any order; none for a gold that fails. */
  readonly resultId?: string;
};

export type AnyTask = ScoreTask | CheckTask | StatementTask;
export type AnyAnswer = TaskScore | GoldOutcome | RunResult;

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
