/** Stage `schema`: looks at the database and writes schema/snapshot.json, with a person's notes merged in. */
import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { UserError } from "../../base/errors.ts";
import { readJson, writeJson } from "../../base/files.ts";
import { sha256OfFile } from "../../base/hash.ts";
import { engineOf } from "../../db/drivers.ts";
import { sqliteFileOf } from "../../db/sqlite.ts";
import { describeDatabase } from "../../schema/describe.ts";
import { applyNotes, readNotes } from "../../schema/notes.ts";
import type { Database } from "../../schema/schema.ts";
import type { Stage, StageContext } from "../run.ts";

/** Where the data is, as executors, introspection and cells take it: the path of a SQLite file or a server's URL. */
export function databaseOf({ config, project }: StageContext): string {
  const { database } = config;
  if (engineOf(database) === "postgres") return database;
  if (!database.startsWith("sqlite:"))
    throw new UserError(
      "config-invalid",
      `database is ${JSON.stringify(database)}; sqlite:PATH or postgres://ROLE@HOST/NAME is wanted`,
    );
  const path = sqliteFileOf(database);
  return isAbsolute(path) ? path : join(project.folder, path);
}

/** The path of a SQLite file, for what reads the file itself. Raises UserError("config-invalid") for a server. */
export function databaseFileOf(context: StageContext): string {
  const database = databaseOf(context);
  if (engineOf(database) === "sqlite") return database;
  throw new UserError(
    "config-invalid",
    "this works on a SQLite file, and the project's database is on a server",
  );
}

/** The database as the snapshot has it; made anew when there is none. */
export async function loadDatabase(context: StageContext): Promise<Database> {
  const { snapshotFile } = context.project;
  if (!existsSync(snapshotFile)) return await describe(context);
  return readJson<Database>(snapshotFile);
}

async function describe(context: StageContext): Promise<Database> {
  const { database, notes } = await describeDatabase(databaseOf(context), {
    tables: context.config["schema.tables"],
  });
  for (const note of notes) context.progress.note(`  ${note}`);
  return existsSync(context.project.notesFile)
    ? applyNotes(database, readNotes(context.project.notesFile), {
        isPartial: context.config["schema.tables"].length > 0,
      })
    : database;
}

/** What tells whether it is still the same: a file's hash; of a server its schema, not its rows. */
async function contentOf(database: string): Promise<string | null> {
  if (engineOf(database) === "postgres")
    return (await describeDatabase(database, { withStatistics: false })).database.fingerprint;
  return existsSync(database) ? sha256OfFile(database) : null;
}

export const schemaStage: Stage = {
  name: "schema",
  help: "looks at the database",
  async inputs(context) {
    const { notesFile } = context.project;
    return {
      database: await contentOf(databaseOf(context)),
      notes: existsSync(notesFile) ? await sha256OfFile(notesFile) : null,
      tables: context.config["schema.tables"],
    };
  },
  async run(context) {
    const database = await describe(context);
    writeJson(context.project.snapshotFile, database);
    const columns = database.tables.reduce((sum, table) => sum + table.columns.length, 0);
    const rows = database.tables.reduce((sum, table) => sum + table.rowCount, 0);
    return {
      outputs: ["schema/snapshot.json"],
      summary: `${database.tables.length} tables, ${columns} columns, ${rows.toLocaleString("en")} rows`,
    };
  },
};
