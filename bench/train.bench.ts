/**
 * Examples per second of our trainer and of PyTorch + transformers + PEFT: the same model, adapter (r 16, all seven
 * projections, dropout 0) and batch, two threads, one run. Shared: 16 questions on the bundled company's schema, which we
 * compute as one forest. Unshared: 4 × 256 random tokens, a quarter of them answer tokens. PyTorch is installed into
 * .cache/bench-torch by itself (several GB), or taken from T2S_BENCH_PYTHON.
 * Options: --settings f32,bf16,bf16-autocast --micro-batches 4,16
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { company } from "../company/company.ts";
import { createProgress } from "../src/base/progress.ts";
import { Rng } from "../src/base/rng.ts";
import { parsePairs } from "../src/data/pairs.ts";
import { adamW, createLoraModel, type Forest } from "../src/engine/index.ts";
import { openGguf } from "../src/format/gguf.ts";
import { openBaseModel } from "../src/pipeline/model.ts";
import { renderAnswer } from "../src/prompt/answer.ts";
import { introspect } from "../src/schema/introspect.ts";
import { applyNotes, readNotes } from "../src/schema/notes.ts";
import { DEFAULT_MODEL } from "../src/source/source.ts";
import { countTokens, encodeTexts, toForest } from "../src/train/batch.ts";
import type { BenchResult } from "./run.ts";
import {
  preparePython,
  randomSequences,
  timeTorch,
  type TorchSequence,
  type TorchSetting,
  type TorchTiming,
  writeTorchInput,
} from "./torch/torch.ts";

const QUESTIONS = 16;
const THREADS = 2;
const STEPS = 3;
/** PyTorch takes a minute for a step of the shared batch. */
const SHARED_TORCH_STEPS = 1;
const ADAPTER = {
  rank: 16,
  alpha: 32,
  dropout: 0,
  targetModules: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
  seed: 42,
};

type Timing = {
  readonly examplesPerSecond: number;
  readonly tokensPerSecond: number;
  readonly seconds: number;
  readonly loss: number;
  readonly rssMb: number;
};
/** What of PyTorch is timed; all by default. */
type Limits = {
  readonly settings?: readonly TorchSetting[];
  readonly microBatches?: readonly number[];
};
type Batch = { readonly forest: Forest; readonly sequences: readonly TorchSequence[] };

export async function run(args: readonly string[]): Promise<BenchResult> {
  const { values } = parseArgs({
    args: [...args],
    options: { settings: { type: "string" }, "micro-batches": { type: "string" } },
  });
  const limits: Limits = {
    settings: values.settings?.split(",") as TorchSetting[] | undefined,
    microBatches: values["micro-batches"]?.split(",").map(Number),
  };
  const progress = createProgress(process.stderr);
  const base = await openBaseModel(DEFAULT_MODEL, progress);
  const python = preparePython((text) => progress.note(text));
  const folder = mkdtempSync(join(tmpdir(), "t2s-bench-"));
  try {
    const shared = await sharedBatch(base, folder);
    const unshared = unsharedBatch();
    const ours = {
      shared: {
        keep: await timeOurs(base.path, shared, "keep"),
        checkpoint: await timeOurs(base.path, shared, "checkpoint"),
      },
      unshared: {
        keep: await timeOurs(base.path, unshared, "keep"),
        checkpoint: await timeOurs(base.path, unshared, "checkpoint"),
      },
    };
    console.log(JSON.stringify({ ours }));
    const theirs = {
      shared: await timeTheirs(python, folder, base.path, shared, {
        ...limits,
        steps: SHARED_TORCH_STEPS,
      }),
      unshared: await timeTheirs(python, folder, base.path, unshared, { ...limits, steps: STEPS }),
    };
    const ratios = {
      shared: ratiosOf(ours.shared, theirs.shared),
      unshared: ratiosOf(ours.unshared, theirs.unshared),
    };
    const f32 = bestOf(theirs.shared, "f32");
    return {
      ours: ours.shared.keep.examplesPerSecond,
      theirs: f32,
      ratio: ours.shared.keep.examplesPerSecond / f32,
      unit: "examples per second, one schema, 16 questions a step, mode keep against torch f32",
      conditions: {
        ratios,
        ours,
        theirs,
        threads: THREADS,
        tokens: {
          forest: countTokens(shared.forest).tokens,
          separate: shared.sequences.reduce((sum, { ids }) => sum + ids.length, 0),
        },
      },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Sixteen of the company's training pairs as one forest, and as whole sequences. */
export async function sharedBatch(
  base: Awaited<ReturnType<typeof openBaseModel>>,
  folder: string,
): Promise<Batch> {
  const file = join(folder, "company.sqlite");
  company.buildDatabase(file);
  const database = applyNotes(
    introspect(file, { dbId: company.dbId }).database,
    readNotes(company.notesFile),
  );
  const prompt = base.promptFor(database);
  const pairs = new Rng(42)
    .shuffle(company.pairFiles.train.flatMap(parsePairs))
    .slice(0, QUESTIONS);
  const texts = pairs.map(({ question, sql, refusal }) => ({
    prefix: prompt.prefix,
    suffix: prompt.suffixOf(question),
    completion: renderAnswer({ kind: refusal ? "refuse" : "answer", sql, refusal }),
  }));
  const encoded = encodeTexts(
    texts,
    (text) => base.tokenizer.encode(text, { allowSpecial: true }),
    base.tokenizer.special.eos,
    base.contextTokens,
  );
  const prefixIds = encoded.prefixIds.get(prompt.prefix) ?? [];
  const sequences = encoded.texts.map(({ suffixIds, completionIds }) => ({
    ids: [...prefixIds, ...suffixIds, ...completionIds],
    lossMask: [...prefixIds.map(() => 0), ...suffixIds.map(() => 0), ...completionIds.map(() => 1)],
  }));
  return { forest: toForest(prefixIds, encoded.texts), sequences };
}

function unsharedBatch(): Batch {
  const sequences = randomSequences({}, new Rng(42));
  return {
    sequences,
    forest: {
      segments: sequences.map(({ ids, lossMask }) => ({
        tokenIds: ids,
        lossMask: lossMask.map(Boolean),
        parent: -1,
      })),
    },
  };
}

/** Median of some whole steps: forward, backward, AdamW; the first step is not counted. */
async function timeOurs(
  modelFile: string,
  { forest, sequences }: Batch,
  mode: "keep" | "checkpoint",
): Promise<Timing> {
  const weights = openGguf(modelFile);
  const model = await createLoraModel({ weights, adapter: ADAPTER, mode, threads: THREADS });
  try {
    const state = adamW.init(model.parameters);
    const { lossTokens } = countTokens(forest);
    const seconds: number[] = [];
    let loss = 0;
    for (let step = 1; step <= STEPS + 1; step++) {
      const startedMs = performance.now();
      const { lossSum, grads } = await model.lossAndGrads(forest, { weight: 1 / lossTokens });
      adamW.update(model.parameters, grads, state, step, { lr: 1e-4 });
      if (step === 1) loss = lossSum / lossTokens;
      else seconds.push((performance.now() - startedMs) / 1000);
    }
    const median = seconds.sort((a, b) => a - b)[Math.floor(seconds.length / 2)];
    return {
      examplesPerSecond: sequences.length / median,
      tokensPerSecond: countTokens(forest).tokens / median,
      seconds: median,
      loss,
      rssMb: process.memoryUsage.rss() / 1e6,
    };
  } finally {
    await model.close();
    weights.close();
  }
}

async function timeTheirs(
  python: string,
  folder: string,
  modelFile: string,
  { sequences }: Batch,
  { settings, microBatches = [4, sequences.length], steps }: Limits & { readonly steps: number },
): Promise<TorchTiming[]> {
  const weights = openGguf(modelFile);
  const model = await createLoraModel({ weights, adapter: ADAPTER, threads: THREADS });
  writeTorchInput(folder, { modelFile, adapter: model.adapter(), sequences });
  await model.close();
  weights.close();
  const timings = await timeTorch(
    python,
    folder,
    { settings, steps, threads: THREADS, microBatches: [...new Set(microBatches)] },
    (timing) => console.log(JSON.stringify(timing)),
  );
  return timings.flatMap((timing) => ("error" in timing ? [] : [timing]));
}

const bestOf = (timings: readonly TorchTiming[], setting?: string): number =>
  Math.max(
    ...timings
      .filter((one) => setting === undefined || one.setting === setting)
      .map((one) => one.examplesPerSecond),
  );

function ratiosOf(
  ours: Readonly<Record<"keep" | "checkpoint", Timing>>,
  theirs: readonly TorchTiming[],
) {
  const against = (timing: Timing) => ({
    f32: timing.examplesPerSecond / bestOf(theirs, "f32"),
    fastest: timing.examplesPerSecond / bestOf(theirs),
  });
  return { keep: against(ours.keep), checkpoint: against(ours.checkpoint) };
}
