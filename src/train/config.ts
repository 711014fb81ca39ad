import type { Precision } from "../engine/index.ts";

/** Everything that a training run can be told, as plain data. Defaults and help texts stand in pipeline/options.ts. */
export type TrainConfig = {
  readonly rank: number;
  readonly alpha: number;
  readonly dropout: number;
  readonly targetModules: readonly string[];
  /** So many of the last layers are trained. 0 = all. */
  readonly tunedLayers: number;
  /** "scaled-adamw" preconditions the gradients of each low-rank pair by one another. */
  readonly optimizer: "scaled-adamw" | "adamw";
  /** Peak learning rate, reached after `warmupSteps`, then a cosine down to a tenth, or the same until the end where weights are averaged. */
  readonly learningRate: number;
  /** The share of the last steps whose weights' mean is the adapter; 0 = the last weights are. */
  readonly averagedShare: number;
  readonly warmupSteps: number;
  readonly weightDecay: number;
  readonly maxGradNorm: number;
  readonly epochs: number;
  /** Questions of one schema in one forest. */
  readonly batchSize: number;
  readonly gradAccumSteps: number;
  /** Longest text in tokens, its prefix included. 0 = what the model reads. */
  readonly maxSeqLen: number;
  /** What becomes of longer texts: the run stops before its first step, or goes on without them. */
  readonly longExamples: "stop" | "drop";
  /** Upper bound of the optimiser steps. 0 = no bound. */
  readonly maxSteps: number;
  /** Upper bound of the training time in minutes: the forecast sets the steps by it, after the warm-up the speed so far, half-way more where they fit, and at the end none beyond it. 0 = no bound. */
  readonly maxMinutes: number;
  /** "auto" keeps activations when the forecast fits into free memory. */
  readonly mode: "auto" | "checkpoint" | "keep";
  /** "int8" is taken where the processor multiplies bytes without overflow. */
  readonly precision: Precision;
  readonly threads: number;
  readonly seed: number;
  readonly checkpointEverySteps: number;
};

/** One training text in the three parts that matter: shared, own, and learnt. */
export type TrainText = {
  /** The example's name in messages. */
  readonly id?: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly completion: string;
};

/** What happens during training, in the order in which it happens. */
export type TrainEvent =
  | {
      readonly type: "examples-dropped";
      readonly ids: readonly string[];
      readonly of: number;
      readonly maxTokens: number;
    }
  | {
      readonly type: "forecast";
      readonly steps: number;
      readonly seconds: number;
      readonly bytes: number;
      readonly mode: "checkpoint" | "keep";
      readonly precision: Precision;
      readonly tokensPerStep: number;
    }
  | { readonly type: "resume"; readonly step: number }
  /** Other than was forecast: what fits into the bound in minutes at the speed so far. */
  | { readonly type: "steps-changed"; readonly steps: number }
  | {
      readonly type: "step-end";
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      readonly lr: number;
      readonly gradNorm: number;
      readonly tokens: number;
      readonly ms: number;
    }
  | { readonly type: "checkpoint-end"; readonly step: number };
