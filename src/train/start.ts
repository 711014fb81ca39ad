/**
 * Starts a training run in a worker thread, because a step blocks the thread that it runs on, and follows its events.
 * Knows no step of the training.
 */
import { Worker } from "node:worker_threads";
import { type ErrorCode, UserError } from "../base/errors.ts";
import type { Adapter } from "../engine/index.ts";
import type { TrainConfig, TrainEvent, TrainText } from "./config.ts";

export type TrainJob = {
  /** The GGUF file that will be served. */
  readonly modelFile: string;
  readonly config: TrainConfig;
  readonly texts: readonly TrainText[];
  /** An adapter to go on with; without one, training starts from nothing. */
  readonly start?: Adapter;
  /** Where metrics.jsonl and checkpoints/ stand. */
  readonly runFolder: string;
  /** Identity of the run: a checkpoint of another is never continued. */
  readonly runHash: string;
};

export type TrainResult = {
  readonly adapter: Adapter;
  readonly steps: number;
  readonly firstLoss: number;
  readonly lastLoss: number;
};

/** What the worker is given and what it sends back. `stop[0]` becomes 1 when it shall end after its step. */
export type WorkerInput = {
  readonly job: TrainJob;
  readonly forecastOnly: boolean;
  readonly stop: Int32Array;
};
export type WorkerMessage =
  | { readonly type: "event"; readonly event: TrainEvent }
  | { readonly type: "result"; readonly result: TrainResult | null }
  | {
      readonly type: "error";
      readonly code?: ErrorCode;
      readonly message: string;
      readonly stack?: string;
    };

/** The worker's file has the extension of this one: .ts from the sources, .js when built. */
const workerFile = (): URL =>
  new URL(
    `./worker/train-worker${import.meta.url.slice(import.meta.url.lastIndexOf("."))}`,
    import.meta.url,
  );

type StartOptions = { readonly forecastOnly?: boolean; readonly signal?: AbortSignal };

/**
 * Trains, or with `forecastOnly` sends the forecast and ends. Rejects with the worker's UserError (training-diverged,
 * memory, model-unsupported, …). An abort lets the step end that is being done, keeps it in a checkpoint and rejects with
 * the signal's reason: ending a thread within native code would take the process with it.
 */
export function startTraining(
  job: TrainJob,
  onEvent: (event: TrainEvent) => void,
  options: StartOptions & { readonly forecastOnly: true },
): Promise<null>;
export function startTraining(
  job: TrainJob,
  onEvent: (event: TrainEvent) => void,
  options?: StartOptions & { readonly forecastOnly?: false },
): Promise<TrainResult>;
export async function startTraining(
  job: TrainJob,
  onEvent: (event: TrainEvent) => void,
  { forecastOnly = false, signal }: StartOptions = {},
): Promise<TrainResult | null> {
  signal?.throwIfAborted();
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const abort = () => void Atomics.store(stop, 0, 1);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    const result = await resultOf({ job, forecastOnly, stop }, onEvent);
    if (result === null) signal?.throwIfAborted();
    return result;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

function resultOf(
  workerData: WorkerInput,
  onEvent: (event: TrainEvent) => void,
): Promise<TrainResult | null> {
  const worker = new Worker(workerFile(), { workerData });
  return new Promise((resolve, reject) => {
    let ending: () => void = () => {};
    worker.on("message", (message: WorkerMessage) => {
      if (message.type === "event") onEvent(message.event);
      else if (message.type === "result") ending = () => resolve(message.result);
      else ending = () => reject(errorOf(message));
    });
    worker.on("error", reject);
    worker.on("exit", (code) => {
      ending();
      reject(new Error(`the training worker ended early with status ${code}`));
    });
  });
}

const errorOf = ({ code, message, stack }: Extract<WorkerMessage, { type: "error" }>): Error =>
  code ? new UserError(code, message) : Object.assign(new Error(message), { stack });
