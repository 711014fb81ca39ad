/**
 * Columns that have to be drawn together: those of a key and of the foreign keys that share a column with it. Sorted so
 * that what a foreign key points at is there before it. Knows no cell.
 */
import type { DdlForeignKey, DdlTable } from "../ddl/ddl.ts";

export type Unit = {
  readonly table: DdlTable;
  readonly columns: ReadonlySet<string>;
  readonly keys: readonly (readonly string[])[];
  /** The longest first, because shorter ones follow from them; those to the own table last. */
  readonly foreignKeys: readonly DdlForeignKey[];
};

/** The units of all tables, parents' first. In a circle of keys the first comes first. */
export function unitsOf(tables: readonly DdlTable[]): Unit[] {
  const units = tables.flatMap(unitsOfTable);
  const owners = new Map<string, Unit>();
  for (const unit of units)
    for (const name of unit.columns) owners.set(`${unit.table.name}\0${name}`, unit);
  const uniqueUnits = Map.groupBy(
    units.filter(({ keys }) => keys.length > 0),
    ({ table }) => table.name,
  );
  const sorted = new Set<Unit>();
  const open = new Set<Unit>();
  const visit = (unit: Unit): void => {
    if (sorted.has(unit) || open.has(unit)) return;
    open.add(unit);
    for (const { refTable, refColumns } of unit.foreignKeys) {
      for (const name of refColumns) {
        const owner = owners.get(`${refTable}\0${name}`);
        if (owner !== undefined) visit(owner);
      }
      // Rows that their keys turn down are gone before another table points at them.
      if (refTable !== unit.table.name) uniqueUnits.get(refTable)?.forEach(visit);
    }
    open.delete(unit);
    sorted.add(unit);
  };
  units.forEach(visit);
  return [...sorted];
}

function unitsOfTable(table: DdlTable): Unit[] {
  const stored = new Set(table.columns.filter(({ computed }) => !computed).map(({ name }) => name));
  const keys = [table.primaryKey, ...table.uniques].filter(
    (key) => key.length > 0 && key.every((name) => stored.has(name)),
  );
  const foreignKeys = table.foreignKeys.filter(({ columns }) =>
    columns.every((name) => stored.has(name)),
  );
  const groups: Set<string>[] = [];
  for (const names of [...keys, ...foreignKeys.map(({ columns }) => columns)]) {
    const touched = groups.filter((group) => names.some((name) => group.has(name)));
    const joined = new Set([...touched.flatMap((group) => [...group]), ...names]);
    for (const group of touched) groups.splice(groups.indexOf(group), 1);
    groups.push(joined);
  }
  return groups
    .map((columns) => ({
      table,
      columns,
      keys: keys.filter(([name]) => columns.has(name)),
      foreignKeys: foreignKeys
        .filter((key) => columns.has(key.columns[0]))
        .sort(
          (a, b) =>
            Number(a.refTable === table.name) - Number(b.refTable === table.name) ||
            b.columns.length - a.columns.length,
        ),
    }))
    .sort((a, b) => b.foreignKeys.length - a.foreignKeys.length);
}
