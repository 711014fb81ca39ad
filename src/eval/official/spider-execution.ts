/**
 * Modes spider-ex (one database) and spider-ts (all databases of the test suite): Spider's execution accuracy as its
 * official script gives it, steps X1 to X10 of docs/evaluation.md. Knows no file of predictions.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import {
  type OfficialFlag,
  officialScore,
  officialScorer,
  type OfficialScorer,
  withoutRun,
} from "./official-score.ts";
import { asksForOrder, dropDistinct, fixYear, joinOperators, plugValues } from "./rewrite.ts";
import type { ScoreRunner } from "../score-runner.ts";

export type SpiderOptions = {
  /** The word DISTINCT and further statements are left in place (`--keep_distinct` of the script). */
  readonly keepDistinct?: boolean;
  /** "value" in predictions becomes 1, as the script has it. */
  readonly rewriteValue?: boolean;
  /** Of each statement. The script's own limit of 60 s never fires. */
  readonly timeoutMs?: number;
};

/** Scores on one file, or on all files of a test suite. */
export function createSpiderScorer(
  runner: ScoreRunner,
  { keepDistinct = false, rewriteValue = true, timeoutMs = 60_000 }: SpiderOptions = {},
): OfficialScorer {
  const rewrite = (sql: string) =>
    keepDistinct ? joinOperators(sql) : dropDistinct(joinOperators(sql));
  return officialScorer(async (file, goldText, predictedText) => {
    if (goldText.trim() === "") return withoutRun(0, "gold-invalid");
    if (predictedText.trim() === "") return withoutRun(0, "official-crash");
    const plugged = rewriteValue ? plugValues(predictedText) : predictedText;
    const goldSql = rewrite(goldText.trim());
    const predictedSql = rewrite(plugged.trim());
    const flags: OfficialFlag[] = [];
    if (plugged !== predictedText) flags.push("official-quirk:value");
    if (!keepDistinct && holdsMore(plugged, predictedSql)) flags.push("official-quirk:statement");
    const score = await runner.run(
      {
        mode: "spider",
        file,
        goldSql: fixYear(goldSql),
        predictedSql: fixYear(predictedSql),
        isOrdered: asksForOrder(goldSql),
      },
      timeoutMs,
    );
    return officialScore(score, score.verdict, flags);
  });
}

/** Whether more than the first statement's end was dropped from a text. */
function holdsMore(sql: string, first: string): boolean {
  const statements = (text: string) =>
    text.split(";").findLastIndex((statement) => statement.trim() !== "");
  return statements(sql) > statements(first);
}

/** All databases of a test suite's folder, in the order of their names. */
export const testSuiteFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".sqlite"))
    .sort()
    .map((name) => join(folder, name));
