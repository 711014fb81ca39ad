/** The whole tiny llama against transformers and PEFT in float64, and the laws that batches and modes must obey. */
import { afterAll, describe, expect, test } from "vitest";
import {
  separately,
  tinyAdapter,
  tinyForest,
  tinyReference,
  tinyWeights,
} from "../../test/fixtures/reference/tiny-llama.ts";
import type { GgufFile, GgufTensor } from "../format/gguf-file.ts";
import { type Forest, type LoraModel, type Mode, createLoraModel, isInt8Exact } from "./index.ts";
import { rotaryTables } from "./models/llama.ts";

/** Relative L2; float32 rounds at 6e-8 and sums over hundreds of terms. */
const TOLERANCE = 1e-5;
const opened: LoraModel[] = [];

async function openTiny(mode: Mode, dropout = 0, tunedLayers?: number): Promise<LoraModel> {
  const model = await createLoraModel({
    weights: tinyWeights(),
    adapter: tinyAdapter(dropout),
    mode,
    threads: 1,
    tunedLayers,
  });
  opened.push(model);
  return model;
}

afterAll(async () => {
  for (const model of opened) await model.close();
});

const lossAndGrads = async (model: LoraModel, forest: Forest, dropoutSeed?: number) => {
  const { lossSum, lossTokens, grads } = await model.lossAndGrads(forest, {
    weight: 1,
    dropoutSeed,
  });
  return { lossSum, lossTokens, grads: grads.map((grad) => grad.slice()) };
};

const forests = Object.entries(tinyReference.forests);
const shared = tinyForest(tinyReference.forests.shared);

describe.each(["checkpoint", "keep"] as const)("mode %s", (mode) => {
  test.each(forests)("forest %s has the reference's loss and gradients", async (_, reference) => {
    const model = await openTiny(mode);
    const { lossSum, grads } = await lossAndGrads(model, tinyForest(reference));
    expect(Math.abs(lossSum / reference.lossSum - 1)).toBeLessThan(TOLERANCE);
    model.parameterNames.forEach(({ name }, i) =>
      expect(distance(grads[i], reference.grads[name]), name).toBeLessThan(TOLERANCE),
    );
  });

  test("the last layers alone have the gradients that they have among all", async () => {
    const all = await openTiny(mode, 0.3);
    const last = await openTiny(mode, 0.3, 1);
    const layer = `model.layers.${all.config.numHiddenLayers - 1}.`;
    const isLast = all.parameterNames.map(({ name }) => name.startsWith(layer));
    expect(last.parameterNames).toEqual(all.parameterNames.filter((_, i) => isLast[i]));
    expect(last.parameters.length).toBeLessThan(all.parameters.length);
    const wanted = await lossAndGrads(all, shared, 5);
    const found = await lossAndGrads(last, shared, 5);
    expect(found.lossSum).toBe(wanted.lossSum);
    expect(found.grads).toEqual(wanted.grads.filter((_, i) => isLast[i]));
    expect(last.adapter().pairs).toHaveLength(all.adapter().pairs.length);
  });

  test("a forest has the loss and gradients of its separate sequences", async () => {
    const model = await openTiny(mode);
    const together = await lossAndGrads(model, shared);
    let lossSum = 0;
    const sums = together.grads.map(({ length }) => new Float64Array(length));
    for (const sequence of separately(shared)) {
      const one = await lossAndGrads(model, sequence);
      lossSum += one.lossSum;
      one.grads.forEach((grad, p) => grad.forEach((value, i) => (sums[p][i] += value)));
    }
    expect(Math.abs(together.lossSum / lossSum - 1)).toBeLessThan(TOLERANCE);
    together.grads.forEach((grad, p) => expect(distance(grad, sums[p])).toBeLessThan(TOLERANCE));
  });

  test("the gradient is the slope of the loss, with dropout's mask fixed by its seed", async () => {
    const model = await openTiny(mode, 0.4);
    const { grads } = await lossAndGrads(model, shared, 5);
    const step = 1e-2;
    for (const p of [0, 1, 12, 27]) {
      const parameter = model.parameters[p];
      const i = grads[p].indexOf(grads[p].reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)));
      const start = parameter[i];
      const lossAt = async (value: number) => {
        parameter[i] = value;
        return (await lossAndGrads(model, shared, 5)).lossSum;
      };
      const slope = ((await lossAt(start + step)) - (await lossAt(start - step))) / (2 * step);
      parameter[i] = start;
      // Float32 losses near 400 differ by 1e-5 of themselves at best, and the step has a cubic error.
      expect(Math.abs(slope / grads[p][i] - 1), model.parameterNames[p].name).toBeLessThan(2e-2);
    }
  });
});

test("both modes have the same gradients, with dropout too", async () => {
  const checkpoint = await lossAndGrads(await openTiny("checkpoint", 0.3), shared, 7);
  const keep = await lossAndGrads(await openTiny("keep", 0.3), shared, 7);
  checkpoint.grads.forEach((grad, p) => expect(distance(keep.grads[p], grad)).toBeLessThan(1e-6));
});

test.skipIf(!(await isInt8Exact(1))).each(["checkpoint", "keep"] as const)(
  "in 8-bit integers (need a processor that adds them without overflow) mode %s has nearly the reference's loss and gradients",
  async (mode) => {
    const model = await createLoraModel({
      weights: tinyWeights(),
      adapter: tinyAdapter(),
      mode,
      precision: "int8",
      threads: 1,
    });
    opened.push(model);
    const reference = tinyReference.forests.shared;
    const { lossSum, grads } = await lossAndGrads(model, shared);
    expect(lossSum).not.toBe(reference.lossSum);
    expect(Math.abs(lossSum / reference.lossSum - 1)).toBeLessThan(1e-2);
    model.parameterNames.forEach(({ name }, i) =>
      expect(distance(grads[i], reference.grads[name]), name).toBeLessThan(0.1),
    );
  },
);

test("dropout is a function of its seed", async () => {
  const model = await openTiny("checkpoint", 0.3);
  const first = await lossAndGrads(model, shared, 7);
  const other = await lossAndGrads(model, shared, 8);
  const again = await lossAndGrads(model, shared, 7);
  expect(again).toEqual(first);
  expect(other.lossSum).not.toBe(first.lossSum);
  const without = await lossAndGrads(model, shared);
  const never = await lossAndGrads(await openTiny("checkpoint", 0), shared, 7);
  expect(without).toEqual(never);
});

test("four batches accumulated equal one batch of all", async () => {
  const model = await openTiny("checkpoint");
  const [root, ...children] = shared.segments;
  const weight = 1 / 77;
  const whole = await model.lossAndGrads(shared, { weight });
  const wanted = whole.grads.map((grad) => grad.slice());
  const sums = wanted.map(({ length }) => new Float64Array(length));
  for (const child of children) {
    const { grads } = await model.lossAndGrads({ segments: [root, child] }, { weight });
    grads.forEach((grad, p) => grad.forEach((value, i) => (sums[p][i] += value)));
  }
  wanted.forEach((grad, p) => expect(distance(grad, sums[p])).toBeLessThan(TOLERANCE));
});

test.each(forests)("log-probabilities of forest %s are the reference's", async (_, reference) => {
  const model = await openTiny("checkpoint");
  const logProbs = await model.logProbs(tinyForest(reference));
  reference.logProbs.forEach((wanted, segment) => {
    expect(logProbs[segment]).toHaveLength(wanted.length);
    wanted.forEach((value, i) => expect(logProbs[segment][i]).toBeCloseTo(value, 4));
  });
});

test("a head of its own is used where the file has one", async () => {
  const tied = tinyWeights();
  const embedding = tied.tensors.get("token_embd.weight") as GgufTensor;
  const withHead = (factor: number): GgufFile => ({
    ...tied,
    tensors: new Map([...tied.tensors, ["output.weight", { ...embedding, name: "output.weight" }]]),
    readTensor: (name) =>
      name === "output.weight"
        ? tied.readTensor("token_embd.weight").map((value) => value * factor)
        : tied.readTensor(name),
  });
  const lossOf = async (weights: GgufFile) => {
    const model = await createLoraModel({ weights, adapter: tinyAdapter(), threads: 1 });
    opened.push(model);
    return (await lossAndGrads(model, shared)).lossSum;
  };
  expect(await lossOf(withHead(1))).toBe(await lossOf(tied));
  expect(await lossOf(withHead(2))).not.toBe(await lossOf(tied));
});

test("long-context factors divide the frequencies", async () => {
  const { config } = await openTiny("checkpoint");
  const plain = rotaryTables(config, [4]);
  const scaled = rotaryTables(config, [8], [2, 2, 2, 2]);
  expect(distance(scaled.cos, plain.cos)).toBeLessThan(1e-6);
});

test.each([
  ["a target that no linear has", { targetModules: ["c_attn"] }, "config-invalid"],
  ["no target", { targetModules: [] }, "config-invalid"],
  ["a rank of zero", { rank: 0 }, "config-invalid"],
  ["a dropout of one", { dropout: 1 }, "config-invalid"],
])("%s is refused", async (_, change, code) => {
  const adapter = { rank: 4, alpha: 8, dropout: 0, targetModules: ["q_proj"], seed: 1, ...change };
  await expect(createLoraModel({ weights: tinyWeights(), adapter })).rejects.toMatchObject({
    code,
  });
});

test("an adapter of another model is refused", async () => {
  const { config, pairs } = tinyAdapter();
  const adapter = { config, pairs: pairs.slice(1) };
  await expect(createLoraModel({ weights: tinyWeights(), adapter })).rejects.toMatchObject({
    code: "run-mismatch",
    message: expect.stringContaining(pairs[0].name),
  });
});

test("a loss that is not finite is returned, not hidden", async () => {
  const model = await openTiny("checkpoint");
  model.parameters[0][0] = Number.NaN;
  const { lossSum, grads } = await lossAndGrads(model, shared);
  expect(lossSum).toBeNaN();
  expect(grads.some((grad) => grad.some(Number.isNaN))).toBe(true);
});

test("a forest without loss tokens has no loss and no gradient", async () => {
  const model = await openTiny("checkpoint");
  const { lossSum, lossTokens, grads } = await lossAndGrads(model, {
    segments: [{ tokenIds: [1, 2], parent: -1 }],
  });
  expect([lossSum, lossTokens]).toEqual([0, 0]);
  expect(grads.every((grad) => grad.every((value) => value === 0))).toBe(true);
});

function distance(values: ArrayLike<number>, wanted: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    difference += (values[i] - wanted[i]) ** 2;
    size += wanted[i] ** 2;
  }
  return Math.sqrt(difference / Math.max(size, 1e-30));
}
