/**
 * A copy of a SQLite file with the rows of every table stored in the opposite order. What a query returns must not depend
 * on that; where it does, the query takes whichever row comes first. (`PRAGMA reverse_unordered_selects` shows less: it
 * leaves scans alone that feed an ORDER BY or a GROUP BY.)
 */
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { lexSql } from "../sql/lexer.ts";
import { quoteName } from "../sql/quote.ts";

type Entry = { readonly type: string; readonly name: string; readonly sql: string };

const ENTRIES = `SELECT type, name, sql FROM original.sqlite_schema
  WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND type IN ('table', 'index', 'view')
  ORDER BY type = 'table' DESC, rowid`;

/** Writes the copy to `target`, a path that does not exist. Raises SQLite's errors; the original is only read. */
export function writeReversedCopy(file: string, target: string): void {
  const connection = new DatabaseSync(target, { enableForeignKeyConstraints: false });
  try {
    connection.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
    connection.exec("PRAGMA ignore_check_constraints = ON");
    connection.prepare("ATTACH ? AS original").run(`${pathToFileURL(file).href}?mode=ro`);
    connection.exec("BEGIN");
    const entries = connection.prepare(ENTRIES).all() as Entry[];
    for (const { type, sql } of entries)
      connection.exec(type === "table" ? withoutRowidAlias(sql) : sql);
    for (const { type, name } of entries) if (type === "table") copyRows(connection, name);
    connection.exec("COMMIT");
  } finally {
    connection.close();
  }
}

/** An INTEGER PRIMARY KEY is the place of the row itself; an INT one has the same values and leaves the place free. */
function withoutRowidAlias(sql: string): string {
  let result = "";
  let end = 0;
  for (const token of lexSql(sql)) {
    const word = token.kind === "word" ? token.text.toLowerCase() : "";
    result += sql.slice(end, token.start);
    if (word === "integer") result += "INT";
    else if (word !== "autoincrement") result += token.text;
    end = token.end;
  }
  return result + sql.slice(end);
}

function copyRows(connection: DatabaseSync, table: string): void {
  const name = quoteName(table, "sqlite");
  const columns = connection
    .prepare("SELECT name FROM pragma_table_xinfo(?, 'main') WHERE hidden = 0")
    .all(table)
    .map((column) => quoteName(String(column.name), "sqlite"))
    .join(", ");
  const isWithoutRowid = connection
    .prepare("SELECT wr FROM pragma_table_list(?) WHERE schema = 'main'")
    .get(table)?.wr;
  const order = isWithoutRowid ? "" : "ORDER BY _rowid_ DESC";
  connection.exec(
    `INSERT INTO main.${name} (${columns}) SELECT ${columns} FROM original.${name} ${order}`,
  );
}
