/**
 * Stage `baseline`: what the untuned model answers, and the untuned model with solved examples in its prompt, fixed or
 * nearest to the question: what one would otherwise do. Which and how many is chosen on dev; test is only reported.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readJson, readJsonLines, writeJson } from "../../base/files.ts";
import { sha256OfFile } from "../../base/hash.ts";
import { Rng } from "../../base/rng.ts";
import type { Example } from "../../data/example.ts";
import { createExecutor } from "../../db/executor.ts";
import { type Evaluation, evaluateModel } from "../../eval/evaluate.ts";
import { oneAnswer } from "../../predict/decoding.ts";
import type { ExampleChoice } from "../../predict/examples.ts";
import type { Predict } from "../../predict/predict.ts";
import { type BaseModel, baseModelOf, linkInputs, promptInputs } from "../model.ts";
import { openModel } from "../predictor.ts";
import type { Stage, StageContext } from "../run.ts";
import { databaseOf, loadDatabase } from "./schema.ts";

export type Baseline = {
  readonly base: Evaluation;
  readonly fewShot: Evaluation;
  readonly fewShotCount: number;
  /** The same for every question, or those nearest to it. */
  readonly fewShotHow: ExampleChoice["how"];
};

/** Dev questions that the choice is made on; more would take longer than they tell. */
const DEV_QUESTIONS = 12;

/** As predict.examples has it. */
const valueOf = ({ how, count }: ExampleChoice): string =>
  count === 0 ? "none" : `${how}:${count}`;

const textOf = ({ how, count }: ExampleChoice): string =>
  how === "fixed" ? `${count} solved examples` : `the ${count} nearest solved examples`;

/** Relative to the project folder. */
export const BASELINE_FILE = "runs/baseline/baseline.json";
const fileOf = (context: StageContext) => join(context.project.folder, BASELINE_FILE);

export const readBaseline = (context: StageContext): Baseline =>
  readJson<Baseline>(fileOf(context));

export const readSplit = (context: StageContext, split: "train" | "dev" | "test"): Example[] =>
  readJsonLines<Example>(join(context.project.cleanFolder, `${split}.jsonl`));

/** Scores a model on examples, with progress. */
export async function scoreModel(
  context: StageContext,
  predict: Predict,
  examples: readonly Example[],
  label: string,
): Promise<Evaluation> {
  const executor = createExecutor({ workers: 2 });
  try {
    const { dialect, tables } = await loadDatabase(context);
    return await evaluateModel(examples, predict, {
      executor,
      databaseFile: databaseOf(context),
      dialect,
      tables,
      maxTokens: context.config["eval.maxTokens"],
      timeoutMs: context.config["eval.timeoutMs"],
      signal: context.signal,
      onProgress: (done, total) => context.progress.update(done, total, label),
    });
  } finally {
    await executor.close();
  }
}

async function score(
  context: StageContext,
  base: BaseModel,
  shown: string,
  examples: readonly Example[],
  label: string,
): Promise<Evaluation> {
  const model = await openModel(context, base, {
    examples: shown,
    decode: oneAnswer(context.config["predict.decode"]),
  });
  try {
    return await scoreModel(context, model.predict, examples, label);
  } finally {
    await model.close();
  }
}

export const baselineStage: Stage = {
  name: "baseline",
  help: "measures the untuned model, alone and with solved examples",
  async inputs(context) {
    const { config, project } = context;
    const hashOf = async (file: string) => (existsSync(file) ? sha256OfFile(file) : null);
    const hashOfSplit = (name: string) => hashOf(join(project.cleanFolder, name));
    return {
      model: config.model,
      fewShot: config["eval.fewShot"],
      kinds: ["fixed", "nearest"],
      maxTokens: config["eval.maxTokens"],
      bind: config["predict.bind"],
      complete: config["predict.complete"],
      decode: oneAnswer(config["predict.decode"]),
      repair: config["predict.repair"],
      ...linkInputs(config),
      snapshot: await hashOf(project.snapshotFile),
      prompt: promptInputs(context),
      train: await hashOfSplit("train.jsonl"),
      dev: await hashOfSplit("dev.jsonl"),
      test: await hashOfSplit("test.jsonl"),
    };
  },
  async run(context) {
    const base = await baseModelOf(context);
    const [dev, test] = (["dev", "test"] as const).map((split) => readSplit(context, split));
    const devSample = new Rng(context.config["data.seed"])
      .shuffle(dev.filter(({ kind }) => kind === "answer"))
      .slice(0, DEV_QUESTIONS);
    const most = context.config["eval.fewShot"];
    const counts = [...new Set([Math.ceil(most / 2), most])].filter((count) => count > 0);
    const choices: ExampleChoice[] = [
      ...counts.map((count) => ({ how: "fixed", count }) as const),
      ...counts.slice(0, 1).map((count) => ({ how: "nearest", count }) as const),
    ];
    let [best, bestRight]: [ExampleChoice, number] = [{ how: "fixed", count: 0 }, -1];
    for (const choice of choices) {
      const label = `${textOf(choice)}, dev`;
      const { items } = await score(context, base, valueOf(choice), devSample, label);
      const right = items.filter((item) => item.verdict === 1).length;
      if (right > bestRight) [best, bestRight] = [choice, right];
    }
    const zeroShot = await score(context, base, "none", test, "no solved example, test");
    const fewShot = await score(context, base, valueOf(best), test, `${textOf(best)}, test`);
    const result: Baseline = {
      base: zeroShot,
      fewShot,
      fewShotCount: best.count,
      fewShotHow: best.how,
    };
    writeJson(fileOf(context), result);
    const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
    return {
      outputs: [BASELINE_FILE],
      summary: `EX ${percent(zeroShot.metrics.ex)} alone, ${percent(fewShot.metrics.ex)} with ${textOf(best)} (n = ${zeroShot.metrics.n})`,
    };
  },
};
