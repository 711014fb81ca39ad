/**
 * A checkpoint: everything that a run needs to go on bit for bit. One safetensors file (parameters and the optimiser's
 * two moments as float32, progress in its metadata), written whole or not at all. The last two are kept.
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { assert } from "../base/errors.ts";
import { readSafetensors, writeSafetensors } from "../format/safetensors.ts";
import type { AdamWState } from "../engine/index.ts";

export type CheckpointState = {
  /** Optimiser steps that are done. */
  readonly step: number;
  /** Hash of config, data and base: another run's checkpoint is never continued. */
  readonly runHash: string;
  /** Planned steps of the whole run: the schedule depends on them. */
  readonly steps: number;
};

const NAME = /^step-(\d+)\.safetensors$/;
const KEPT = 2;

const fileOf = (folder: string, step: number): string =>
  join(folder, `step-${String(step).padStart(6, "0")}.safetensors`);

function stepsIn(folder: string): number[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * Writes a checkpoint and removes all but the last two. `parameters` and the moments share their order. Steps beyond
 * this one are another run's, or damaged: they go, or they would push out what this run writes.
 */
export function saveCheckpoint(
  folder: string,
  state: CheckpointState,
  parameters: readonly Float32Array[],
  moments: AdamWState,
): void {
  const tensors = parameters.flatMap((data, index) => [
    { name: `p.${index}`, shape: [data.length], data },
    { name: `m.${index}`, shape: [data.length], data: moments.m[index] },
    { name: `v.${index}`, shape: [data.length], data: moments.v[index] },
  ]);
  writeSafetensors(fileOf(folder, state.step), tensors, { state: JSON.stringify(state) });
  const steps = stepsIn(folder);
  const kept = steps.filter((step) => step <= state.step).slice(-KEPT);
  for (const step of steps) if (!kept.includes(step)) rmSync(fileOf(folder, step), { force: true });
}

/**
 * Fills parameters and moments from the newest whole checkpoint of this very run; undefined when there is none. A
 * damaged file (a disk that was full or pulled out) is passed over: the one before it gives the same end.
 */
export function loadCheckpoint(
  folder: string,
  runHash: string,
  parameters: readonly Float32Array[],
  moments: AdamWState,
): CheckpointState | undefined {
  for (const step of stepsIn(folder).reverse()) {
    const saved = readCheckpoint(fileOf(folder, step), parameters);
    if (saved?.state.runHash !== runHash) continue;
    saved.parameters.forEach((tensor, index) => {
      parameters[index].set(tensor.p);
      moments.m[index].set(tensor.m);
      moments.v[index].set(tensor.v);
    });
    return saved.state;
  }
  return undefined;
}

type SavedCheckpoint = {
  readonly state: CheckpointState;
  readonly parameters: readonly Readonly<Record<"p" | "m" | "v", Float32Array>>[];
};

/** A checkpoint in full, or undefined when it is damaged or of other parameters. */
function readCheckpoint(path: string, shape: readonly Float32Array[]): SavedCheckpoint | undefined {
  try {
    const file = readSafetensors(path);
    const state = JSON.parse(file.metadata.state ?? "{}") as CheckpointState;
    const parameters = shape.map(({ length }, index) => {
      const [p, m, v] = ["p", "m", "v"].map((kind) => file.read(`${kind}.${index}`));
      assert(p.length === length, `checkpoint of other parameters: ${path}`);
      return { p, m, v };
    });
    return { state, parameters };
  } catch {
    return undefined;
  }
}
