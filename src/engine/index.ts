/** The training engine's public surface. Knows nothing of SQL, text or decoding. */
export type { Forest, Segment } from "./forest.ts";
export { countLossTokens } from "./forest.ts";
export type { Mode, Precision } from "./mode.ts";
export { type Adapter, type AdapterConfig, between, type LoraPair } from "./lora/adapter.ts";
export type { LlamaConfig } from "./models/llama.ts";
export {
  readLlamaConfig,
  readWeight,
  toGgufName,
  toHalfSplitRows,
  toHuggingFaceName,
  toPairedRows,
} from "./models/gguf-names.ts";
export {
  type LoraModel,
  type LoraModelOptions,
  type LossAndGrads,
  type ParameterName,
  createLoraModel,
} from "./lora-model.ts";
export { type Forecast, type ForecastOptions, type ForestShape, forecast } from "./forecast.ts";
export { isInt8Exact, measureSpeed } from "./speed.ts";
export { type AdamWOptions, type AdamWState, adamW } from "./optim/adamw.ts";
export { clipByGlobalNorm, globalNorm } from "./optim/clip.ts";
export { addToMean } from "./optim/average.ts";
export { precondition } from "./optim/precondition.ts";
export { type CosineOptions, cosineWithWarmup } from "./optim/schedule.ts";
