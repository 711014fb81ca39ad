import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, afterEach, expect, test } from "vitest";
import { adamW } from "../engine/index.ts";
import { loadCheckpoint, saveCheckpoint, type Tensors } from "./checkpoint.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "t2s-checkpoint-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Two parameters, their moments and their mean, all different; `seed` makes others. */
function trained(seed: number): Tensors {
  const array = (offset: number, length: number) =>
    Float32Array.from({ length }, (_, i) => Math.sin(seed * 100 + offset + i));
  const [parameters, m, v, mean] = [0, 10, 20, 30].map((offset) => [
    array(offset, 5),
    array(offset + 5, 3),
  ]);
  return { parameters, moments: { m, v }, mean };
}

function blank(lengths: readonly number[] = [5, 3]): Tensors {
  const zeros = () => lengths.map((length) => new Float32Array(length));
  return { parameters: zeros(), moments: adamW.init(zeros()), mean: zeros() };
}

const save = (step: number, runHash: string = "a") =>
  saveCheckpoint(folder, { step, steps: 9, runHash }, trained(step));
const load = (into: Tensors, runHash: string = "a") => loadCheckpoint(folder, runHash, into);

test("a checkpoint is read back as it was saved, bit for bit", () => {
  save(3);
  const into = blank();
  expect(load(into)).toEqual({ step: 3, steps: 9, runHash: "a" });
  expect(into).toEqual(trained(3));
});

test("the newest two are kept and the newest is read", () => {
  for (const step of [1, 2, 10]) save(step);
  expect(readdirSync(folder).sort()).toEqual([
    "step-000002.safetensors",
    "step-000010.safetensors",
  ]);
  const into = blank();
  expect(load(into)?.step).toBe(10);
  expect(into).toEqual(trained(10));
});

test("no folder and an empty folder mean that there is nothing to go on with", () => {
  const into = blank();
  expect(load(into)).toBeUndefined();
  expect(loadCheckpoint(join(folder, "none"), "a", into)).toBeUndefined();
  expect(into).toEqual(blank());
});

test("another run's checkpoint is not continued, and does not push out this run's", () => {
  save(40, "other");
  save(50, "other");
  const into = blank();
  expect(load(into)).toBeUndefined();
  expect(into).toEqual(blank());
  save(1);
  save(2);
  expect(load(into)?.step).toBe(2);
});

test.each<[string, (path: string) => void]>([
  ["cut short", (path) => truncateSync(path, statSync(path).size - 40)],
  ["empty", (path) => truncateSync(path, 0)],
  ["not a checkpoint", (path) => writeFileSync(path, "x".repeat(1000))],
])("a newest file that is %s falls back to the one before", (_name, damage) => {
  save(1);
  save(2);
  damage(join(folder, "step-000002.safetensors"));
  const into = blank();
  expect(load(into)?.step).toBe(1);
  expect(into).toEqual(trained(1));
});

test("a checkpoint of parameters of another shape is passed over", () => {
  save(1);
  expect(load(blank([5, 4]))).toBeUndefined();
});

test("a checkpoint without a mean is none of a run that takes one, and the other way round nothing is missed", () => {
  saveCheckpoint(folder, { step: 1, steps: 9, runHash: "a" }, { ...trained(1), mean: [] });
  expect(load(blank())).toBeUndefined();
  save(2);
  expect(load({ ...blank(), mean: [] })?.step).toBe(2);
});
