import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { TrainConfig, TrainEvent } from "./config.ts";
import { startTraining, type TrainJob } from "./start.ts";

const modelFile = process.env.T2S_MODEL_FILE ?? "";
const folder = mkdtempSync(join(tmpdir(), "t2s-start-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const jobAt = (name: string): TrainJob => ({
  modelFile,
  config: {
    rank: 2,
    alpha: 4,
    dropout: 0,
    targetModules: ["q_proj"],
    tunedLayers: 0,
    learningRate: 1e-3,
    optimizer: "scaled-adamw",
    averagedShare: 0,
    warmupSteps: 0,
    weightDecay: 0,
    maxGradNorm: 1,
    epochs: 1000,
    batchSize: 2,
    gradAccumSteps: 1,
    maxSeqLen: 0,
    longExamples: "stop",
    maxSteps: 0,
    maxMinutes: 0,
    mode: "checkpoint",
    precision: "float32",
    threads: 2,
    seed: 1,
    checkpointEverySteps: 1,
  },
  texts: [{ prefix: "Table t(a)\n", suffix: "All of a?\n", completion: "SELECT a FROM t" }],
  runFolder: join(folder, name),
  runHash: name,
});

test("an error of the worker keeps its code", async () => {
  const job = { ...jobAt("none"), texts: [] };
  await expect(startTraining(job, () => {})).rejects.toMatchObject({
    name: "UserError",
    code: "data-too-few",
  });
});

test("a signal that is aborted already starts nothing", async () => {
  const signal = AbortSignal.abort(new Error("not today"));
  await expect(startTraining(jobAt("aborted"), () => {}, { signal })).rejects.toThrow("not today");
});

describe.skipIf(modelFile === "")("on the real model (T2S_MODEL_FILE)", () => {
  test("a forecast says steps, seconds, bytes and mode, and nothing is written", async () => {
    const events: TrainEvent[] = [];
    const job = jobAt("forecast");
    expect(
      await startTraining(job, (event) => events.push(event), { forecastOnly: true }),
    ).toBeNull();
    expect(events).toEqual([
      {
        type: "forecast",
        steps: 1000,
        seconds: expect.any(Number),
        bytes: expect.any(Number),
        mode: "checkpoint",
        precision: "float32",
        tokensPerStep: expect.any(Number),
      },
    ]);
    expect(readdirSync(folder)).not.toContain("forecast");
  });

  test("a bound in minutes or in steps cuts the steps to it, to one at least", async () => {
    const forecastWithin = async (bound: Partial<TrainConfig>) => {
      const job = jobAt("bounded");
      const events: TrainEvent[] = [];
      const bounded = { ...job, config: { ...job.config, ...bound } };
      await startTraining(bounded, (event) => events.push(event), { forecastOnly: true });
      const [forecast] = events;
      return forecast.type === "forecast" ? forecast : undefined;
    };
    expect((await forecastWithin({ maxMinutes: 1e-6 }))?.steps).toBe(1);
    expect((await forecastWithin({ maxSteps: 7 }))?.steps).toBe(7);
    const inMinutes = await forecastWithin({ maxMinutes: 0.2 });
    expect(inMinutes?.steps).toBeLessThan(1000);
    expect(inMinutes?.seconds).toBeLessThanOrEqual(12);
  });

  test("an abort lets the step end, keeps it in a checkpoint and rejects with the signal's reason", async () => {
    const job = jobAt("stopped");
    const rarely = { ...job, config: { ...job.config, checkpointEverySteps: 1000 } };
    const abort = new AbortController();
    const events: string[] = [];
    const onEvent = (event: TrainEvent) => {
      events.push("step" in event ? `${event.type} ${event.step}` : event.type);
      if (event.type === "step-end" && event.step === 2) abort.abort(new Error("stopped"));
    };
    await expect(startTraining(rarely, onEvent, { signal: abort.signal })).rejects.toThrow(
      "stopped",
    );
    const last = events.at(-1)?.split(" ")[1];
    expect(events.at(-1)).toBe(`checkpoint-end ${last}`);
    expect(events.at(-2)).toBe(`step-end ${last}`);
    expect(readdirSync(join(job.runFolder, "checkpoints"))).toEqual([
      `step-${last?.padStart(6, "0")}.safetensors`,
    ]);
  });
});
