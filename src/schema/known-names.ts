/** Names of tables and columns as the database spells them, where people or foreign keys spell them otherwise. */
import { nearestName, UserError } from "../base/errors.ts";
import type { ForeignKey, Table } from "./schema.ts";

/** The name as the database spells it. Raises UserError("config-invalid") for one that it does not have. */
export function exactName(table: string, names: readonly string[]): string {
  const found = names.find((name) => name.toLowerCase() === table.toLowerCase());
  if (found !== undefined) return found;
  const nearest = nearestName(table, names);
  throw new UserError(
    "config-invalid",
    `the database has no table ${table}${nearest === undefined ? "" : `; is ${nearest} meant?`}`,
  );
}

/** References spelled as the tables spell themselves; what they leave out is the primary key; dangling ones go. */
export function withKnownReferences(tables: readonly Table[], notes: string[]): Table[] {
  const byName = new Map(tables.map((table) => [table.name.toLowerCase(), table]));
  return tables.map((table) => ({
    ...table,
    foreignKeys: table.foreignKeys.flatMap((key): ForeignKey[] => {
      const target = byName.get(key.refTable.toLowerCase());
      const resolved = target && resolveKey(key, table, target);
      if (resolved === undefined)
        notes.push(
          `the foreign key ${table.name}(${key.columns.join(", ")}) to ${key.refTable} is left out: nothing there fits`,
        );
      return resolved === undefined ? [] : [resolved];
    }),
  }));
}

function resolveKey(key: ForeignKey, table: Table, target: Table): ForeignKey | undefined {
  const primaryKey = target.columns
    .filter((column) => column.primaryKey > 0)
    .sort((a, b) => a.primaryKey - b.primaryKey)
    .map(({ name }) => name);
  const wanted = key.refColumns.length > 0 ? key.refColumns : primaryKey;
  const columns = spelled(key.columns, table);
  const refColumns = spelled(wanted, target);
  const fits = columns.length === key.columns.length && refColumns.length === columns.length;
  return fits ? { columns, refTable: target.name, refColumns } : undefined;
}

/** The names as the table's own columns spell them; those it does not have are missing. */
const spelled = (names: readonly string[], { columns }: Table): string[] =>
  names.flatMap(
    (name) =>
      columns.find((column) => column.name.toLowerCase() === name.toLowerCase())?.name ?? [],
  );
