/** Entry of a child process that scores pairs of gold and prediction. */
import { serveTasks } from "../../../db/child/serve-tasks.ts";
import type { ScoreTask, TaskScore } from "../score-task.ts";
import { createResults } from "./results.ts";
import { scoreTask } from "./score.ts";

const results = createResults();
serveTasks((task: ScoreTask, step): TaskScore => scoreTask(task, results, step));
