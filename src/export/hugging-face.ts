/**
 * A GGUF model's weights, dequantised, as a folder that `transformers` loads: config.json and model.safetensors in
 * float32. No tokenizer: whoever loads it has token ids. Knows no adapter.
 */
import { join } from "node:path";
import { writeJson } from "../base/files.ts";
import {
  type LlamaConfig,
  readLlamaConfig,
  readWeight,
  toHuggingFaceName,
} from "../engine/index.ts";
import type { GgufFile } from "../format/gguf-file.ts";
import { type NamedTensor, writeSafetensors } from "../format/safetensors.ts";

/** Writes the folder; one tensor at a time is in memory. Raises `model-unsupported` for architectures and tensors that are not known. */
export function writeHuggingFaceFolder(folder: string, file: GgufFile): void {
  const config = readLlamaConfig(file);
  const tensors = [...file.tensors.values()].map((tensor): NamedTensor => {
    const name = toHuggingFaceName(tensor.name);
    return {
      name,
      shape: tensor.shape,
      get data() {
        return readWeight(file, config, name, tensor.shape);
      },
    };
  });
  writeSafetensors(join(folder, "model.safetensors"), tensors, { format: "pt" });
  writeJson(join(folder, "config.json"), transformersConfig(config, file));
}

function transformersConfig(config: LlamaConfig, file: GgufFile): Record<string, unknown> {
  return {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_act: "silu",
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.numHiddenLayers,
    num_attention_heads: config.numAttentionHeads,
    num_key_value_heads: config.numKeyValueHeads,
    head_dim: config.headDim,
    vocab_size: config.vocabSize,
    max_position_embeddings: config.maxPositionEmbeddings,
    rms_norm_eps: config.rmsNormEps,
    rope_theta: config.ropeTheta,
    bos_token_id: file.metadata["tokenizer.ggml.bos_token_id"] ?? null,
    eos_token_id: file.metadata["tokenizer.ggml.eos_token_id"] ?? null,
    tie_word_embeddings: !file.tensors.has("output.weight"),
    torch_dtype: "float32",
  };
}
