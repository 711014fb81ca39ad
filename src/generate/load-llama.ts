/**
 * Loads llama.cpp (node-llama-cpp, an optional package), a GGUF model and, where given, a LoRA adapter, on the CPU.
 * Turns its failures into errors that say what to do. Knows no prompt.
 */
import type { Llama, LlamaContext, LlamaContextSequence, LlamaModel } from "node-llama-cpp";
import { messageOf, UserError } from "../base/errors.ts";

type LlamaPackage = typeof import("node-llama-cpp");

export type LoadOptions = {
  readonly baseFile: string;
  readonly adapterFile?: string;
  /** Tokens that one sequence can hold. */
  readonly contextTokens: number;
  /** Sequences of all contexts together. */
  readonly sequences: number;
  /** Contexts, each with one thread. */
  readonly threads: number;
};

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
  const complaints: string[] = [];
  const llama = await startLibrary(llamaPackage, complaints);
  try {
    const model = await explain(llamaPackage, options.baseFile, complaints, () =>
      llama.loadModel({ modelPath: options.baseFile, gpuLayers: 0 }),
    );
    const contexts = await explain(
      llamaPackage,
      options.adapterFile ?? options.baseFile,
      complaints,
      () => createContexts(model, options),
    );
    const [{ contextSize, flashAttention }] = contexts;
    const settings = {
      library: await llamaPackage.getModuleVersion(),
      llamaCpp: llama.llamaCppRelease.release,
      cpu: llama.systemInfo,
      batchTokens: BATCH_TOKENS,
      flashAttention,
      sequences: contexts.map(({ totalSequences }) => totalSequences),
    };
    const lanes = contexts.map(sequencesOf);
    const close = () => llama.dispose();
    return { model, lanes, contextTokens: contextSize, settings, close };
  } catch (error) {
    await llama.dispose();
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

async function startLibrary(llamaPackage: LlamaPackage, complaints: string[]): Promise<Llama> {
  try {
    return await llamaPackage.getLlama({
      gpu: false,
      build: "never",
      logLevel: llamaPackage.LlamaLogLevel.error,
      logger: (_level, message) => void complaints.push(message.trim()),
    });
  } catch (cause) {
    throw packageMissing(`llama.cpp does not start: ${messageOf(cause)}`, cause);
  }
}

/**
 * One context a thread: threads of one context spin while they wait for each other, several times in every layer, and
 * on a busy machine that costs ten times the work itself.
 */
async function createContexts(model: LlamaModel, options: LoadOptions): Promise<LlamaContext[]> {
  const { adapterFile, contextTokens } = options;
  const count = Math.min(options.threads, options.sequences);
  const contexts: LlamaContext[] = [];
  for (let i = 0; i < count; i++)
    contexts.push(
      await model.createContext({
        contextSize: contextTokens,
        sequences: Math.ceil((options.sequences - i) / count),
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
  complaints: readonly string[],
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof InsufficientMemoryError)
      throw new UserError("memory", `${file} needs more memory than is free`, { cause });
    const reasons = [messageOf(cause), ...complaints].join("; ");
    throw new UserError("model-invalid", `llama.cpp refuses ${file}: ${reasons}`, { cause });
  }
}

const packageMissing = (message: string, cause: unknown): UserError =>
  new UserError("package-missing", `${message}; install it with: npm i node-llama-cpp@3.21.1`, {
    cause,
  });
