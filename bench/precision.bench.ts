/**
 * What multiplying the frozen weights in 8-bit integers saves, and how near its gradient stays: one forest of the bundled
 * company's training pairs, from the starting adapter, mode keep, float32 and int8 in turn. `ours` and `theirs` are
 * median seconds of forward and backward in int8 and float32. Options: --runs N (6, after one that is not counted)
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createProgress } from "../src/base/progress.ts";
import { percentile } from "../src/base/percentile.ts";
import { createLoraModel, isInt8Exact, type Precision } from "../src/engine/index.ts";
import { readPeftAdapter } from "../src/export/peft.ts";
import { openGguf } from "../src/format/gguf.ts";
import { openBaseModel } from "../src/pipeline/model.ts";
import { DEFAULT_MODEL } from "../src/source/source.ts";
import { countTokens } from "../src/train/batch.ts";
import { sharedBatch } from "./train.bench.ts";
import type { BenchResult } from "./run.ts";

const THREADS = 2;

export async function run(args: readonly string[]): Promise<BenchResult> {
  const { values } = parseArgs({
    args: [...args],
    options: { runs: { type: "string", default: "6" } },
  });
  const base = await openBaseModel(DEFAULT_MODEL, createProgress(process.stderr));
  const folder = mkdtempSync(join(tmpdir(), "t2s-bench-"));
  try {
    const { forest } = await sharedBatch(base, folder);
    const { tokens, lossTokens } = countTokens(forest);
    const open = async (precision: Precision) => {
      const weights = openGguf(base.path);
      const adapter = readPeftAdapter(join(import.meta.dirname, "../adapters/sql-start"));
      const model = await createLoraModel({
        weights,
        adapter,
        mode: "keep",
        precision,
        threads: THREADS,
      });
      weights.close();
      return { model, seconds: [] as number[], loss: 0, grads: [] as readonly Float32Array[] };
    };
    const both = { float32: await open("float32"), int8: await open("int8") };
    for (let i = 0; i <= Number(values.runs); i++)
      for (const one of Object.values(both)) {
        const startedMs = performance.now();
        const { lossSum, grads } = await one.model.lossAndGrads(forest, { weight: 1 / lossTokens });
        if (i > 0) one.seconds.push((performance.now() - startedMs) / 1e3);
        Object.assign(one, { loss: lossSum / lossTokens, grads });
      }
    for (const { model } of Object.values(both)) await model.close();
    const [ours, theirs] = [both.int8, both.float32].map(({ seconds }) =>
      percentile(
        seconds.sort((a, b) => a - b),
        0.5,
      ),
    );
    return {
      ours,
      theirs,
      ratio: theirs / ours,
      unit: "seconds of forward and backward, int8 against float32",
      conditions: {
        tokens,
        lossTokens,
        loss: { float32: both.float32.loss, int8: both.int8.loss },
        gradient: likeness(both.float32.grads, both.int8.grads),
        exact: await isInt8Exact(THREADS),
      },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);

/** Cosine over all numbers, the least cosine of one tensor, and the ratio of the norms. */
function likeness(wanted: readonly Float32Array[], found: readonly Float32Array[]) {
  const parts = wanted.map((values, i) => ({
    product: dot(values, found[i]),
    wanted: dot(values, values),
    found: dot(found[i], found[i]),
  }));
  const total = (of: "product" | "wanted" | "found") =>
    parts.reduce((sum, part) => sum + part[of], 0);
  return {
    cosine: total("product") / Math.sqrt(total("wanted") * total("found")),
    leastOfATensor: Math.min(
      ...parts.map((part) => part.product / Math.sqrt(part.wanted * part.found)),
    ),
    norms: Math.sqrt(total("found") / total("wanted")),
  };
}
