/**
 * The calibration of a tuned model's confidence: fitted on dev when the model is measured, kept in the run's folder, and
 * used wherever questions are answered the same way. Never sees the test split.
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readJson, writeJson } from "../base/files.ts";
import { hashOfJson } from "../base/hash.ts";
import type { ScoredItem } from "../eval/evaluate.ts";
import { type Calibration, fitCalibration, withCalibration } from "../predict/calibrate.ts";
import type { Predict } from "../predict/predict.ts";
import { linkInputs } from "./model.ts";
import type { Config } from "./options.ts";
import type { StageContext } from "./run.ts";
import { runFolderOf } from "./stages/train.ts";

/** In the run's folder. */
export const CALIBRATION_FILE = "calibration.json";

type Kept = {
  readonly calibration: Calibration;
  /** Of the options that answers were given with. */
  readonly answering: string;
};

/** How a project's questions are answered, beside the model. */
export const answeringOptions = (config: Config): object => ({
  bind: config["predict.bind"],
  complete: config["predict.complete"],
  decode: config["predict.decode"],
  repair: config["predict.repair"],
  examples: config["predict.examples"],
  ...linkInputs(config),
});

/** Fits it on the answers to dev questions and writes it; where they are too few there is none, an earlier one neither. */
export async function keepCalibration(
  context: StageContext,
  items: readonly ScoredItem[],
): Promise<Calibration | undefined> {
  const calibration = fitCalibration(
    items.map(({ predictedRefusal, confidence, support, verdict }) => ({
      isRefusal: predictedRefusal !== undefined,
      confidence,
      support,
      isRight: verdict === 1,
    })),
  );
  const file = join(await runFolderOf(context), CALIBRATION_FILE);
  if (calibration === undefined) {
    rmSync(file, { force: true });
    return undefined;
  }
  const kept: Kept = { calibration, answering: hashOfJson(answeringOptions(context.config)) };
  writeJson(file, kept);
  return calibration;
}

/** With the probability of being right where the run has a calibration for answers given this way, else as it is. */
export async function calibrated(context: StageContext, predict: Predict): Promise<Predict> {
  const file = join(await runFolderOf(context), CALIBRATION_FILE);
  if (!existsSync(file)) return predict;
  const { calibration, answering } = readJson<Kept>(file);
  return answering === hashOfJson(answeringOptions(context.config))
    ? withCalibration(predict, calibration)
    : predict;
}
