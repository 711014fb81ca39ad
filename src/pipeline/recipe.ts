/**
 * A recipe: one YAML file = one reproducible training run over many databases in Spider's form, for adapters that others
 * start from. Its keys are `pairs` (files) and `databases` (folder), both below one archive folder, `refusalsPerDatabase`,
 * `renamedShare` and `distractorTables` (how schemas are varied, see varySchema), and options of t2s.yaml.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { UserError } from "../base/errors.ts";
import { hashOfJson } from "../base/hash.ts";
import { Rng } from "../base/rng.ts";
import type { Progress } from "../base/progress.ts";
import { readSpiderItems, spiderDatabaseFile, type SpiderItem } from "../data/spider.ts";
import { synthesizeRefusals } from "../data/synthesize/refuse.ts";
import { type Variant, varySchema } from "../data/vary-schema.ts";
import { createExecutor, type Executor } from "../db/executor.ts";
import { exportStart, type Manifest } from "../export/export.ts";
import { readPeftAdapter } from "../export/peft.ts";
import { renderAnswer } from "../prompt/answer.ts";
import { introspect } from "../schema/introspect.ts";
import type { Database } from "../schema/schema.ts";
import { compactSql } from "../sql/compact.ts";
import type { TrainText } from "../train/config.ts";
import { startTraining } from "../train/start.ts";
import { defaultConfig, parseConfig } from "./config.ts";
import { type BaseModel, openBaseModel } from "./model.ts";
import type { Config } from "./options.ts";
import { showEvent, trainConfigOf } from "./stages/train.ts";

export type Recipe = {
  readonly pairs: readonly string[];
  readonly databases: string;
  readonly refusalsPerDatabase: number;
  /** With neither, every schema is shown as it is. */
  readonly renamedShare: number;
  readonly distractorTables: number;
  readonly config: Config;
  /** Identity of the file's content. */
  readonly hash: string;
};

/** Raises `config-invalid` for a key that is unknown or missing. */
export function readRecipe(path: string): Recipe {
  const document = parse(readFileSync(path, "utf8")) as Record<string, unknown> | null;
  const {
    pairs,
    databases,
    refusalsPerDatabase = 0,
    renamedShare = 0,
    distractorTables = 0,
    ...options
  } = document ?? {};
  const isNames = Array.isArray(pairs) && pairs.every((name) => typeof name === "string");
  if (!isNames || pairs.length === 0 || typeof databases !== "string")
    throw new UserError(
      "config-invalid",
      `${path}: "pairs" (a list of files) and "databases" (a folder) are wanted`,
    );
  for (const [key, value] of Object.entries({ refusalsPerDatabase, distractorTables }))
    if (!Number.isInteger(value) || (value as number) < 0)
      throw new UserError(
        "config-invalid",
        `${path}: ${key} is ${String(value)}; a whole number is wanted`,
      );
  if (typeof renamedShare !== "number" || !(renamedShare >= 0 && renamedShare <= 1))
    throw new UserError(
      "config-invalid",
      `${path}: renamedShare is ${String(renamedShare)}; a number from 0 to 1 is wanted`,
    );
  return {
    pairs: pairs as string[],
    databases,
    refusalsPerDatabase: refusalsPerDatabase as number,
    renamedShare,
    distractorTables: distractorTables as number,
    config: { ...defaultConfig, ...parseConfig(stringify(options), path) },
    hash: hashOfJson(document),
  };
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
  const { archive, out, progress, signal } = options;
  const base = await openBaseModel(recipe.config.model, progress, signal);
  progress.step("pairs");
  const texts = await textsOfRecipe(recipe, archive, base);
  progress.done(
    `${texts.length} texts under ${new Set(texts.map(({ prefix }) => prefix)).size} prompts`,
  );
  progress.step("train");
  const start = recipe.config["train.start"];
  const job = {
    modelFile: base.path,
    config: trainConfigOf(recipe.config),
    texts,
    runFolder: join(out, "run"),
    runHash: hashOfJson({ recipe: recipe.hash, base: base.sha256, texts }),
    ...(start !== "none" && { start: readPeftAdapter(resolve(start)) }),
  };
  const result = await startTraining(job, (event) => showEvent(progress, event), { signal });
  progress.done(
    `loss ${result.firstLoss.toFixed(2)} → ${result.lastLoss.toFixed(2)} in ${result.steps} steps`,
  );
  return exportStart(result.adapter, { folder: out, baseFile: base.path, baseName: base.name });
}

/**
 * The training texts of a recipe: every pair in compact style, and refusals, under the prompts of their databases. Where
 * schemas are varied, the texts of each batch have a variant of their own; pairs that cannot be renamed are left out.
 */
export async function textsOfRecipe(
  recipe: Recipe,
  archive: string,
  base: BaseModel,
): Promise<TrainText[]> {
  const items = recipe.pairs.flatMap((name) => readSpiderItems(resolve(archive, name)));
  const groups = Map.groupBy(items, ({ db_id: dbId }) => dbId);
  const places = [...groups].map(([dbId, ofDatabase]) => {
    const file = spiderDatabaseFile(join(archive, recipe.databases), dbId);
    return {
      file,
      database: introspect(file, { dbId }).database,
      items: ofDatabase,
    };
  });
  const executor = createExecutor({ workers: 2, timeoutMs: 20_000 });
  try {
    const rng = new Rng(recipe.config["data.seed"]);
    const texts: TrainText[] = [];
    for (const { database, items: own, file } of places) {
      const others = places.filter((place) => place.file !== file).map((place) => place.database);
      for (const chunk of chunksOf(own, recipe, rng)) {
        const variant = variantOf(database, recipe, rng, others);
        texts.push(
          ...textsUnder(
            variant,
            base,
            chunk.map((item) => questionAndSql(item, database)),
          ),
        );
      }
      const refusals = await refusalsOf(recipe, file, database, executor);
      texts.push(...textsUnder(variantOf(database, recipe, rng, []), base, refusals));
    }
    return texts;
  } finally {
    await executor.close();
  }
}

const isVaried = ({ renamedShare, distractorTables }: Recipe): boolean =>
  renamedShare > 0 || distractorTables > 0;

/** Batches of a database's pairs; all of them where the schema is not varied. */
function chunksOf(items: readonly SpiderItem[], recipe: Recipe, rng: Rng): SpiderItem[][] {
  if (!isVaried(recipe)) return [[...items]];
  const size = recipe.config["train.batchSize"];
  const shuffled = rng.shuffle(items);
  return Array.from({ length: Math.ceil(shuffled.length / size) }, (_, i) =>
    shuffled.slice(i * size, (i + 1) * size),
  );
}

/** A variant with tables of others; without others, what is missing in the schema stays missing. */
const variantOf = (
  database: Database,
  recipe: Recipe,
  rng: Rng,
  others: readonly Database[],
): Variant =>
  isVaried(recipe)
    ? varySchema(database, {
        ...recipe,
        seed: rng.uint32(),
        others,
        distractorTables: others.length === 0 ? 0 : recipe.distractorTables,
      })
    : { database, rename: (sql) => sql };

type QuestionAndAnswer = { readonly question: string } & (
  | { readonly sql: string }
  | { readonly completion: string }
);

function textsUnder(
  { database, rename }: Variant,
  base: BaseModel,
  pairs: readonly QuestionAndAnswer[],
): TrainText[] {
  const prompt = base.promptFor(database);
  return pairs.flatMap((pair) => {
    const completion = "sql" in pair ? rename(pair.sql) : pair.completion;
    const suffix = prompt.suffixOf(pair.question);
    return completion === undefined ? [] : [{ prefix: prompt.prefix, suffix, completion }];
  });
}

/** Spider's questions have a blank before their marks; people's have none. */
const questionAndSql = (
  { question = "", query }: SpiderItem,
  { dialect, tables }: Database,
): QuestionAndAnswer => ({
  question: question.replace(/ ([?.,])/g, "$1"),
  sql: compactSql(query.replace(/;\s*$/, ""), dialect, tables),
});

async function refusalsOf(
  { refusalsPerDatabase, config }: Recipe,
  file: string,
  database: Database,
  executor: Executor,
): Promise<QuestionAndAnswer[]> {
  const examples = await synthesizeRefusals(database, {
    count: refusalsPerDatabase,
    seed: config["data.seed"],
    run: (sqls) => executor.runMany(file, sqls, { maxRows: 10_000 }),
  });
  return examples.map((example) => ({
    question: example.question,
    completion: renderAnswer(example),
  }));
}
