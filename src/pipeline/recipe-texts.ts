/**
 * What a recipe trains on, as training texts: pairs in Spider's form with their databases, schemas of which there is only
 * the script, with pairs of their own, and refusals made from both. Every pair stands under the prompt of its database,
 * in the style of training text.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { Rng } from "../base/rng.ts";
import { ablate, withoutTables } from "../data/ablate.ts";
import { parsePairs } from "../data/pairs.ts";
import { readSpiderItems, spiderDatabaseFile } from "../data/spider.ts";
import { synthesizeRefusals } from "../data/synthesize/refuse.ts";
import { createExecutor, type Executor } from "../db/executor.ts";
import { type Answer, renderAnswer } from "../prompt/answer.ts";
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
  /** Folder of NAME.sql, a script of CREATE TABLE whose rows are made up, with NAME.jsonl, its pairs. */
  readonly schemas?: string;
  /** Of Spider's form, drawn by the seed; all when left out. */
  readonly pairsPerDatabase?: number;
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

type Pair = { readonly question: string } & Answer;

/** A database with the prompt of its schema. */
type Place = { readonly file: string; readonly database: Database; readonly prompt: Prompt };

/** A pair at its database. */
type Asked = { readonly pair: Pair; readonly place: Place };

/** Rows of a large table of a schema that has none. */
const MADE_ROWS = 400;

/** All texts: the pairs of all databases, those without a table, then refusals. Raises what reading the sources raises. */
export async function textsOfSources(sources: Sources, options: TextOptions): Promise<TrainText[]> {
  const made = mkdtempSync(join(tmpdir(), "t2s-schemas-"));
  const executor = createExecutor({ workers: 2, timeoutMs: 20_000 });
  try {
    const asked = spiderPairs(sources, options);
    if (sources.schemas !== undefined) asked.push(...schemaPairs(sources.schemas, made, options));
    const places = Map.groupBy(asked, ({ place }) => place);
    const texts = asked.map(({ pair, place }) => textOf(pair, place));
    for (const [place, own] of places) texts.push(...ablatedTexts(sources, place, own, options));
    for (const place of places.keys())
      texts.push(...(await refusalTexts(sources, place, options, executor)));
    return texts;
  } finally {
    await executor.close();
    rmSync(made, { recursive: true, force: true });
  }
}

function spiderPairs(
  { pairs, databases, pairsPerDatabase = Infinity }: Sources,
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

const schemaPairs = (folder: string, made: string, options: TextOptions): Asked[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .flatMap((script) => {
      const name = basename(script, ".sql");
      const file = join(made, `${name}.sqlite`);
      buildFromDdl(join(folder, script), file, { rows: MADE_ROWS });
      const place = placeOf(file, name, options);
      return parsePairs(join(folder, `${name}.jsonl`)).map(
        ({ question, sql, refusal = "" }): Asked => ({
          pair: sql ? { question, kind: "answer", sql } : { question, kind: "refuse", refusal },
          place,
        }),
      );
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
  completion:
    pair.kind === "refuse"
      ? renderAnswer(pair)
      : trainingStyle(pair.sql, database.dialect, withShownNames(database).tables).sql,
});

/** Pairs of one database under its schema without one of the tables. */
function ablatedTexts(
  { ablatedPerDatabase }: Sources,
  { database }: Place,
  asked: readonly Asked[],
  { base, config }: TextOptions,
): TrainText[] {
  const answers = asked.flatMap(({ pair }) => (pair.kind === "answer" ? [pair] : []));
  const ablated = ablate(answers, database, {
    count: ablatedPerDatabase,
    groupSize: config["train.batchSize"],
    seed: config["data.seed"],
  });
  return ablated.map((pair) => {
    const prompt = base.promptFor(withoutTables(database, pair.without), {
      schema: schemaFormOf(config),
    });
    const { question, refusal = "" } = pair;
    const answer: Answer =
      pair.kind === "answer" ? { kind: "answer", sql: pair.sql } : { kind: "refuse", refusal };
    return textOf({ question, ...answer }, { database, prompt });
  });
}

async function refusalTexts(
  { refusalsPerDatabase }: Sources,
  { file, database, prompt }: Place,
  { config }: TextOptions,
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
