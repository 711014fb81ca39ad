/**
 * The training loop, the only one: forests in, optimiser steps out, metrics and checkpoints on the way. LoRA on a frozen
 * base; the loss is the mean over all answer tokens of a step, however many forests the step has. Runs in a worker
 * thread (start.ts); knows no database.
 */
import { freemem } from "node:os";
import { join } from "node:path";
import { UserError } from "../base/errors.ts";
import {
  adamW,
  type AdamWState,
  type AdapterConfig,
  addToMean,
  clipByGlobalNorm,
  cosineWithWarmup,
  createLoraModel,
  forecast,
  type Forest,
  isInt8Exact,
  type LoraModel,
  type LoraModelOptions,
  measureSpeed,
  readLlamaConfig,
  precondition,
} from "../engine/index.ts";
import type { GgufFile } from "../format/gguf-file.ts";
import { openGguf } from "../format/gguf.ts";
import { createTokenizer } from "../tokenizer/tokenizer.ts";
import { appendRecord, keepRecords, readRecords } from "../track/metrics.ts";
import { countTokens, encodeTexts, type EncodedTexts, planEpoch } from "./batch.ts";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import type { TrainConfig, TrainEvent } from "./config.ts";
import type { TrainJob, TrainResult } from "./start.ts";

type Emit = (event: TrainEvent) => void;
type StepEnd = Extract<TrainEvent, { type: "step-end" }>;

export type TrainOptions = {
  readonly forecastOnly?: boolean;
  /** Asked before every step; true ends the run with a checkpoint of what is done. */
  readonly shouldStop?: () => boolean;
};

/**
 * Trains from the newest checkpoint of this run, or from the start; null when it was stopped or only forecast. Raises
 * training-diverged, memory, schema-too-long, examples-too-long, data-too-few.
 */
export async function trainLora(
  job: TrainJob,
  emit: Emit,
  { forecastOnly = false, shouldStop = () => false }: TrainOptions = {},
): Promise<TrainResult | null> {
  if (job.texts.length === 0) throw new UserError("data-too-few", "there is no training pair");
  const weights = openGguf(job.modelFile);
  try {
    const data = encode(job, weights, emit);
    const { mostSteps, ...plan } = await planRun(data, job.config, weights);
    emit({ type: "forecast", ...plan });
    if (forecastOnly) return null;
    const model = await createLoraModel({
      weights,
      adapter: firstAdapter(job),
      mode: plan.mode,
      precision: plan.precision,
      threads: job.config.threads,
      tunedLayers: job.config.tunedLayers || undefined,
    });
    try {
      return await runSteps(job, model, data, { steps: plan.steps, mostSteps, emit, shouldStop });
    } finally {
      await model.close();
    }
  } finally {
    weights.close();
  }
}

/** The adapter to go on with, under this run's dropout, or the shape of a new one. Raises run-mismatch. */
function firstAdapter({ start, config }: TrainJob): LoraModelOptions["adapter"] {
  const { rank, alpha, dropout, targetModules, seed } = config;
  if (start === undefined) return { rank, alpha, dropout, targetModules, seed };
  const shapeOf = (shape: AdapterConfig) =>
    `rank ${shape.rank}, alpha ${shape.alpha}, modules ${[...shape.targetModules].sort().join(" ")}`;
  const [has, wants] = [start.config, { rank, alpha, dropout, targetModules }].map(shapeOf);
  if (has !== wants)
    throw new UserError(
      "run-mismatch",
      `the adapter to start from has ${has}; the run wants ${wants}. Give the run the same, or --train.start none`,
    );
  return { ...start, config: { ...start.config, dropout } };
}

function encode({ texts, config }: TrainJob, { metadata }: GgufFile, emit: Emit): EncodedTexts {
  const tokenizer = createTokenizer(metadata);
  const contextTokens = Number(
    metadata[`${String(metadata["general.architecture"])}.context_length`] ?? 2048,
  );
  const maxTokens = Math.min(contextTokens, config.maxSeqLen || contextTokens);
  const data = encodeTexts(
    texts,
    (text) => tokenizer.encode(text, { allowSpecial: true }),
    tokenizer.special.eos,
    maxTokens,
    config.longExamples,
  );
  const { dropped: ids } = data;
  if (ids.length > 0) emit({ type: "examples-dropped", ids, of: texts.length, maxTokens });
  return data;
}

type Plan = Omit<Extract<TrainEvent, { type: "forecast" }>, "type"> & {
  /** Steps that passes and `maxSteps` allow, however long they take. */
  readonly mostSteps: number;
};

/** Time, memory and mode, before anything is done; `maxSteps` and `maxMinutes` cut the steps. */
async function planRun(data: EncodedTexts, config: TrainConfig, weights: GgufFile): Promise<Plan> {
  const forests = planEpoch(data, config.batchSize, config.seed, 0);
  const largest = forests.reduce((most, forest) =>
    countTokens(forest).tokens > countTokens(most).tokens ? forest : most,
  );
  const isInt8 = config.precision === "int8" && (await isInt8Exact(config.threads));
  const precision = isInt8 ? "int8" : "float32";
  const speed = await measureSpeed(config.threads);
  const model = readLlamaConfig(weights);
  const forecastOf = (mode: "keep" | "checkpoint") =>
    forecast({
      config: model,
      forestShape: shapeOf(largest),
      mode,
      precision,
      rank: config.rank,
      targetModules: config.targetModules,
      tunedLayers: config.tunedLayers || undefined,
      weights,
      speed,
    });
  const free = freemem();
  const mode =
    config.mode === "auto"
      ? forecastOf("keep").bytes < MEMORY_SHARE * free
        ? "keep"
        : "checkpoint"
      : config.mode;
  const { bytes, secondsPerForest } = forecastOf(mode);
  if (bytes > free)
    throw new UserError(
      "memory",
      `training needs ${(bytes / 1e9).toFixed(1)} GB in mode ${mode}; ${(free / 1e9).toFixed(1)} GB are free`,
    );
  const secondsPerStep = secondsPerForest * config.gradAccumSteps;
  const mostSteps = Math.min(
    config.epochs * Math.ceil(forests.length / config.gradAccumSteps),
    config.maxSteps > 0 ? config.maxSteps : Infinity,
  );
  const fitting = Math.floor((config.maxMinutes * 60) / secondsPerStep);
  const steps = config.maxMinutes > 0 ? Math.max(1, Math.min(fitting, mostSteps)) : mostSteps;
  return {
    mostSteps,
    steps,
    seconds: steps * secondsPerStep,
    bytes,
    mode,
    precision,
    tokensPerStep: countTokens(largest).tokens * config.gradAccumSteps,
  };
}

const shapeOf = (forest: Forest) => ({
  prefixTokens: forest.segments[0].tokenIds.length,
  suffixTokens: forest.segments.slice(1).map(({ tokenIds }) => tokenIds.length),
  lossTokens: countTokens(forest).lossTokens,
});

/** Free memory that "auto" is ready to use for kept activations. */
const MEMORY_SHARE = 0.7;

type Course = {
  readonly steps: number;
  readonly mostSteps: number;
  readonly emit: Emit;
  readonly shouldStop: () => boolean;
};

async function runSteps(
  { config, runFolder, runHash }: TrainJob,
  model: LoraModel,
  data: EncodedTexts,
  { steps: plannedSteps, mostSteps, emit, shouldStop }: Course,
): Promise<TrainResult | null> {
  const checkpoints = join(runFolder, "checkpoints");
  const metricsFile = join(runFolder, "metrics.jsonl");
  const { parameters } = model;
  const moments = adamW.init(parameters);
  const mean = config.averagedShare > 0 ? parameters.map((values) => values.slice()) : [];
  const numbers = { parameters, moments, mean };
  const saved = loadCheckpoint(checkpoints, runHash, numbers);
  let steps = saved?.steps ?? plannedSteps;
  const firstStep = saved?.step ?? 0;
  if (saved) emit({ type: "resume", step: firstStep });
  keepRecords<StepEnd>(metricsFile, (record) => record.step <= firstStep);
  const groups = stepGroups(data, config);
  const bounded = config.maxMinutes > 0;
  const warmedUp = bounded ? Math.max(1, config.warmupSteps) : 0;
  for (let step = 1; step <= steps; step++) {
    const forests = groups.next().value as readonly Forest[];
    if (step <= firstStep) continue;
    if (shouldStop()) return null;
    const event = await runStep(model, moments, forests, { config, step, steps });
    const averaged = stepsAveraged(step, steps, config);
    if (averaged > 0) addToMean(mean, parameters, averaged);
    appendRecord(metricsFile, event);
    emit(event);
    const isHalfWay = bounded && step === steps >> 1;
    if (step === warmedUp || isHalfWay || (bounded && averaged > 0)) {
      const times = readRecords<StepEnd>(metricsFile).map(({ ms }) => ms);
      const fitting = Math.min(mostSteps, stepsWithin(config.maxMinutes, times));
      // Half-way only more; once weights are averaged as many as planned, or this step is the last.
      const ending = fitting > step ? steps : step;
      const changed = averaged > 0 ? ending : isHalfWay ? Math.max(steps, fitting) : fitting;
      if (changed !== steps) emit({ type: "steps-changed", steps: (steps = changed) });
    }
    const isDue =
      step % config.checkpointEverySteps === 0 || step === steps || step === warmedUp || isHalfWay;
    if (!isDue && !shouldStop()) continue;
    saveCheckpoint(checkpoints, { step, steps, runHash }, numbers);
    emit({ type: "checkpoint-end", step });
  }
  const losses = readRecords<StepEnd>(metricsFile).map(({ loss }) => loss);
  if (stepsAveraged(steps, steps, config) > 0)
    parameters.forEach((values, index) => values.set(mean[index]));
  return {
    adapter: model.adapter(),
    steps,
    firstLoss: losses[0],
    lastLoss: losses[losses.length - 1],
  };
}

/** How many steps up to `step` the mean of the weights is of: those of the last share, none of the warm-up. */
function stepsAveraged(
  step: number,
  steps: number,
  { averagedShare, warmupSteps }: TrainConfig,
): number {
  const before = Math.max(1, warmupSteps, Math.floor(steps * (1 - averagedShare)));
  return averagedShare > 0 ? Math.max(0, step - before) : 0;
}

/** Steps that fit into the minutes, those done included, if the others take as long as the median of `times` (ms). */
export function stepsWithin(minutes: number, times: readonly number[]): number {
  const doneMs = times.reduce((sum, ms) => sum + ms, 0);
  const median = times.toSorted((a, b) => a - b)[times.length >> 1];
  return times.length + Math.max(0, Math.floor((minutes * 60_000 - doneMs) / median));
}

/** The forests of each step, epoch after epoch without end. */
function* stepGroups(
  data: EncodedTexts,
  { batchSize, gradAccumSteps, seed }: TrainConfig,
): Generator<readonly Forest[]> {
  for (let epoch = 0; ; epoch++) {
    const forests = planEpoch(data, batchSize, seed, epoch);
    for (let start = 0; start < forests.length; start += gradAccumSteps)
      yield forests.slice(start, start + gradAccumSteps);
  }
}

type StepContext = { readonly config: TrainConfig; readonly step: number; readonly steps: number };

/** One optimiser step over the forests' mean loss. Raises training-diverged before anything is changed. */
async function runStep(
  model: LoraModel,
  moments: AdamWState,
  forests: readonly Forest[],
  { config, step, steps }: StepContext,
): Promise<StepEnd> {
  const startedMs = performance.now();
  const { parameters } = model;
  const counts = forests.map(countTokens);
  const lossTokens = counts.reduce((sum, count) => sum + count.lossTokens, 0);
  const total =
    forests.length === 1 ? undefined : parameters.map((values) => new Float32Array(values.length));
  let lossSum = 0;
  let grads: readonly Float32Array[] = [];
  for (const [index, forest] of forests.entries()) {
    const dropoutSeed =
      config.dropout > 0 ? (config.seed + 1) * 1_000_003 + step * 101 + index : undefined;
    const result = await model.lossAndGrads(forest, { weight: 1 / lossTokens, dropoutSeed });
    lossSum += result.lossSum;
    grads = total ?? result.grads;
    total?.forEach((sum, i) => addInto(sum, result.grads[i]));
  }
  const loss = lossSum / lossTokens;
  const gradNorm = clipByGlobalNorm(grads, config.maxGradNorm);
  if (!Number.isFinite(loss) || !Number.isFinite(gradNorm))
    throw new UserError(
      "training-diverged",
      `at step ${step} the loss is ${loss} and the gradient's norm ${gradNorm}; the last checkpoint is kept`,
    );
  const lr = cosineWithWarmup(step, {
    peak: config.learningRate,
    warmupSteps: config.warmupSteps,
    steps,
    ...(config.averagedShare > 0 && { floor: 1 }),
  });
  if (config.optimizer === "scaled-adamw") precondition(parameters, grads, config.rank);
  adamW.update(parameters, grads, moments, step, { lr, weightDecay: config.weightDecay });
  return {
    type: "step-end",
    step,
    steps,
    loss,
    lr,
    gradNorm,
    tokens: counts.reduce((sum, count) => sum + count.tokens, 0),
    ms: performance.now() - startedMs,
  };
}

function addInto(sum: Float32Array, values: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] += values[i];
}
