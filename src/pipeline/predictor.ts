/** Opens a model for a project: its prompt and its artefacts behind one `Predict`. Used by scoring, serving and the command line. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createLlamaCppGenerator } from "../generate/llama-cpp.ts";
import { createExecutor } from "../db/executor.ts";
import { indexCells, readCells } from "../link/cells.ts";
import { createChooser } from "../predict/choose.ts";
import {
  candidatesOf,
  createDecoding,
  type Decoding,
  type DecodingOptions,
} from "../predict/decoding.ts";
import { createPredict, type Predict } from "../predict/predict.ts";
import type { FewShotExample } from "../prompt/prompt.ts";
import { cacheFolder } from "../source/source.ts";
import { type BaseModel, baseModelOf } from "./model.ts";
import type { Config } from "./options.ts";
import { type Prompts, promptsOf } from "./prompts.ts";
import type { StageContext } from "./run.ts";
import type { Database } from "../schema/schema.ts";
import { databaseFileOf, loadDatabase } from "./stages/schema.ts";
import { runFolderOf } from "./stages/train.ts";

export type OpenModel = {
  readonly name: string;
  readonly prompts: Prompts;
  readonly predict: Predict;
  close(): Promise<void>;
};

export type OpenDecoding = { readonly decoding: Decoding; close(): Promise<void> };

export const decodingOptions = (config: Config): DecodingOptions => ({
  decode: config["predict.decode"],
  bind: config["predict.bind"] as DecodingOptions["bind"],
});

/** How answers on a database are kept right; a choice among several executes them on `file`. */
export function openDecoding(
  database: Database,
  file: string,
  options: DecodingOptions,
): OpenDecoding {
  if (candidatesOf(options.decode) === 1)
    return { decoding: createDecoding(database, options), close: async () => {} };
  const executor = createExecutor({ workers: 2, timeoutMs: CHOICE_TIMEOUT_MS });
  const choose = createChooser({
    database,
    run: (sqls) => executor.runMany(file, sqls, { maxRows: CHOICE_ROWS, overflow: "truncate" }),
    cells: indexCells(readCells(file, database)),
  });
  return { decoding: createDecoding(database, options, choose), close: () => executor.close() };
}

/** A statement that is one of several is given up sooner than one that is asked for. */
const CHOICE_TIMEOUT_MS = 2_000;
const CHOICE_ROWS = 10_000;

/** The base model, with an adapter if `adapterFile` is given. */
export async function openModel(
  context: StageContext,
  base: BaseModel,
  options: {
    readonly adapterFile?: string;
    readonly fewShot?: readonly FewShotExample[];
    readonly sequences?: number;
    /** Instead of predict.decode. */
    readonly decode?: string;
  } = {},
): Promise<OpenModel> {
  const { config } = context;
  const prompts = await promptsOf(context, base, options.fewShot);
  const generator = await createLlamaCppGenerator({
    baseFile: base.path,
    adapterFile: options.adapterFile,
    contextTokens: prompts.contextTokens,
    sequences: options.sequences ?? config["eval.sequences"],
    threads: config["eval.threads"],
    cacheFolder: cacheFolder(),
  });
  const database = await loadDatabase(context);
  const { decoding, close } = openDecoding(database, databaseFileOf(context), {
    ...decodingOptions(config),
    ...(options.decode && { decode: options.decode }),
  });
  return {
    name: options.adapterFile ? "tuned" : "base",
    prompts,
    predict: createPredict(prompts.promptFor, generator.generate, decoding),
    close: async () => {
      await Promise.all([generator.close(), close()]);
    },
  };
}

/** The file of the tuned adapter, if the project has one. */
export async function adapterFileOf(context: StageContext): Promise<string | undefined> {
  const file = join(await runFolderOf(context), "adapter", "adapter.gguf");
  return existsSync(file) ? file : undefined;
}

/** The tuned model, or the base model when none is tuned yet: for answering one question at a time. */
export async function openTunedModel(context: StageContext): Promise<OpenModel> {
  const base = await baseModelOf(context);
  return openModel(context, base, { adapterFile: await adapterFileOf(context), sequences: 1 });
}
