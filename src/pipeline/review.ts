/** The review of a project's pairs: what there is to look at, and decisions applied when pairs are cleaned. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../base/errors.ts";
import { readJsonLines } from "../base/files.ts";
import type { Rejection } from "../data/clean.ts";
import type { Example } from "../data/example.ts";
import type { CheckedPair } from "../data/pairs.ts";
import { applyDecisions, type Reviewed } from "../data/review/apply.ts";
import { appendDecision, type Decision, readDecisions } from "../data/review/decisions.ts";
import { checkDecisions, type Ran } from "../data/review/file.ts";
import type { ReviewItem, ReviewPairs } from "../data/review/queue.ts";
import type { Project } from "./project.ts";
import type { StageContext } from "./run.ts";
import { withDatabase } from "./stages/data.ts";
import { loadDatabase } from "./stages/schema.ts";
import { finishCheckout } from "./versions/restore.ts";

/** What someone decides about the pair that they look at; `content` says which one that was. */
export type Given = Omit<Decision, "at">;

/**
 * Takes one decision on one of `items`, checked as a line of a review file is. `run` executes a fix's SQL. Raises not-found where there is no
 * such pair, data-invalid for a decision that cannot be used.
 */
export async function decide(
  project: Project,
  items: readonly ReviewItem[],
  given: Given,
  run: (sql: string) => Promise<Ran>,
): Promise<void> {
  const pair = items.find(({ example }) => example.id === given.id)?.example;
  if (pair === undefined) throw new UserError("not-found", `there is no pair ${given.id}`);
  const { question, sql } = pair;
  const { decisions, broken } = await checkDecisions(
    [{ line: 1, cells: { question, sql, ...given } }],
    items,
    (sqls) => Promise.all(sqls.map(run)),
    new Date().toISOString(),
  );
  if (broken.length > 0)
    throw new UserError("data-invalid", `pair ${given.id}: ${broken[0].problem}`);
  appendDecision(project.reviewFile, decisions[0]);
}

/** Cleaned pairs, those set aside, and what was decided. Raises `not-found` when there are none. */
export function readReview({ project }: StageContext): ReviewPairs {
  finishCheckout(project);
  const fileOf = (name: string) => join(project.cleanFolder, `${name}.jsonl`);
  const missing = ["train", "dev", "test", "rejected"].find((name) => !existsSync(fileOf(name)));
  if (missing !== undefined)
    throw new UserError(
      "not-found",
      `there are no pairs to review (${fileOf(missing)}); run \`t2s data generate\` first`,
    );
  return {
    kept: ["train", "dev", "test"].flatMap((name) => readJsonLines<Example>(fileOf(name))),
    rejected: readJsonLines<Rejection>(fileOf("rejected")),
    decisions: readDecisions(project.reviewFile),
  };
}

/** Applies what was decided to pairs as they were made, and says what could not be. */
export async function applyReview(
  context: StageContext,
  pairs: readonly CheckedPair[],
): Promise<Reviewed> {
  const decisions = readDecisions(context.project.reviewFile);
  const database = await loadDatabase(context);
  const reviewed = await withDatabase(context, (run) =>
    applyDecisions(pairs, decisions, { database, run }),
  );
  const listOf = (ids: readonly string[]) =>
    `${ids.slice(0, 5).join(", ")}${ids.length > 5 ? ", …" : ""}`;
  const { changed, gone } = reviewed;
  if (changed.length > 0)
    context.progress.note(
      `  review: ${changed.length} decisions are about pairs that are others now, and not applied: ${listOf(changed)}`,
    );
  if (gone.length > 0)
    context.progress.note(
      `  review: ${gone.length} decisions are about pairs that are not there: ${listOf(gone)}`,
    );
  return reviewed;
}
