/** Entry of a child process that scores pairs of gold and prediction, checks golds, and runs statements. */
import { runSql } from "../../db/child/run-sql.ts";
import { serveTasks } from "../../db/child/serve-tasks.ts";
import type { AnyAnswer, AnyTask } from "../score-task.ts";
import { checkSql } from "./check-sql.ts";
import { createResults } from "./results.ts";
import { scoreTask } from "./score.ts";

const results = createResults();
serveTasks<AnyTask, AnyAnswer>((task, step) => {
  if (task.mode === "check") return checkSql(task, step);
  if (task.mode === "run") return runSql(task.file, task.sql, task.limits);
  return scoreTask(task, results, step);
});
