import { expect, test } from "vitest";
import { input, linear, silu } from "../graph/build.ts";
import { valuesOf } from "../graph/graph.ts";
import { dropoutMask, maskColumns } from "./dropout.ts";
import { initAdapter } from "./init.ts";
import { applyLora } from "./lora.ts";

const config = { rank: 4, alpha: 8, dropout: 0, targetModules: ["q_proj"] };

test("only linears that are named are rewritten", () => {
  const x = input("x", [3, 8]);
  const q = linear(x, input("q.weight", [6, 8]), "self_attn.q_proj");
  const y = linear(silu(q), input("o.weight", [8, 6]), "self_attn.o_proj");
  const { of, loraInputs } = applyLora([y], config);
  expect(loraInputs.map(({ name, a, b }) => [name, a.shape, b.shape])).toEqual([
    ["self_attn.q_proj", [4, 8], [6, 4]],
  ]);
  expect(valuesOf([of(y)]).map(({ op }) => op)).toEqual([
    "input",
    "input",
    "input",
    "input",
    "addMatmul",
    "loraLinear",
    "silu",
    "input",
    "linear",
  ]);
});

test("a fresh adapter changes nothing, is drawn from its seed, and has PEFT's bounds", () => {
  const linears = [{ name: "model.layers.0.self_attn.q_proj", shape: [6, 400] as const }];
  const [pair] = initAdapter(config, linears, 1).pairs;
  expect(pair.b.every((value) => value === 0)).toBe(true);
  expect(Math.max(...pair.a)).toBeLessThanOrEqual(1 / 20);
  expect(Math.max(...pair.a)).toBeGreaterThan(0.9 / 20);
  expect(Math.min(...pair.a)).toBeLessThan(-0.9 / 20);
  expect(initAdapter(config, linears, 1).pairs[0].a).toEqual(pair.a);
  expect(initAdapter(config, linears, 2).pairs[0].a).not.toEqual(pair.a);
});

test("dropout keeps the mean: what stays is scaled up", () => {
  const mask = dropoutMask(10_000, 0.2, 3);
  const dropped = mask.filter((factor) => factor === 0).length;
  expect(Math.abs(dropped / 10_000 - 0.2)).toBeLessThan(0.02);
  expect(new Set(mask)).toEqual(new Set([0, Math.fround(1.25)]));
  expect(dropoutMask(10_000, 0.2, 3)).toEqual(mask);
});

test("a mask works on columns", () => {
  const values = Float32Array.of(1, 2, 3, 4, 5, 6);
  const masked = maskColumns(values, Float32Array.of(0, 1, 2), new Float32Array(6));
  expect([...masked]).toEqual([0, 2, 6, 0, 5, 12]);
});
