import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { forecastShape } from "../../test/fixtures/train-shape.ts";
import { tinyWeights } from "../../test/fixtures/reference/tiny-llama.ts";
import { openGguf } from "../format/gguf.ts";
import { forecast, measureSpeed, readLlamaConfig } from "./index.ts";

const file = process.env.T2S_MODEL_FILE;

describe.skipIf(file === undefined)("of the bundled model (needs T2S_MODEL_FILE)", () => {
  test.each([
    ["checkpoint", "float32"],
    ["keep", "float32"],
    ["keep", "int8"],
  ] as const)("memory in mode %s, %s, is forecast within 15 percent", (mode, precision) => {
    const weights = openGguf(file ?? "");
    const config = readLlamaConfig(weights);
    weights.close();
    const shape = { forestShape: forecastShape, rank: 16 };
    const { bytes } = forecast({ config, weights, mode, precision, ...shape });
    const used = Number(
      execFileSync(process.execPath, ["test/fixtures/train-once.ts", file ?? "", mode, precision], {
        encoding: "utf8",
      }),
    );
    expect(Math.abs(bytes / used - 1), `${bytes} forecast, ${used} used`).toBeLessThan(0.15);
    if (mode === "checkpoint") expect(used).toBeLessThan(1e9);
  });
});

test("a forecast grows with the batch, the rank and what is kept", () => {
  const config = readLlamaConfig(tinyWeights());
  const base = {
    config,
    forestShape: { prefixTokens: 300, suffixTokens: [40, 50], lossTokens: 30 },
    rank: 4,
  };
  const of = (change: object, mode: "checkpoint" | "keep" = "checkpoint") =>
    forecast({ ...base, mode, ...change });
  const plain = of({});
  expect(of({}, "keep").bytes).toBeGreaterThan(plain.bytes);
  expect(of({}, "keep").secondsPerForest).toBeLessThan(plain.secondsPerForest);
  expect(of({ rank: 16 }).bytes).toBeGreaterThan(plain.bytes);
  expect(of({ targetModules: ["q_proj"] }).bytes).toBeLessThan(plain.bytes);
  const oneLayer = of({ tunedLayers: 1 }, "keep");
  expect(oneLayer.bytes).toBeLessThan(of({}, "keep").bytes);
  expect(oneLayer.secondsPerForest).toBeLessThan(of({}, "keep").secondsPerForest);
  const larger = { prefixTokens: 600, suffixTokens: [40, 50], lossTokens: 30 };
  expect(of({ forestShape: larger }).secondsPerForest).toBeGreaterThan(plain.secondsPerForest);
  const rounded = (int8Gigaflops: number) =>
    of({ precision: "int8", speed: { gigaflops: 200, int8Gigaflops, gigabytes: 20 } }, "keep");
  expect(rounded(400).secondsPerForest).toBeLessThan(rounded(200).secondsPerForest);
  const faster = of({ speed: { gigaflops: 400, int8Gigaflops: 800, gigabytes: 40 } });
  expect(faster.secondsPerForest).toBeCloseTo(plain.secondsPerForest / 2);
});

test("a machine's speed is measured", async () => {
  const { gigaflops, int8Gigaflops, gigabytes } = await measureSpeed(1);
  expect(int8Gigaflops).toBeGreaterThan(0.1);
  expect(gigaflops).toBeGreaterThan(0.1);
  expect(gigabytes).toBeGreaterThan(0);
});
