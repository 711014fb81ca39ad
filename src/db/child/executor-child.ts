/** Entry of a child process of the executor: runs one statement for each task. */
import type { RunResult, RunTask } from "../run-result.ts";
import { runSql } from "./run-sql.ts";
import { serveTasks } from "./serve-tasks.ts";

serveTasks(({ file, sql, limits }: RunTask): RunResult => runSql(file, sql, limits));
