/** Stage `schema`: looks at the database and writes schema/snapshot.json, with a person's notes merged in. */
import { existsSync, readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { UserError } from "../../base/errors.ts";
import { writeJson } from "../../base/files.ts";
import { sha256OfFile } from "../../base/hash.ts";
import { introspect } from "../../schema/introspect.ts";
import { applyNotes, readNotes } from "../../schema/notes.ts";
import type { Database } from "../../schema/schema.ts";
import type { Stage, StageContext } from "../run.ts";

const SCHEME = "sqlite:";

/** The path behind `database: sqlite:PATH`. */
export function databaseFileOf({ config, project }: StageContext): string {
  const { database } = config;
  if (!database.startsWith(SCHEME))
    throw new UserError(
      "config-invalid",
      `database is ${JSON.stringify(database)}; sqlite:PATH is wanted`,
    );
  const path = database.slice(SCHEME.length);
  return isAbsolute(path) ? path : join(project.folder, path);
}

/** The name of a database: its file without folder and extension. */
export const dbIdOf = (file: string): string =>
  file.replace(/^.*[\\/]/, "").replace(/\.[^.]+$/, "");

/** The database as the snapshot has it; made anew when there is none. */
export async function loadDatabase(context: StageContext): Promise<Database> {
  const { snapshotFile } = context.project;
  if (!existsSync(snapshotFile)) return describe(context);
  return JSON.parse(readFileSync(snapshotFile, "utf8")) as Database;
}

function describe(context: StageContext): Database {
  const file = databaseFileOf(context);
  const { database, notes } = introspect(file, {
    dbId: dbIdOf(file),
    tables: context.config["schema.tables"],
  });
  for (const note of notes) context.progress.note(`  ${note}`);
  return existsSync(context.project.notesFile)
    ? applyNotes(database, readNotes(context.project.notesFile), {
        isPartial: context.config["schema.tables"].length > 0,
      })
    : database;
}

export const schemaStage: Stage = {
  name: "schema",
  help: "looks at the database",
  async inputs(context) {
    const { notesFile } = context.project;
    return {
      database: existsSync(databaseFileOf(context))
        ? await sha256OfFile(databaseFileOf(context))
        : null,
      notes: existsSync(notesFile) ? await sha256OfFile(notesFile) : null,
      tables: context.config["schema.tables"],
    };
  },
  async run(context) {
    const database = describe(context);
    writeJson(context.project.snapshotFile, database);
    const columns = database.tables.reduce((sum, table) => sum + table.columns.length, 0);
    const rows = database.tables.reduce((sum, table) => sum + table.rowCount, 0);
    return {
      outputs: ["schema/snapshot.json"],
      summary: `${database.tables.length} tables, ${columns} columns, ${rows.toLocaleString("en")} rows`,
    };
  },
};
