/** `t2s data export`: the clean pairs as files that other programs train on, with a card beside them. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { UserError } from "../../../base/errors.ts";
import { readJsonLines, writeFileAtomic } from "../../../base/files.ts";
import type { Example, Split } from "../../../data/example.ts";
import { type ConversationOf, conversationsUnder } from "../../../data/export/chat.ts";
import { CARD_MARK, renderDatasetCard } from "../../../data/export/dataset-card.ts";
import { type ExportFormat, exportForms } from "../../../data/export/formats.ts";
import { baseModelOf, promptOf, promptOptions } from "../../../pipeline/model.ts";
import type { StageContext } from "../../../pipeline/run.ts";
import { loadCells } from "../../../link/cells.ts";
import { cellsForHints, hintsOf } from "../../../pipeline/shown.ts";
import { databaseOf, loadDatabase } from "../../../pipeline/stages/schema.ts";
import { createPrompt, showing } from "../../../prompt/prompt.ts";
import type { Database } from "../../../schema/schema.ts";
import { withShownNames } from "../../../schema/shown-names.ts";
import { trainingStyle } from "../../../sql/training-style.ts";
import { ioOf } from "../../io.ts";
import { contextOf } from "../run.ts";

type Options = {
  readonly format: string;
  readonly out?: string;
  readonly splits: string;
  readonly license?: string;
};

export function registerExport(data: Command): void {
  data
    .command("export")
    .description(
      "Writes the clean pairs as files that other programs train on, one for each split.",
    )
    .requiredOption("--format <form>", Object.keys(exportForms).join(", "))
    .option("--out <dir>", "the folder (default: data/export/FORM in the project)")
    .option("--splits <list>", "splits, separated by commas", "train,dev,test")
    .option("--license <id>", "the licence that the card states, as Hugging Face spells it")
    .addHelpText(
      "after",
      [
        "\nForms:",
        ...Object.entries(exportForms).map(([name, { help }]) => `  ${name.padEnd(9)} ${help}`),
        "\nExamples:\n  t2s data export --format parquet --license cc-by-4.0\n  t2s data export --format chat --splits train --out ./for-the-service",
      ].join("\n"),
    )
    .action(async (options: Options, self: Command) => {
      const io = ioOf(self);
      const context = contextOf(io);
      const { project } = context;
      const format = formatNamed(options.format);
      const { extension, write } = exportForms[format];
      const splits = splitsOf(options.splits).flatMap((split) => {
        const file = join(project.cleanFolder, `${split}.jsonl`);
        const examples = existsSync(file) ? readJsonLines<Example>(file) : [];
        return examples.length > 0 ? [{ split, examples }] : [];
      });
      if (splits.length === 0)
        throw new UserError(
          "not-found",
          `there are no pairs in ${project.cleanFolder} for --splits ${options.splits}; run \`t2s data generate\` or \`t2s run clean\` first`,
        );
      const folder =
        options.out === undefined
          ? join(project.folder, "data", "export", format)
          : resolve(options.out);
      const readme = join(folder, "README.md");
      if (existsSync(readme) && !readFileSync(readme, "utf8").includes(CARD_MARK))
        throw new UserError("usage", `${readme} is not ours to replace; another --out is wanted`);
      const database = await loadDatabase(context);
      const conversationOf = await conversationsAsTrained(context, database);
      for (const { split, examples } of splits)
        writeFileAtomic(
          join(folder, `${split}.${extension}`),
          await write(examples, conversationOf),
        );
      const cardFile = join(project.cleanFolder, "card.md");
      const files = Object.fromEntries(
        splits.map(({ split, examples }) => [
          split,
          { name: `${split}.${extension}`, pairs: examples.length },
        ]),
      );
      const card = renderDatasetCard({
        database,
        format,
        files,
        ...(existsSync(cardFile) && { card: readFileSync(cardFile, "utf8") }),
        ...(options.license !== undefined && { license: options.license }),
        ...licenceOfAll(splits.flatMap(({ examples }) => examples)),
      });
      writeFileAtomic(readme, card);
      const counts = Object.fromEntries(
        splits.map(({ split, examples }) => [split, examples.length]),
      );
      io.result(
        {
          format,
          folder,
          files: [...Object.values(files).map(({ name }) => name), "README.md"],
          pairs: counts,
        },
        `${Object.entries(counts)
          .map(([split, count]) => `${split} ${count}`)
          .join(", ")} → ${folder}`,
      );
    });
}

/** The licence that every pair carries; nothing where some carry another or none. */
function licenceOfAll(examples: readonly Example[]): { readonly pairsLicence?: string } {
  const [pairsLicence, ...others] = new Set(examples.map(({ source }) => source.licence));
  return pairsLicence !== undefined && others.length === 0 ? { pairsLicence } : {};
}

/** The texts of training, as messages; the model is needed only where it bounds the schema's tokens. */
async function conversationsAsTrained(
  context: StageContext,
  database: Database,
): Promise<ConversationOf> {
  const { config } = context;
  const prompt =
    config["prompt.maxSchemaTokens"] > 0
      ? await promptOf(context, await baseModelOf(context))
      : createPrompt(database, JSON.stringify, promptOptions(context));
  const cells = await cellsForHints(config, () => loadCells(databaseOf(context), database));
  const { dialect, tables } = withShownNames(database);
  return conversationsUnder(
    showing(prompt, hintsOf(config, cells, database)),
    (sql) => trainingStyle(sql, dialect, tables).sql,
  );
}

function formatNamed(name: string): ExportFormat {
  if (Object.hasOwn(exportForms, name)) return name as ExportFormat;
  throw new UserError(
    "usage",
    `--format is ${name}; one of ${Object.keys(exportForms).join(", ")} is wanted`,
  );
}

function splitsOf(list: string): Split[] {
  const splits = [...new Set(list.split(",").map((split) => split.trim()))];
  const wrong = splits.find((split) => !["train", "dev", "test"].includes(split));
  if (wrong !== undefined)
    throw new UserError(
      "usage",
      `--splits has ${JSON.stringify(wrong)}; train, dev and test are wanted`,
    );
  return splits as Split[];
}
