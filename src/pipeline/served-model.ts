/**
 * The model of a project for a service: tuned where it has been, on the project's schema and on any other that comes
 * with a question. One generator serves all of them and keeps the state of each schema's prompt.
 */
import { UserError } from "../base/errors.ts";
import { hashOfJson } from "../base/hash.ts";
import { createLlamaCppGenerator } from "../generate/llama-cpp.ts";
import { createDecoding, oneAnswer } from "../predict/decoding.ts";
import { createPredict, type Predict } from "../predict/predict.ts";
import type { Prompt } from "../prompt/prompt.ts";
import type { Database } from "../schema/schema.ts";
import { cacheFolder } from "../source/source.ts";
import { calibrated } from "./calibration.ts";
import { baseModelOf, countTokens, promptOptions } from "./model.ts";
import {
  adapterFileOf,
  decodingOptions,
  gpuOption,
  type OpenDecoding,
  openDecoding,
} from "./predictor.ts";
import { promptsOf } from "./prompts.ts";
import type { StageContext } from "./run.ts";
import { databaseOf, loadDatabase } from "./stages/schema.ts";

export type ServedModel = {
  /** "tuned" or "base". */
  readonly name: string;
  /** On the project's schema, decoded as it is scored. */
  readonly predict: Predict;
  /** On another schema: one answer for each question. Raises schema-too-long. */
  predictOn(database: Database, decode?: string): Predict;
  /** On the project's schema, decoded as a request wants it; what it leaves out is the project's. */
  predictAs(wanted: { readonly decode?: string; readonly repair?: number }): Promise<Predict>;
  close(): Promise<void>;
};

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
  const options = decodingOptions(config);
  const opened = new Map<string, Promise<OpenDecoding>>();
  const decodingFor = (wanted: Pick<typeof options, "decode" | "repair">) => {
    const key = hashOfJson(wanted);
    const decoding =
      opened.get(key) ?? openDecoding(database, databaseOf(context), { ...options, ...wanted });
    opened.set(key, decoding);
    return decoding;
  };
  const { decode, repair } = options;
  const { decoding } = await decodingFor({ decode, repair });
  const predict = createPredict(own.promptFor, generator.generate, decoding);
  const usual = adapterFile ? await calibrated(context, predict) : predict;
  const others = new Map<string, Predict>();
  return {
    name: adapterFile ? "tuned" : "base",
    predict: usual,
    async predictAs({ decode: how = decode, repair: rounds = repair }) {
      if (how === decode && rounds === repair) return usual;
      const wanted = await decodingFor({ decode: how, repair: rounds });
      return createPredict(own.promptFor, generator.generate, wanted.decoding);
    },
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
    close: async () => {
      const decodings = await Promise.all(opened.values());
      await Promise.all([generator.close(), ...decodings.map((one) => one.close())]);
    },
  };
}
