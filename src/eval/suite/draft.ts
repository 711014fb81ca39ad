/**
 * Rows of a database in the making, held in memory until they are consistent: every foreign key finds its parent, which
 * is fetched from the source or made up. Knows keys, not queries.
 */
import type { Rng } from "../../base/rng.ts";
import type { SqlCell } from "../../db/executor.ts";
import type { ForeignKey, Table } from "../../schema/schema.ts";
import { keyColumns } from "./columns.ts";
import type { Domains } from "./domains.ts";
import { isDate, shiftDate } from "./literals.ts";
import type { Row, SourceRows } from "./source-rows.ts";

export type DraftOptions = {
  readonly tables: readonly Table[];
  readonly source: SourceRows;
  readonly domains: Domains;
  readonly rng: Rng;
};

export class Draft {
  readonly #tables: ReadonlyMap<string, Table>;
  readonly #source: SourceRows;
  readonly #domains: Domains;
  readonly #rng: Rng;
  readonly #rows: ReadonlyMap<string, Row[]>;
  readonly #keys = new Set<string>();
  #fresh = 0;

  constructor({ tables, source, domains, rng }: DraftOptions) {
    this.#tables = new Map(tables.map((table) => [table.name, table]));
    this.#source = source;
    this.#domains = domains;
    this.#rng = rng;
    this.#rows = new Map(
      tables.filter(({ kind }) => kind === "table").map(({ name }) => [name, []]),
    );
  }

  rowsOf(table: string): readonly Row[] {
    return this.#rows.get(table) ?? [];
  }

  get tableNames(): string[] {
    return [...this.#rows.keys()];
  }

  /** Adds a row unless one with its primary key is there. */
  add(table: Table, row: Row): boolean {
    const key = keyColumns(table);
    if (key.length > 0) {
      const id = idOf(table.name, key, row);
      if (this.#keys.has(id)) return false;
      this.#keys.add(id);
    }
    this.#rows.get(table.name)?.push(row);
    return true;
  }

  /** The row under a primary key of its own. Key columns that refer to other tables, or are named, stay. */
  withFreshKey(table: Table, row: Row, fixed: ReadonlySet<string> = new Set()): Row {
    const referring = new Set(table.foreignKeys.flatMap(({ columns }) => columns));
    const free = keyColumns(table).filter(
      (column) => !referring.has(column) && !fixed.has(column.toLowerCase()),
    );
    if (free.length === 0) return row;
    const column = this.#rng.pick(free);
    const others = this.#source.of(table.name);
    // With another row's cell, two rows share the other part of their keys: a join that leaves a part out shows.
    const mayBorrow = free.length > 1 && others.length > 0;
    const isBorrowed =
      this.#domains.isClosed(table.name, column) || (mayBorrow && this.#rng.next() < 0.5);
    if (!isBorrowed) return this.with(table, row, column, this.freshCell(row[column]));
    return others.length > 0 ? { ...row, [column]: this.#rng.pick(others)[column] } : row;
  }

  /** The row with another cell, unless the column never holds such a cell. */
  with(table: Table, row: Row, column: string, cell: SqlCell): Row {
    const fitting = this.#domains.fit(table.name, column, cell);
    return fitting === undefined ? row : { ...row, [column]: fitting };
  }

  /** An unused cell of the same form: numbers beyond all others, text with a number at its end. */
  freshCell(cell: SqlCell): SqlCell {
    const number = ++this.#fresh;
    if (typeof cell === "string" && isDate(cell)) return shiftDate(cell, number % 4000);
    if (typeof cell === "string") return `${cell.replace(/\d{1,4}$/, "")}${9_000 + number}`;
    return typeof cell === "number" ? 900_000 + number : BigInt(900_000 + number);
  }

  /** Adds the parents that rows refer to and the parents of those, until none is missing. */
  close(): void {
    const queue = [...this.#rows].flatMap(([name, rows]) => rows.map((row) => ({ name, row })));
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const { name, row } = next;
      for (const key of this.#tables.get(name)?.foreignKeys ?? []) {
        const added = this.#addParent(key, row);
        if (added !== undefined) queue.push({ name: key.refTable, row: added });
      }
    }
  }

  #addParent({ columns, refTable, refColumns }: ForeignKey, row: Row): Row | undefined {
    const parent = this.#tables.get(refTable);
    const cells = columns.map((column) => row[column]);
    if (parent === undefined || cells.includes(null)) return undefined;
    const named = Object.fromEntries(refColumns.map((column, i) => [column, cells[i]]));
    const isPrimary = sameSet(refColumns, keyColumns(parent));
    if (isPrimary && this.#keys.has(idOf(refTable, keyColumns(parent), named))) return undefined;
    const found = this.#source.find(refTable, refColumns, cells) ?? this.#madeUp(parent, named);
    return found !== undefined && this.add(parent, found) ? found : undefined;
  }

  #madeUp({ name }: Table, named: Row): Row | undefined {
    const models = this.#source.of(name);
    return models.length === 0 ? undefined : { ...this.#rng.pick(models), ...named };
  }
}

const idOf = (table: string, columns: readonly string[], row: Row): string =>
  [table, ...columns.map((column) => `${typeof row[column]}:${String(row[column])}`)].join("\0");

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item) => b.includes(item));
