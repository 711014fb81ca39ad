/**
 * A recipe: one YAML file = one reproducible training run over many databases in Spider's form, for adapters that others
 * start from. Its keys are `pairs` (files) and `databases` (folder), both below one archive folder, `refusalsPerDatabase`,
 * `ablatedPerDatabase` (pairs whose prompt lacks a table), options of t2s.yaml, and `again`: what a second pass, which goes
 * on from the first, does otherwise, and the `share` of the way to its adapter at which the recipe's own lies.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { UserError } from "../base/errors.ts";
import { hashOfJson } from "../base/hash.ts";
import type { Progress } from "../base/progress.ts";
import { ablate, withoutTables } from "../data/ablate.ts";
import { readSpiderItems, spiderDatabaseFile, type SpiderItem } from "../data/spider.ts";
import { synthesizeRefusals } from "../data/synthesize/refuse.ts";
import { createExecutor, type Executor } from "../db/executor.ts";
import { type Adapter, between } from "../engine/index.ts";
import { exportStart, type Manifest } from "../export/export.ts";
import { renderAnswer } from "../prompt/answer.ts";
import type { Prompt } from "../prompt/prompt.ts";
import { introspect } from "../schema/introspect.ts";
import type { Database } from "../schema/schema.ts";
import { withShownNames } from "../schema/shown-names.ts";
import { trainingStyle } from "../sql/training-style.ts";
import type { TrainText } from "../train/config.ts";
import { startTraining } from "../train/start.ts";
import { defaultConfig, parseConfig } from "./config.ts";
import { type BaseModel, openBaseModel, schemaFormOf } from "./model.ts";
import type { Config } from "./options.ts";
import { showEvent, trainConfigOf } from "./stages/train.ts";

export type Recipe = {
  readonly pairs: readonly string[];
  readonly databases: string;
  readonly refusalsPerDatabase: number;
  readonly ablatedPerDatabase: number;
  readonly config: Config;
  /** Identity of the file's content. */
  readonly hash: string;
  readonly again?: { readonly recipe: Recipe; readonly share: number };
};

/** Raises `config-invalid` for a key that is unknown or missing. */
export const readRecipe = (path: string): Recipe =>
  recipeOf((parse(readFileSync(path, "utf8")) ?? {}) as Document, path);

type Document = Readonly<Record<string, unknown>>;

function recipeOf(document: Document, path: string): Recipe {
  const {
    pairs,
    databases,
    refusalsPerDatabase = 0,
    ablatedPerDatabase = 0,
    again,
    ...options
  } = document;
  const isNames = Array.isArray(pairs) && pairs.every((name) => typeof name === "string");
  if (!isNames || pairs.length === 0 || typeof databases !== "string")
    throw new UserError(
      "config-invalid",
      `${path}: "pairs" (a list of files) and "databases" (a folder) are wanted`,
    );
  for (const [key, count] of Object.entries({ refusalsPerDatabase, ablatedPerDatabase }))
    if (!Number.isInteger(count) || (count as number) < 0)
      throw new UserError(
        "config-invalid",
        `${path}: ${key} is ${String(count)}; a whole number is wanted`,
      );
  return {
    pairs: pairs as string[],
    databases,
    refusalsPerDatabase: refusalsPerDatabase as number,
    ablatedPerDatabase: ablatedPerDatabase as number,
    config: { ...defaultConfig, ...parseConfig(stringify(options), path) },
    hash: hashOfJson(document),
    ...(again !== undefined && { again: secondPassOf(again, document, path) }),
  };
}

function secondPassOf(again: unknown, first: Document, path: string): Recipe["again"] {
  const { share, ...changes } = Object(again) as Document;
  if (typeof share !== "number" || !(share > 0 && share <= 1))
    throw new UserError(
      "config-invalid",
      `${path}: again.share is ${String(share)}; a number above 0 and at most 1 is wanted`,
    );
  const { again: _, ...kept } = first;
  const train = { ...Object(kept.train), ...Object(changes.train) };
  return { recipe: recipeOf({ ...kept, ...changes, train }, path), share };
}

type RecipeRun = {
  /** Folder that the recipe's files stand below. */
  readonly archive: string;
  /** Where the adapter goes; its checkpoints and metrics stand in `run/` there. */
  readonly out: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
};

/** Trains the recipe's adapter, or goes on with it, and writes it to `out` for others to start from. */
export async function runRecipe(recipe: Recipe, options: RecipeRun): Promise<Manifest> {
  const { out, progress, signal } = options;
  const base = await openBaseModel(recipe.config.model, progress, signal);
  const first = await trainPass(recipe, "run", base, options);
  const { again } = recipe;
  const adapter = again
    ? between(first, await trainPass(again.recipe, "run-2", base, options, first), again.share)
    : first;
  return exportStart(adapter, { folder: out, baseFile: base.path, baseName: base.name });
}

async function trainPass(
  recipe: Recipe,
  folder: string,
  base: BaseModel,
  { archive, out, progress, signal }: RecipeRun,
  start?: Adapter,
): Promise<Adapter> {
  progress.step("pairs");
  const texts = await textsOfRecipe(recipe, archive, base);
  progress.done(`${texts.length} texts`);
  progress.step("train");
  const job = {
    modelFile: base.path,
    config: trainConfigOf(recipe.config),
    texts,
    runFolder: join(out, folder),
    runHash: hashOfJson({ recipe: recipe.hash, base: base.sha256, texts }),
    start,
  };
  const result = await startTraining(job, (event) => showEvent(progress, event), { signal });
  progress.done(
    `loss ${result.firstLoss.toFixed(2)} → ${result.lastLoss.toFixed(2)} in ${result.steps} steps`,
  );
  return result.adapter;
}

/** A database of the archive with the prompt of its schema. */
type Place = { readonly file: string; readonly database: Database; readonly prompt: Prompt };

/** The training texts of a recipe under their databases' prompts: every pair in the style of training text, then refusals. */
export async function textsOfRecipe(
  recipe: Recipe,
  archive: string,
  base: BaseModel,
): Promise<TrainText[]> {
  const items = recipe.pairs.flatMap((name) => readSpiderItems(resolve(archive, name)));
  const places = new Map<string, Place>();
  for (const { db_id: dbId } of items) {
    if (places.has(dbId)) continue;
    const file = spiderDatabaseFile(join(archive, recipe.databases), dbId);
    const { database } = introspect(file, { dbId });
    places.set(dbId, {
      file,
      database,
      prompt: base.promptFor(database, { schema: schemaFormOf(recipe.config) }),
    });
  }
  const texts = items.map((item) => textOfItem(item, places.get(item.db_id) as Place));
  for (const [dbId, place] of places)
    texts.push(
      ...ablatedTexts(
        recipe,
        place,
        items.filter((item) => item.db_id === dbId),
        base,
      ),
    );
  const executor = createExecutor({ workers: 2, timeoutMs: 20_000 });
  try {
    for (const place of places.values())
      texts.push(...(await refusalTexts(recipe, place, executor)));
  } finally {
    await executor.close();
  }
  return texts;
}

/** Spider's questions have a blank before their marks; people's have none. */
const textOfItem = (
  { question = "", query }: SpiderItem,
  { database, prompt }: Place,
): TrainText => ({
  prefix: prompt.prefix,
  suffix: prompt.suffixOf(question.replace(/ ([?.,])/g, "$1")),
  completion: trainingStyle(query, database.dialect, withShownNames(database).tables).sql,
});

/** Pairs of one database under its schema without one of the tables. */
function ablatedTexts(
  { ablatedPerDatabase, config }: Recipe,
  place: Place,
  items: readonly SpiderItem[],
  base: BaseModel,
): TrainText[] {
  const pairs = items.map(({ question = "", query }) => ({ question, sql: query }));
  const ablated = ablate(pairs, place.database, {
    count: ablatedPerDatabase,
    groupSize: config["train.batchSize"],
    seed: config["data.seed"],
  });
  return ablated.map((pair) => {
    const prompt = base.promptFor(withoutTables(place.database, pair.without));
    if (pair.kind === "answer")
      return textOfItem(
        { db_id: place.database.dbId, question: pair.question, query: pair.sql },
        { ...place, prompt },
      );
    const suffix = prompt.suffixOf(pair.question);
    return { prefix: prompt.prefix, suffix, completion: renderAnswer(pair) };
  });
}

async function refusalTexts(
  { refusalsPerDatabase, config }: Recipe,
  { file, database, prompt }: Place,
  executor: Executor,
): Promise<TrainText[]> {
  const examples = await synthesizeRefusals(database, {
    count: refusalsPerDatabase,
    seed: config["data.seed"],
    run: (sqls) => executor.runMany(file, sqls, { maxRows: 10_000 }),
  });
  return examples.map((example) => ({
    prefix: prompt.prefix,
    suffix: prompt.suffixOf(example.question),
    completion: renderAnswer(example),
  }));
}
