/**
 * Llama-architecture GGUF files in Hugging Face's terms: metadata → config, tensor names, and the order of q and k rows.
 * llama.cpp rotates neighbouring pairs, Hugging Face the two halves of a head; its converter permutes the rows of q and
 * k accordingly (conversion of `LlamaForCausalLM` in convert_hf_to_gguf.py), and here that is undone.
 */
import { UserError } from "../../base/errors.ts";
import type { LlamaConfig } from "./llama.ts";

/** What of an opened GGUF file is read here. */
export type WeightFile = {
  readonly path: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>;
  readTensor(name: string): Float32Array;
};

const SUPPORTED = ["llama"];

/** Names within a layer: Hugging Face → GGUF. */
const LAYER_NAMES: Readonly<Record<string, string>> = {
  input_layernorm: "attn_norm",
  "self_attn.q_proj": "attn_q",
  "self_attn.k_proj": "attn_k",
  "self_attn.v_proj": "attn_v",
  "self_attn.o_proj": "attn_output",
  post_attention_layernorm: "ffn_norm",
  "mlp.gate_proj": "ffn_gate",
  "mlp.up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down",
};

const OTHER_NAMES: Readonly<Record<string, string>> = {
  "model.embed_tokens": "token_embd",
  "model.norm": "output_norm",
  lm_head: "output",
};

/** "model.layers.3.self_attn.q_proj" → "blk.3.attn_q"; a suffix such as ".weight" stays. */
export function toGgufName(name: string): string {
  const [, module, suffix] = /^(.*?)((?:\.weight)?)$/.exec(name) ?? [];
  const [, layer, inner] = /^model\.layers\.(\d+)\.(.+)$/.exec(module) ?? [];
  const known = layer === undefined ? OTHER_NAMES[module] : LAYER_NAMES[inner];
  if (known === undefined) throw new UserError("model-unsupported", `no GGUF name for ${name}`);
  return (layer === undefined ? known : `blk.${layer}.${known}`) + suffix;
}

/** The inverse of `toGgufName`. */
export function toHuggingFaceName(name: string): string {
  const [, module, suffix] = /^(.*?)((?:\.weight)?)$/.exec(name) ?? [];
  const [, layer, inner] = /^blk\.(\d+)\.(.+)$/.exec(module) ?? [];
  const names = Object.entries(layer === undefined ? OTHER_NAMES : LAYER_NAMES);
  const known = names.find(([, gguf]) => gguf === (inner ?? module))?.[0];
  if (known === undefined) throw new UserError("model-unsupported", `unknown tensor ${name}`);
  return (layer === undefined ? known : `model.layers.${layer}.${known}`) + suffix;
}

/** The model's shape from a GGUF file's metadata. Raises `model-unsupported` or `model-invalid`. */
export function readLlamaConfig({ path, metadata, tensors }: WeightFile): LlamaConfig {
  const architecture = String(metadata["general.architecture"]);
  if (!SUPPORTED.includes(architecture))
    throw new UserError(
      "model-unsupported",
      `${path} has architecture ${architecture}; training supports ${SUPPORTED.join(", ")}`,
    );
  const number = (key: string, fallback?: number): number => {
    const value = metadata[`${architecture}.${key}`] ?? fallback;
    if (typeof value === "number") return value;
    throw new UserError("model-invalid", `${path} has no number ${architecture}.${key}`);
  };
  const hiddenSize = number("embedding_length");
  const numAttentionHeads = number("attention.head_count");
  const embedding = tensors.get("token_embd.weight");
  if (embedding === undefined)
    throw new UserError("model-invalid", `${path} has no tensor token_embd.weight`);
  refuseUnknownFeatures(path, architecture, metadata, tensors);
  return {
    hiddenSize,
    intermediateSize: number("feed_forward_length"),
    numHiddenLayers: number("block_count"),
    numAttentionHeads,
    numKeyValueHeads: number("attention.head_count_kv", numAttentionHeads),
    headDim: number("attention.key_length", hiddenSize / numAttentionHeads),
    vocabSize: embedding.shape[0],
    maxPositionEmbeddings: number("context_length"),
    ropeTheta: number("rope.freq_base", 10_000),
    rmsNormEps: number("attention.layer_norm_rms_epsilon"),
  };
}

/** What would be computed wrongly without a word. */
function refuseUnknownFeatures(
  path: string,
  architecture: string,
  metadata: WeightFile["metadata"],
  tensors: WeightFile["tensors"],
): void {
  const of = (key: string) => metadata[`${architecture}.${key}`];
  const headDim =
    of("attention.key_length") ??
    Number(of("embedding_length")) / Number(of("attention.head_count"));
  const scaling = of("rope.scaling.type");
  const found = [
    scaling !== undefined && scaling !== "none" && `RoPE scaling ${String(scaling)}`,
    Number(of("expert_count") ?? 0) > 0 && "experts",
    Number(of("attention.sliding_window") ?? 0) > 0 && "sliding-window attention",
    Number(of("rope.dimension_count") ?? headDim) !== headDim && "partly rotated heads",
    tensors.has("blk.0.attn_q.bias") && "biases",
  ].filter((feature) => feature !== false);
  if (found.length > 0)
    throw new UserError(
      "model-unsupported",
      `${path} has ${found.join(" and ")}, which training does not support`,
    );
}

/**
 * The GGUF name of a weight given by its Hugging Face name; `lm_head.weight` is the embedding where the file ties them.
 * Raises `model-invalid` if it is not there or has another shape.
 */
export function findWeight(file: WeightFile, name: string, shape: readonly number[]): string {
  const isTied = name === "lm_head.weight" && !file.tensors.has("output.weight");
  const ggufName = isTied ? "token_embd.weight" : toGgufName(name);
  const found = file.tensors.get(ggufName)?.shape;
  if (found?.join() === shape.join()) return ggufName;
  throw new UserError(
    "model-invalid",
    `${file.path}: tensor ${ggufName} is ${found ? `[${found}]` : "missing"}, wanted [${shape}]`,
  );
}

/** A weight by its Hugging Face name as float32, in Hugging Face's order. Raises `model-invalid` as `findWeight` does. */
export function readWeight(
  file: WeightFile,
  config: LlamaConfig,
  name: string,
  shape: readonly number[],
): Float32Array {
  const values = file.readTensor(findWeight(file, name, shape));
  return toHuggingFaceRows(name, values, shape[0], config.headDim);
}

type Numbers = Float32Array | Uint16Array | Int8Array;

/** What a file holds of a weight, row by row, with the rows of q and k in Hugging Face's order. */
export const toHuggingFaceRows = <T extends Numbers>(
  name: string,
  values: T,
  rows: number,
  headDim: number,
): T =>
  /\.[qk]_proj\.weight$/.test(name)
    ? toHalfSplitRows(values, [rows, values.length / rows], headDim)
    : values;

/** Rows of each head from llama.cpp's order (pairs side by side) to Hugging Face's (first halves, then second). */
export function toHalfSplitRows<T extends Numbers>(
  values: T,
  [rows, columns]: readonly number[],
  headDim: number,
): T {
  const result = values.slice() as T;
  for (let row = 0; row < rows; row++)
    result.set(
      values.subarray(row * columns, (row + 1) * columns),
      halfSplitRow(row, headDim) * columns,
    );
  return result;
}

/** The inverse of `toHalfSplitRows`, for what is written back beside the file. */
export function toPairedRows<T extends Numbers>(
  values: T,
  [rows, columns]: readonly number[],
  headDim: number,
): T {
  const result = values.slice() as T;
  for (let row = 0; row < rows; row++) {
    const from = halfSplitRow(row, headDim) * columns;
    result.set(values.subarray(from, from + columns), row * columns);
  }
  return result;
}

/** Where llama.cpp's row goes: row 2i + h of a head is row h·d/2 + i of Hugging Face's. */
function halfSplitRow(row: number, headDim: number): number {
  const inHead = row % headDim;
  return row - inHead + (inHead % 2) * (headDim / 2) + Math.floor(inHead / 2);
}
