/**
 * The model of a project for a service: tuned where it has been, on the project's schema and on any other that comes
 * with a question. One generator serves all of them and keeps the state of each schema's prompt.
 */
import { basename, dirname } from "node:path";
import { UserError } from "../base/errors.ts";
import { createLlamaCppGenerator } from "../generate/llama-cpp.ts";
import { createDecoding, type Decoding, oneAnswer } from "../predict/decoding.ts";
import { createPredict, type Predict } from "../predict/predict.ts";
import type { ServedModel } from "../predict/served-model.ts";
import { wordModelBeside } from "../predict/word-model.ts";
import type { Prompt } from "../prompt/prompt.ts";
import type { Database } from "../schema/schema.ts";
import { cacheFolder } from "../source/source.ts";
import { calibrated } from "./calibration.ts";
import { baseModelOf, countTokens, promptOptions } from "./model.ts";
import { adapterFileOf, decodingOptions, gpuOption, openExecution, orClose } from "./predictor.ts";
import { promptsOf } from "./prompts.ts";
import type { StageContext } from "./run.ts";
import { databaseOf, loadDatabase } from "./stages/schema.ts";

/** Room for schemas other than the project's; 23 kB a token for the default model. */
const LEAST_CONTEXT = 4096;
/** Tokens of a question with its chat frame that fit beside the largest schema. */
const QUESTION_TOKENS = 120;
/** No token is longer on the average: a text beyond that is not even counted. */
const LETTERS_A_TOKEN = 12;
/** Schemas whose grammar is kept. */
const KEPT_SCHEMAS = 8;

/** Raises what opening a model does, and schema-too-long for the project's schema. */
export async function openServedModel(context: StageContext): Promise<ServedModel> {
  const { config } = context;
  const base = await baseModelOf(context);
  const database = await loadDatabase(context);
  const adapterFile = await adapterFileOf(context);
  const spare = QUESTION_TOKENS + config["eval.maxTokens"];
  const own = await promptsOf(context, base);
  const contextTokens = Math.max(own.contextTokens, Math.min(LEAST_CONTEXT, base.contextTokens));
  const promptOn = (other: Database): Prompt => {
    const prompt = base.promptFor(other, promptOptions(context));
    const tokens =
      prompt.prefix.length > LETTERS_A_TOKEN * base.contextTokens
        ? Infinity
        : countTokens(base, prompt.prefix);
    if (tokens + spare <= contextTokens) return prompt;
    throw new UserError(
      "schema-too-long",
      `the schema takes ${Number.isFinite(tokens) ? tokens : "far too many"} tokens; ${contextTokens - spare} are free beside question and answer`,
    );
  };
  const generator = await createLlamaCppGenerator({
    baseFile: base.path,
    adapterFile,
    contextTokens,
    sequences: 1,
    threads: config["eval.threads"],
    ...gpuOption(config),
    cacheFolder: cacheFolder(),
  });
  const execution = openExecution(database, databaseOf(context), wordModelBeside(adapterFile));
  /** Neither keeps the other from being closed; that one of them cannot be is nothing that the service could mend. */
  const close = async () => {
    await Promise.allSettled([generator.close(), execution.close()]);
  };
  const options = decodingOptions(config);
  const { decode, repair } = options;
  const decodings = new Map<string, Decoding>();
  const predictWith = async (how: string, rounds: number): Promise<Predict> => {
    const key = `${how} ${rounds}`;
    const decoding =
      decodings.get(key) ??
      (await execution.decodingWith({ ...options, decode: how, repair: rounds }));
    decodings.set(key, decoding);
    return createPredict(own.promptFor, generator.generate, decoding);
  };
  const openUsual = async () => {
    const predict = await predictWith(decode, repair);
    return adapterFile ? calibrated(context, predict) : predict;
  };
  const usual = await orClose(openUsual(), close);
  const others = new Map<string, Predict>();
  return {
    name: adapterFile ? "tuned" : "base",
    ...(adapterFile && { run: basename(dirname(dirname(adapterFile))) }),
    decode,
    repair,
    maxTokens: config["eval.maxTokens"],
    predictAs: async ({ decode: how = decode, repair: rounds = repair }) =>
      how === decode && rounds === repair ? usual : predictWith(how, rounds),
    predictOn(other, how = oneAnswer(decode)) {
      const key = `${other.fingerprint} ${how}`;
      const known = others.get(key);
      if (known !== undefined) return known;
      const prompt = promptOn(other);
      const one = createDecoding(other, { ...options, decode: how });
      const predictOther = createPredict(() => prompt, generator.generate, one);
      others.set(key, predictOther);
      if (others.size > KEPT_SCHEMAS) others.delete(others.keys().next().value ?? "");
      return predictOther;
    },
    close,
  };
}
