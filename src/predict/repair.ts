/**
 * One more round for answers that cannot run: the question again, with the statement and what the database says against
 * it. Knows no model; executes read-only.
 */
import { UserError } from "../base/errors.ts";
import type { RunFailure, RunResult } from "../db/run-result.ts";
import type { Answer } from "../prompt/answer.ts";
import type { Message } from "../prompt/prompt.ts";
import type { Database } from "../schema/schema.ts";
import { unknownNames } from "../sql/names.ts";
import { type FirstAnswer, firstOf } from "./first-answer.ts";

/** What speaks against each answer, in the database's words; nothing where it runs or refuses. */
export type FindProblems = (answers: readonly Answer[]) => Promise<(string | undefined)[]>;

/** Another statement would not be quicker or smaller for being told so. */
const NO_PROBLEMS: readonly RunFailure[] = ["timeout", "too-large"];
const MOST_CHARACTERS = 200;

/** Most tokens that a second round adds to the first's prompt, beside the answer: the message and its chat frame. */
export const REPAIR_TOKENS = 160;

/** Built once per database; `run` executes statements on it, read-only and within limits. */
export function createProblemFinder(
  { dialect, tables }: Database,
  run: (sqls: readonly string[]) => Promise<RunResult[]>,
): FindProblems {
  /** SQLite takes an unknown name in double quotes for a text. */
  const unknownIn = (sql: string): string | undefined => {
    const unknown = unknownNames(sql, dialect, tables);
    const table = unknown?.tables[0];
    if (table !== undefined) return `no such table: ${table}`;
    const column = unknown?.columns[0];
    return column === undefined ? undefined : `no such column: ${column}`;
  };
  return async (answers) => {
    const sqls = answers.map((answer) => (answer.kind === "answer" ? answer.sql : "SELECT 1"));
    const results = await run(sqls);
    return results.map((result, i) => {
      const refused = result.ok || NO_PROBLEMS.includes(result.reason) ? undefined : result.message;
      return (unknownIn(sqls[i]) ?? refused)?.slice(0, MOST_CHARACTERS);
    });
  };
}

/** The turns that follow the question in the second round. */
const repliesTo = (sql: string, problem: string): readonly Message[] => [
  { role: "assistant", content: sql },
  { role: "user", content: `The database says: ${problem}. Write the SELECT so that it runs.` },
];

type Repairable = FirstAnswer & { readonly tokens: number; readonly first?: FirstAnswer };

/** Asks again, the turns after each question in the same order. */
type AskAgain<T> = (
  predictions: readonly T[],
  replies: readonly (readonly Message[])[],
) => Promise<T[]>;

/**
 * The predictions, those that cannot run replaced by a second answer that runs; where there is none, the first stays: a
 * small model that is told of a mistake refuses any question (docs/log.md). Tokens and time are of both. Raises what asking raises, but for a second round that does not fit.
 */
export async function repaired<T extends Repairable>(
  predictions: readonly T[],
  findProblems: FindProblems,
  askAgain: AskAgain<T>,
): Promise<T[]> {
  const all = [...predictions];
  const problems = await findProblems(predictions.map(({ answer }) => answer));
  const failing = all.flatMap((prediction, index) => {
    const problem = problems[index];
    return prediction.answer.kind === "answer" && problem !== undefined
      ? [{ index, prediction, replies: repliesTo(prediction.answer.sql, problem) }]
      : [];
  });
  if (failing.length === 0) return all;
  const second = await askAgain(
    failing.map(({ prediction }) => prediction),
    failing.map(({ replies }) => replies),
  ).catch(noneIfTooLong);
  const left = await findProblems(second.map(({ answer }) => answer));
  for (const [i, after] of second.entries()) {
    const { index, prediction } = failing[i];
    all[index] = {
      ...(after.answer.kind === "answer" && left[i] === undefined ? after : prediction),
      tokens: prediction.tokens + after.tokens,
      ms: prediction.ms + after.ms,
      first: firstOf(prediction),
    };
  }
  return all;
}

function noneIfTooLong(error: unknown): never[] {
  if (error instanceof UserError && error.code === "question-too-long") return [];
  throw error;
}
