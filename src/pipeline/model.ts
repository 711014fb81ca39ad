/** A project's base model: the verified file with its tokenizer and chat template, and prompts made for it. */
import { existsSync, readFileSync } from "node:fs";
import type { Progress } from "../base/progress.ts";
import { openGguf } from "../format/gguf.ts";
import {
  createPrompt,
  defaultSystemTemplate,
  type FewShotExample,
  type Prompt,
} from "../prompt/prompt.ts";
import type { Database } from "../schema/schema.ts";
import { resolveModel } from "../source/source.ts";
import { createChatTemplate } from "../tokenizer/chat-template.ts";
import { createTokenizer, type Tokenizer } from "../tokenizer/tokenizer.ts";
import type { StageContext } from "./run.ts";
import { loadDatabase } from "./stages/schema.ts";

export type BaseModel = {
  readonly name: string;
  readonly path: string;
  readonly sha256: string;
  readonly tokenizer: Tokenizer;
  /** The longest text that the model can read, in tokens. */
  readonly contextTokens: number;
  promptFor(
    database: Database,
    options?: { readonly systemTemplate?: string; readonly fewShot?: readonly FewShotExample[] },
  ): Prompt;
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
    return {
      name,
      path,
      sha256,
      tokenizer: createTokenizer(metadata),
      contextTokens: Number(metadata[`${architecture}.context_length`] ?? 2048),
      promptFor: (database, options) => createPrompt(database, apply, options),
    };
  } finally {
    gguf.close();
  }
}

/** The project's own system template, or the built-in one. */
export const readSystemTemplate = (file: string): string =>
  existsSync(file) ? readFileSync(file, "utf8") : defaultSystemTemplate;

/** The base model of the project. */
export const baseModelOf = ({ config, progress, signal }: StageContext): Promise<BaseModel> =>
  openBaseModel(config.model, progress, signal);

/** The prompt of the project's schema for the model: the one that training, scoring and serving share. */
export const promptOf = async (
  context: StageContext,
  base: BaseModel,
  fewShot: readonly FewShotExample[] = [],
): Promise<Prompt> =>
  base.promptFor(await loadDatabase(context), {
    systemTemplate: readSystemTemplate(context.project.promptFile),
    fewShot,
  });

/** Token ids of a prompt's text. */
export const countTokens = (model: BaseModel, text: string): number =>
  model.tokenizer.encode(text, { allowSpecial: true }).length;
