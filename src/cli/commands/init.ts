/**
 * `t2s init`: makes a project folder for a database: t2s.yaml, schema/snapshot.json, schema/notes.yaml, .gitignore.
 * Where there are only CREATE TABLE scripts, it makes the database too.
 */
import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { UserError } from "../../base/errors.ts";
import type { Progress } from "../../base/progress.ts";
import { engineOf } from "../../db/drivers.ts";
import { passwordIn, withoutPassword } from "../../db/postgres/url.ts";
import { writeFileAtomic } from "../../base/files.ts";
import { CONFIG_FILE, readConfig, writeConfig } from "../../pipeline/config.ts";
import { projectAt } from "../../pipeline/project.ts";
import { writeFirstTemplate } from "../../pipeline/prompt-template.ts";
import { readRecords, runStages } from "../../pipeline/run.ts";
import { databaseOf, schemaStage } from "../../pipeline/stages/schema.ts";
import { SCRIPT_DIALECTS, type ScriptDialect } from "../../schema/ddl/dialect.ts";
import { buildFromDdl, type DdlDatabase } from "../../schema/from-ddl.ts";
import { describeDatabase } from "../../schema/describe.ts";
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
#     terms: ["backlog = AMT where STAT = 'O'"]   # words of your house, for pairs and answers
`;

const GIT_IGNORE = `# What is made anew, kept by DVC, or large. The pairs themselves belong into Git, unless DVC has them.
/data/cache/
/.dvc/cache/
/runs/*/checkpoints/
/logs/
/keys.json
`;

export function registerInit(program: Command): void {
  program
    .command("init")
    .description(
      "Looks at a database and writes t2s.yaml and the schema snapshot into the project folder.",
    )
    .option("--db <source>", "sqlite:PATH or postgres://ROLE@HOST:5432/NAME (docs/databases.md)")
    .option("--ddl <path>", "a script of CREATE TABLE, or a folder of them, instead of a database")
    .addOption(
      new Option("--dialect <name>", "how the scripts are written (guessed)").choices([
        ...SCRIPT_DIALECTS,
      ]),
    )
    .option("--rows <number>", "made-up rows of a large table, with --ddl", positive, 1000)
    .option("--seed <number>", "of the made-up rows, with --ddl", whole, 1)
    .option("--model <source>", "the base model (see `t2s models`)")
    .option("--yes", "take all defaults without asking")
    .option("--force", "replace a t2s.yaml that is there")
    .addHelpText(
      "after",
      "\nExamples:\n  t2s init --db sqlite:./company.db\n  t2s init --db sqlite:./company.db --project ./my-project --yes\n  PGPASSWORD=… t2s init --db postgres://reader@localhost/shop\n  t2s init --ddl ./schema.sql --yes\n  t2s init --ddl ./database-project --dialect tsql --rows 300 --yes",
    )
    .action(async (options: InitOptions, self: Command) => {
      const io = ioOf(self);
      const project = projectAt(io.projectFolder);
      if ((options.db === undefined) === (options.ddl === undefined))
        throw new UserError(
          "usage",
          "one of --db (a database) and --ddl (scripts of CREATE TABLE) is wanted",
        );
      if (existsSync(join(project.folder, CONFIG_FILE)) && !options.force)
        throw new UserError(
          "usage",
          `${join(project.folder, CONFIG_FILE)} is there already; --force replaces it`,
        );
      const { source, built } = sourceOf(options, project.folder);
      await describeDatabase(source, { withStatistics: false });
      const isServer = engineOf(source) === "postgres";
      if (isServer && withoutPassword(source) !== source) givePassword(source, io.progress);
      writeConfig(project.folder, {
        database: isServer
          ? withoutPassword(source)
          : `sqlite:${relative(project.folder, source).replaceAll("\\", "/")}`,
        ...(options.model && { model: options.model }),
      });
      writeFirstTemplate({ project });
      if (!existsSync(project.notesFile)) writeFileAtomic(project.notesFile, NOTES);
      const gitIgnore = join(project.folder, ".gitignore");
      if (!existsSync(gitIgnore)) writeFileAtomic(gitIgnore, GIT_IGNORE);
      const context = {
        project,
        config: readConfig(project.folder),
        progress: io.progress,
        signal: io.signal,
      };
      await runStages([schemaStage], context, true);
      const summary = readRecords(project).schema?.summary ?? "";
      io.result(
        {
          project: project.folder,
          database: databaseOf(context),
          summary,
          ...(built && {
            dialect: built.dialect,
            tables: built.tables,
            rows: built.rows,
            leftOut: built.leftOut,
          }),
        },
        `${summary}${built ? madeUp(built) : ""}\nNext: describe cryptic names in ${relative(process.cwd(), project.notesFile)}, then \`t2s run\`.`,
      );
    });
}

type InitOptions = {
  readonly db?: string;
  readonly ddl?: string;
  readonly dialect?: ScriptDialect;
  readonly rows: number;
  readonly seed: number;
  readonly model?: string;
  readonly force?: boolean;
};

const DDL_DATABASE = "schema/ddl.sqlite";

/** The database named, or one made of the scripts within the project. */
function sourceOf(
  { db, ddl, ...options }: InitOptions,
  projectFolder: string,
): { readonly source: string; readonly built?: DdlDatabase } {
  if (db !== undefined && engineOf(db) === "postgres") return { source: db };
  if (ddl === undefined) return { source: resolve(sqlitePath(db ?? "")) };
  const file = join(projectFolder, DDL_DATABASE);
  return { source: file, built: buildFromDdl(resolve(ddl), file, options) };
}

/** For what follows in this process; the file does not get it. */
function givePassword(url: string, progress: Progress): void {
  process.env.PGPASSWORD = passwordIn(url);
  progress.note(
    "  the password is not written into t2s.yaml: later commands take it from PGPASSWORD, ~/.pgpass, or a variable named in the URL: postgres://ROLE:${NAME}@HOST/NAME",
  );
}

const MAX_SHOWN = 20;

function madeUp({ dialect, leftOut }: DdlDatabase): string {
  const shown = leftOut.slice(0, MAX_SHOWN).map(({ what, reason }) => `\n  ${what}: ${reason}`);
  const more =
    leftOut.length > MAX_SHOWN
      ? `\n  and ${leftOut.length - MAX_SHOWN} more (--json lists them)`
      : "";
  const left = leftOut.length === 0 ? "" : `\nNot as the scripts say:${shown.join("")}${more}`;
  return `, read as ${dialect}; its rows are made up, in ${DDL_DATABASE}${left}`;
}

const whole = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("A whole number is wanted.");
  return Number(text);
};

const positive = (text: string): number => {
  if (whole(text) === 0) throw new InvalidArgumentError("At least 1 is wanted.");
  return Number(text);
};

function sqlitePath(source: string): string {
  if (source.startsWith("sqlite:")) return source.slice("sqlite:".length);
  if (/^[a-z]+:/i.test(source) && !/^[a-z]:[\\/]/i.test(source))
    throw new UserError(
      "usage",
      `--db is ${withoutPassword(source)}; sqlite:PATH or postgres://ROLE@HOST/NAME is wanted`,
    );
  return source;
}
