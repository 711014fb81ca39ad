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

/** What the worker is given and what it sends back. */
export type WorkerInput = { readonly job: TrainJob; readonly forecastOnly: boolean };
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

/**
 * Trains, or with `forecastOnly` sends the forecast and ends. Rejects with the worker's UserError (training-diverged,
 * memory, model-unsupported, …) or with the signal's reason; checkpoints stay.
 */
export function startTraining(
  job: TrainJob,
  onEvent: (event: TrainEvent) => void,
  options: { readonly forecastOnly: true; readonly signal?: AbortSignal },
): Promise<null>;
export function startTraining(
  job: TrainJob,
  onEvent: (event: TrainEvent) => void,
  options?: { readonly signal?: AbortSignal },
): Promise<TrainResult>;
export function startTraining(
  job: TrainJob,
  onEvent: (event: TrainEvent) => void,
  options: { readonly forecastOnly?: boolean; readonly signal?: AbortSignal } = {},
): Promise<TrainResult | null> {
  const input: WorkerInput = { job, forecastOnly: options.forecastOnly === true };
  const worker = new Worker(workerFile(), { workerData: input });
  return new Promise((resolve, reject) => {
    const stop = () => {
      void worker.terminate();
      reject(options.signal?.reason);
    };
    if (options.signal?.aborted) return stop();
    options.signal?.addEventListener("abort", stop, { once: true });
    worker.on("message", (message: WorkerMessage) => {
      if (message.type === "event") onEvent(message.event);
      else if (message.type === "result") resolve(message.result);
      else
        reject(
          message.code
            ? new UserError(message.code, message.message)
            : Object.assign(new Error(message.message), { stack: message.stack }),
        );
    });
    worker.on("error", reject);
    worker.on("exit", (code) => {
      options.signal?.removeEventListener("abort", stop);
      reject(new Error(`the training worker ended early with status ${code}`));
    });
  });
}
