/**
 * Many small databases as one large: every table under the name of its database and its own, with keys and rows. A
 * schema of hundreds of tables whose questions and golds are known.
 */
import { DatabaseSync } from "node:sqlite";
import { introspect } from "../../src/schema/introspect.ts";
import type { Table } from "../../src/schema/schema.ts";
import { quoteName } from "../../src/sql/quote.ts";

export type Source = { readonly dbId: string; readonly file: string };

export type Joined = {
  readonly tables: number;
  /** Names that two tables would have had; the later one has a number behind it. */
  readonly collisions: readonly string[];
  /** By database: its tables, and the new name of each by its old one in lower case. */
  readonly places: ReadonlyMap<string, Place>;
};

export type Place = {
  readonly tables: readonly Table[];
  readonly names: ReadonlyMap<string, string>;
};

const quoted = (name: string) => quoteName(name, "sqlite");

/** Writes the joined database to `file`, at most `maxRows` rows of each table. */
export function joinDatabases(file: string, sources: readonly Source[], maxRows: number): Joined {
  const connection = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  const taken = new Set<string>();
  const collisions: string[] = [];
  const nameOf = (dbId: string, table: string): string => {
    const wanted = `${dbId}_${table}`;
    let name = wanted;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${wanted}_${n}`;
    if (name !== wanted) collisions.push(wanted);
    taken.add(name.toLowerCase());
    return name;
  };
  const places = new Map<string, Place>();
  for (const { dbId, file: source } of sources) {
    const { database } = introspect(source, { dbId, withStatistics: false });
    const tables = database.tables.filter(({ kind }) => kind === "table");
    const names = new Map(tables.map(({ name }) => [name.toLowerCase(), nameOf(dbId, name)]));
    places.set(dbId, { tables, names });
    connection.exec(`ATTACH '${source.replaceAll("'", "''")}' AS source`);
    for (const table of tables) copyTable(connection, table, names, maxRows);
    connection.exec("DETACH source");
  }
  connection.close();
  return { tables: taken.size, collisions, places };
}

function copyTable(
  connection: DatabaseSync,
  { name, columns, foreignKeys }: Table,
  names: ReadonlyMap<string, string>,
  maxRows: number,
): void {
  const newName = names.get(name.toLowerCase()) ?? name;
  const list = (some: readonly string[]) => some.map(quoted).join(", ");
  const keys = columns
    .filter(({ primaryKey }) => primaryKey > 0)
    .sort((a, b) => a.primaryKey - b.primaryKey)
    .map((column) => column.name);
  const parts = [
    ...columns.map((column) => `${quoted(column.name)} ${column.type}`),
    ...(keys.length > 0 ? [`PRIMARY KEY (${list(keys)})`] : []),
    ...foreignKeys.flatMap(({ columns: own, refTable, refColumns }) => {
      const target = names.get(refTable.toLowerCase());
      return target === undefined
        ? []
        : `FOREIGN KEY (${list(own)}) REFERENCES ${quoted(target)} (${list(refColumns)})`;
    }),
  ];
  connection.exec(`CREATE TABLE ${quoted(newName)} (${parts.join(", ")})`);
  const all = list(columns.map((column) => column.name));
  connection.exec(
    `INSERT OR IGNORE INTO ${quoted(newName)} SELECT ${all} FROM source.${quoted(name)} LIMIT ${maxRows}`,
  );
}
