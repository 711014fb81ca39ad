/**
 * What the official parser knows of a database: names in lower case with their ids, and which columns a foreign key
 * makes one. Tables come from the database file, foreign keys from Spider's tables.json. Reads no rows.
 * (test-suite-sql-eval, process_sql.py and evaluation.py)
 */
import { openTrusted } from "../../db/sqlite.ts";
import { quoteName } from "../../sql/quote.ts";

export type SpiderSchema = {
  /** Column names by table name. */
  readonly tables: ReadonlyMap<string, readonly string[]>;
  /** Ids by `*`, `table` and `table.column`. */
  readonly ids: ReadonlyMap<string, string>;
};

/** Column id → id of the column that stands for all that its foreign keys join. */
export type ForeignKeyMap = ReadonlyMap<string, string>;

/** One entry of tables.json, as far as it is read. */
export type TablesEntry = {
  readonly db_id: string;
  readonly table_names_original: readonly string[];
  /** [number of the table, name]; the first is [-1, "*"]. */
  readonly column_names_original: readonly (readonly [number, string])[];
  /** Pairs of column numbers. */
  readonly foreign_keys: readonly (readonly [number, number])[];
};

/** Reads the schema of a SQLite file. Raises UserError("database-invalid"). */
export function readSpiderSchema(file: string): SpiderSchema {
  const connection = openTrusted(file);
  try {
    const names = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    const tables = names.map(({ name }): [string, string[]] => {
      const columns = connection.prepare(`PRAGMA table_info(${quoteName(String(name), "sqlite")})`);
      return [String(name), columns.all().map((column) => String(column.name))];
    });
    return createSpiderSchema(tables);
  } finally {
    connection.close();
  }
}

/** A schema from pairs of a table and its columns, in the order of the database. */
export function createSpiderSchema(
  pairs: Iterable<readonly [string, readonly string[]]>,
): SpiderSchema {
  const tables = new Map(
    [...pairs].map(([table, columns]) => [
      table.toLowerCase(),
      columns.map((column) => column.toLowerCase()),
    ]),
  );
  const names = [
    ...[...tables].flatMap(([table, columns]) => columns.map((column) => `${table}.${column}`)),
    ...tables.keys(),
  ];
  const ids = new Map(names.map((name) => [name, `__${name}__`]));
  return { tables, ids: ids.set("*", "__all__") };
}

/**
 * The foreign keys of one database. A pair joins the first set that holds one of its columns; two sets that a later pair
 * connects stay two. The column with the smallest number stands for its set.
 */
export function foreignKeyMap(entry: TablesEntry): ForeignKeyMap {
  const sets: Set<number>[] = [];
  for (const [from, to] of entry.foreign_keys) {
    const known = sets.find((set) => set.has(from) || set.has(to));
    if (known === undefined) sets.push(new Set([from, to]));
    else known.add(from).add(to);
  }
  return new Map(
    sets.flatMap((set) => {
      const first = columnId(entry, Math.min(...set));
      return [...set].map((column): [string, string] => [columnId(entry, column), first]);
    }),
  );
}

function columnId(entry: TablesEntry, column: number): string {
  const [table, name] = entry.column_names_original[column];
  return table < 0 ? "__all__" : `__${entry.table_names_original[table]}.${name}__`.toLowerCase();
}
