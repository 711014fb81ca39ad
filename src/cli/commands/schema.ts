/** `t2s schema`: what the tool sees of the database. */
import type { Command } from "commander";
import { UserError } from "../../base/errors.ts";
import { type BaseModel, baseModelOf, countTokens, schemaFormOf } from "../../pipeline/model.ts";
import type { StageContext } from "../../pipeline/run.ts";
import { loadDatabase } from "../../pipeline/stages/schema.ts";
import { terminalTable } from "../../report/terminal.ts";
import { renderSchema, SCHEMA_FORMATS, type SchemaFormat } from "../../schema/render.ts";
import type { Database } from "../../schema/schema.ts";
import { cachedModel } from "../../source/source.ts";
import { ioOf } from "../io.ts";
import { addOptionFlags, overridesOf } from "../option-flags.ts";
import { contextOf } from "./run.ts";
import { registerLink } from "./schema-link.ts";
import { registerLint, registerNotes } from "./schema-notes.ts";

export function registerSchema(program: Command): void {
  const schema = program.command("schema").description("Looks at the database's schema.");
  registerNotes(schema);
  registerLint(schema);
  registerLink(schema);
  const show = schema
    .command("show")
    .description(
      "Shows the tables, their columns and keys; with --format as a prompt holds them, with the number of tokens.",
    )
    .option("--format <name>", `table, ${SCHEMA_FORMATS.join(", ")}`, "table")
    .addHelpText(
      "after",
      "\nExamples:\n  t2s schema show\n  t2s schema show --format mschema --prompt.sampleValues 3\n  t2s schema show --json",
    );
  addOptionFlags(show, ["prompt.sampleValues", "prompt.maxSchemaTokens"]);
  show.action(async (options: { format: string }, self: Command) => {
    const io = ioOf(self);
    const context = contextOf(io, overridesOf(self));
    const database = await loadDatabase(context);
    if (options.format === "table") return io.result(database, tableOf(database));
    const format = SCHEMA_FORMATS.find((name) => name === options.format);
    if (format === undefined)
      throw new UserError(
        "usage",
        `--format is ${options.format}; one of table, ${SCHEMA_FORMATS.join(", ")} is wanted`,
      );
    const shown = await rendered(context, database, format);
    io.result(shown, shown.text);
    io.progress.note(
      `${shown.tokens === null ? "tokens: not counted, the model is not fetched yet" : `${shown.tokens} tokens`}${shown.dropped.length === 0 ? "" : `; left out: ${shown.dropped.join(", ")}`}`,
    );
  });
}

/** The text as the prompt has it; without the model nothing is counted, so that a bound cannot be kept. */
async function rendered(context: StageContext, database: Database, format: SchemaFormat) {
  const form = { ...schemaFormOf(context.config), format };
  const model: BaseModel | undefined =
    (await cachedModel(context.config.model)) === undefined
      ? undefined
      : await baseModelOf(context);
  const count = (text: string) => (model ? countTokens(model, text) : 0);
  const { text, dropped } = renderSchema(database, form, count);
  return { format, text, dropped, tokens: model ? count(text) : null };
}

function tableOf({ tables }: Database): string {
  const rows = tables.map((table) => [
    table.name,
    table.kind,
    String(table.columns.length),
    String(table.foreignKeys.length),
    String(table.rowCount),
    table.comment ?? "",
  ]);
  const titles = ["table", "kind", "columns", "foreign keys", "rows", "comment"];
  return terminalTable(titles, rows, [2, 3, 4]);
}
