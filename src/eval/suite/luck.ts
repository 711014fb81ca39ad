/** Execution accuracy with and without a suite: how many right answers were right on the given database only. */
import type { RunsSql } from "../../db/executor.ts";
import { createStrictScorer, type StrictScore } from "../strict.ts";

/** A verdict of strict mode over all files of a suite, taken apart. */
export type SuiteVerdict = {
  /** On the given database alone. */
  readonly alone: 0 | 1;
  /** On all databases of the suite. */
  readonly suite: 0 | 1;
};

export type Luck = {
  /** Items with a valid gold. */
  readonly n: number;
  /** Right on the given database. */
  readonly right: number;
  /** Of these, wrong on another database of the suite. */
  readonly lucky: number;
};

/**
 * Both verdicts from one score over `files` (suiteFiles; the copy of the given database first): strict mode names the
 * first file that fails. Undefined where the gold is invalid.
 */
export function suiteVerdict(
  { verdict, reason, file }: StrictScore,
  files: readonly string[],
): SuiteVerdict | undefined {
  if (reason === "gold-invalid") return undefined;
  return { alone: verdict === 1 || file !== files[0] ? 1 : 0, suite: verdict };
}

/** Counts verdicts; undefined ones are left out. */
export function luckOf(verdicts: readonly (SuiteVerdict | undefined)[]): Luck {
  const valid = verdicts.filter((one) => one !== undefined);
  const right = valid.filter(({ alone }) => alone === 1);
  return {
    n: valid.length,
    right: right.length,
    lucky: right.filter(({ suite }) => !suite).length,
  };
}

/** A gold with what was answered; undefined for what is, or was, refused. */
export type SuiteItem = {
  readonly goldSql: string | undefined;
  readonly predictedSql: string | undefined;
  /** The databases of the suite, the copy of the given one first. */
  readonly files: readonly string[];
};

/** Tries answers on all databases of their suites; a verdict for each item, undefined where there is nothing to run. */
export function scoreOnSuites(
  items: readonly SuiteItem[],
  executor: RunsSql,
): Promise<(SuiteVerdict | undefined)[]> {
  const scorer = createStrictScorer(executor);
  return Promise.all(
    items.map(async ({ goldSql, predictedSql, files }) => {
      if (goldSql === undefined) return undefined;
      if (predictedSql === undefined) return { alone: 0, suite: 0 };
      return suiteVerdict(await scorer.score(files, goldSql, predictedSql), files);
    }),
  );
}
