import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tinyWeights } from "../../../test/fixtures/reference/tiny-llama.ts";
import {
  findWeight,
  readLlamaConfig,
  toGgufName,
  toHalfSplitRows,
  toHuggingFaceName,
  toPairedRows,
} from "./gguf-names.ts";

test.each([
  ["model.layers.12.self_attn.q_proj.weight", "blk.12.attn_q.weight"],
  ["model.layers.0.mlp.down_proj.weight", "blk.0.ffn_down.weight"],
  ["model.layers.3.post_attention_layernorm.weight", "blk.3.ffn_norm.weight"],
  ["model.embed_tokens.weight", "token_embd.weight"],
  ["model.norm", "output_norm"],
  ["lm_head.weight", "output.weight"],
])("%s is %s in GGUF, and back", (name, ggufName) => {
  expect(toGgufName(name)).toBe(ggufName);
  expect(toHuggingFaceName(ggufName)).toBe(name);
});

test("a name that no llama has is refused", () => {
  expect(() => toGgufName("model.layers.0.mlp.experts.weight")).toThrow("no GGUF name");
  expect(() => toHuggingFaceName("blk.0.ssm_in.weight")).toThrow("unknown tensor");
});

test("rows of a head go from pairs to halves", () => {
  const rows = Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7);
  expect([...toHalfSplitRows(rows, [8, 1], 4)]).toEqual([0, 2, 1, 3, 4, 6, 5, 7]);
});

test("the two orders of rows are each other's inverse", () => {
  const sizes = fc.record({
    heads: fc.integer({ min: 1, max: 4 }),
    half: fc.integer({ min: 1, max: 8 }),
    columns: fc.integer({ min: 1, max: 5 }),
  });
  fc.assert(
    fc.property(sizes, ({ heads, half, columns }) => {
      const shape = [heads * 2 * half, columns];
      const values = Float32Array.from({ length: shape[0] * columns }, (_, i) => i);
      expect(toPairedRows(toHalfSplitRows(values, shape, 2 * half), shape, 2 * half)).toEqual(
        values,
      );
    }),
  );
});

describe("reading a model's shape", () => {
  const tiny = tinyWeights();
  const withMetadata = (change: Record<string, unknown>) => ({
    ...tiny,
    metadata: { ...tiny.metadata, ...change },
  });

  test("takes what the metadata says", () => {
    const config = readLlamaConfig(tiny);
    expect(config).toMatchObject({
      hiddenSize: 32,
      headDim: 8,
      numKeyValueHeads: 2,
      vocabSize: 61,
    });
  });

  test("names an architecture that is not supported, and those that are", () => {
    expect(() => readLlamaConfig(withMetadata({ "general.architecture": "mamba" }))).toThrow(
      expect.objectContaining({
        code: "model-unsupported",
        message: expect.stringMatching(/mamba.*llama/),
      }),
    );
  });

  test.each([
    ["RoPE scaling", { "llama.rope.scaling.type": "yarn" }],
    ["sliding-window attention", { "llama.attention.sliding_window": 4096 }],
    ["experts", { "llama.expert_count": 8 }],
    ["partly rotated heads", { "llama.rope.dimension_count": 4 }],
  ])("refuses %s, which would be computed wrongly", (feature, change) => {
    expect(() => readLlamaConfig(withMetadata(change))).toThrow(
      expect.objectContaining({
        code: "model-unsupported",
        message: expect.stringContaining(feature),
      }),
    );
  });

  test("says which number or tensor is missing", () => {
    expect(() => readLlamaConfig(withMetadata({ "llama.block_count": undefined }))).toThrow(
      "llama.block_count",
    );
    expect(() => findWeight(tiny, "model.layers.9.mlp.up_proj.weight", [48, 32])).toThrow(
      "blk.9.ffn_up.weight is missing",
    );
    expect(() => findWeight(tiny, "model.layers.0.mlp.up_proj.weight", [4, 4])).toThrow(
      "is [48,32], wanted [4,4]",
    );
  });
});
