/** A project's base model: the verified file with its tokenizer and chat template, and prompts made for it. */
import type { Progress } from "../base/progress.ts";
import { openGguf } from "../format/gguf.ts";
import {
  createPrompt,
  type FewShotExample,
  type Prompt,
  type PromptOptions,
} from "../prompt/prompt.ts";
import type { SchemaForm, SchemaFormat } from "../schema/render.ts";
import type { Database } from "../schema/schema.ts";
import { resolveModel } from "../source/source.ts";
import { createChatTemplate } from "../tokenizer/chat-template.ts";
import { createTokenizer, type Tokenizer } from "../tokenizer/tokenizer.ts";
import { type Config, optionTable } from "./options.ts";
import { readTemplate } from "./prompt-template.ts";
import type { StageContext } from "./run.ts";
import { loadDatabase } from "./stages/schema.ts";

export type BaseModel = {
  readonly name: string;
  readonly path: string;
  readonly sha256: string;
  readonly tokenizer: Tokenizer;
  /** The longest text that the model can read, in tokens. */
  readonly contextTokens: number;
  promptFor(database: Database, options?: Omit<PromptOptions, "countTokens">): Prompt;
};

/** Fetches the model if needed and reads its metadata. Errors: those of `resolveModel` and of a damaged file. */
export async function openBaseModel(
  source: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<BaseModel> {
  const { name, path, sha256 } = await resolveModel(source, { progress, signal });
  const gguf = openGguf(path);
  try {
    const { metadata } = gguf;
    const apply = createChatTemplate(metadata);
    const architecture = String(metadata["general.architecture"]);
    const tokenizer = createTokenizer(metadata);
    const countTokens = (text: string) => tokenizer.encode(text, { allowSpecial: true }).length;
    return {
      name,
      path,
      sha256,
      tokenizer,
      contextTokens: Number(metadata[`${architecture}.context_length`] ?? 2048),
      promptFor: (database, options) => createPrompt(database, apply, { ...options, countTokens }),
    };
  } finally {
    gguf.close();
  }
}

/** How the options want the schema rendered. */
export const schemaFormOf = (config: Config): SchemaForm => ({
  format: config["prompt.schema"] as SchemaFormat,
  sampleValues: config["prompt.sampleValues"],
  maxTokens: config["prompt.maxSchemaTokens"],
});

/** What the prompt is made from besides the schema: the inputs of every stage that asks a model. */
export const promptInputs = (
  context: StageContext,
): { readonly template: string; readonly schema: SchemaForm; readonly hints?: string } => ({
  template: readTemplate(context).sha256,
  schema: schemaFormOf(context.config),
  ...(context.config["prompt.hints"] !== "none" && { hints: context.config["prompt.hints"] }),
});

const LINK_OPTIONS = ["predict.link", "predict.linkTables"] as const;

/** Which tables a prompt shows; nothing where the options are left as they are. */
export const linkInputs = (config: Config): object =>
  Object.fromEntries(
    LINK_OPTIONS.filter((name) => config[name] !== optionTable[name].default).map((name) => [
      name,
      config[name],
    ]),
  );

/** The base model of the project. */
export const baseModelOf = ({ config, progress, signal }: StageContext): Promise<BaseModel> =>
  openBaseModel(config.model, progress, signal);

/** The prompt of the project's schema for the model: the one that training, scoring and serving share. */
export const promptOf = async (
  context: StageContext,
  base: BaseModel,
  fewShot: readonly FewShotExample[] = [],
): Promise<Prompt> =>
  base.promptFor(await loadDatabase(context), { ...promptOptions(context), fewShot });

/** The project's template and its form of the schema. */
export const promptOptions = (
  context: StageContext,
): Required<Pick<PromptOptions, "systemTemplate" | "schema">> => ({
  systemTemplate: readTemplate(context).text,
  schema: schemaFormOf(context.config),
});

/** Token ids of a prompt's text. */
export const countTokens = (model: BaseModel, text: string): number =>
  model.tokenizer.encode(text, { allowSpecial: true }).length;
