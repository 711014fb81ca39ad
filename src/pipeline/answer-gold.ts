/**
 * Answers the questions of a gold file with a model: the base, the starting adapter, a run of a project, or a model behind
 * a server. Each database has its own prompt; the path from question to SQL is the one that serves.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { UserError } from "../base/errors.ts";
import { sha256, sha256OfFile } from "../base/hash.ts";
import type { Progress } from "../base/progress.ts";
import { identityOf } from "../data/pairs.ts";
import type { Predicted } from "../eval/score-file.ts";
import type { GoldItem } from "../eval/sources/gold.ts";
import { writeGgufAdapter } from "../export/gguf-adapter.ts";
import { PEFT_WEIGHTS, readPeftAdapter } from "../export/peft.ts";
import { openGguf } from "../format/gguf.ts";
import type { Generate } from "../generate/generate.ts";
import { createLlamaCppGenerator } from "../generate/llama-cpp.ts";
import { createOllamaGenerate } from "../generate/ollama.ts";
import { isLlamaServer } from "../generate/llama-server.ts";
import { createOpenAiGenerate } from "../generate/openai-compatible.ts";
import type { SolvedPair } from "../predict/examples.ts";
import { createPredict } from "../predict/predict.ts";
import { type WordModel, wordModelBeside } from "../predict/word-model.ts";
import { renderAnswer } from "../prompt/answer.ts";
import { introspect } from "../schema/introspect.ts";
import { applyNotes, readNotes } from "../schema/notes.ts";
import type { Database } from "../schema/schema.ts";
import { cacheFolder } from "../source/source.ts";
import { type BaseModel, openBaseModel, schemaFormOf } from "./model.ts";
import type { Config } from "./options.ts";
import type { DecodingOptions } from "../predict/decoding.ts";
import { decodingOptions, openDecoding } from "./predictor.ts";
import { openPrompts } from "./prompts.ts";
import { bundledFolder } from "./start-adapter.ts";

export type AnswerOptions = {
  /** base, start, a run's folder, ollama:NAME[@URL] or an address such as http://localhost:8080/v1#NAME. */
  readonly model: string;
  readonly fileOf: (dbId: string) => string;
  readonly config: Config;
  /** Notes on the schema, for the prompt that an adapter was trained with. */
  readonly notesFile?: string;
  /** Solved pairs for predict.examples. */
  readonly pairs?: readonly GoldItem[];
  /** Servers: messages instead of the rendered prompt. */
  readonly sendsMessages: boolean;
  /** The answers' confidence is wanted; see GenerateOptions. */
  readonly withConfidence: boolean;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
};

/** One SQL or refusal for each question, in the order of the gold. Raises what the model and its server raise. */
export async function answerGold(
  golds: readonly GoldItem[],
  options: AnswerOptions,
): Promise<Predicted[]> {
  const { config, fileOf, notesFile, pairs = [], withConfidence, progress, signal } = options;
  const base = await openBaseModel(config.model, progress, signal);
  const isServer = OLLAMA.test(options.model) || ADDRESS.test(options.model);
  const places = await Promise.all(
    [...Map.groupBy(golds, ({ dbId }) => dbId)].map(async ([dbId, items]) => {
      const bare = introspect(fileOf(dbId), { dbId }).database;
      const database = notesFile === undefined ? bare : applyNotes(bare, readNotes(notesFile));
      const prompts = await openPrompts(base, database, {
        config,
        source: fileOf(dbId),
        prompt: { schema: schemaFormOf(config) },
        pairs: () => solvedBeside(items, pairs, database),
        // what a server reads is not known
        ...(isServer && { mostTokens: Infinity }),
      });
      return { items, database, prompts };
    }),
  );
  const contextTokens = Math.max(...places.map(({ prompts }) => prompts.contextTokens));
  const model = await openGenerator(options, base, contextTokens);
  const answers: Predicted[] = [];
  let done = 0;
  progress.step("answering");
  try {
    for (const { items, database, prompts } of places) {
      const { decoding, close } = await openDecoding(
        database,
        fileOf(database.dbId),
        { ...decodingOptions(config), keeper: model.keeper },
        model.wordModel,
      );
      const predict = createPredict(prompts.promptFor, model.generate, decoding);
      const questions = items.map(({ question = "" }) => question);
      const predictions = await predict(questions, {
        maxTokens: config["eval.maxTokens"],
        withConfidence,
        signal,
        onCompletion: (count) => progress.update(done + count, golds.length),
      }).finally(close);
      done += items.length;
      for (const [i, { answer, confidence }] of predictions.entries())
        answers[items[i].index] = { sql: renderAnswer(answer), confidence };
    }
  } finally {
    await model.close();
  }
  progress.done(`${golds.length} questions on ${places.length} databases`);
  return answers;
}

/** The pairs of a database, without those whose question is asked. */
function solvedBeside(
  golds: readonly GoldItem[],
  pairs: readonly GoldItem[],
  database: Database,
): SolvedPair[] {
  const asked = new Set(golds.map(({ question }) => question));
  return pairs
    .filter(({ dbId, question }) => dbId === database.dbId && !asked.has(question))
    .map((pair) => ({ question: pair.question ?? "", ...identityOf(pair, database) }));
}

const OLLAMA = /^ollama:([^@]+)(?:@(https?:.+))?$/;
const ADDRESS = /^(https?:[^#]+)#(.+)$/;

type OpenGenerator = {
  readonly generate: Generate;
  /** Of servers, llama.cpp's own alone keeps to a grammar of ours. */
  readonly keeper: NonNullable<DecodingOptions["keeper"]>;
  readonly wordModel?: WordModel;
  close(): Promise<void>;
};

async function openGenerator(
  { model, config, sendsMessages, progress, signal }: AnswerOptions,
  base: BaseModel,
  contextTokens: number,
): Promise<OpenGenerator> {
  const close = async () => {};
  const cacheFile = join(cacheFolder(), "answers", `${sha256(model).slice(0, 16)}.jsonl`);
  const onNote = (text: string) => progress.note(text);
  const server = { sends: sendsMessages ? "messages" : "text", cacheFile, onNote } as const;
  const ollama = OLLAMA.exec(model);
  if (ollama) {
    const baseUrl = ollama[2] ?? "http://127.0.0.1:11434";
    const options = { ...server, baseUrl, model: ollama[1], contextTokens };
    return { generate: createOllamaGenerate(options), keeper: "none", close };
  }
  const address = ADDRESS.exec(model);
  if (address) {
    const apiKey = process.env.T2S_API_KEY;
    const [, baseUrl, name] = address;
    const takesGrammar = await isLlamaServer(baseUrl, { apiKey, signal });
    const options = { ...server, baseUrl, model: name, apiKey, takesGrammar };
    const keeper = takesGrammar ? "server" : "none";
    return { generate: createOpenAiGenerate(options), keeper, close };
  }
  const adapterFile = await adapterOf(model, base);
  const wordModel = wordModelBeside(adapterFile);
  const local = await createLlamaCppGenerator({
    baseFile: base.path,
    adapterFile,
    contextTokens: Math.min(base.contextTokens, contextTokens),
    sequences: config["eval.sequences"],
    threads: config["eval.threads"],
    cacheFolder: cacheFolder(),
  });
  return { generate: local.generate, keeper: "process", wordModel, close: local.close };
}

/** The GGUF adapter of a run, or the starting adapter's, which is made once and kept in the cache. */
async function adapterOf(model: string, base: BaseModel): Promise<string | undefined> {
  if (model === "base") return undefined;
  if (model === "start") return startAsGguf(base);
  const found = [
    join(resolve(model), "adapter", "adapter.gguf"),
    join(resolve(model), "adapter.gguf"),
  ];
  const file = found.find((path) => existsSync(path));
  if (file !== undefined) return file;
  throw new UserError(
    "not-found",
    `there is no adapter.gguf in ${model}; base, start, the folder of a run, ollama:NAME or http://HOST/v1#NAME is wanted`,
  );
}

async function startAsGguf(base: BaseModel): Promise<string> {
  const hash = await sha256OfFile(join(bundledFolder, PEFT_WEIGHTS));
  const file = join(
    cacheFolder(),
    "adapters",
    `${hash.slice(0, 16)}-${base.sha256.slice(0, 16)}.gguf`,
  );
  if (existsSync(file)) return file;
  const gguf = openGguf(base.path);
  try {
    writeGgufAdapter(file, readPeftAdapter(bundledFolder), gguf);
  } finally {
    gguf.close();
  }
  return file;
}
