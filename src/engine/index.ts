/** The training engine's public surface. Knows nothing of SQL, text or decoding. */
export type { Forest, Segment } from "./forest.ts";
export { countLossTokens } from "./forest.ts";
export type { Mode } from "./layer-graphs.ts";
export type { Adapter, AdapterConfig, LoraPair } from "./lora/adapter.ts";
export type { LlamaConfig } from "./models/llama.ts";
export {
  readLlamaConfig,
  toGgufName,
  toHalfSplitRows,
  toHuggingFaceName,
  toPairedRows,
} from "./models/gguf-names.ts";
export {
  type LoraModel,
  type LoraModelOptions,
  type LossAndGrads,
  type Parameter,
  createLoraModel,
} from "./lora-model.ts";
