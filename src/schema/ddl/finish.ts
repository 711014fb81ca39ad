/**
 * Drafts → tables: one name each although SQLite knows no schemas, constraints over columns that exist, foreign keys
 * that reach a key. Knows no statement.
 */
import { quoteName } from "../../sql/quote.ts";
import { type DdlForeignKey, type DdlTable, hasNames, sameName } from "./ddl.ts";
import { type DraftTable, qualified, type QualifiedName, type Reading } from "./draft.ts";

export type Naming = {
  readonly tables: readonly DraftTable[];
  /** The table that a name means, seen from a table of some schema. */
  find(name: QualifiedName, from?: QualifiedName): DraftTable | undefined;
  nameOf(table: DraftTable): string;
};

/** A name that two schemas have, or that differs in case alone, gets its schema or a number. */
export function createNaming(tables: readonly DraftTable[], note: Reading["note"]): Naming {
  const byName = Map.groupBy(tables, ({ name }) => name.name.toLowerCase());
  const taken = new Set<string>();
  const names = new Map<DraftTable, string>();
  for (const table of tables) {
    const { schema, name } = table.name;
    const isShared = (byName.get(name.toLowerCase())?.length ?? 0) > 1;
    const wanted = isShared && schema !== undefined ? `${schema}_${name}` : name;
    let unique = /^sqlite_/i.test(wanted) ? `_${wanted}` : wanted;
    for (let n = 2; taken.has(unique.toLowerCase()); n++) unique = `${wanted}_${n}`;
    taken.add(unique.toLowerCase());
    names.set(table, unique);
    if (unique !== name)
      note(qualified(table.name), `is called ${unique}: another table has its name`);
  }
  const find = ({ schema, name }: QualifiedName, from?: QualifiedName): DraftTable | undefined => {
    const candidates = byName.get(name.toLowerCase()) ?? [];
    const exact = candidates.filter((one) => one.name.name === name);
    const ofSchema = (wanted: string | undefined) =>
      [...exact, ...candidates].find((one) => sameName(one.name.schema ?? "", wanted ?? ""));
    if (schema !== undefined)
      return ofSchema(schema) ?? (candidates.length === 1 ? candidates[0] : undefined);
    return ofSchema(from?.schema) ?? ofSchema(undefined) ?? exact[0] ?? candidates[0];
  };
  return { tables, find, nameOf: (table) => names.get(table) ?? table.name.name };
}

/** SQLite's own limit. */
const MAX_COLUMNS = 2000;

/** The table as SQLite will have it, or nothing with a note. */
export function finished(
  table: DraftTable,
  naming: Naming,
  note: Reading["note"],
): DdlTable | undefined {
  const place = qualified(table.name);
  if (table.columns.length === 0 || table.columns.every(({ computed }) => computed)) {
    note(place, "has no columns");
    return undefined;
  }
  if (table.columns.length > MAX_COLUMNS) {
    note(place, `has ${table.columns.length} columns; SQLite has at most ${MAX_COLUMNS}`);
    return undefined;
  }
  const primaryKey = spelled(table, table.primaryKey) ?? [];
  if (table.primaryKey.length > 0 && primaryKey.length === 0)
    note(`the primary key of ${place}`, `no such columns: ${table.primaryKey.join(", ")}`);
  const uniques = distinctKeys(
    table.uniques.flatMap((names) => {
      const known = spelled(table, names);
      if (known === undefined)
        note(`a unique key of ${place}`, `no such columns: ${names.join(", ")}`);
      return known === undefined ? [] : [known];
    }),
    primaryKey,
  );
  return {
    name: naming.nameOf(table),
    ...(table.comment !== undefined && { comment: oneLine(table.comment) }),
    columns: table.columns.map((column) => ({
      ...withoutUndefined(column),
      notNull: column.notNull || primaryKey.includes(column.name),
    })),
    primaryKey,
    uniques,
    checks: [...new Set(table.checks.filter((check) => check !== ""))],
    foreignKeys: foreignKeysOf(table, naming, note),
  };
}

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

const withoutUndefined = ({ comment, ...column }: DraftTable["columns"][number]) => ({
  ...column,
  ...(comment !== undefined && oneLine(comment) !== "" && { comment: oneLine(comment) }),
});

/** The columns as the table spells them; nothing when one is missing. */
function spelled({ columns }: DraftTable, names: readonly string[]): string[] | undefined {
  const known = names.map((name) => columns.find((column) => sameName(column.name, name))?.name);
  return known.includes(undefined) ? undefined : (known as string[]);
}

function distinctKeys(keys: readonly string[][], primaryKey: readonly string[]): string[][] {
  const distinct: string[][] = [];
  for (const key of keys)
    if (!hasNames(key, primaryKey) && !distinct.some((one) => hasNames(one, key)))
      distinct.push(key);
  return distinct;
}

function foreignKeysOf(table: DraftTable, naming: Naming, note: Reading["note"]): DdlForeignKey[] {
  const kept: DdlForeignKey[] = [];
  for (const { columns, ref, refColumns } of table.foreignKeys) {
    const what = `the foreign key ${qualified(table.name)}(${columns.join(", ")}) to ${qualified(ref)}`;
    const target = naming.find(ref, table.name);
    const own = spelled(table, columns);
    const wanted = refColumns.length > 0 ? refColumns : (target?.primaryKey ?? []);
    const theirs = target && spelled(target, wanted);
    const problem = problemOf(target, own, theirs);
    if (problem !== undefined || !own || !theirs || !target) {
      note(what, problem ?? "its columns are missing");
      continue;
    }
    const key = { columns: own, refTable: naming.nameOf(target), refColumns: theirs };
    if (!kept.some((one) => isEqual(one, key))) kept.push(key);
  }
  return kept;
}

const isEqual = (a: DdlForeignKey, b: DdlForeignKey): boolean =>
  a.refTable === b.refTable &&
  hasNames(a.columns, b.columns) &&
  hasNames(a.refColumns, b.refColumns);

/** Columns that a foreign key reaches become a key, unless they are part of a longer one. */
export function completeKeys(naming: Naming): void {
  for (const table of naming.tables)
    for (const { ref, refColumns } of table.foreignKeys) {
      const target = naming.find(ref, table.name);
      const theirs = target && spelled(target, refColumns);
      if (!target || !theirs || theirs.length === 0 || isKey(target, theirs)) continue;
      const isPart = theirs.every((name) => target.primaryKey.some((key) => sameName(key, name)));
      if (!isPart) target.uniques.push(theirs);
    }
}

const isKey = ({ primaryKey, uniques }: DraftTable, names: readonly string[]): boolean =>
  [primaryKey, ...uniques].some((key) => hasNames(key, names));

/** Why a reference cannot be kept. */
function problemOf(
  target: DraftTable | undefined,
  own: readonly string[] | undefined,
  theirs: readonly string[] | undefined,
): string | undefined {
  if (target === undefined) return "there is no such table";
  if (own === undefined || theirs === undefined || own.length !== theirs.length || own.length === 0)
    return "its columns do not fit";
  return isKey(target, theirs)
    ? undefined
    : `${theirs.map((name) => quoteName(name, "sqlite")).join(", ")} is not unique there`;
}
