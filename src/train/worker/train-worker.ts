/** The worker thread of a training run: reads the job, trains, sends events and the result. */
import { parentPort, workerData } from "node:worker_threads";
import { assert, messageOf, UserError } from "../../base/errors.ts";
import type { WorkerInput, WorkerMessage } from "../start.ts";
import { trainLora } from "../train.ts";

assert(parentPort, "the training worker is started as a worker thread");
const port = parentPort;
const send = (message: WorkerMessage) => port.postMessage(message);
const { job, forecastOnly, stop } = workerData as WorkerInput;
const shouldStop = () => Atomics.load(stop, 0) === 1;

try {
  send({
    type: "result",
    result: await trainLora(job, (event) => send({ type: "event", event }), {
      forecastOnly,
      shouldStop,
    }),
  });
} catch (error) {
  send({
    type: "error",
    code: error instanceof UserError ? error.code : undefined,
    message: messageOf(error),
    stack: error instanceof Error ? error.stack : undefined,
  });
}
