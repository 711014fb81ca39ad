/** Opens a model for a project: its prompt and its artefacts behind one `Predict`. Used by scoring, serving and the command line. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../base/errors.ts";
import { readJsonLines } from "../base/files.ts";
import type { Example } from "../data/example.ts";
import { createLlamaCppGenerator } from "../generate/llama-cpp.ts";
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
import { createProblemFinder, REPAIR_TOKENS } from "../predict/repair.ts";
import { type Prompt, showing } from "../prompt/prompt.ts";
import { cacheFolder } from "../source/source.ts";
import { type BaseModel, countTokens, baseModelOf, promptOf } from "./model.ts";
import type { Config } from "./options.ts";
import type { StageContext } from "./run.ts";
import { shownParts } from "./shown.ts";
import type { Database } from "../schema/schema.ts";
import { databaseFileOf, databaseOf, loadDatabase } from "./stages/schema.ts";
import { runFolderOf } from "./stages/train.ts";

export type OpenModel = {
  readonly name: string;
  readonly prompt: Prompt;
  readonly predict: Predict;
  close(): Promise<void>;
};

export type OpenDecoding = { readonly decoding: Decoding; close(): Promise<void> };

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

/** Tokens that a second round adds to the first's prompt. */
export const repairTokens = (config: Config): number =>
  config["predict.repair"] > 0 ? config["eval.maxTokens"] + REPAIR_TOKENS : 0;

/** A statement that is one of several is given up sooner than one that is asked for. */
const CHOICE_TIMEOUT_MS = 2_000;
const CHOICE_ROWS = 10_000;

/** Tokens of a question with its chat frame that always fit. */
const QUESTION_TOKENS = 400;
/** Less room than this for a question is none. */
const FEWEST_QUESTION_TOKENS = 40;

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
  const { fewShot, show, mostTokens } = shownParts(
    { ...config, ...(options.examples && { "predict.examples": options.examples }) },
    {
      database,
      file: databaseFileOf(context),
      pairs: () => trainingPairs(context),
      countTokens: (text) => countTokens(base, text),
    },
  );
  const prompt = showing(await promptOf(context, base, fewShot), show);
  const prefixTokens = countTokens(base, prompt.prefix);
  const answerTokens = config["eval.maxTokens"] + repairTokens(config);
  const wanted = prefixTokens + mostTokens + QUESTION_TOKENS + answerTokens;
  if (prefixTokens + FEWEST_QUESTION_TOKENS + config["eval.maxTokens"] > base.contextTokens)
    throw new UserError(
      "schema-too-long",
      `the schema takes ${prefixTokens} tokens; the model reads ${base.contextTokens}, question and answer included`,
    );
  const generator = await createLlamaCppGenerator({
    baseFile: base.path,
    adapterFile: options.adapterFile,
    contextTokens: Math.min(base.contextTokens, Math.ceil(wanted / 256) * 256),
    sequences: options.sequences ?? config["eval.sequences"],
    threads: config["eval.threads"],
    cacheFolder: cacheFolder(),
  });
  const { decoding, close } = await openDecoding(database, databaseOf(context), {
    ...decodingOptions(config),
    ...(options.decode && { decode: options.decode }),
  });
  return {
    name: options.adapterFile ? "tuned" : "base",
    prompt,
    predict: createPredict(prompt, generator.generate, decoding),
    close: async () => {
      await Promise.all([generator.close(), close()]);
    },
  };
}

/** The pairs that examples are taken from. Raises not-found. */
function trainingPairs({ project }: StageContext): Example[] {
  const file = join(project.cleanFolder, "train.jsonl");
  if (!existsSync(file))
    throw new UserError("not-found", `there is no ${file}, which predict.examples shows pairs of`);
  return readJsonLines<Example>(file);
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
