/**
 * The scoring modes by name. One shape for all: a score between 0 and 1 (bird-rves: to 1.118), or null where the item has
 * no valid gold in that mode, and why. What each mode compares: docs/evaluation.md.
 */
import { dirname } from "node:path";
import { UserError } from "../base/errors.ts";
import type { RunsSql } from "../db/executor.ts";
import {
  createBirdExScorer,
  createRewardScorer,
  createSoftF1Scorer,
} from "./official/bird-execution.ts";
import type { Mode } from "./mode-names.ts";
import type { OfficialScorer } from "./official/official-score.ts";
import { isRefusal } from "./refusal.ts";
import type { ScoreRunner } from "./score-runner.ts";
import { createSpiderScorer, testSuiteFiles } from "./official/spider-execution.ts";
import {
  type ForeignKeyMap,
  type PartScores,
  scoreExactMatch,
  type SpiderSchema,
} from "./spider/index.ts";
import { createStrictScorer } from "./strict.ts";

export type ModeScore = {
  /** null: no valid gold. */
  readonly score: number | null;
  readonly reason: string;
  readonly message?: string;
  readonly flags: readonly string[];
  readonly msGold: number;
  readonly msPredicted: number;
  /** Of spider-em: the ten parts. */
  readonly parts?: PartScores;
};

/** What a mode is given: `goldSql` is empty where the question is to be refused. */
export type ModeItem = {
  readonly dbId: string;
  readonly goldSql: string;
  readonly predictedSql: string;
  readonly isToRefuse: boolean;
};

export type ModeScorer = (item: ModeItem) => Promise<ModeScore>;

export type ModeOptions = {
  readonly executor: RunsSql;
  readonly runner: ScoreRunner;
  readonly fileOf: (dbId: string) => string;
  readonly schemaOf: (dbId: string) => SpiderSchema;
  /** For spider-em: the foreign keys of tables.json. */
  readonly foreignKeysOf?: (dbId: string) => ForeignKeyMap;
  /** Of one statement; each mode has its own default. */
  readonly timeoutMs?: number;
};

/** A refusal is wrong in every mode unless the question is to be refused. Raises `usage` where a mode lacks what it needs. */
export function createModeScorer(mode: Mode, options: ModeOptions): ModeScorer {
  const score = scorerOf(mode, options);
  return async (item) => {
    const refused = isRefusal(item.predictedSql);
    if (!item.isToRefuse && !refused) return score(item);
    const isRight = item.isToRefuse && refused;
    const reason = isRight ? "ok-refused" : refused ? "refused" : "not-refused";
    return { score: isRight ? 1 : 0, reason, flags: [], msGold: 0, msPredicted: 0 };
  };
}

function scorerOf(mode: Mode, options: ModeOptions): ModeScorer {
  const { runner, fileOf, timeoutMs } = options;
  const limit = timeoutMs === undefined ? {} : { timeoutMs };
  switch (mode) {
    case "strict":
      return strictScorer(options);
    case "spider-em":
      return exactMatchScorer(options);
    case "spider-ts":
      return official(
        createSpiderScorer(runner, limit),
        (dbId) => testSuiteFiles(dirname(fileOf(dbId))),
        null,
      );
    case "spider-ex":
      return official(createSpiderScorer(runner, limit), fileOf, null);
    case "bird-ex":
      return official(createBirdExScorer(runner, limit), fileOf, 0);
    case "bird-softf1":
      return official(createSoftF1Scorer(runner, limit), fileOf, 0);
    case "bird-rves":
      return official(createRewardScorer(runner, limit), fileOf, 0);
  }
}

/** A gold that does not run: Spider's script stops there, so there is no score; BIRD's counts 0. */
const official =
  (
    scorer: OfficialScorer,
    filesOf: (dbId: string) => string | readonly string[],
    invalidGold: 0 | null,
  ): ModeScorer =>
  async ({ dbId, goldSql, predictedSql }) => {
    const { score, reason, message, flags, msGold, msPredicted } = await scorer.score(
      filesOf(dbId),
      goldSql,
      predictedSql,
    );
    const timed = { reason, message, flags, msGold, msPredicted };
    return { ...timed, score: reason === "gold-invalid" ? invalidGold : score };
  };

function strictScorer({ executor, fileOf, timeoutMs }: ModeOptions): ModeScorer {
  const scorer = createStrictScorer(executor, timeoutMs === undefined ? {} : { timeoutMs });
  return async ({ dbId, goldSql, predictedSql }) => {
    const { verdict, ...rest } = await scorer.score(fileOf(dbId), goldSql, predictedSql);
    return { ...rest, score: rest.reason === "gold-invalid" ? null : verdict };
  };
}

function exactMatchScorer({ schemaOf, foreignKeysOf }: ModeOptions): ModeScorer {
  if (foreignKeysOf === undefined)
    throw new UserError("usage", "mode spider-em needs --tables, the tables.json of the databases");
  return async ({ dbId, goldSql, predictedSql }) => {
    const match = scoreExactMatch(goldSql, predictedSql, schemaOf(dbId), foreignKeysOf(dbId));
    return {
      score: match.reason === "gold-unparsed" ? null : match.verdict,
      reason: match.reason,
      flags: match.hasUnsortableFrom ? ["official-quirk:from"] : [],
      msGold: 0,
      msPredicted: 0,
      ...(match.parts && { parts: match.parts }),
    };
  };
}
