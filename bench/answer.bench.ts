/**
 * Seconds to answer and score the company's test questions with the tuned model: eight at a time (ours) against one at a
 * time (theirs), in one run. Needs the demo's adapter: run `npm start -- --no-serve` first.
 */
import { existsSync } from "node:fs";
import { silent } from "../src/base/progress.ts";
import { readConfig } from "../src/pipeline/config.ts";
import { openBaseModel } from "../src/pipeline/model.ts";
import { adapterFileOf, openModel } from "../src/pipeline/predictor.ts";
import { projectAt } from "../src/pipeline/project.ts";
import { readSplit, scoreModel } from "../src/pipeline/stages/baseline.ts";
import type { BenchResult } from "./run.ts";

const QUESTIONS = 120;

export async function run([folder = "demo"]: readonly string[]): Promise<BenchResult> {
  const project = projectAt(folder);
  if (!existsSync(project.cleanFolder))
    throw new Error(`there is no finished demo in ${folder}: run npm start -- --no-serve first`);
  const context = { project, config: readConfig(project.folder), progress: silent };
  const base = await openBaseModel(context.config.model, silent);
  const adapterFile = await adapterFileOf(context);
  const questions = readSplit(context, "test")
    .filter(({ kind }) => kind === "answer")
    .slice(0, QUESTIONS);
  const timed = async (sequences: number) => {
    const model = await openModel(context, base, { adapterFile, sequences });
    const startedMs = performance.now();
    const { metrics } = await scoreModel(context, model.predict, questions, "");
    await model.close();
    return { seconds: (performance.now() - startedMs) / 1000, ex: metrics.ex };
  };
  const batched = await timed(context.config["eval.sequences"]);
  const single = await timed(1);
  return {
    ours: batched.seconds,
    theirs: single.seconds,
    ratio: single.seconds / batched.seconds,
    unit: `seconds for ${questions.length} questions`,
    conditions: {
      ours: `${context.config["eval.sequences"]} questions at a time`,
      theirs: "one at a time",
      exBatched: batched.ex,
      exSingle: single.ex,
      threads: context.config["eval.threads"],
      prefixState: "kept on disk from the first run on",
    },
  };
}
