/**
 * Text to token ids and back, from the metadata of a GGUF file, with the same ids as llama.cpp gives for the same file.
 * Byte-level BPE only (`tokenizer.ggml.model` = gpt2): SmolLM2, Qwen2.5, Qwen3, Llama 3. Knows no prompt and no weights.
 * Metadata keys: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
import { Tokenizer as BpeTokenizer } from "@huggingface/tokenizers";
import { UserError } from "../base/errors.ts";
import { preTokenizers, type PreTokenizer } from "./pre-tokenizer.ts";

/** As `GgufFile["metadata"]`: keys as in the file. */
export type TokenizerMetadata = Readonly<Record<string, unknown>>;

export type SpecialTokens = {
  /** Begins a text, where the model has such a token. Never added by `encode`: a chat template writes it. */
  readonly bos?: number;
  /** Ends an answer. */
  readonly eos: number;
  /** The ids of all special tokens by their text, such as `<|im_start|>`. */
  readonly byText: Readonly<Record<string, number>>;
};

export type Tokenizer = {
  /**
   * Ids of a text, brought to NFC first. Nothing is added at either end. With `allowSpecial` the text of a special
   * token, such as `<|im_end|>`, becomes that token; without it, it is plain characters.
   */
  encode(text: string, options: { readonly allowSpecial: boolean }): number[];
  /** Text of ids; incomplete UTF-8 becomes U+FFFD. */
  decode(ids: readonly number[], options?: { readonly skipSpecial?: boolean }): string;
  readonly special: SpecialTokens;
  readonly vocabSize: number;
};

/** The values of `tokenizer.ggml.token_type` that matter here (ggml's llama_token_type). */
const TYPE = { unknown: 2, control: 3, userDefined: 4 } as const;

/** Raises model-invalid for missing or inconsistent metadata, model-unsupported for another kind of tokenizer. */
export function createTokenizer(metadata: TokenizerMetadata): Tokenizer {
  const vocabulary = readVocabulary(metadata);
  const withSpecial = buildBpe(vocabulary, vocabulary.special);
  const userDefined = vocabulary.special.filter(({ type }) => type === TYPE.userDefined);
  let plain: BpeTokenizer | undefined;
  const plainBpe = () => (plain ??= buildBpe(vocabulary, userDefined));
  const specialIds = new Set(vocabulary.special.map(({ id }) => id));
  return {
    encode: (text, { allowSpecial }) =>
      (allowSpecial ? withSpecial : plainBpe()).encode(text.toWellFormed().normalize("NFC")).ids,
    decode(ids, { skipSpecial = false } = {}) {
      const kept = skipSpecial ? ids.filter((id) => !specialIds.has(id)) : [...ids];
      return kept.length === 0 ? "" : withSpecial.decode(kept);
    },
    special: {
      ...(vocabulary.bos === undefined ? {} : { bos: vocabulary.bos }),
      eos: vocabulary.eos,
      byText: Object.fromEntries(vocabulary.special.map(({ text, id }) => [text, id])),
    },
    vocabSize: vocabulary.tokens.length,
  };
}

type Vocabulary = {
  readonly tokens: readonly string[];
  readonly merges: readonly string[];
  readonly special: readonly { text: string; id: number; type: number }[];
  readonly preTokenizer: PreTokenizer;
  readonly bos?: number;
  readonly eos: number;
};

function readVocabulary(metadata: TokenizerMetadata): Vocabulary {
  const tokens = readArray<string>(metadata, "tokenizer.ggml.tokens", "string");
  const types = readArray<number>(metadata, "tokenizer.ggml.token_type", "number");
  if (types.length !== tokens.length)
    throw invalid(`${tokens.length} tokens have ${types.length} types`);
  const preTokenizer = readPreTokenizer(metadata);
  const special = tokens
    .map((text, id) => ({ text, id, type: types[id] }))
    .filter(({ type }) => Object.values<number>(TYPE).includes(type));
  const bos = readId(metadata, "tokenizer.ggml.bos_token_id", tokens.length);
  const eos = readId(metadata, "tokenizer.ggml.eos_token_id", tokens.length);
  if (eos === undefined) throw invalid("tokenizer.ggml.eos_token_id is missing");
  const merges = readArray<string>(metadata, "tokenizer.ggml.merges", "string");
  return { tokens, merges, special, preTokenizer, bos, eos };
}

function readPreTokenizer(metadata: TokenizerMetadata): PreTokenizer {
  const model = metadata["tokenizer.ggml.model"];
  if (model !== "gpt2") throw unsupported(`tokenizer.ggml.model ${String(model)}`, "gpt2");
  const pre = metadata["tokenizer.ggml.pre"];
  if (typeof pre === "string" && Object.hasOwn(preTokenizers, pre)) return preTokenizers[pre];
  throw unsupported(`tokenizer.ggml.pre ${String(pre)}`, Object.keys(preTokenizers).join(", "));
}

function readArray<T>(metadata: TokenizerMetadata, key: string, type: "string" | "number"): T[] {
  const value = metadata[key];
  if (Array.isArray(value) && value.every((item) => typeof item === type)) return value as T[];
  throw invalid(`${key} is not an array of ${type}s`);
}

function readId(metadata: TokenizerMetadata, key: string, vocabSize: number): number | undefined {
  const id = metadata[key];
  if (id === undefined) return undefined;
  if (typeof id === "number" && Number.isInteger(id) && id >= 0 && id < vocabSize) return id;
  throw invalid(`${key} is ${String(id)}, wanted a whole number below ${vocabSize}`);
}

const invalid = (message: string): UserError => new UserError("model-invalid", message);
const unsupported = (got: string, wanted: string): UserError =>
  new UserError("model-unsupported", `${got} is not supported; supported: ${wanted}`);

/** The tokenizer.json of these parts, in the form of https://huggingface.co/docs/tokenizers. */
function buildBpe(vocabulary: Vocabulary, added: Vocabulary["special"]): BpeTokenizer {
  const { tokens, merges, preTokenizer } = vocabulary;
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, use_regex: false };
  const splits = preTokenizer.patterns.map((pattern) => ({
    type: "Split",
    pattern: { Regex: pattern },
    behavior: "Isolated",
    invert: false,
  }));
  const json = {
    version: "1.0",
    added_tokens: added.map(({ text, id }) => ({ id, content: text, special: true })),
    normalizer: null,
    pre_tokenizer: { type: "Sequence", pretokenizers: [...splits, byteLevel] },
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: "BPE",
      vocab: Object.fromEntries(tokens.map((text, id) => [text, id])),
      merges,
      unk_token: null, // a byte that the vocabulary lacks is dropped, as llama.cpp drops it
      ignore_merges: preTokenizer.ignoreMerges,
    },
  };
  return new BpeTokenizer(json, { clean_up_tokenization_spaces: false });
}
