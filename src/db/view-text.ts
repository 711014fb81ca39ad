/** The views of a SQLite database as the text that made them. */
import type { DatabaseSync } from "node:sqlite";

export type ViewText = { readonly name: string; readonly sql: string };

export const viewsOf = (connection: DatabaseSync): ViewText[] =>
  connection
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'view' AND sql IS NOT NULL")
    .all() as ViewText[];

/** SQLite stores `CREATE VIEW`, the name as it was written, and the rest. */
const HEAD =
  /^CREATE VIEW\s+(?:"(?:[^"]|"")*"|`(?:[^`]|``)*`|'(?:[^']|'')*'|\[[^\]]*\]|[^\s("'`[]+)/i;

/** The statement that makes the view under another name: `view` is what follows CREATE. */
export const renamedView = (sql: string, view: string): string =>
  sql.replace(HEAD, () => `CREATE ${view}`);
