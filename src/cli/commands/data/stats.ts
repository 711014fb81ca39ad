/** `t2s data stats`: what the pairs of a project, or of files in Spider's form, hold. */
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import { UserError } from "../../../base/errors.ts";
import { readJsonLines, writeFileAtomic } from "../../../base/files.ts";
import type { Example } from "../../../data/example.ts";
import { readSpiderItems } from "../../../data/spider.ts";
import { type DataStats, statsOf, type TokenCounting } from "../../../data/stats.ts";
import { datasetStats, type DatasetStats, type Schemas } from "../../../data/stats/dataset.ts";
import { datasetHtml, statsHtml } from "../../../data/stats/html.ts";
import { introspectAll, readSpiderSchemas } from "../../../data/stats/spider-schemas.ts";
import { datasetText, sharedLine, statsText } from "../../../data/stats/text.ts";
import { isFilterLike } from "../../../data/stats/values.ts";
import { baseModelOf, countTokens } from "../../../pipeline/model.ts";
import { promptsOf } from "../../../pipeline/prompts.ts";
import type { StageContext } from "../../../pipeline/run.ts";
import { databaseFileOf, loadDatabase } from "../../../pipeline/stages/schema.ts";
import { renderAnswer } from "../../../prompt/answer.ts";
import { profileColumns } from "../../../schema/profile.ts";
import type { Database } from "../../../schema/schema.ts";
import { cachedModel } from "../../../source/source.ts";
import { type Io, ioOf } from "../../io.ts";
import { contextOf } from "../run.ts";

type Options = {
  readonly html?: string;
  readonly dataset?: readonly string[];
  readonly databases?: string;
  readonly tables?: string;
};

export function registerStats(data: Command): void {
  data
    .command("stats")
    .description(
      "Counts the pairs: by split, hardness, shape, table and SQL feature; what of the schema none uses; lengths in the model's tokens; what the next pairs should be.",
    )
    .option("--html <file>", "write a page with plots and all tables")
    .option(
      "--dataset <files...>",
      "files in Spider's form instead of a project; dev, val or test in a name means that it measures",
    )
    .option("--databases <dir>", "with --dataset: their databases, at DIR/DB/DB.sqlite")
    .option("--tables <file>", "with --dataset: their schemas, in the form of Spider's tables.json")
    .addHelpText(
      "after",
      "\nExamples:\n  t2s data stats --json\n  t2s data stats --html stats.html\n  t2s data stats --dataset train_spider.json dev.json --tables tables.json",
    )
    .action(async (options: Options, self: Command) => {
      const io = ioOf(self);
      if (options.dataset !== undefined) return showDataset(options.dataset, options, io);
      for (const name of ["databases", "tables"] as const)
        if (options[name] !== undefined)
          throw new UserError("usage", `--${name} is given without --dataset, which it belongs to`);
      return showProject(options, io);
    });
}

async function showProject({ html }: Options, io: Io): Promise<void> {
  const context = contextOf(io);
  const files = ["train", "dev", "test"].map((split) =>
    join(context.project.cleanFolder, `${split}.jsonl`),
  );
  if (!files.every((file) => existsSync(file)))
    throw new UserError("not-found", "there are no pairs yet; run `t2s data generate` first");
  const database = await loadDatabase(context);
  const counting = await countingOf(context);
  const values = profilesOf(context, database);
  const notes = [counting, values].filter((one) => typeof one === "string");
  const stats: DataStats = statsOf(
    files.flatMap((file) => readJsonLines<Example>(file)),
    database,
    typeof counting === "string" ? undefined : counting,
    typeof values === "string" ? undefined : values,
  );
  if (html !== undefined)
    writePage(html, statsHtml(`Pairs for ${database.dbId}`, stats, notes), io);
  io.result({ ...stats, notes }, statsText(stats, notes));
}

/** Counting by the model's tokenizer, or why there is none: statistics fetch no model. */
async function countingOf(context: StageContext): Promise<TokenCounting | string> {
  const source = context.config.model;
  try {
    if ((await cachedModel(source)) === undefined)
      return `Tokens are not counted: the model ${source} is not here yet (\`t2s models --fetch\`).`;
    const model = await baseModelOf(context);
    const { promptFor } = await promptsOf(context, model);
    return {
      countTokens: (text) => countTokens(model, text),
      promptFor,
      answerOf: renderAnswer,
      contextTokens: model.contextTokens,
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `Tokens are not counted: ${error.message}.`;
  }
}

/** Values of the columns that people filter by, or why they could not be read. */
function profilesOf(context: StageContext, database: Database) {
  try {
    return profileColumns(databaseFileOf(context), database, isFilterLike);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `Values are not counted: ${error.message}.`;
  }
}

function showDataset(names: readonly string[], { html, databases, tables }: Options, io: Io): void {
  const files = names.map((name) => ({
    name: basename(name),
    items: readSpiderItems(resolve(name)),
  }));
  const dbIds = [...new Set(files.flatMap(({ items }) => items.map(({ db_id: dbId }) => dbId)))];
  const schemas: Schemas = new Map([
    ...(databases === undefined ? [] : introspectAll(resolve(databases), dbIds)),
    ...(tables === undefined ? [] : readSpiderSchemas(resolve(tables))),
  ]);
  const stats: DatasetStats = datasetStats(files, schemas);
  if (html !== undefined)
    writePage(html, datasetHtml(names.map((n) => basename(n)).join(", "), stats), io);
  io.result(stats, datasetText(stats));
  if (stats.sharedDatabases !== null && stats.sharedDatabases.length > 0)
    throw new UserError("data-invalid", sharedLine(stats));
}

function writePage(file: string, page: string, io: Io): void {
  writeFileAtomic(resolve(file), page);
  io.progress.note(`Page: ${resolve(file)}`);
}
