/**
 * Model type `llama` (SmolLM2, Llama 2 and 3, TinyLlama, Mistral): one decoder layer and the head as graphs, named as
 * the tensors of a Hugging Face checkpoint are. Knows no LoRA: linears carry names, and whoever rewrites finds them.
 * Reference: transformers, models/llama/modeling_llama.py.
 */
import type { Value } from "../graph/graph.ts";
import {
  add,
  input,
  linear,
  logSumExp,
  mul,
  rmsNorm,
  rope,
  silu,
  sub,
  sum,
} from "../graph/build.ts";
import type { Shape } from "../graph/op.ts";
import { type AttentionPlan, type HeadCounts, groupedQueryAttention } from "./attention.ts";

export type LlamaConfig = HeadCounts & {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly numHiddenLayers: number;
  readonly vocabSize: number;
  readonly maxPositionEmbeddings: number;
  readonly ropeTheta: number;
  readonly rmsNormEps: number;
};

/** Names and shapes [out, in] of the linears of a layer, in the order of computation. */
export function linearShapes(
  config: LlamaConfig,
): Readonly<Record<string, readonly [number, number]>> {
  const { hiddenSize, intermediateSize, numAttentionHeads, numKeyValueHeads, headDim } = config;
  const [qSize, kvSize] = [numAttentionHeads * headDim, numKeyValueHeads * headDim];
  return {
    "self_attn.q_proj": [qSize, hiddenSize],
    "self_attn.k_proj": [kvSize, hiddenSize],
    "self_attn.v_proj": [kvSize, hiddenSize],
    "self_attn.o_proj": [hiddenSize, qSize],
    "mlp.gate_proj": [intermediateSize, hiddenSize],
    "mlp.up_proj": [intermediateSize, hiddenSize],
    "mlp.down_proj": [hiddenSize, intermediateSize],
  };
}

/** Names and shapes of all weights of a layer; the names begin after `model.layers.N.`. */
export function layerWeightShapes(config: LlamaConfig): Readonly<Record<string, Shape>> {
  const linears = Object.entries(linearShapes(config));
  return {
    "input_layernorm.weight": [config.hiddenSize],
    "post_attention_layernorm.weight": [config.hiddenSize],
    ...Object.fromEntries(linears.map(([name, shape]) => [`${name}.weight`, shape])),
  };
}

export type LayerGraph = {
  readonly x: Value;
  readonly y: Value;
  /** What a backward pass needs and matrix products make: kept, only cheap operations are computed again. */
  readonly activations: Readonly<Record<string, Value>>;
};

/**
 * One decoder layer over `plan.rows` rows: inputs x [rows, hidden], cos and sin [rows, headDim/2], the plan's masks, and
 * the weights, each made by `weight` from its name and shape.
 */
export function llamaLayer(
  config: LlamaConfig,
  plan: AttentionPlan,
  weight: (name: string, shape: Shape) => Value,
): LayerGraph {
  const shapes = layerWeightShapes(config);
  const w = (name: string) => weight(name, shapes[name]);
  const apply = (x: Value, name: string) => linear(x, w(`${name}.weight`), name);
  const norm = (x: Value, name: string) => rmsNorm(x, w(`${name}.weight`), config.rmsNormEps);

  const x = input("x", [plan.rows, config.hiddenSize]);
  const [cos, sin] = ["cos", "sin"].map((name) => input(name, [plan.rows, config.headDim / 2]));
  const h = norm(x, "input_layernorm");
  const q = rope(apply(h, "self_attn.q_proj"), cos, sin);
  const k = rope(apply(h, "self_attn.k_proj"), cos, sin);
  const v = apply(h, "self_attn.v_proj");
  const attended = groupedQueryAttention([q, k, v], config, plan);
  const residual = add(x, apply(attended, "self_attn.o_proj"));

  const h2 = norm(residual, "post_attention_layernorm");
  const gate = apply(h2, "mlp.gate_proj");
  const up = apply(h2, "mlp.up_proj");
  const y = add(residual, apply(mul(silu(gate), up), "mlp.down_proj"));
  return { x, y, activations: { q, k, v, attended, residual, gate, up } };
}

/**
 * Final norm, head and negative log-likelihood of `rows` rows: inputs x [rows, hidden], norm, head [vocab, hidden], and
 * targetRows [rows, hidden], the head's rows of the target tokens (no one-hot, no gather in the graph).
 */
export function llamaHead(
  config: LlamaConfig,
  rows: number,
): { readonly x: Value; readonly nll: Value } {
  const { hiddenSize, vocabSize, rmsNormEps } = config;
  const x = input("x", [rows, hiddenSize]);
  const h = rmsNorm(x, input("norm", [hiddenSize]), rmsNormEps);
  const logits = linear(h, input("head", [vocabSize, hiddenSize]), "lm_head");
  const ofTarget = sum(mul(h, input("targetRows", [rows, hiddenSize])), 1);
  return { x, nll: sub(logSumExp(logits), ofTarget) };
}

/** cos and sin [positions, headDim/2] of the given positions; `factors` divide the frequencies (Llama 3's long RoPE). */
export function rotaryTables(
  { headDim, ropeTheta }: LlamaConfig,
  positions: ArrayLike<number>,
  factors?: ArrayLike<number>,
): { readonly cos: Float32Array; readonly sin: Float32Array } {
  const half = headDim / 2;
  const cos = new Float32Array(positions.length * half);
  const sin = new Float32Array(positions.length * half);
  for (let i = 0; i < half; i++) {
    const frequency = ropeTheta ** ((-2 * i) / headDim) / (factors?.[i] ?? 1);
    for (let row = 0; row < positions.length; row++) {
      cos[row * half + i] = Math.cos(positions[row] * frequency);
      sin[row * half + i] = Math.sin(positions[row] * frequency);
    }
  }
  return { cos, sin };
}
