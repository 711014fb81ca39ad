/**
 * A checkpoint: everything that a run needs to go on bit for bit. One safetensors file (parameters and the optimiser's
 * two moments as float32, the mean of the weights where one is taken, progress in its metadata), written whole or not at all.
 * The last two are kept.
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

/** The numbers of a run, all in the order of the parameters. */
export type Tensors = {
  readonly parameters: readonly Float32Array[];
  readonly moments: AdamWState;
  /** Of the weights; empty where none is taken. */
  readonly mean: readonly Float32Array[];
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

/** By the letters that they have in a file. */
const byKind = ({ parameters, moments, mean }: Tensors): [string, readonly Float32Array[]][] => [
  ["p", parameters],
  ["m", moments.m],
  ["v", moments.v],
  ["a", mean],
];

/**
 * Writes a checkpoint and removes all but the last two. Steps beyond this one are another run's, or damaged: they go, or
 * they would push out what this run writes.
 */
export function saveCheckpoint(folder: string, state: CheckpointState, numbers: Tensors): void {
  const tensors = byKind(numbers).flatMap(([kind, arrays]) =>
    arrays.map((data, index) => ({ name: `${kind}.${index}`, shape: [data.length], data })),
  );
  writeSafetensors(fileOf(folder, state.step), tensors, { state: JSON.stringify(state) });
  const steps = stepsIn(folder);
  const kept = steps.filter((step) => step <= state.step).slice(-KEPT);
  for (const step of steps) if (!kept.includes(step)) rmSync(fileOf(folder, step), { force: true });
}

/**
 * Fills `into` from the newest whole checkpoint of this very run; undefined when there is none. A damaged file (a disk
 * that was full or pulled out) is passed over: the one before it gives the same end.
 */
export function loadCheckpoint(
  folder: string,
  runHash: string,
  into: Tensors,
): CheckpointState | undefined {
  for (const step of stepsIn(folder).reverse()) {
    const saved = readCheckpoint(fileOf(folder, step), into);
    if (saved?.state.runHash !== runHash) continue;
    for (const [target, data] of saved.tensors) target.set(data);
    return saved.state;
  }
  return undefined;
}

type SavedCheckpoint = {
  readonly state: CheckpointState;
  /** What is saved of each array. */
  readonly tensors: readonly (readonly [Float32Array, Float32Array])[];
};

/** A checkpoint in full, or undefined when it is damaged or of other parameters. */
function readCheckpoint(path: string, shape: Tensors): SavedCheckpoint | undefined {
  try {
    const file = readSafetensors(path);
    const state = JSON.parse(file.metadata.state ?? "{}") as CheckpointState;
    const tensors = byKind(shape).flatMap(([kind, arrays]) =>
      arrays.map((target, index) => {
        const data = file.read(`${kind}.${index}`);
        assert(data.length === target.length, `checkpoint of other parameters: ${path}`);
        return [target, data] as const;
      }),
    );
    return { state, tensors };
  } catch {
    return undefined;
  }
}
