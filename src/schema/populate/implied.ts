/**
 * References that scripts do not declare but names tell: a column named like another table's key. Rows are made as if
 * they were foreign keys, so that joins over them find something; the database does not get them.
 */
import { type DdlForeignKey, type DdlTable, sameName } from "../ddl/ddl.ts";
import { familyOf } from "../ddl/types.ts";
import { entityOf, wordsOf } from "./words.ts";

type Owner = { readonly table: DdlTable; readonly column: string };

/** Names that say nothing on whose key they are. */
const GENERIC = /^(id|key|code|name|no|nr|number|guid|uuid|rowid|type|value|date|year|status)$/i;

/** The tables with what their names imply: foreign keys, and the keys that these reach. */
export function withImpliedKeys(tables: readonly DdlTable[]): DdlTable[] {
  const owners = new Map<string, Owner>();
  for (const table of tables)
    for (const [name, owner] of ownedNames(table)) if (!owners.has(name)) owners.set(name, owner);
  const reached = new Set<string>();
  const referring = tables.map((table) => {
    const implied = table.columns.flatMap(({ name, computed }): DdlForeignKey[] => {
      const owner = owners.get(name.toLowerCase());
      if (owner === undefined || owner.table === table || computed || isBound(table, name))
        return [];
      if (!isAlike(table, name, owner)) return [];
      reached.add(owner.table.name);
      return [{ columns: [name], refTable: owner.table.name, refColumns: [owner.column] }];
    });
    return { ...table, foreignKeys: [...table.foreignKeys, ...implied] };
  });
  return referring.map((table) => {
    const key = keyColumn(table);
    const isNew = key !== undefined && reached.has(table.name) && !hasKey(table, key);
    return isNew ? { ...table, uniques: [...table.uniques, [key]] } : table;
  });
}

const hasKey = ({ primaryKey, uniques }: DdlTable, name: string): boolean =>
  [primaryKey, ...uniques].some((key) => key.length === 1 && key[0] === name);

/** Part of a foreign key, or a key by itself. */
const isBound = (table: DdlTable, name: string): boolean =>
  table.foreignKeys.some(({ columns }) => columns.includes(name)) || hasKey(table, name);

const isAlike = (table: DdlTable, name: string, { table: owner, column }: Owner): boolean => {
  const typeOf = (one: DdlTable, wanted: string) =>
    familyOf(one.columns.find((entry) => sameName(entry.name, wanted))?.type ?? "");
  return typeOf(table, name) === typeOf(owner, column);
};

/** The one column of the primary key; where no key is declared, the one that is named like one. */
function keyColumn({ name: table, primaryKey, columns }: DdlTable): string | undefined {
  if (primaryKey.length > 0) return primaryKey.length === 1 ? primaryKey[0] : undefined;
  const entity = entityOf(table);
  return columns.find(({ name }) => isNamedKey(name, entity) || isInitial(name, entity))?.name;
}

/** "id", "airport_code" of airports, "city_name" of cities. */
function isNamedKey(column: string, entity: readonly string[]): boolean {
  const words = wordsOf(column);
  const before = words.slice(0, -1).join(" ");
  return (
    /^(id|code|number|key|name)$/.test(words.at(-1) ?? "") &&
    (before === entity.join(" ") || /^id$/i.test(column))
  );
}

/** Column names of other tables that mean this table's key. */
function ownedNames(table: DdlTable): [string, Owner][] {
  const column = keyColumn(table);
  if (column === undefined) return [];
  const entity = entityOf(table.name);
  const owner = { table, column };
  const names = [`${entity.join("_")}_id`, `${entity.join("")}id`];
  const isDeclared = table.primaryKey.length === 1 && /(id|code|no|nr|number|key)$/i.test(column);
  const isOwn = isDeclared || isNamedKey(column, entity) || isInitial(column, entity);
  if (isOwn && !GENERIC.test(column)) names.push(column.toLowerCase());
  return names.map((name) => [name.toLowerCase(), owner]);
}

/** "aid" of authors. */
const isInitial = (column: string, entity: readonly string[]): boolean =>
  entity.length === 1 && /^[a-z]id$/i.test(column) && column[0].toLowerCase() === entity[0][0];
