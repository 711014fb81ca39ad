/** Opens a model for a project: its prompt and its artefacts behind one `Predict`. Used by scoring, serving and the command line. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createLlamaCppGenerator } from "../generate/llama-cpp.ts";
import type { Gpu } from "../generate/load-llama.ts";
import { createExecutor } from "../db/executor.ts";
import { indexCells, loadCells } from "../link/cells.ts";
import { createChooser } from "../predict/choose.ts";
import {
  candidatesOf,
  createDecoding,
  type Decoding,
  type DecodingOptions,
} from "../predict/decoding.ts";
import { createPredict, type Predict } from "../predict/predict.ts";
import { createProblemFinder } from "../predict/repair.ts";
import { cacheFolder } from "../source/source.ts";
import { calibrated } from "./calibration.ts";
import { type BaseModel, baseModelOf } from "./model.ts";
import type { Config } from "./options.ts";
import { type Prompts, promptsOf } from "./prompts.ts";
import type { StageContext } from "./run.ts";
import type { Database } from "../schema/schema.ts";
import { databaseOf, loadDatabase } from "./stages/schema.ts";
import { runFolderOf } from "./stages/train.ts";

export type OpenModel = {
  readonly name: string;
  readonly prompts: Prompts;
  readonly predict: Predict;
  close(): Promise<void>;
};

export type OpenDecoding = { readonly decoding: Decoding; close(): Promise<void> };

/** What computes the model besides the CPU. */
export const gpuOption = ({ "predict.gpu": gpu }: Config): { readonly gpu?: Gpu } =>
  gpu === "off" ? {} : { gpu: gpu as Gpu };

export const decodingOptions = (config: Config): DecodingOptions & { readonly repair: number } => ({
  decode: config["predict.decode"],
  repair: config["predict.repair"],
  bind: config["predict.bind"] as DecodingOptions["bind"],
});

/** How answers on a database are kept right; a choice among several, and their repair, execute them on `source`, its path or URL. */
export async function openDecoding(
  database: Database,
  source: string,
  options: DecodingOptions & { readonly repair: number },
): Promise<OpenDecoding> {
  const executor = createExecutor({ workers: 2, timeoutMs: CHOICE_TIMEOUT_MS });
  const run = (maxRows: number) => (sqls: readonly string[]) =>
    executor.runMany(source, sqls, { maxRows, overflow: "truncate" });
  const choose =
    candidatesOf(options.decode) > 1
      ? createChooser({
          database,
          run: run(CHOICE_ROWS),
          cells: indexCells(await loadCells(source, database)),
        })
      : undefined;
  const findProblems = options.repair > 0 ? createProblemFinder(database, run(1)) : undefined;
  const decoding = createDecoding(database, options, choose, findProblems);
  return { decoding, close: () => executor.close() };
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
    readonly sequences?: number;
    /** Instead of predict.decode. */
    readonly decode?: string;
    /** Instead of predict.examples. */
    readonly examples?: string;
  } = {},
): Promise<OpenModel> {
  const { config } = context;
  const database = await loadDatabase(context);
  const prompts = await promptsOf(context, base, options.examples);
  const generator = await createLlamaCppGenerator({
    baseFile: base.path,
    adapterFile: options.adapterFile,
    contextTokens: prompts.contextTokens,
    sequences: options.sequences ?? config["eval.sequences"],
    threads: config["eval.threads"],
    ...gpuOption(config),
    cacheFolder: cacheFolder(),
  });
  const { decoding, close } = await openDecoding(database, databaseOf(context), {
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
  const adapterFile = await adapterFileOf(context);
  const model = await openModel(context, base, { adapterFile, sequences: 1 });
  return adapterFile ? { ...model, predict: await calibrated(context, model.predict) } : model;
}
