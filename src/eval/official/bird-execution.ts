/**
 * Modes bird-ex, bird-softf1 and bird-rves: BIRD's execution accuracy, soft F1 and reward for fast SQL as its official
 * scripts give them, steps B1 to B4 of docs/evaluation.md. In bird-ex the gold sees what the prediction wrote: never
 * train on it.
 */
import { rewardOf } from "./bird-reward.ts";
import { officialScore, officialScorer, type OfficialScorer } from "./official-score.ts";
import type { ScoreRunner } from "../score-runner.ts";
import type { TaskScore } from "../score-task.ts";

export type BirdOptions = {
  /** Of prediction and gold together. */
  readonly timeoutMs?: number;
};

/** Execution accuracy: equal sets of rows. */
export const createBirdExScorer = (runner: ScoreRunner, options?: BirdOptions): OfficialScorer =>
  birdScorer(runner, ({ verdict }) => verdict, options);

/** Soft F1 of the cells; the verdict is that of execution accuracy. */
export const createSoftF1Scorer = (runner: ScoreRunner, options?: BirdOptions): OfficialScorer =>
  birdScorer(runner, ({ softF1 }) => softF1 ?? 0, options);

const birdScorer = (
  runner: ScoreRunner,
  scoreOf: (score: TaskScore) => number,
  { timeoutMs = 30_000 }: BirdOptions = {},
): OfficialScorer =>
  officialScorer(async (file, goldSql, predictedSql) => {
    const task = { mode: "bird", file, goldSql, predictedSql, totalMs: timeoutMs } as const;
    const score = await runner.run(task, timeoutMs);
    return officialScore(score, scoreOf(score));
  });

export type RewardOptions = {
  /** Times that a right prediction and its gold are run. */
  readonly rounds?: number;
  /** Of all rounds together, divided by their number. */
  readonly timeoutMs?: number;
};

/**
 * The square root of the reward for speed (0 to 1.118), which the headline averages. Depends on the machine and on what
 * else runs there: compare scores of one run only.
 */
export const createRewardScorer = (
  runner: ScoreRunner,
  { rounds = 100, timeoutMs = 30_000 }: RewardOptions = {},
): OfficialScorer =>
  officialScorer(async (file, goldSql, predictedSql) => {
    const task = { mode: "reward", file, goldSql, predictedSql, rounds } as const;
    const score = await runner.run(task, timeoutMs * rounds);
    return officialScore(score, Math.sqrt(rewardOf(score.ratios ?? [])));
  });
