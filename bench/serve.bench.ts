/**
 * Milliseconds a question of a real service over HTTP (ours) and what of them was the model's (theirs); the rest of what
 * `t2s bench serve` measures stands in the conditions. Needs a finished demo: `npm start -- --no-serve`. Arguments: its
 * folder ("demo"), the number of questions (40).
 */
import { resolve } from "node:path";
import { benchServe } from "../src/cli/bench-serve.ts";
import { benchQuestions } from "../src/cli/commands/bench.ts";
import { projectAt } from "../src/pipeline/project.ts";
import { PROGRAM } from "../test/fixtures/program.ts";
import type { BenchResult } from "./run.ts";

export const run = ([folder = "demo", questions = "40"]: readonly string[]): Promise<BenchResult> =>
  benchServe({
    program: PROGRAM,
    folder: resolve(folder),
    questions: benchQuestions(projectAt(resolve(folder)), Number(questions)),
    clients: [1, 2, 4, 8, 16, 32],
    onProgress: (done, total, label) =>
      done % 20 === 0 && console.error(`${label}: ${done} of ${total}`),
  });
