/**
 * Draws a small perturbed copy of a database: rows that the golds read, joined as they are joined, and beside them rows
 * like these with one thing changed where a gold looks. A value goes to the edge of a comparison, a cell becomes NULL,
 * two rows tie, a row comes twice, dates change places. The same seed draws the same rows.
 */
import type { Rng } from "../../base/rng.ts";
import type { SqlCell } from "../../db/executor.ts";
import type { Column, ForeignKey, Table } from "../../schema/schema.ts";
import { classOf, keyColumns, sameName } from "./columns.ts";
import type { Domains } from "./domains.ts";
import { Draft } from "./draft.ts";
import type { Atom, Focus, Part } from "./focus.ts";
import { shiftDate } from "./literals.ts";
import type { Row, SourceRows } from "./source-rows.ts";

/** A focus with joined rows that satisfy it: one row of each part, undefined where an outer join has none. */
export type Witnessed = {
  readonly focus: Focus;
  readonly witnesses: readonly (readonly (Row | undefined)[])[];
};

export type PerturbOptions = {
  readonly tables: readonly Table[];
  readonly source: SourceRows;
  readonly domains: Domains;
  readonly rng: Rng;
  /** Changed copies of joined rows for each focus. */
  readonly copies: number;
  /** Rows of each table that no gold asked for. */
  readonly others: number;
};

/** The rows of one perturbed database, closed under foreign keys. */
export function perturb(
  witnessed: readonly Witnessed[],
  { tables, source, domains, rng, copies, others }: PerturbOptions,
): Draft {
  const draft = new Draft({ tables, source, domains, rng });
  for (const { focus, witnesses } of rng.shuffle(witnessed)) {
    if (witnesses.length > 0) addTuple(draft, focus, rng.pick(witnesses));
    for (let i = 0; i < copies; i++) {
      const isWitness = witnesses.length > 0 && rng.next() < 0.9;
      const tuple = isWitness ? rng.pick(witnesses) : randomTuple(focus, source, rng);
      addVariants(draft, focus, tuple, isWitness, rng);
    }
  }
  for (const table of tables)
    for (const row of rng.shuffle(source.of(table.name)).slice(0, others)) draft.add(table, row);
  draft.close();
  return draft;
}

type Tuple = readonly (Row | undefined)[];

const randomTuple = ({ parts }: Focus, source: SourceRows, rng: Rng): Tuple =>
  parts.map(({ table }) => {
    const rows = source.of(table.name);
    return rows.length === 0 ? undefined : rng.pick(rows);
  });

function addTuple(draft: Draft, { parts }: Focus, tuple: Tuple): void {
  parts.forEach(({ table }, i) => {
    const row = tuple[i];
    if (row !== undefined) draft.add(table, row);
  });
}

/** Groups of more rows than this are not made up. */
const MAX_GROUP = 60;

/** Adds a changed copy of joined rows, and now and then the same once or many times more. */
function addVariants(draft: Draft, focus: Focus, tuple: Tuple, isWitness: boolean, rng: Rng): void {
  const copy = freshCopy(draft, focus, tuple, isWitness, rng);
  const changed = withAtoms(draft, focus, copy, isWitness, rng).map((row, i) =>
    row === undefined || rng.next() < 0.5 ? row : withAccident(draft, focus.parts[i], row, rng),
  );
  const isAlone = focus.groups.length > 0 && rng.next() < 0.4;
  const grouped = isAlone ? inNewGroup(draft, focus, changed) : changed;
  const linked = relink(focus, tuple, grouped, isWitness);
  addTuple(draft, focus, linked);
  const size = focus.groupSizes.length > 0 && rng.next() < 0.5 ? rng.pick(focus.groupSizes) : 0;
  const few = isAlone ? 0 : Math.max(0, rng.int(-2, 2));
  const more = size > 0 && size <= MAX_GROUP ? size + rng.int(-1, 1) : few;
  for (let i = 0; i < more; i++) addTwin(draft, focus, linked, rng);
}

/** The rows in a group of their own. */
function inNewGroup(draft: Draft, { parts, groups }: Focus, tuple: Tuple): Tuple {
  const rows = [...tuple];
  for (const { part, column } of groups) {
    const row = rows[part];
    const own = parts[part].table.columns.find(({ name }) => sameName(name, column));
    if (row !== undefined && own !== undefined)
      rows[part] = draft.with(parts[part].table, row, own.name, draft.freshCell(row[own.name]));
  }
  return rows;
}

/** The first part again under a key of its own, so that it ties with its twin or doubles it. */
function addTwin(draft: Draft, { parts }: Focus, tuple: Tuple, rng: Rng): void {
  parts.forEach((part, i) => {
    const row = tuple[i];
    if (row === undefined || (i > 0 && rng.next() < 0.7)) return;
    const twin = draft.withFreshKey(part.table, row);
    draft.add(part.table, rng.next() < 0.3 ? withAccident(draft, part, twin, rng) : twin);
  });
}

/** The rows under keys of their own, still joined with each other. */
function freshCopy(draft: Draft, focus: Focus, tuple: Tuple, isJoined: boolean, rng: Rng): Tuple {
  const copy = tuple.map((row, i) => {
    const { table, atoms } = focus.parts[i];
    const fixed = new Set(atoms.map(({ column }) => column.toLowerCase()));
    const isKept = row === undefined || (focus.parts.length > 1 && rng.next() < 0.4);
    return isKept ? row : draft.withFreshKey(table, row, fixed);
  });
  return relink(focus, tuple, copy, isJoined);
}

/** Foreign keys between the rows of a tuple follow their parents; where rows were not joined before, they are now. */
function relink({ parts }: Focus, before: Tuple, after: Tuple, isJoined: boolean): Tuple {
  const rows = [...after];
  for (let round = 0; round < parts.length; round++)
    parts.forEach(({ table }, child) => {
      for (const key of table.foreignKeys)
        parts.forEach((part, parent) => {
          const row = rows[child];
          const target = rows[parent];
          if (parent === child || part.table.name !== key.refTable || !row || !target) return;
          if (isJoined && !refersTo(key, before[child], before[parent])) return;
          rows[child] = { ...row, ...keyCells(key, target) };
        });
    });
  return rows;
}

const refersTo = (
  { columns, refColumns }: ForeignKey,
  child: Row | undefined,
  parent: Row | undefined,
): boolean =>
  child !== undefined &&
  parent !== undefined &&
  columns.every((column, i) => child[column] === parent[refColumns[i]]);

const keyCells = ({ columns, refColumns }: ForeignKey, parent: Row): Row =>
  Object.fromEntries(columns.map((column, i) => [column, parent[refColumns[i]]]));

/** Witnesses get one or two of their atoms to the edge, other rows all of them. */
function withAtoms(
  draft: Draft,
  { parts }: Focus,
  tuple: Tuple,
  isWitness: boolean,
  rng: Rng,
): Tuple {
  const all = parts.flatMap(({ atoms }, part) => atoms.map((atom) => ({ part, atom })));
  const chosen = isWitness ? rng.shuffle(all).slice(0, rng.int(0, 2)) : all;
  const rows = [...tuple];
  for (const { part, atom } of chosen) {
    const row = rows[part];
    const column = parts[part].table.columns.find(({ name }) => sameName(name, atom.column));
    if (row === undefined || column === undefined) continue;
    const cell = proposal(atom, column, rows, parts, rng);
    if (cell !== undefined) rows[part] = draft.with(parts[part].table, row, column.name, cell);
  }
  return rows;
}

/** A cell at or near the point where the comparison turns. */
function proposal(
  atom: Atom,
  column: Column,
  rows: Tuple,
  parts: readonly Part[],
  rng: Rng,
): SqlCell | undefined {
  const { values, numbers, dates, others } = atom;
  const sums = [
    ...dates,
    ...others.map(({ part, column: other }) => cellOf(rows[part], parts[part].table, other)),
  ];
  if (sums.length > 0 && rng.next() < 0.6) {
    const distance = numbers.length > 0 && rng.next() < 0.8 ? rng.pick(numbers) : 0;
    return shifted(rng.pick(sums), rng.pick([distance, -distance]) + rng.int(-1, 1), column);
  }
  return values.length === 0 ? undefined : cellFrom(rng.pick(values), column);
}

function cellOf(row: Row | undefined, { columns }: Table, name: string): SqlCell {
  const column = columns.find((one) => sameName(one.name, name));
  return column === undefined ? null : (row?.[column.name] ?? null);
}

function shifted(cell: SqlCell, by: number, column: Column): SqlCell | undefined {
  if (typeof cell === "string") return shiftDate(cell, Math.round(by));
  if (typeof cell === "bigint") return cellFrom(String(cell + BigInt(Math.round(by))), column);
  return typeof cell === "number" ? cellFrom(String(cell + by), column) : undefined;
}

/** Text as a cell of the column's type. */
function cellFrom(text: string | null, column: Column): SqlCell {
  if (text === null || classOf(column) !== "number") return text;
  if (/^-?\d{1,15}$/.test(text)) return BigInt(text);
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** One column that the query names is set to NULL, to its neighbour's cell, to another sign, or moved a little. */
function withAccident(draft: Draft, { table, used }: Part, row: Row, rng: Rng): Row {
  const keys = new Set([
    ...keyColumns(table),
    ...table.foreignKeys.flatMap(({ columns }) => columns),
  ]);
  const open = table.columns.filter(({ name }) => !keys.has(name));
  const near = open.filter(({ name }) => used.some((one) => sameName(one, name)));
  const pool = near.length > 0 && rng.next() < 0.8 ? near : open;
  if (pool.length === 0) return row;
  const column = rng.pick(pool);
  const set = (cell: SqlCell) => draft.with(table, row, column.name, cell);
  const twins = open.filter((other) => other !== column && classOf(other) === classOf(column));
  const luck = rng.next();
  if (luck < 0.3 && !column.notNull) return set(null);
  if (luck < 0.5 && twins.length > 0) {
    const other = rng.pick(twins).name;
    return draft.with(table, set(row[other]), other, row[column.name]);
  }
  if (luck < 0.75 && column.cellValues.length > 0)
    return set(cellOfValue(rng.pick(column.cellValues)));
  return set(moved(row[column.name], rng));
}

const cellOfValue = (value: null | number | string): SqlCell =>
  typeof value === "number" && Number.isInteger(value) ? BigInt(value) : value;

function moved(cell: SqlCell, rng: Rng): SqlCell {
  if (typeof cell === "bigint")
    return rng.next() < 0.3 ? -cell : cell + BigInt(rng.pick([-2, -1, 1, 2, 100]));
  if (typeof cell === "number") return rng.next() < 0.3 ? -cell : cell * rng.pick([0, 0.5, 2, 50]);
  if (typeof cell === "string")
    return shiftDate(cell, rng.pick([-3650, -365, -31, -1, 1, 31, 365, 3650]));
  return cell;
}
