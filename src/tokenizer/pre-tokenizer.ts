/**
 * How text is cut into words before byte-pair merging, by the name in `tokenizer.ggml.pre`. The cuts are llama.cpp's
 * (src/llama-vocab.cpp), because the ids must be those of the program that serves the model. Knows no vocabulary.
 */
export type PreTokenizer = {
  /** Applied one after the other; each match is a piece, and so is what lies between matches. */
  readonly patterns: readonly string[];
  /** Whether a whole word found in the vocabulary is taken without merging. */
  readonly ignoreMerges: boolean;
};

/** Unicode's White_Space, which is llama.cpp's; JavaScript's \s has U+FEFF in addition and lacks U+0085. */
const SPACE = String.raw`\p{White_Space}`;
const SPACE_RUN = `${SPACE}+(?!${SPACE.replace("p", "P")})|${SPACE}+`;
const CONTRACTION = "'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]";

const gpt2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^${SPACE}\p{L}\p{N}]+|${SPACE_RUN}`;
const lettersAndDigits = (digits: string): string =>
  String.raw`${CONTRACTION}|[^\r\n\p{L}\p{N}]?\p{L}+|${digits}| ?[^${SPACE}\p{L}\p{N}]+[\r\n]*|${SPACE}*[\r\n]+|${SPACE_RUN}`;

const digitsApart: PreTokenizer = { patterns: [String.raw`\p{N}`, gpt2], ignoreMerges: false };
const qwen2: PreTokenizer = {
  patterns: [lettersAndDigits(String.raw`\p{N}`)],
  ignoreMerges: false,
};
const llama3: PreTokenizer = {
  patterns: [lettersAndDigits(String.raw`\p{N}{1,3}`)],
  ignoreMerges: true,
};

export const preTokenizers: Readonly<Record<string, PreTokenizer>> = {
  "gpt-2": { patterns: [gpt2], ignoreMerges: false },
  smollm: digitsApart,
  starcoder: digitsApart,
  refact: digitsApart,
  qwen2,
  "deepseek-r1-qwen": qwen2,
  "llama-bpe": llama3,
  llama3,
  "llama-v3": llama3,
};
