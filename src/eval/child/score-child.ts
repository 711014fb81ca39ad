/** Entry of a child process that scores pairs of gold and prediction, and checks golds. */
import { serveTasks } from "../../db/child/serve-tasks.ts";
import type { CheckTask, GoldOutcome, ScoreTask, TaskScore } from "../score-task.ts";
import { checkSql } from "./check-sql.ts";
import { createResults } from "./results.ts";
import { scoreTask } from "./score.ts";

const results = createResults();
serveTasks<ScoreTask | CheckTask, TaskScore | GoldOutcome>((task, step) =>
  task.mode === "check" ? checkSql(task, step) : scoreTask(task, results, step),
);
