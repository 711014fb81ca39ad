/**
 * A checkpoint: everything that a run needs to go on bit for bit. One safetensors file (parameters and the optimiser's
 * two moments as float32, progress in its metadata), written whole or not at all. The last two are kept.
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
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

/** Writes a checkpoint and removes all but the last two. `parameters` and the moments share their order. */
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
  for (const step of stepsIn(folder).slice(0, -KEPT)) rmSync(fileOf(folder, step), { force: true });
}

/** Fills parameters and moments from the newest checkpoint of this very run; undefined when there is none. */
export function loadCheckpoint(
  folder: string,
  runHash: string,
  parameters: readonly Float32Array[],
  moments: AdamWState,
): CheckpointState | undefined {
  for (const step of stepsIn(folder).reverse()) {
    const file = readSafetensors(fileOf(folder, step));
    const state = JSON.parse(file.metadata.state ?? "{}") as CheckpointState;
    if (state.runHash !== runHash) continue;
    parameters.forEach((data, index) => {
      data.set(file.read(`p.${index}`));
      moments.m[index].set(file.read(`m.${index}`));
      moments.v[index].set(file.read(`v.${index}`));
    });
    return state;
  }
  return undefined;
}
