/**
 * What of a database a reader sees: the schema for prompts and pages, the guard for SQL, and what SQLite is told to
 * permit. Of what is hidden nothing is left over: no table, no key that leads to one, no sentence that names one, no cell
 * of a row that the reader may not see.
 */
import { hashOfJson } from "../base/hash.ts";
import { UserError } from "../base/errors.ts";
import type { Permissions } from "../db/run-result.ts";
import { functionsFor } from "../guard/functions.ts";
import { createGuard, type Guard } from "../guard/guard.ts";
import { fingerprintOf } from "../schema/fingerprint.ts";
import type { Column, Database, Table } from "../schema/schema.ts";
import type { Reader } from "./keys.ts";

export type ReaderView = {
  readonly database: Database;
  readonly guard: Guard;
  readonly permissions: Permissions;
  /** Whether the reader sees everything: only then may answers be chosen by executing them unguarded. */
  readonly isWhole: boolean;
  /** A message without the names that the reader may not see. */
  clean(message: string): string;
};

export type ViewOptions = {
  /** The one schema of all tables on a server, which a statement may name. */
  readonly schema?: string;
};

/** Views by what readers may see, each made once. */
export function createViews(
  database: Database,
  options?: ViewOptions,
): (reader: Reader) => ReaderView {
  const views = new Map<string, ReaderView>();
  return (reader) => {
    const { tables = null, rowFilters = {} } = reader;
    const key = hashOfJson({ tables, rowFilters });
    const view = views.get(key) ?? viewOf(database, reader, options);
    views.set(key, view);
    return view;
  };
}

const lower = (name: string) => name.toLowerCase();

/** Raises key-invalid for a table that is not there, and what createGuard raises. */
export function viewOf(
  whole: Database,
  { name, tables, rowFilters = {} }: Reader,
  { schema }: ViewOptions = {},
): ReaderView {
  const shown = tables === undefined ? whole.tables : chosen(whole, name, tables);
  const hidden = hiddenNames(whole, shown);
  const isFiltered = Object.keys(rowFilters).length > 0;
  const database = reduce(whole, shown, hidden, isFiltered);
  const functions = functionsFor(whole.dialect);
  // a server tells capitals apart
  const spelled = (table: string): string =>
    whole.dialect === "sqlite" ? lower(table) : (tableNamed(shown, table)?.name ?? table);
  const filters = Object.entries(rowFilters).map(([table, condition]) => [
    spelled(table),
    condition,
  ]);
  const isWhole = shown.length === whole.tables.length && !isFiltered;
  return {
    database,
    isWhole,
    guard: createGuard({
      dialect: whole.dialect,
      tables: database.tables,
      functions,
      schema,
      rowFilters,
    }),
    permissions: {
      tables: Object.fromEntries(
        database.tables.map((table) => [
          spelled(table.name),
          table.columns.map((c) => (whole.dialect === "sqlite" ? lower(c.name) : c.name)),
        ]),
      ),
      functions: [...functions],
      filters: Object.fromEntries(filters) as Record<string, string>,
    },
    clean: (message) =>
      isWhole || !mentions(message, hidden) ? message : "the database could not run it",
  };
}

/** As it is spelled, else whatever its capitals are. */
const tableNamed = (tables: readonly Table[], name: string): Table | undefined =>
  tables.find((table) => table.name === name) ??
  tables.find((table) => lower(table.name) === lower(name));

function chosen({ tables }: Database, key: string, names: readonly string[]): Table[] {
  const unknown = names.filter((name) => tableNamed(tables, name) === undefined);
  if (unknown.length > 0)
    throw new UserError("key-invalid", `key ${key}: there is no table ${unknown.join(", ")}`);
  const wanted = new Set(names.map((name) => tableNamed(tables, name)));
  return tables.filter((table) => wanted.has(table));
}

/** Names of tables and columns that stand in what is hidden and nowhere in what is shown. */
function hiddenNames(whole: Database, shown: readonly Table[]): ReadonlySet<string> {
  const namesOf = (tables: readonly Table[]) =>
    tables.flatMap((table) => [table.name, ...table.columns.map((column) => column.name)]);
  const visible = new Set(namesOf(shown).map(lower));
  const others = whole.tables.filter((table) => !shown.includes(table));
  return new Set(
    namesOf(others)
      .map(lower)
      .filter((name) => !visible.has(name)),
  );
}

/** Shorter names than this are looked for as whole words alone: "no" stands in too much. */
const LEAST_PART = 4;

function mentions(text: string, names: ReadonlySet<string>): boolean {
  const said = lower(text);
  const words = new Set(said.split(/[^\p{L}\p{N}_]+/u));
  return [...names].some(
    (name) => words.has(name) || (name.length >= LEAST_PART && said.includes(name)),
  );
}

function reduce(
  whole: Database,
  shown: readonly Table[],
  hidden: ReadonlySet<string>,
  isFiltered: boolean,
): Database {
  if (shown.length === whole.tables.length && !isFiltered) return whole;
  const speakable = (comment?: string) =>
    comment !== undefined && !mentions(comment, hidden) ? { comment } : {};
  // a filter on one table shows in the cells of others, and in views: none is told
  const columnOf = ({ comment, ...column }: Column): Column => ({
    ...column,
    ...speakable(comment),
    ...(isFiltered && { cellValues: [], distinctCount: 0, nullCount: 0 }),
  });
  const names = new Set(shown.map((table) => lower(table.name)));
  const reduced: Omit<Database, "fingerprint"> = {
    dbId: whole.dbId,
    dialect: whole.dialect,
    tables: shown.map(({ comment, ...table }) => ({
      ...table,
      terms: [],
      ...speakable(comment),
      columns: table.columns.map(columnOf),
      foreignKeys: table.foreignKeys.filter(({ refTable }) => names.has(lower(refTable))),
      ...(isFiltered && { rowCount: 0 }),
    })),
    knowledge: whole.knowledge.filter((sentence) => !mentions(sentence, hidden)),
  };
  return { ...reduced, fingerprint: fingerprintOf(reduced) };
}
