/** The optimiser against PyTorch's (scripts/reference/optim.py), and what a schedule promises. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { adamW } from "./adamw.ts";
import { addToMean } from "./average.ts";
import { clipByGlobalNorm, globalNorm } from "./clip.ts";
import { precondition } from "./precondition.ts";
import { cosineWithWarmup } from "./schedule.ts";

const reference = JSON.parse(readFileSync("test/fixtures/reference/optim.json", "utf8")) as {
  lr: number;
  weightDecay: number;
  maxNorm: number;
  start: number[][];
  gradients: number[][][];
  norms: number[];
  after: number[][][];
  mean: number[][];
  pair: Record<"a" | "b" | "gradA" | "gradB" | "afterA" | "afterB", number[]>;
};
const arrays = (values: readonly number[][]) => values.map((list) => new Float32Array(list));

test("clipped AdamW steps are PyTorch's", () => {
  const { lr, weightDecay, maxNorm, gradients, norms, after } = reference;
  const parameters = arrays(reference.start);
  const state = adamW.init(parameters);
  gradients.forEach((gradient, i) => {
    const grads = arrays(gradient);
    expect(clipByGlobalNorm(grads, maxNorm)).toBeCloseTo(norms[i], 6);
    adamW.update(parameters, grads, state, i + 1, { lr, weightDecay });
    parameters.forEach((values, p) =>
      values.forEach((value, k) => expect(value).toBeCloseTo(after[i][p][k], 5)),
    );
  });
});

test("the mean of the weights is PyTorch's", () => {
  const mean = arrays(reference.start);
  reference.after.forEach((weights, i) => addToMean(mean, arrays(weights), i + 1));
  mean.forEach((values, p) =>
    values.forEach((value, k) => expect(value).toBeCloseTo(reference.mean[p][k], 6)),
  );
});

test("preconditioned gradients of a pair are PyTorch's", () => {
  const { a, b, gradA, gradB, afterA, afterB } = reference.pair;
  const grads = arrays([gradA, gradB]);
  precondition(arrays([a, b]), grads, 3);
  [afterA, afterB].forEach((after, p) =>
    after.forEach((value, i) => expect(grads[p][i]).toBeCloseTo(value, 4)),
  );
});

test("a gradient whose partner is zero stays as it is", () => {
  const { b, gradA, gradB } = reference.pair;
  const grads = arrays([gradA, gradB]);
  precondition([new Float32Array(gradA.length), new Float32Array(b)], grads, 3);
  expect(grads[1]).toEqual(new Float32Array(gradB));
  expect(grads[0]).not.toEqual(new Float32Array(gradA));
});

test("clipping leaves small gradients alone and says when a gradient is not a number", () => {
  const grads = arrays([[0.3], [0.4]]);
  expect(clipByGlobalNorm(grads, 1)).toBeCloseTo(0.5);
  expect(grads).toEqual(arrays([[0.3], [0.4]]));
  expect(globalNorm(arrays([[1, Number.NaN]]))).toBeNaN();
  expect(clipByGlobalNorm(arrays([[1, Number.NaN]]), 1)).toBeNaN();
});

test("the schedule rises to its peak, then falls to its floor", () => {
  const options = fc.record({ warmupSteps: fc.nat(50), steps: fc.integer({ min: 60, max: 500 }) });
  fc.assert(
    fc.property(options, ({ warmupSteps, steps }) => {
      const rate = (step: number) => cosineWithWarmup(step, { peak: 2, warmupSteps, steps });
      const rates = Array.from({ length: steps }, (_, i) => rate(i + 1));
      expect(Math.max(...rates)).toBeLessThanOrEqual(2);
      expect(rates[steps - 1]).toBeCloseTo(0.2);
      if (warmupSteps > 0) expect(rate(warmupSteps)).toBe(2);
      rates
        .slice(1)
        .forEach((value, i) =>
          i + 2 <= warmupSteps
            ? expect(value).toBeGreaterThan(rates[i])
            : expect(value).toBeLessThanOrEqual(rates[i] + 1e-12),
        );
    }),
  );
});
