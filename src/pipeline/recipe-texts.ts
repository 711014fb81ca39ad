/**
 * What a recipe trains on, as training texts: pairs in Spider's form with their databases, schemas of which there is only
 * the script, with pairs of their own or without, and pairs and refusals made from both. Every pair stands under the prompt
 * of its database, in the style of training text.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { Rng } from "../base/rng.ts";
import { ablate, withoutTables } from "../data/ablate.ts";
import type { Example } from "../data/example.ts";
import { parsePairs } from "../data/pairs.ts";
import { readSpiderItems, spiderDatabaseFile } from "../data/spider.ts";
import { readTarget, varietyOf } from "../data/synthesize/profile.ts";
import { synthesizeRefusals } from "../data/synthesize/refuse.ts";
import { synthesize } from "../data/synthesize/synthesize.ts";
import { createExecutor, type Executor } from "../db/executor.ts";
import { renderAnswer } from "../prompt/answer.ts";
import type { Prompt } from "../prompt/prompt.ts";
import { buildFromDdl } from "../schema/from-ddl.ts";
import { introspect } from "../schema/introspect.ts";
import type { Database } from "../schema/schema.ts";
import { withShownNames } from "../schema/shown-names.ts";
import { trainingStyle } from "../sql/training-style.ts";
import type { TrainText } from "../train/config.ts";
import { type BaseModel, schemaFormOf } from "./model.ts";
import type { Config } from "./options.ts";

export type Sources = {
  /** Files in Spider's form, below the archive folder. */
  readonly pairs: readonly string[];
  /** Folder of their databases, below the archive folder. */
  readonly databases: string;
  /** Folder of NAME.sql, a script of CREATE TABLE whose rows are made up, each with NAME.jsonl, its pairs, if it has any. */
  readonly schemas?: string;
  /** Of Spider's form, at most, drawn by the seed. */
  readonly pairsPerDatabase: number;
  /** Made from the schema and its values, with the spread of `data.target`. */
  readonly syntheticPerDatabase: number;
  readonly refusalsPerDatabase: number;
  /** Pairs whose prompt lacks a table. */
  readonly ablatedPerDatabase: number;
};

export type TextOptions = {
  /** Folder that the pairs and databases stand below. */
  readonly archive: string;
  readonly config: Config;
  readonly base: BaseModel;
};

type Pair = Pick<Example, "question" | "kind" | "sql" | "refusal">;

/** A database with the prompt of its schema. */
type Place = { readonly file: string; readonly database: Database; readonly prompt: Prompt };

/** A pair at its database. */
type Asked = { readonly pair: Pair; readonly place: Place };

/** Rows of a large table of a schema that has none. */
const MADE_ROWS = 400;

/** All texts: the pairs of all databases, those without a table, then what is made. Raises what reading the sources raises. */
export async function textsOfSources(sources: Sources, options: TextOptions): Promise<TrainText[]> {
  const made = mkdtempSync(join(tmpdir(), "t2s-schemas-"));
  const executor = createExecutor({ workers: 2, timeoutMs: 20_000 });
  try {
    const asked = spiderPairs(sources, options);
    const places = new Set(asked.map(({ place }) => place));
    if (sources.schemas !== undefined)
      for (const { place, pairs } of schemaPlaces(sources.schemas, made, options)) {
        places.add(place);
        asked.push(...pairs.map((pair) => ({ pair, place })));
      }
    const texts = asked.map(({ pair, place }) => textOf(pair, place));
    const askedOf = Map.groupBy(asked, ({ place }) => place);
    for (const [place, own] of askedOf) texts.push(...ablatedTexts(sources, place, own, options));
    for (const place of places) texts.push(...(await madeTexts(sources, place, options, executor)));
    return texts;
  } finally {
    await executor.close();
    rmSync(made, { recursive: true, force: true });
  }
}

function spiderPairs(
  { pairs, databases, pairsPerDatabase }: Sources,
  options: TextOptions,
): Asked[] {
  const { archive, config } = options;
  const items = pairs.flatMap((name) => readSpiderItems(resolve(archive, name)));
  const rng = new Rng(config["data.seed"]);
  const groups = Map.groupBy(items, (item) => item.db_id);
  const drawn = new Set(
    [...groups.values()].flatMap((own) =>
      own.length > pairsPerDatabase ? rng.shuffle(own).slice(0, pairsPerDatabase) : own,
    ),
  );
  const places = new Map(
    [...groups.keys()].map((dbId) => [
      dbId,
      placeOf(spiderDatabaseFile(join(archive, databases), dbId), dbId, options),
    ]),
  );
  return items
    .filter((item) => drawn.has(item))
    .map(({ db_id: dbId, SpiderSynQuestion, question = SpiderSynQuestion ?? "", query }) => ({
      // Spider's questions have a blank before their marks; people's have none.
      pair: { question: question.replace(/ ([?.,])/g, "$1"), kind: "answer", sql: query },
      place: places.get(dbId) as Place,
    }));
}

const schemaPlaces = (folder: string, made: string, options: TextOptions) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((script) => {
      const name = basename(script, ".sql");
      const file = join(made, `${name}.sqlite`);
      buildFromDdl(join(folder, script), file, { rows: MADE_ROWS });
      const pairsFile = join(folder, `${name}.jsonl`);
      const pairs = existsSync(pairsFile) ? parsePairs(pairsFile) : [];
      return {
        place: placeOf(file, name, options),
        pairs: pairs.map(({ question, sql = "", refusal }): Pair => ({
          question,
          kind: sql ? "answer" : "refuse",
          sql,
          refusal,
        })),
      };
    });

function placeOf(file: string, dbId: string, { base, config }: TextOptions): Place {
  const { database } = introspect(file, { dbId });
  const prompt = base.promptFor(database, { schema: schemaFormOf(config) });
  return { file, database, prompt };
}

const textOf = (
  pair: Pair,
  { database, prompt }: Pick<Place, "database" | "prompt">,
): TrainText => ({
  prefix: prompt.prefix,
  suffix: prompt.suffixOf(pair.question),
  completion: renderAnswer({
    ...pair,
    sql: trainingStyle(pair.sql, database.dialect, withShownNames(database).tables).sql,
  }),
});

/** Pairs of one database under its schema without one of the tables. */
function ablatedTexts(
  { ablatedPerDatabase }: Sources,
  { database }: Place,
  asked: readonly Asked[],
  { base, config }: TextOptions,
): TrainText[] {
  const answers = asked.map(({ pair }) => pair).filter(({ kind }) => kind === "answer");
  const ablated = ablate(answers, database, {
    count: ablatedPerDatabase,
    groupSize: config["train.batchSize"],
    seed: config["data.seed"],
  });
  return ablated.map((pair) => {
    const prompt = base.promptFor(withoutTables(database, pair.without), {
      schema: schemaFormOf(config),
    });
    return textOf(pair, { database, prompt });
  });
}

async function madeTexts(
  { syntheticPerDatabase, refusalsPerDatabase }: Sources,
  place: Place,
  { config }: TextOptions,
  executor: Executor,
): Promise<TrainText[]> {
  const { file, database } = place;
  const { "data.seed": seed, "data.target": target } = config;
  const run = (sqls: readonly string[]) =>
    executor.runMany(file, sqls, { maxRows: 10_000, overflow: "truncate" });
  const { examples } = await synthesize(database, {
    count: syntheticPerDatabase,
    seed,
    run,
    target: readTarget(target),
    variety: varietyOf(target),
  });
  const refusals = await synthesizeRefusals(database, { count: refusalsPerDatabase, seed, run });
  return [...examples, ...refusals].map((example) => textOf(example, place));
}
