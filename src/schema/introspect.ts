/**
 * A SQLite database as plain data: tables and views that run, columns, keys, row counts, typical values, the comments of
 * the DDL. Reads only, on a connection of its own. Statistics are exact up to SAMPLE_ROWS rows a table and come from a
 * sample of that size beyond. Knows no notes of people (notes.ts).
 */
import type { DatabaseSync } from "node:sqlite";
import { UserError } from "../base/errors.ts";
import { openTrusted } from "../db/sqlite.ts";
import { quoteName } from "../sql/quote.ts";
import { columnStatistics, filledColumns, SAMPLE_ROWS, sampleOf } from "./column-statistics.ts";
import { type DdlComments, ddlComments } from "./ddl-comments.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { exactName, withKnownReferences } from "./known-names.ts";
import type { Column, Database, ForeignKey, Table } from "./schema.ts";
import { probeViews } from "./views.ts";

export type IntrospectOptions = {
  readonly dbId: string;
  /** Restricts it to those names; empty or left out means all. */
  readonly tables?: readonly string[];
  /** Without, no row is read: counts are 0 and there are no cell values. */
  readonly withStatistics?: boolean;
};

export type Introspection = {
  readonly database: Database;
  /** What was left out or looks odd, one sentence each. */
  readonly notes: readonly string[];
};

type Entry = { readonly name: string; readonly kind: Table["kind"]; readonly ddl: string };

/**
 * Describes the database in `file`. `tables` restricts it to those names; empty or left out means all. Without
 * statistics no row is read and no view is run: counts are 0 and there are no cell values. Raises UserError("database-invalid"),
 * UserError("database-empty"), or UserError("config-invalid") for an unknown table.
 */
export function introspect(
  file: string,
  { dbId, tables = [], withStatistics = true }: IntrospectOptions,
): Introspection {
  const connection = openTrusted(file);
  try {
    const notes: string[] = [];
    const entries = chosenEntries(connection, tables);
    const rowCounts = withStatistics ? countViews(file, entries, notes) : undefined;
    const described = entries
      .filter(({ name, kind }) => kind === "table" || (rowCounts?.has(name) ?? true))
      .flatMap((entry) => {
        const rowCount = rowCounts?.get(entry.name);
        return describeTable(connection, entry, { rowCount, withStatistics }, notes);
      });
    if (described.length === 0)
      throw new UserError("database-empty", `${file} has no table with columns`);
    const database = {
      dbId,
      dialect: "sqlite" as const,
      tables: withKnownReferences(described, notes),
      knowledge: [],
    };
    return { database: { ...database, fingerprint: fingerprintOf(database) }, notes };
  } finally {
    connection.close();
  }
}

function chosenEntries(connection: DatabaseSync, tables: readonly string[]): Entry[] {
  const kinds = new Map(
    connection
      .prepare("SELECT name, type FROM pragma_table_list WHERE schema = 'main'")
      .all()
      .map((row) => [row.name as string, row.type as string]),
  );
  const all = connection
    .prepare("SELECT name, type, coalesce(sql, '') AS ddl FROM sqlite_schema ORDER BY rowid")
    .all() as { name: string; type: string; ddl: string }[];
  const entries = all
    .filter(({ name, type }) => (type === "table" || type === "view") && !/^sqlite_/i.test(name))
    .filter(({ name }) => kinds.get(name) !== "shadow")
    .map(({ name, type, ddl }): Entry => ({ name, kind: type as Entry["kind"], ddl }));
  if (tables.length === 0) return entries;
  const names = entries.map(({ name }) => name);
  const wanted = new Set(tables.map((table) => exactName(table, names)));
  return entries.filter(({ name }) => wanted.has(name));
}

/** Row counts of the views that run; a note for each that does not. */
function countViews(file: string, entries: readonly Entry[], notes: string[]): Map<string, number> {
  const views = entries.filter(({ kind }) => kind === "view").map(({ name }) => name);
  const counts = new Map<string, number>();
  for (const [name, probe] of probeViews(file, views, SAMPLE_ROWS))
    if ("error" in probe) notes.push(`view ${name} is left out: ${probe.error}`);
    else counts.set(name, probe.rowCount);
  return counts;
}

type ColumnRow = {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
  readonly hidden: number;
};
/** `table_xinfo.hidden` of columns that a query does not see unless it names them. */
const HIDDEN = 1;

/** The table, or nothing when it cannot be read (a virtual table whose module is missing). */
function describeTable(
  connection: DatabaseSync,
  entry: Entry,
  {
    rowCount: known,
    withStatistics,
  }: { readonly rowCount?: number; readonly withStatistics: boolean },
  notes: string[],
): Table[] {
  try {
    const { name, kind, ddl } = entry;
    const comments = kind === "table" ? ddlComments(ddl) : { columns: new Map<string, string>() };
    const columnRows = (
      connection.prepare("SELECT * FROM pragma_table_xinfo(?)").all(name) as ColumnRow[]
    ).filter(({ hidden }) => hidden !== HIDDEN);
    if (columnRows.length === 0) return [];
    const rowCount = known ?? (withStatistics ? countRows(connection, name) : 0);
    const sampled = { withStatistics, rowCount };
    const columns = describeColumns(connection, entry, columnRows, sampled, comments);
    const foreignKeys = kind === "table" ? foreignKeysOf(connection, name) : [];
    return [
      {
        name,
        kind,
        columns,
        foreignKeys,
        rowCount,
        ...(comments.table !== undefined && { comment: comments.table }),
      },
    ];
  } catch (error) {
    notes.push(`table ${entry.name} is left out: ${(error as Error).message}`);
    return [];
  }
}

const countRows = (connection: DatabaseSync, table: string): number =>
  connection.prepare(`SELECT count(*) AS n FROM ${quoteName(table, "sqlite")}`).get()?.n as number;

const NO_STATISTICS = { cellValues: [], distinctCount: 0, nullCount: 0 } as const;

function describeColumns(
  connection: DatabaseSync,
  { name, kind }: Entry,
  rows: readonly ColumnRow[],
  { withStatistics, rowCount }: { readonly withStatistics: boolean; readonly rowCount: number },
  comments: DdlComments,
): Column[] {
  const sample = withStatistics ? sampleOf(connection, name, kind, rows, rowCount) : undefined;
  try {
    const filled = sample && filledColumns(connection, sample, rows);
    const empty = { cellValues: [], distinctCount: 0, nullCount: rowCount };
    return rows.map((row) => {
      const comment = comments.columns.get(row.name.toLowerCase());
      return {
        name: row.name,
        type: row.type,
        notNull: row.notnull !== 0,
        primaryKey: row.pk,
        ...(comment !== undefined && { comment }),
        ...(sample === undefined
          ? NO_STATISTICS
          : filled?.has(row.name)
            ? columnStatistics(connection, sample, row, rowCount)
            : empty),
      };
    });
  } finally {
    sample?.drop();
  }
}

type KeyRow = {
  readonly id: number;
  readonly seq: number;
  readonly table: string;
  readonly from: string;
  readonly to: string | null;
};

/** In the order of the DDL. Columns that the DDL leaves out (REFERENCES t) stay empty until all tables are known. */
function foreignKeysOf(connection: DatabaseSync, table: string): ForeignKey[] {
  const rows = connection
    .prepare("SELECT * FROM pragma_foreign_key_list(?) ORDER BY id DESC, seq")
    .all(table) as KeyRow[];
  const ids = [...new Set(rows.map(({ id }) => id))];
  return ids.map((id) => {
    const parts = rows.filter((row) => row.id === id);
    return {
      columns: parts.map(({ from }) => from),
      refTable: parts[0].table,
      refColumns: parts.flatMap(({ to }) => to ?? []),
    };
  });
}
