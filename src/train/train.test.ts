import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSafetensors } from "../format/safetensors.ts";
import { readRecords } from "../track/metrics.ts";
import type { TrainConfig, TrainEvent, TrainText } from "./config.ts";
import type { TrainJob, TrainResult } from "./start.ts";
import { stepsWithin, trainLora } from "./train.ts";

const modelFile = process.env.T2S_MODEL_FILE ?? "";
const folder = mkdtempSync(join(tmpdir(), "t2s-train-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const prefix =
  "<|im_start|>system\nWrite one SQLite SELECT.\nSinger(id, name, age)\nSong(id, singerId, title, year)<|im_end|>\n<|im_start|>user\n";
const pairs: readonly (readonly [string, string])[] = [
  ["How many singers are there?", "SELECT COUNT(*) FROM Singer"],
  ["Names of all singers", "SELECT name FROM Singer"],
  ["Oldest singer?", "SELECT name FROM Singer ORDER BY age DESC LIMIT 1"],
  ["Songs of 2014", "SELECT title FROM Song WHERE year = 2014"],
  ["Average age", "SELECT AVG(age) FROM Singer"],
  ["Songs per year", "SELECT year, COUNT(*) FROM Song GROUP BY year"],
];
const texts = pairs.map(([question, completion]): TrainText => ({
  prefix,
  suffix: `${question}<|im_end|>\n<|im_start|>assistant\n`,
  completion,
}));

const config: TrainConfig = {
  rank: 4,
  alpha: 8,
  dropout: 0.1,
  targetModules: ["q_proj", "v_proj", "down_proj"],
  tunedLayers: 0,
  learningRate: 1e-3,
  optimizer: "scaled-adamw",
  averagedShare: 0.5,
  warmupSteps: 1,
  weightDecay: 0.01,
  maxGradNorm: 1,
  epochs: 2,
  batchSize: 3,
  gradAccumSteps: 1,
  maxSeqLen: 0,
  longExamples: "stop",
  maxSteps: 0,
  maxMinutes: 0,
  mode: "checkpoint",
  precision: "float32",
  threads: 2,
  seed: 42,
  checkpointEverySteps: 1,
};

const jobAt = (name: string, changes: Partial<TrainConfig> = {}): TrainJob => ({
  modelFile,
  config: { ...config, ...changes },
  texts,
  runFolder: join(folder, name),
  runHash: "a run",
});

type StepEnd = Extract<TrainEvent, { type: "step-end" }>;
const metricsOf = (job: TrainJob) => readRecords<StepEnd>(join(job.runFolder, "metrics.jsonl"));
const checkpointsOf = (job: TrainJob) => readdirSync(join(job.runFolder, "checkpoints")).sort();

async function train(job: TrainJob): Promise<{ result: TrainResult; events: TrainEvent[] }> {
  const events: TrainEvent[] = [];
  const result = await trainLora(job, (event) => void events.push(event));
  if (result === null) throw new Error("no result");
  return { result, events };
}

/** Starts the job in a process of its own and kills it as soon as it has said `type` of the step. */
async function trainAndKill(job: TrainJob, type: TrainEvent["type"], step: number): Promise<void> {
  const jobFile = join(folder, "job.json");
  writeFileSync(jobFile, JSON.stringify(job));
  const entry = fileURLToPath(new URL("../../test/fixtures/train-in-child.ts", import.meta.url));
  const child = spawn(process.execPath, [entry, jobFile], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as TrainEvent;
    if (event.type === type && "step" in event && event.step === step) child.kill("SIGKILL");
  }
  expect(await exited).toEqual([null, "SIGKILL"]);
}

const bytesOf = ({ adapter }: TrainResult) =>
  adapter.pairs.map(({ name, a, b }) => [
    name,
    Buffer.from(a.buffer, a.byteOffset, a.byteLength).toString("base64"),
    Buffer.from(b.buffer, b.byteOffset, b.byteLength).toString("base64"),
  ]);

describe.skipIf(modelFile === "")("on the real model (T2S_MODEL_FILE)", () => {
  const whole = jobAt("whole");
  let reference: TrainResult;

  beforeAll(async () => {
    ({ result: reference } = await train(whole));
  });

  test("an uninterrupted run does every step once, learns, and keeps its last two checkpoints", () => {
    expect(metricsOf(whole).map(({ step, steps }) => [step, steps])).toEqual([
      [1, 4],
      [2, 4],
      [3, 4],
      [4, 4],
    ]);
    expect(reference.steps).toBe(4);
    expect(reference.lastLoss).toBeLessThan(reference.firstLoss);
    expect(checkpointsOf(whole)).toEqual(["step-000003.safetensors", "step-000004.safetensors"]);
  });

  test("the adapter is the mean of the last half's weights, under a rate that stays", () => {
    const [third, fourth] = checkpointsOf(whole).map((name) => {
      const file = readSafetensors(join(whole.runFolder, "checkpoints", name));
      return reference.adapter.pairs.flatMap((_, i) => [
        file.read(`p.${2 * i}`),
        file.read(`p.${2 * i + 1}`),
      ]);
    });
    const arrays = reference.adapter.pairs.flatMap(({ a, b }) => [a, b]);
    for (const [i, values] of arrays.entries())
      values.forEach((value, k) => expect(value).toBeCloseTo((third[i][k] + fourth[i][k]) / 2, 7));
    expect(third).not.toEqual(fourth);
    expect(metricsOf(whole).map(({ lr }) => lr)).toEqual([1e-3, 1e-3, 1e-3, 1e-3]);
  });

  test("without a mean the adapter is the last weights, under a rate that falls", async () => {
    const job = jobAt("last", { averagedShare: 0 });
    const { result } = await train(job);
    const file = readSafetensors(join(job.runFolder, "checkpoints", "step-000004.safetensors"));
    expect(result.adapter.pairs.flatMap(({ a, b }) => [a, b])).toEqual(
      result.adapter.pairs.flatMap((_, i) => [
        file.read(`p.${2 * i}`),
        file.read(`p.${2 * i + 1}`),
      ]),
    );
    expect(metricsOf(job)[3].lr).toBeCloseTo(1e-4, 12);
  });

  test("a killed run goes on to the same adapter, bit for bit, in whatever mode and threads", async () => {
    const job = jobAt("killed");
    await trainAndKill(job, "step-end", 3);
    const { result, events } = await train(jobAt("killed", { mode: "keep", threads: 1 }));
    expect(events.map(({ type }) => type)).toContain("resume");
    expect(bytesOf(result)).toEqual(bytesOf(reference));
    const same = ({ step, loss, lr, gradNorm }: StepEnd) => [step, loss, lr, gradNorm];
    expect(metricsOf(job).map(same)).toEqual(metricsOf(whole).map(same));
    expect(result.firstLoss).toBe(reference.firstLoss);
  });

  test("a run whose end was reached gives its adapter again without a step", async () => {
    const { result, events } = await train(whole);
    expect(events.map(({ type }) => type)).toEqual(["forecast", "resume"]);
    expect(bytesOf(result)).toEqual(bytesOf(reference));
  });

  test("a run that starts from an adapter goes on with it", async () => {
    const job = { ...jobAt("started", { learningRate: 1e-30 }), start: reference.adapter };
    const { result } = await train(job);
    expect(result.firstLoss).toBeLessThan(reference.firstLoss);
    expect(bytesOf(result)).toEqual(bytesOf(reference));
  });

  test("an adapter of another shape is no start, and the error says both", async () => {
    const job = { ...jobAt("misfit", { rank: 8 }), start: reference.adapter };
    await expect(train(job)).rejects.toMatchObject({
      code: "run-mismatch",
      message: expect.stringMatching(/has rank 4.*wants rank 8.*--train\.start none/s),
    });
  });

  test("a damaged newest checkpoint falls back to the one before, with the same end", async () => {
    const job = jobAt("damaged");
    mkdirSync(join(job.runFolder, "checkpoints"), { recursive: true });
    for (const name of checkpointsOf(whole))
      copyFileSync(
        join(whole.runFolder, "checkpoints", name),
        join(job.runFolder, "checkpoints", name),
      );
    truncateSync(join(job.runFolder, "checkpoints", "step-000004.safetensors"), 100_000);
    const { result, events } = await train(job);
    expect(events).toContainEqual({ type: "resume", step: 3 });
    expect(bytesOf(result)).toEqual(bytesOf(reference));
  });

  test("a learning rate that is far too high stops with an error and leaves the last checkpoint", async () => {
    const job = jobAt("diverged", { learningRate: 1e30, warmupSteps: 0 });
    await expect(train(job)).rejects.toMatchObject({
      code: "training-diverged",
      message: expect.stringContaining("at step 2"),
    });
    expect(checkpointsOf(job)).toEqual(["step-000001.safetensors"]);
    expect(metricsOf(job).map(({ step }) => step)).toEqual([1]);
  });

  test("a killed run keeps to the steps that its minutes were found to allow", async () => {
    const bounded = jobAt("bounded", { epochs: 1000, maxMinutes: 0.1 });
    await trainAndKill(bounded, "checkpoint-end", 1);
    const { result, events } = await train(bounded);
    const changes = events.flatMap((event) =>
      event.type === "steps-changed" ? [event.steps] : [],
    );
    const done = metricsOf(bounded);
    expect(done).toHaveLength(result.steps);
    const plans = [...new Set(done.slice(1).map(({ steps }) => steps))];
    expect(changes.slice(0, plans.length - 1)).toEqual(plans.slice(1));
    expect(changes.at(-1) ?? result.steps).toBe(result.steps);
    const averagedFrom = Math.floor(plans[plans.length - 1] / 2) + 1;
    const times = done.map(({ ms }) => ms);
    for (let step = averagedFrom; step < result.steps; step++)
      expect(stepsWithin(0.1, times.slice(0, step))).toBeGreaterThan(step);
  });

  test("two forests of three accumulated are one forest of six, when nothing is dropped", async () => {
    const losses = async (name: string, changes: Partial<TrainConfig>) => {
      const job = jobAt(name, { ...changes, dropout: 0 });
      await train(job);
      return metricsOf(job).map(({ loss }) => loss);
    };
    const accumulated = await losses("accumulated", { batchSize: 3, gradAccumSteps: 2 });
    const together = await losses("together", { batchSize: 6, gradAccumSteps: 1 });
    expect(accumulated).toHaveLength(2);
    // Float32 sums in another order; 1e-5 is the engine's own tolerance between forests.
    accumulated.forEach((loss, i) =>
      expect(Math.abs(loss - together[i])).toBeLessThan(1e-5 * together[i]),
    );
  });

  test("texts that are longer than the model's context are refused with their number and name", async () => {
    const long: TrainText = { id: "far", prefix: "a ".repeat(9000), suffix: "b", completion: "c" };
    await expect(train({ ...jobAt("long"), texts: [...texts, long] })).rejects.toMatchObject({
      code: "examples-too-long",
      message: expect.stringMatching(/^8,192 tokens .* 1 of 7 examples \(far\); the longest has/),
    });
  });

  test("with a bound and drop, longer texts are left out, said, and the rest is trained", async () => {
    const long: TrainText = { ...texts[0], id: "far", completion: "x ".repeat(500) };
    const events: TrainEvent[] = [];
    const job = jobAt("dropped", { maxSeqLen: 300, longExamples: "drop", epochs: 1 });
    await trainLora({ ...job, texts: [...texts, long] }, (event) => void events.push(event));
    expect(events[0]).toEqual({ type: "examples-dropped", ids: ["far"], of: 7, maxTokens: 300 });
    expect(events.some(({ type }) => type === "step-end")).toBe(true);
  });
});

test("a run without texts is refused", async () => {
  await expect(train({ ...jobAt("none"), texts: [] })).rejects.toMatchObject({
    code: "data-too-few",
  });
});

test("the steps that fit into the minutes count those done, and take the others for median ones", () => {
  expect(stepsWithin(0.5, [9000, 2000, 1000])).toBe(3 + 9);
  expect(stepsWithin(0.1, [9000])).toBe(1);
});
