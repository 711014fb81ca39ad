/** A schema's names as SQL spells them, by table: what the grammar looks names up in. */
import type { Dialect } from "../sql/dialect.ts";
import { quoteName } from "../sql/quote.ts";
import type { JoinableTable } from "../sql/bind.ts";

type SpelledTable = {
  readonly name: string;
  readonly columns: ReadonlySet<string>;
};

/** Tables and columns as they stand in SQL. */
export type SpelledSchema = {
  readonly dialect: Dialect;
  readonly tables: ReadonlyMap<string, SpelledTable>;
  /** Of all tables. */
  readonly columns: ReadonlySet<string>;
  /** Tables that a foreign key joins to this one, in either direction. */
  neighbours(table: string): readonly string[];
};

/** Spells all names once. */
export function spellSchema(tables: readonly JoinableTable[], dialect: Dialect): SpelledSchema {
  const spelled = tables.map(({ name, columns }): SpelledTable => ({
    name: quoteName(name, dialect),
    columns: new Set(columns.map((column) => quoteName(column.name, dialect))),
  }));
  const edges = tables.flatMap(({ name, foreignKeys }) =>
    foreignKeys.map(({ refTable }) => [quoteName(name, dialect), quoteName(refTable, dialect)]),
  );
  const both = [...edges, ...edges.map(([from, to]) => [to, from])];
  const near = Map.groupBy(both, ([from]) => from);
  return {
    dialect,
    neighbours: (table) => near.get(table)?.map(([, to]) => to) ?? [],
    tables: new Map(spelled.map((table) => [table.name, table])),
    columns: new Set(spelled.flatMap(({ columns }) => [...columns])),
  };
}
