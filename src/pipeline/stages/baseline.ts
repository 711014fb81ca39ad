/**
 * Stage `baseline`: what the untuned model answers, and the untuned model with the best number of solved examples in its
 * prompt: what one would otherwise do. The number is chosen on dev; test is only reported.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readJsonLines, writeJson } from "../../base/files.ts";
import { sha256OfFile } from "../../base/hash.ts";
import { Rng } from "../../base/rng.ts";
import type { Example } from "../../data/example.ts";
import { createExecutor } from "../../db/executor.ts";
import { type Evaluation, evaluateModel } from "../../eval/evaluate.ts";
import { renderAnswer } from "../../prompt/answer.ts";
import { oneAnswer } from "../../predict/decoding.ts";
import type { FewShotExample } from "../../prompt/prompt.ts";
import { type BaseModel, baseModelOf, linkInputs, promptInputs } from "../model.ts";
import { openModel, type OpenModel } from "../predictor.ts";
import type { Stage, StageContext } from "../run.ts";
import { databaseFileOf, loadDatabase } from "./schema.ts";

export type Baseline = {
  readonly base: Evaluation;
  readonly fewShot: Evaluation;
  readonly fewShotCount: number;
};

/** Dev questions that the choice is made on; more would take longer than they tell. */
const DEV_QUESTIONS = 20;

/** Relative to the project folder. */
export const BASELINE_FILE = "runs/baseline/baseline.json";
const fileOf = (context: StageContext) => join(context.project.folder, BASELINE_FILE);

export const readBaseline = (context: StageContext): Baseline =>
  JSON.parse(readFileSync(fileOf(context), "utf8")) as Baseline;

export const readSplit = (context: StageContext, split: "train" | "dev" | "test"): Example[] =>
  readJsonLines<Example>(join(context.project.cleanFolder, `${split}.jsonl`));

/** Scores an open model on examples, with progress. */
export async function scoreModel(
  context: StageContext,
  model: OpenModel,
  examples: readonly Example[],
  label: string,
): Promise<Evaluation> {
  const executor = createExecutor({ workers: 2 });
  try {
    const { tables } = await loadDatabase(context);
    return await evaluateModel(examples, model.predict, {
      executor,
      databaseFile: databaseFileOf(context),
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

/** Solved examples from the training pairs: short answerable ones of different shapes, one refusal among five. */
export function chooseFewShot(
  examples: readonly Example[],
  count: number,
  seed: number,
): FewShotExample[] {
  const shuffled = new Rng(seed).shuffle(examples);
  const byShape = [
    ...new Map(
      shuffled.filter(({ kind }) => kind === "answer").map((example) => [example.shapeId, example]),
    ).values(),
  ];
  const refusals = shuffled.filter(({ kind }) => kind === "refuse").slice(0, Math.floor(count / 5));
  const chosen = [...byShape.slice(0, count - refusals.length), ...refusals];
  return chosen.map((example) => ({ question: example.question, answer: renderAnswer(example) }));
}

async function score(
  context: StageContext,
  base: BaseModel,
  fewShot: readonly FewShotExample[],
  examples: readonly Example[],
  label: string,
): Promise<Evaluation> {
  const model = await openModel(context, base, {
    fewShot,
    decode: oneAnswer(context.config["predict.decode"]),
  });
  try {
    return await scoreModel(context, model, examples, label);
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
      maxTokens: config["eval.maxTokens"],
      bind: config["predict.bind"],
      decode: oneAnswer(config["predict.decode"]),
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
    const [train, dev, test] = (["train", "dev", "test"] as const).map((split) =>
      readSplit(context, split),
    );
    const devSample = new Rng(context.config["data.seed"])
      .shuffle(dev.filter(({ kind }) => kind === "answer"))
      .slice(0, DEV_QUESTIONS);
    const most = context.config["eval.fewShot"];
    const counts = [...new Set([Math.ceil(most / 2), most])].filter((count) => count > 0);
    let best = { count: 0, right: -1 };
    for (const count of counts) {
      const { items } = await score(
        context,
        base,
        chooseFewShot(train, count, context.config["data.seed"]),
        devSample,
        `${count} solved examples, dev`,
      );
      const right = items.filter((item) => item.verdict === 1).length;
      if (right > best.right) best = { count, right };
    }
    const zeroShot = await score(context, base, [], test, "no solved example, test");
    const fewShot = await score(
      context,
      base,
      chooseFewShot(train, best.count, context.config["data.seed"]),
      test,
      `${best.count} solved examples, test`,
    );
    const result: Baseline = { base: zeroShot, fewShot, fewShotCount: best.count };
    writeJson(fileOf(context), result);
    const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
    return {
      outputs: [BASELINE_FILE],
      summary: `EX ${percent(zeroShot.metrics.ex)} alone, ${percent(fewShot.metrics.ex)} with ${best.count} solved examples (n = ${zeroShot.metrics.n})`,
    };
  },
};
