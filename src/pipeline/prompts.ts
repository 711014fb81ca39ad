/**
 * The prompts of a database for a model: one of the whole schema, or, where that does not fit or is not wanted, one for
 * each question, of the tables that linking finds. Training, scoring and serving ask here, so that they agree which.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../base/errors.ts";
import { readJsonLines } from "../base/files.ts";
import { hashOfJson } from "../base/hash.ts";
import type { Example } from "../data/example.ts";
import { indexCells, loadCells } from "../link/cells.ts";
import { createLinker, type Linker } from "../link/link.ts";
import type { SolvedPair } from "../predict/examples.ts";
import { createLinkedPrompts } from "../predict/linked-prompt.ts";
import type { PromptFor } from "../predict/predict.ts";
import { REPAIR_TOKENS } from "../predict/repair.ts";
import { type Prompt, type PromptOptions, showing } from "../prompt/prompt.ts";
import { partOf } from "../schema/part.ts";
import type { Database } from "../schema/schema.ts";
import { type BaseModel, countTokens, promptOptions } from "./model.ts";
import type { Config } from "./options.ts";
import type { StageContext } from "./run.ts";
import { shownParts } from "./shown.ts";
import { databaseOf, loadDatabase } from "./stages/schema.ts";

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
  /** Path or URL of the database, whose cells are looked at where they are wanted. */
  readonly source: string;
  /** As `createPrompt` takes them. */
  readonly prompt: Omit<PromptOptions, "countTokens" | "fewShot">;
  /** Solved pairs on it, for predict.examples. */
  readonly pairs: () => readonly SolvedPair[];
  /** What the model reads, where `base` does not say it. */
  readonly mostTokens?: number;
};

/** Tokens of a question with its chat frame that always fit. */
const QUESTION_TOKENS = 400;
/** Less room than this for a question is none. */
const FEWEST_QUESTION_TOKENS = 40;

/** Those of the project; `examples` instead of predict.examples. Raises schema-too-long when the whole schema is wanted and does not fit. */
export const promptsOf = async (
  context: StageContext,
  base: BaseModel,
  examples: string = context.config["predict.examples"],
): Promise<Prompts> =>
  openPrompts(base, await loadDatabase(context), {
    config: { ...context.config, "predict.examples": examples },
    source: databaseOf(context),
    prompt: promptOptions(context),
    pairs: () => trainingPairs(context),
  });

/** The pairs that examples are taken from. Raises not-found. */
function trainingPairs({ project }: StageContext): Example[] {
  const file = join(project.cleanFolder, "train.jsonl");
  if (!existsSync(file))
    throw new UserError("not-found", `there is no ${file}, which predict.examples shows pairs of`);
  return readJsonLines<Example>(file);
}

/** Tokens that a second round adds to the first's prompt. */
const repairTokens = (config: Config): number =>
  config["predict.repair"] > 0 ? config["eval.maxTokens"] + REPAIR_TOKENS : 0;

/** Those of a database. Raises schema-too-long when the whole schema is wanted and does not fit. */
export async function openPrompts(
  base: BaseModel,
  database: Database,
  { config, source, prompt, pairs, mostTokens = base.contextTokens }: PromptsOptions,
): Promise<Prompts> {
  const link = config["predict.link"];
  const answerTokens = config["eval.maxTokens"];
  const tokensOf = ({ prefix }: Prompt) => countTokens(base, prefix);
  const shown = await shownParts(config, {
    cells: () => loadCells(source, database),
    pairs,
    countTokens: (text) => countTokens(base, text),
  });
  const beside = QUESTION_TOKENS + shown.mostTokens + answerTokens + repairTokens(config);
  const contextFor = (prefixTokens: number) =>
    Math.min(mostTokens, Math.ceil((prefixTokens + beside) / 256) * 256);
  const options = { ...prompt, fewShot: shown.fewShot };
  const promptOf = (part: Database) => showing(base.promptFor(part, options), shown.showOn(part));
  const whole = link === "on" ? undefined : wholeOf();
  if (whole) {
    const contextTokens = contextFor(tokensOf(whole));
    return { promptFor: () => whole, whole, contextTokens, hash: whole.hash };
  }
  const tables = config["predict.linkTables"];
  const linking: Linking = {
    linker: createLinker(database, indexCells(await loadCells(source, database))),
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
      fits: (one, question) =>
        tokensOf(one) + countTokens(base, one.suffixOf(question)) + answerTokens < contextTokens,
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
