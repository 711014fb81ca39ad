/** The score of one item in a mode that is compatible with an official evaluator, and what all such modes have in common. */
import type { TaskReason, TaskScore } from "../score-task.ts";

export type OfficialReason =
  | TaskReason
  /** The official script stops on such a text. */
  | "official-crash";

export type OfficialFlag =
  /** A statement could write: it ran on a copy, and what it returned counts. */
  | "official-quirk:write"
  /** "value" in the prediction was replaced by 1. */
  | "official-quirk:value"
  /** What follows the first statement of the prediction was dropped. */
  | "official-quirk:statement";

export type OfficialScore = {
  readonly verdict: 0 | 1;
  /** What the headline averages: the verdict, the soft F1, or the square root of the reward. */
  readonly score: number;
  readonly reason: OfficialReason;
  /** The database's message where SQL failed. */
  readonly message?: string;
  readonly flags: readonly OfficialFlag[];
  /** Of the first run, where a result is remembered. */
  readonly msGold: number;
  readonly msPredicted: number;
  /** With several databases: the first one that fails. */
  readonly file?: string;
};

export type OfficialScorer = {
  /**
   * Scores one prediction on one database, or on several of one schema that must all agree. "gold-invalid" says that the
   * gold does not run: the official scripts stop there (Spider) or count 0 (BIRD).
   */
  score(
    files: string | readonly string[],
    goldSql: string,
    predictedSql: string,
  ): Promise<OfficialScore>;
};

/** A scorer from what it does on one database. */
export function officialScorer(
  scoreOn: (file: string, goldSql: string, predictedSql: string) => Promise<OfficialScore>,
): OfficialScorer {
  return {
    async score(files, goldSql, predictedSql) {
      if (typeof files === "string") return scoreOn(files, goldSql, predictedSql);
      let last: OfficialScore | undefined;
      for (const file of files) {
        last = await scoreOn(file, goldSql, predictedSql);
        if (last.verdict === 0) return { ...last, file };
      }
      if (last === undefined) throw new Error("internal: no database to score on");
      return last;
    },
  };
}

/** A score that needs no database. */
export const withoutRun = (verdict: 0 | 1, reason: OfficialReason): OfficialScore => ({
  verdict,
  score: verdict,
  reason,
  flags: [],
  msGold: 0,
  msPredicted: 0,
});

/** A child's answer as a score. */
export const officialScore = (
  { verdict, reason, message, msGold, msPredicted, hasWritten }: TaskScore,
  score: number,
  flags: readonly OfficialFlag[] = [],
): OfficialScore => ({
  verdict,
  score,
  reason,
  ...(message !== undefined && { message }),
  flags: hasWritten ? [...flags, "official-quirk:write"] : flags,
  msGold,
  msPredicted,
});
