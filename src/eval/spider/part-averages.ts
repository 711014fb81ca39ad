/**
 * The table of part scores that the official script prints: accuracy, recall and F1 of each part over many items. Knows
 * no statement. (test-suite-sql-eval, evaluation.py)
 */
import { type Part, PARTS, type PartScore, type PartScores } from "./compare.ts";

export type PartAverage = {
  /** Mean score of the items whose prediction has the part; 0 without any. */
  readonly accuracy: number;
  /** Mean score of the items whose gold has the part; 0 without any. */
  readonly recall: number;
  /** Harmonic mean of the two; 1 where both are 0, as the script prints it. */
  readonly f1: number;
};

/** Averages of all ten parts. Items that were not compared are to be left out by the caller. */
export function averageParts(items: readonly PartScores[]): Readonly<Record<Part, PartAverage>> {
  const averages = PARTS.map((part) => [part, averageOf(items.map((scores) => scores[part]))]);
  return Object.fromEntries(averages) as Record<Part, PartAverage>;
}

function averageOf(scores: readonly PartScore[]): PartAverage {
  const accuracy = mean(scores.filter(({ predictedTotal }) => predictedTotal > 0));
  const recall = mean(scores.filter(({ goldTotal }) => goldTotal > 0));
  const sum = accuracy + recall;
  return { accuracy, recall, f1: sum === 0 ? 1 : (2 * accuracy * recall) / sum };
}

const mean = (scores: readonly PartScore[]): number =>
  scores.length === 0 ? 0 : scores.reduce((sum, { score }) => sum + score, 0) / scores.length;
