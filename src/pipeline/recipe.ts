/**
 * A recipe: one YAML file = one reproducible training run over many databases, for adapters that others start from. Its
 * keys are what it trains on (Sources), options of t2s.yaml, and `again`: a list of further passes, each of which goes on
 * from the adapter before it, does otherwise what it says there, and has the `share` of the way to its own adapter at
 * which the pass ends.
 */
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { UserError } from "../base/errors.ts";
import { hashOfJson, sha256OfFile } from "../base/hash.ts";
import type { Progress } from "../base/progress.ts";
import { type Adapter, between } from "../engine/index.ts";
import { exportStart, type Manifest } from "../export/export.ts";
import { PEFT_WEIGHTS, readPeftAdapter } from "../export/peft.ts";
import { startTraining } from "../train/start.ts";
import { defaultConfig, parseConfig } from "./config.ts";
import { type BaseModel, openBaseModel } from "./model.ts";
import type { Config } from "./options.ts";
import { type Sources, textsOfSources } from "./recipe-texts.ts";
import { showEvent, trainConfigOf } from "./stages/train.ts";

export type Recipe = {
  readonly sources: Sources;
  readonly config: Config;
  /** Folder of the adapter that the first pass goes on with; without, it starts from nothing. */
  readonly start?: string;
  /** Identity of the file's content. */
  readonly hash: string;
};

/** The passes of a recipe, in order, each with the share of the way from the adapter before it: 1 for the first. */
export type Pass = Recipe & { readonly share: number };

/** Raises `config-invalid` for a key that is unknown or missing. */
export function readRecipe(path: string): readonly Pass[] {
  const { again = [], ...first } = (parse(readFileSync(path, "utf8")) ?? {}) as Document;
  if (!Array.isArray(again))
    throw new UserError("config-invalid", `${path}: "again" is a list of passes`);
  const passes = again.map((pass) => passOf(Object(pass), first, path));
  return [{ ...recipeOf(first, path), share: 1 }, ...passes];
}

type Document = Readonly<Record<string, unknown>>;

/** Keys that count texts of each database, as they are when left out. */
const PER_DATABASE = {
  pairsPerDatabase: Infinity,
  syntheticPerDatabase: 0,
  refusalsPerDatabase: 0,
  ablatedPerDatabase: 0,
};

function recipeOf(document: Document, path: string): Recipe {
  const { pairs = [], databases = "", schemas, ...others } = document;
  const isNames = Array.isArray(pairs) && pairs.every((name) => typeof name === "string");
  const isWhole = isNames && typeof databases === "string" && (databases || pairs.length === 0);
  if (!isWhole || (pairs.length === 0 && typeof schemas !== "string"))
    throw new UserError(
      "config-invalid",
      `${path}: "pairs" (a list of files) and "databases" (a folder) are wanted, or "schemas" (a folder)`,
    );
  const [given, options] = [true, false].map((isCount) =>
    Object.fromEntries(Object.entries(others).filter(([key]) => key in PER_DATABASE === isCount)),
  );
  for (const [key, count] of Object.entries(given))
    if (!Number.isInteger(count) || (count as number) < 0)
      throw new UserError(
        "config-invalid",
        `${path}: ${key} is ${String(count)}; a whole number is wanted`,
      );
  const config = { ...defaultConfig, ...parseConfig(stringify(options), path) };
  const start = config["train.start"];
  return {
    start: start === "none" || start === "auto" ? undefined : resolve(dirname(path), start),
    sources: {
      pairs,
      databases,
      schemas: typeof schemas === "string" ? resolve(dirname(path), schemas) : undefined,
      ...PER_DATABASE,
      ...given,
    },
    config,
    hash: hashOfJson(document),
  };
}

function passOf({ share, ...changes }: Document, first: Document, path: string): Pass {
  if (typeof share !== "number" || !(share > 0 && share <= 1))
    throw new UserError(
      "config-invalid",
      `${path}: again.share is ${String(share)}; a number above 0 and at most 1 is wanted`,
    );
  const train = { ...Object(first.train), ...Object(changes.train) };
  return { ...recipeOf({ ...first, ...changes, train }, path), share };
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
export async function runRecipe(
  [first, ...others]: readonly Pass[],
  options: RecipeRun,
): Promise<Manifest> {
  const { out, progress, signal } = options;
  const base = await openBaseModel(first.config.model, progress, signal);
  let adapter = await trainPass(first, "run", base, options);
  for (const [index, pass] of others.entries()) {
    const reached = await trainPass(pass, `run-${index + 2}`, base, options, adapter);
    adapter = between(adapter, reached, pass.share);
  }
  return exportStart(adapter, { folder: out, baseFile: base.path, baseName: base.name });
}

async function trainPass(
  { config, sources, hash, start: folderOfStart }: Recipe,
  folder: string,
  base: BaseModel,
  { archive, out, progress, signal }: RecipeRun,
  before?: Adapter,
): Promise<Adapter> {
  progress.step("pairs");
  const texts = await textsOfSources(sources, { archive, config, base });
  progress.done(`${texts.length} texts`);
  progress.step("train");
  const isGiven = before === undefined && folderOfStart !== undefined;
  const start = isGiven ? readPeftAdapter(folderOfStart) : before;
  const startHash = isGiven ? await sha256OfFile(join(folderOfStart, PEFT_WEIGHTS)) : undefined;
  const job = {
    modelFile: base.path,
    config: trainConfigOf(config),
    texts,
    runFolder: join(out, folder),
    runHash: hashOfJson({ recipe: hash, base: base.sha256, texts, startHash }),
    start,
  };
  const result = await startTraining(job, (event) => showEvent(progress, event), { signal });
  progress.done(
    `loss ${result.firstLoss.toFixed(2)} → ${result.lastLoss.toFixed(2)} in ${result.steps} steps`,
  );
  return result.adapter;
}
