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
import { createLogLikelihood, type WordModel, wordModelBeside } from "../predict/word-model.ts";
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

/** Where statements of one database are tried for its answers. */
export type Execution = {
  /** A choice among several answers, and their repair, execute them. Raises what reading the cells does; the next call reads them again. */
  decodingWith(options: AnsweringOptions): Promise<Decoding>;
  close(): Promise<void>;
};

export type OpenDecoding = { readonly decoding: Decoding } & Pick<Execution, "close">;

type AnsweringOptions = DecodingOptions & { readonly repair: number };

/** What computes the model besides the CPU. */
export const gpuOption = ({ "predict.gpu": gpu }: Config): { readonly gpu?: Gpu } =>
  gpu === "off" ? {} : { gpu: gpu as Gpu };

export const decodingOptions = (config: Config): AnsweringOptions => ({
  decode: config["predict.decode"],
  repair: config["predict.repair"],
  bind: config["predict.bind"] as DecodingOptions["bind"],
  complete: config["predict.complete"] as DecodingOptions["complete"],
});

/** What is being opened next; where that fails, `close` closes what is open already, and the error is raised. */
export const orClose = <T>(next: Promise<T>, close: () => Promise<void>): Promise<T> =>
  next.catch(async (error: unknown) => {
    await close();
    throw error;
  });

/**
 * Executes on `source`, the database's path or URL. Cells are read once, when they are wanted for the first time. A choice
 * weighs `wordModel`, which the pairs of this database taught.
 */
export function openExecution(
  database: Database,
  source: string,
  wordModel?: WordModel,
): Execution {
  const executor = createExecutor({ workers: 2, timeoutMs: CHOICE_TIMEOUT_MS });
  const run = (maxRows: number) => (sqls: readonly string[]) =>
    executor.runMany(source, sqls, { maxRows, overflow: "truncate" });
  const findProblems = createProblemFinder(database, run(1));
  const openParts = async () => {
    const cells = indexCells(await loadCells(source, database));
    const logLikelihood = wordModel && createLogLikelihood(wordModel, database.dialect);
    const choose = createChooser({ database, run: run(CHOICE_ROWS), cells, logLikelihood });
    return { cells, choose };
  };
  let parts: ReturnType<typeof openParts> | undefined;
  const sharedParts = () =>
    (parts ??= openParts().catch((error: unknown) => {
      parts = undefined;
      throw error;
    }));
  return {
    async decodingWith(options) {
      const isChosen = candidatesOf(options.decode) > 1;
      // a choice needs the database at once; without its texts only values are not added
      const wanted = isChosen || options.complete === "question" ? sharedParts() : undefined;
      const open = await (isChosen ? wanted : wanted?.catch(() => undefined));
      return createDecoding(database, options, {
        cells: open?.cells,
        ...(isChosen && { choose: open?.choose }),
        ...(options.repair > 0 && { findProblems }),
      });
    },
    close: () => executor.close(),
  };
}

/** How answers on a database are kept right in one way; see openExecution. */
export async function openDecoding(
  database: Database,
  source: string,
  options: AnsweringOptions,
  wordModel?: WordModel,
): Promise<OpenDecoding> {
  const { decodingWith, close } = openExecution(database, source, wordModel);
  return { decoding: await orClose(decodingWith(options), close), close };
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
  const opening = openDecoding(
    database,
    databaseOf(context),
    { ...decodingOptions(config), ...(options.decode && { decode: options.decode }) },
    wordModelBeside(options.adapterFile),
  );
  const { decoding, close } = await orClose(opening, generator.close);
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
  if (adapterFile === undefined) return model;
  const predict = await orClose(calibrated(context, model.predict), model.close);
  return { ...model, predict };
}
