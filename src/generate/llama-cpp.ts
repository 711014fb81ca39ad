/**
 * Greedy decoding of a local GGUF model, with or without a LoRA adapter, by llama.cpp. Several requests are decoded at
 * once, one per sequence; the prefix that they share is evaluated once and its state loaded into each sequence. Knows
 * no database and no SQL; base and tuned models are treated alike.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Token } from "node-llama-cpp";
import { assert, messageOf, UserError } from "../base/errors.ts";
import { hashOfJson } from "../base/hash.ts";
import { openGguf } from "../format/gguf.ts";
import { rememberedSha256 } from "../source/remembered-hash.ts";
import { decodeAll, type Item, type Slot } from "./decode.ts";
import type { Generate, GenerateRequest } from "./generate.ts";
import { tokenBytes } from "../tokenizer/token-bytes.ts";
import { type Gpu, loadLlama } from "./load-llama.ts";

export type LlamaCppOptions = {
  /** GGUF file of the model. */
  readonly baseFile: string;
  /** GGUF file of a LoRA adapter made for this model. */
  readonly adapterFile?: string;
  /** Tokens of the longest prompt with its answer. Memory grows with `contextTokens × sequences`. */
  readonly contextTokens: number;
  /** Cores to use; one request uses one core. */
  readonly threads?: number;
  /**
   * Requests decoded at the same time; one a core unless said otherwise. Up to three for two cores each has the answer
   * that it has alone. More make batches, which round a little differently; they pay where weights are read more slowly
   * than multiplied (large models), not for the default model.
   */
  readonly sequences?: number;
  /** Left out: on the CPU. */
  readonly gpu?: Gpu;
  /** Where states of prefixes and hashes of files are kept. */
  readonly cacheFolder: string;
  /** Of the states of prefixes: of more, those longest unused are removed. One is 23 kB a token for the default model. */
  readonly keptStateBytes?: number;
};

export type LlamaCppGenerator = {
  /** Raises question-too-long before anything is decoded; with an aborted signal, the signal's reason. */
  readonly generate: Generate;
  countTokens(text: string): number;
  /**
   * For each of `suffixIds`, the probabilities [vocabSize] of the token after it, given `prefixIds` and the suffix up
   * to there. For comparing models; decoding does not need it.
   */
  nextTokenProbabilities(
    prefixIds: readonly number[],
    suffixIds: readonly number[],
  ): Promise<Float32Array[]>;
  close(): Promise<void>;
};

/** The same for base and tuned models, or their scores could not be compared. */
const DEFAULT_MAX_TOKENS = 160;

/** Six of the longest prompts of the default model's service. */
const KEPT_STATE_BYTES = 600e6;

/** Each has a context with buffers of its own. */
const MOST_THREADS = 8;

/** Raises package-missing, model-invalid, memory. */
export async function createLlamaCppGenerator(
  options: LlamaCppOptions,
): Promise<LlamaCppGenerator> {
  const { threads = Math.min(MOST_THREADS, availableParallelism()), sequences = threads } = options;
  const { keptStateBytes: keptBytes = KEPT_STATE_BYTES } = options;
  const weights = await hashWeights(options);
  const loaded = await loadLlama({ ...options, sequences, threads });
  const { model, contextTokens, settings } = loaded;
  const lanes = loaded.lanes.map((sequences) => sequences.map((sequence): Slot => ({ sequence })));
  const tokenize = (text: string) => model.tokenize(text.toWellFormed().normalize("NFC"), true);
  const folder = join(options.cacheFolder, "prefix-states");
  let pieces: readonly string[] | undefined;
  const readPieces = () => (pieces ??= tokenBytes(openGguf(options.baseFile).metadata));
  const readItem = createItemReader(tokenize, { ...weights, ...settings });
  const generate: Generate = async (requests, { maxTokens = DEFAULT_MAX_TOKENS, ...rest } = {}) => {
    const items = requests.map(readItem);
    for (const item of items) ensureFits(item, maxTokens, contextTokens);
    return decodeAll(model, lanes, items, {
      ...rest,
      maxTokens,
      folder,
      keptBytes,
      pieces: readPieces,
    });
  };
  const oneByOne = createQueue();
  return {
    generate: (requests, generateOptions) => oneByOne(() => generate(requests, generateOptions)),
    countTokens: (text) => tokenize(text).length,
    nextTokenProbabilities: (prefixIds, suffixIds) =>
      oneByOne(() =>
        evaluateProbabilities(lanes[0][0], prefixIds as Token[], suffixIds as Token[]),
      ),
    close: loaded.close,
  };
}

async function hashWeights({ baseFile, adapterFile, cacheFolder }: LlamaCppOptions) {
  try {
    const base = await rememberedSha256(baseFile, cacheFolder);
    const adapter = adapterFile && (await rememberedSha256(adapterFile, cacheFolder));
    return { base, adapter };
  } catch (cause) {
    throw new UserError("model-invalid", `cannot read the model: ${messageOf(cause)}`, { cause });
  }
}

/** Runs calls one after the other, because they share the sequences. */
function createQueue(): <T>(action: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (action) => {
    const result = last.then(action);
    last = result.catch(() => undefined);
    return result;
  };
}

/** Prefixes repeat, so that each is cut into tokens and hashed once. */
function createItemReader(tokenize: (text: string) => Token[], conditions: object) {
  let known: { text: string; prefix: Token[]; prefixKey: string } | undefined;
  return (request: GenerateRequest, index: number): Item => {
    if (known?.text !== request.prefix) {
      const prefix = tokenize(request.prefix);
      known = { text: request.prefix, prefix, prefixKey: hashOfJson({ ...conditions, prefix }) };
    }
    const { prefix, prefixKey } = known;
    const { suffix, isSingleUse, constraint } = request;
    return { index, prefixKey, prefix, suffix: tokenize(suffix), isSingleUse, constraint };
  };
}

function ensureFits({ prefix, suffix }: Item, maxTokens: number, contextTokens: number): void {
  assert(prefix.length > 0 && suffix.length > 0, "a prompt needs a prefix and a suffix");
  const room = contextTokens - prefix.length - maxTokens - 1;
  if (suffix.length <= room) return;
  throw new UserError(
    "question-too-long",
    `the question takes ${suffix.length} tokens; ${Math.max(0, room)} are free beside ${prefix.length} of the schema and ${maxTokens} of the answer`,
  );
}

async function evaluateProbabilities(
  slot: Slot,
  prefix: Token[],
  suffix: Token[],
): Promise<Float32Array[]> {
  delete slot.heldKey;
  await slot.sequence.clearHistory();
  await slot.sequence.evaluateWithoutGeneratingNewTokens(prefix);
  const unfiltered = { temperature: 1, topK: 0, topP: 1, minP: 0 };
  const generateNext = { probabilities: true, options: unfiltered };
  const results = await slot.sequence.controlledEvaluate(
    suffix.map((id): [Token, object] => [id, { generateNext }]),
  );
  return results.map((result) => {
    const probabilities = result?.next.probabilities;
    assert(probabilities !== undefined, "llama.cpp gave no probabilities");
    const row = new Float32Array(probabilities.size);
    // the library divides by a sum taken in float32, which is off by 1e-4 or so
    const sum = [...probabilities.values()].reduce((a, b) => a + b);
    for (const [id, probability] of probabilities) row[id] = probability / sum;
    return row;
  });
}
