/** `t2s schema`: what the tool sees of the database. */
import type { Command } from "commander";
import { terminalTable } from "../../report/terminal.ts";
import { loadDatabase } from "../../pipeline/stages/schema.ts";
import { renderCompact } from "../../schema/render.ts";
import { renderDdl } from "../../schema/render.ts";
import { ioOf } from "../io.ts";
import { contextOf } from "./run.ts";
import { registerLint, registerNotes } from "./schema-notes.ts";

export function registerSchema(program: Command): void {
  const schema = program.command("schema").description("Looks at the database's schema.");
  registerNotes(schema);
  registerLint(schema);
  schema
    .command("show")
    .description("Shows the tables, their columns and keys, as the tool sees them.")
    .option("--format <name>", "table, compact (as in the prompt) or ddl", "table")
    .addHelpText(
      "after",
      "\nExamples:\n  t2s schema show\n  t2s schema show --format compact\n  t2s schema show --json",
    )
    .action(async (options: { format: string }, self: Command) => {
      const io = ioOf(self);
      const database = await loadDatabase(contextOf(io));
      if (options.format === "compact") return io.result(database, renderCompact(database));
      if (options.format === "ddl") return io.result(database, renderDdl(database));
      const rows = database.tables.map((table) => [
        table.name,
        table.kind,
        String(table.columns.length),
        String(table.foreignKeys.length),
        String(table.rowCount),
        table.comment ?? "",
      ]);
      io.result(
        database,
        terminalTable(
          ["table", "kind", "columns", "foreign keys", "rows", "comment"],
          rows,
          [2, 3, 4],
        ),
      );
    });
}
