/** `t2s init`: makes a project folder for a database: t2s.yaml, schema/snapshot.json, schema/notes.yaml. */
import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { UserError } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files.ts";
import { CONFIG_FILE, readConfig, writeConfig } from "../../pipeline/config.ts";
import { projectAt } from "../../pipeline/project.ts";
import { writeFirstTemplate } from "../../pipeline/prompt-template.ts";
import { readRecords, runStages } from "../../pipeline/run.ts";
import { databaseFileOf, schemaStage } from "../../pipeline/stages/schema.ts";
import { introspect } from "../../schema/introspect.ts";
import { ioOf } from "../io.ts";

const NOTES = `# What a person knows about this database and its names do not say. The model reads it with every question.
# \`t2s schema notes\` adds what the data show (profile) and guesses at descriptions; delete "guess: true" to accept one.
# knowledge:
#   - Amounts are in euros, without tax.
# tables:
#   ORD:
#     description: orders
#     columns:
#       STAT: { description: "O open, C closed", synonyms: [state] }
`;

export function registerInit(program: Command): void {
  program
    .command("init")
    .description(
      "Looks at a database and writes t2s.yaml and the schema snapshot into the project folder.",
    )
    .requiredOption("--db <source>", "sqlite:PATH")
    .option("--model <source>", "the base model (see `t2s models`)")
    .option("--yes", "take all defaults without asking")
    .option("--force", "replace a t2s.yaml that is there")
    .addHelpText(
      "after",
      "\nExamples:\n  t2s init --db sqlite:./company.db\n  t2s init --db sqlite:./company.db --project ./my-project --yes",
    )
    .action(async (options: { db: string; model?: string; force?: boolean }, self: Command) => {
      const io = ioOf(self);
      const project = projectAt(io.projectFolder);
      if (existsSync(join(project.folder, CONFIG_FILE)) && !options.force)
        throw new UserError(
          "usage",
          `${join(project.folder, CONFIG_FILE)} is there already; --force replaces it`,
        );
      const file = resolve(sqlitePath(options.db));
      introspect(file, { dbId: "check" });
      writeConfig(project.folder, {
        database: `sqlite:${relative(project.folder, file)}`,
        ...(options.model && { model: options.model }),
      });
      writeFirstTemplate({ project });
      if (!existsSync(project.notesFile)) writeFileAtomic(project.notesFile, NOTES);
      const context = {
        project,
        config: readConfig(project.folder),
        progress: io.progress,
        signal: io.signal,
      };
      await runStages([schemaStage], context, true);
      const summary = readRecords(project).schema?.summary ?? "";
      io.result(
        { project: project.folder, database: databaseFileOf(context), summary },
        `${summary}\nNext: describe cryptic names in ${relative(process.cwd(), project.notesFile)}, then \`t2s run\`.`,
      );
    });
}

function sqlitePath(source: string): string {
  if (source.startsWith("sqlite:")) return source.slice("sqlite:".length);
  if (/^[a-z]+:/i.test(source) && !/^[a-z]:[\\/]/i.test(source))
    throw new UserError("usage", `--db is ${source}; sqlite:PATH is wanted`);
  return source;
}
