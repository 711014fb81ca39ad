/**
 * Loads llama.cpp (node-llama-cpp, an optional package), a GGUF model and, where given, a LoRA adapter.
 * Turns its failures into errors that say what to do. Knows no prompt.
 */
import { setImmediate } from "node:timers/promises";
import type { Llama, LlamaContext, LlamaContextSequence, LlamaModel } from "node-llama-cpp";
import { messageOf, UserError } from "../base/errors.ts";

type LlamaPackage = typeof import("node-llama-cpp");

export type LoadOptions = {
  readonly baseFile: string;
  readonly adapterFile?: string;
  /** Tokens that one sequence can hold. */
  readonly contextTokens: number;
  /** Sequences of all contexts together, at least. */
  readonly sequences: number;
  /** Cores to use; there are half as many contexts again, each with one thread. */
  readonly threads: number;
  /** Left out: on the CPU. The same in all calls of one process. */
  readonly gpu?: Gpu;
};

/** What a model can be computed on besides the CPU. */
export type Gpu = "cuda" | "vulkan";

export type LoadedLlama = {
  readonly model: LlamaModel;
  /** The sequences of each context; contexts compute side by side, the sequences of one context together. */
  readonly lanes: readonly (readonly LlamaContextSequence[])[];
  /** Tokens that one sequence can hold, at least as many as were asked for. */
  readonly contextTokens: number;
  /** What the evaluation depends on besides weights and tokens: the library, its build and its settings. */
  readonly settings: Readonly<Record<string, unknown>>;
  close(): Promise<void>;
};

/** Tokens evaluated at once: one size for every use, because the size changes the rounding. */
const BATCH_TOKENS = 512;

/** Raises package-missing, model-invalid (damaged model or adapter) or memory. */
export async function loadLlama(options: LoadOptions): Promise<LoadedLlama> {
  const llamaPackage = await importPackage();
  const { gpu } = options;
  const llama = await startLibrary(llamaPackage, gpu);
  const model = await explain(llamaPackage, options.baseFile, () =>
    llama.loadModel({ modelPath: options.baseFile, gpuLayers: gpu ? "max" : 0 }),
  );
  try {
    const contexts = await explain(llamaPackage, options.adapterFile ?? options.baseFile, () =>
      createContexts(model, options),
    );
    const [{ contextSize, flashAttention, totalSequences }] = contexts;
    const settings = {
      library: await llamaPackage.getModuleVersion(),
      llamaCpp: llama.llamaCppRelease.release,
      cpu: llama.systemInfo,
      batchTokens: BATCH_TOKENS,
      flashAttention,
      sequences: totalSequences,
      ...(gpu && { gpu }),
    };
    const lanes = contexts.map(sequencesOf);
    const close = async () => {
      for (const context of contexts) await context.dispose();
      await model.dispose();
    };
    return { model, lanes, contextTokens: contextSize, settings, close };
  } catch (error) {
    await model.dispose();
    throw error;
  }
}

async function importPackage(): Promise<LlamaPackage> {
  try {
    return await import("node-llama-cpp");
  } catch (cause) {
    throw packageMissing("node-llama-cpp 3.21.1 is not installed", cause);
  }
}

/** The library is one per process: a second instance would take the first one's log and, closed, its memory. */
let library: Promise<Llama> | undefined;

/** What the library has said of errors since the last load began. */
const complaints: string[] = [];

async function startLibrary(
  { getLlama, LlamaLogLevel }: LlamaPackage,
  gpu: Gpu | false = false,
): Promise<Llama> {
  library ??= getLlama({
    gpu,
    build: "never",
    logLevel: LlamaLogLevel.error,
    logger: (_level, message) => void complaints.push(message.trim()),
  });
  try {
    return await library;
  } catch (cause) {
    library = undefined;
    throw packageMissing(`llama.cpp does not start: ${messageOf(cause)}`, cause);
  }
}

/** While a token is chosen, its context rests and another one computes: on two cores, three take a quarter less time. */
const CONTEXTS_PER_CORE = 1.5;

/**
 * One thread a context: threads of one context spin while they wait for each other, several times in every layer, and
 * on a busy machine that costs ten times the work itself.
 */
async function createContexts(model: LlamaModel, options: LoadOptions): Promise<LlamaContext[]> {
  const { adapterFile, contextTokens, sequences, threads } = options;
  const count = Math.min(Math.ceil(threads * CONTEXTS_PER_CORE), sequences);
  const contexts: LlamaContext[] = [];
  for (let i = 0; i < count; i++)
    contexts.push(
      await model.createContext({
        contextSize: contextTokens,
        // as many in each: a state can be loaded only where there are as many as where it was saved
        sequences: Math.ceil(sequences / count),
        threads: 1,
        batchSize: BATCH_TOKENS,
        failedCreationRemedy: false,
        ...(adapterFile === undefined ? {} : { lora: { adapters: [{ filePath: adapterFile }] } }),
      }),
    );
  return contexts;
}

const sequencesOf = (context: LlamaContext): LlamaContextSequence[] =>
  Array.from({ length: context.totalSequences }, () => context.getSequence());

async function explain<T>(
  { InsufficientMemoryError }: LlamaPackage,
  file: string,
  action: () => Promise<T>,
): Promise<T> {
  complaints.length = 0;
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof InsufficientMemoryError)
      throw new UserError("memory", `${file} needs more memory than is free`, { cause });
    await setImmediate(); // what llama.cpp said comes from another thread
    const reasons = [messageOf(cause), ...complaints].join("; ");
    throw new UserError("model-invalid", `llama.cpp refuses ${file}: ${reasons}`, { cause });
  }
}

const packageMissing = (message: string, cause: unknown): UserError =>
  new UserError("package-missing", `${message}; install it with: npm i node-llama-cpp@3.21.1`, {
    cause,
  });
