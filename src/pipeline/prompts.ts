/**
 * The prompts of a database for a model: one of the whole schema, or, where that does not fit or is not wanted, one for
 * each question, of the tables that linking finds. Training, scoring and serving ask here, so that they agree which.
 */
import { UserError } from "../base/errors.ts";
import { hashOfJson } from "../base/hash.ts";
import { indexCells, readCells } from "../link/cells.ts";
import { createLinker, type Linker } from "../link/link.ts";
import { createLinkedPrompts } from "../predict/linked-prompt.ts";
import type { PromptFor } from "../predict/predict.ts";
import type { FewShotExample, Prompt, PromptOptions } from "../prompt/prompt.ts";
import { partOf } from "../schema/part.ts";
import type { Database } from "../schema/schema.ts";
import { type BaseModel, countTokens, promptOptions } from "./model.ts";
import type { Config } from "./options.ts";
import type { StageContext } from "./run.ts";
import { databaseFileOf, loadDatabase } from "./stages/schema.ts";

/** What is asked with prompts of a part of the schema. */
export type Linking = {
  readonly linker: Linker;
  /** Most tables of a prompt. */
  readonly tables: number;
  /** The prompt of a part; undefined where it cannot keep prompt.maxSchemaTokens. */
  readonly promptOf: (part: Database) => Prompt | undefined;
};

export type Prompts = {
  readonly promptFor: PromptFor;
  /** That of the whole schema, where every question is asked with it. */
  readonly whole?: Prompt;
  readonly linking?: Linking;
  /** Tokens that a model has to hold: the longest prefix, a question and its answer. */
  readonly contextTokens: number;
  /** SHA-256 over all that a prompt without its question depends on. */
  readonly hash: string;
};

export type PromptsOptions = {
  readonly config: Config;
  /** The database's file, whose cells are looked at when questions are linked. */
  readonly file: string;
  /** As `createPrompt` takes them. */
  readonly prompt: Omit<PromptOptions, "countTokens">;
  /** What the model reads, where `base` does not say it. */
  readonly mostTokens?: number;
};

/** Tokens of a question with its chat frame that always fit. */
const QUESTION_TOKENS = 400;
/** Less room than this for a question is none. */
const FEWEST_QUESTION_TOKENS = 40;

/** Those of the project. Raises schema-too-long when the whole schema is wanted and does not fit. */
export const promptsOf = async (
  context: StageContext,
  base: BaseModel,
  fewShot?: readonly FewShotExample[],
): Promise<Prompts> =>
  openPrompts(base, await loadDatabase(context), {
    config: context.config,
    file: databaseFileOf(context),
    prompt: { ...promptOptions(context), fewShot },
  });

/** Those of a database. Raises schema-too-long when the whole schema is wanted and does not fit. */
export function openPrompts(
  base: BaseModel,
  database: Database,
  { config, file, prompt: options, mostTokens = base.contextTokens }: PromptsOptions,
): Prompts {
  const link = config["predict.link"];
  const answerTokens = config["eval.maxTokens"];
  const tokensOf = ({ prefix }: Prompt) => countTokens(base, prefix);
  const contextFor = (prefixTokens: number) =>
    Math.min(mostTokens, Math.ceil((prefixTokens + QUESTION_TOKENS + answerTokens) / 256) * 256);
  const promptOf = (part: Database) => base.promptFor(part, options);
  const whole = link === "on" ? undefined : wholeOf();
  if (whole) {
    const contextTokens = contextFor(tokensOf(whole));
    return { promptFor: () => whole, whole, contextTokens, hash: whole.hash };
  }
  const tables = config["predict.linkTables"];
  const linking: Linking = {
    linker: createLinker(database, indexCells(readCells(file, database))),
    tables,
    promptOf: (part) => unlessTooLong(() => promptOf(part)),
  };
  const widest = linking.promptOf(widestOf(database, tables));
  const contextTokens = widest ? contextFor(tokensOf(widest)) : mostTokens;
  return {
    linking,
    contextTokens,
    promptFor: createLinkedPrompts({
      database,
      ...linking,
      fits: (prompt, question) =>
        tokensOf(prompt) + countTokens(base, prompt.suffixOf(question)) + answerTokens <
        contextTokens,
    }),
    hash: hashOfJson({ ...options, link, tables, database: database.fingerprint }),
  };

  function wholeOf(): Prompt | undefined {
    const found = link === "off" ? promptOf(database) : unlessTooLong(() => promptOf(database));
    const tokens = found ? tokensOf(found) : Infinity;
    if (tokens + FEWEST_QUESTION_TOKENS + answerTokens <= mostTokens) return found;
    if (link !== "off") return undefined;
    throw new UserError(
      "schema-too-long",
      `the schema takes ${tokens} tokens; the model reads ${mostTokens}, question and answer included`,
    );
  }
}

function unlessTooLong(prompt: () => Prompt): Prompt | undefined {
  try {
    return prompt();
  } catch (error) {
    if (error instanceof UserError && error.code === "schema-too-long") return undefined;
    throw error;
  }
}

/** The schema's widest tables. */
function widestOf(database: Database, count: number): Database {
  const names = database.tables
    .toSorted((a, b) => b.columns.length - a.columns.length)
    .slice(0, count)
    .map(({ name }) => name);
  return partOf(database, (name) => names.includes(name));
}
