/**
 * Fills the columns of keys and foreign keys, row by row: parents are drawn so that a few have many children, keys stay
 * unique, references that share columns agree. A row that finds no room is given up.
 */
import type { Rng } from "../../base/rng.ts";
import type { Cell } from "../schema.ts";
import type { DdlForeignKey } from "../ddl/ddl.ts";
import { rngFor } from "./plan.ts";
import { subjectFor, type TableState } from "./state.ts";
import type { Unit } from "./units.ts";
import { cellOf, type ColumnPlan, fitted, lettersOf } from "./values.ts";

const MAX_TRIES = 40;
/** From this try on, values are made unique instead of drawn again. */
const NUMBERED_TRY = 6;
/** How unevenly children are spread over their parents, and which share of these has any. */
const SKEW = 1.7;
const CHOSEN_SHARE = 0.92;

type Reference = {
  readonly own: readonly number[];
  readonly theirs: readonly number[];
  readonly parent: TableState;
  readonly isSelf: boolean;
  /** No two rows may have the same parent. */
  readonly isUnique: boolean;
  /** Rows that can be pointed at, in the order of how often they are. */
  readonly candidates: readonly number[];
  /** Candidates by some of their columns. */
  readonly indexes: Map<string, Map<string, number[]>>;
};

type Counter = { readonly others: readonly number[]; readonly last: Map<string, number> };

type Filling = {
  readonly state: TableState;
  readonly unit: Unit;
  readonly rng: Rng;
  readonly references: readonly Reference[];
  /** Columns that no foreign key fills. */
  readonly own: readonly ColumnPlan[];
  readonly keys: readonly { readonly columns: readonly number[]; readonly seen: Set<string> }[];
  /** For columns that count within the rest of their key: the last number of each. */
  readonly counters: ReadonlyMap<number, Counter>;
};

/** Fills the unit's columns in all rows of its table. */
export function fillUnit(unit: Unit, states: ReadonlyMap<string, TableState>): void {
  const filling = startFilling(unit, states);
  const { state, keys } = filling;
  for (let row = 0; row < state.rows.length; row++) {
    if (!state.isKept[row]) continue;
    let isFilled = false;
    for (let tries = 0; tries < MAX_TRIES && !isFilled; tries++)
      isFilled = fillRow(filling, row, tries);
    if (!isFilled) state.isKept[row] = false;
    else
      for (const { columns, seen } of keys) {
        const text = keyText(state.rows[row], columns);
        if (text !== undefined) seen.add(text);
      }
  }
}

function startFilling(unit: Unit, states: ReadonlyMap<string, TableState>): Filling {
  const state = states.get(unit.table.name) as TableState;
  const rng = rngFor(state.seed, "unit", unit.table.name, ...unit.columns);
  const positions = (names: readonly string[]) => names.map((name) => state.at.get(name) as number);
  const references = unit.foreignKeys.flatMap(
    (key) => referenceOf(key, unit, { state, states, rng }) ?? [],
  );
  const referring = new Set(references.flatMap(({ own }) => own));
  const own = positions([...unit.columns])
    .filter((at) => !referring.has(at))
    .map((at) => asKey(state.plans[at], unit));
  const keys = unit.keys.map((key) => ({ columns: positions(key), seen: new Set<string>() }));
  return { state, unit, rng, references, own, keys, counters: countersOf(own, keys) };
}

/** What is unique by itself is no choice of few. */
const asKey = (plan: ColumnPlan, { keys }: Unit): ColumnPlan =>
  plan.meaning === "choice" &&
  keys.some(([name, ...rest]) => name === plan.column.name && rest.length === 0)
    ? { ...plan, meaning: "code" }
    : plan;

function referenceOf(
  key: DdlForeignKey,
  unit: Unit,
  {
    state,
    states,
    rng,
  }: {
    readonly state: TableState;
    readonly states: ReadonlyMap<string, TableState>;
    readonly rng: Rng;
  },
): Reference | undefined {
  const parent = states.get(key.refTable);
  if (parent === undefined) return undefined;
  const own = key.columns.map((name) => state.at.get(name) as number);
  const theirs = key.refColumns.map((name) => parent.at.get(name) as number);
  // A row that points at itself by the same columns asks for nothing.
  if (parent === state && own.every((at, i) => at === theirs[i])) return undefined;
  // In a circle of keys, the first is not drawn from the others: all have the same numbers.
  if (parent !== state && theirs.some((at) => parent.rows.every((row) => row[at] === undefined)))
    return undefined;
  const there = parent.rows.flatMap((row, i) =>
    parent.isKept[i] && theirs.every((at) => row[at] !== null && row[at] !== undefined) ? i : [],
  );
  return {
    own,
    theirs,
    parent,
    isSelf: parent === state,
    isUnique: unit.keys.some((names) => names.every((name) => key.columns.includes(name))),
    candidates: rng.shuffle(there),
    indexes: new Map(),
  };
}

/** The last whole number of a longer key counts within what stands before it; the first counts all rows. */
function countersOf(own: readonly ColumnPlan[], keys: Filling["keys"]): Filling["counters"] {
  const counters = new Map<number, Counter>();
  for (const { columns } of keys) {
    const counter = own.findLast(
      ({ index, family, rule, scale }) =>
        columns.length > 1 &&
        columns.includes(index) &&
        (family === "integer" || (family === "decimal" && scale === 0)) &&
        !rule.values,
    );
    if (counter !== undefined && !counters.has(counter.index))
      counters.set(counter.index, {
        others: columns[0] === counter.index ? [] : columns.filter((at) => at !== counter.index),
        last: new Map(),
      });
  }
  return counters;
}

function fillRow(filling: Filling, row: number, tries: number): boolean {
  const { state, references, own, keys, counters } = filling;
  const cells = state.rows[row];
  for (const { index } of own) cells[index] = undefined;
  for (const reference of references) for (const at of reference.own) cells[at] = undefined;
  const later = references.filter((reference) => !refer(filling, reference, row, tries));
  if (later.some(({ isSelf }) => !isSelf)) return false;
  const inOrder = [...own].sort(
    (a, b) => Number(counters.has(a.index)) - Number(counters.has(b.index)),
  );
  for (const plan of inOrder) cells[plan.index] = keyCell(filling, plan, row, tries);
  for (const { own: columns, theirs } of later)
    columns.forEach((at, i) => (cells[at] ??= cells[theirs[i]]));
  return keys.every(({ columns, seen }) => {
    const text = keyText(cells, columns);
    return text === undefined || !seen.has(text);
  });
}

/** The key's cells as one text; nothing when one is NULL, which is like no other. */
function keyText(
  cells: readonly (Cell | undefined)[],
  columns: readonly number[],
): string | undefined {
  if (columns.some((at) => cells[at] === null || cells[at] === undefined)) return undefined;
  return columns.map((at) => String(cells[at])).join("\0");
}

/** Points a row at a parent. False when there is none; a row's reference to its own table is then made to itself. */
function refer(filling: Filling, reference: Reference, row: number, tries: number): boolean {
  const { state, rng } = filling;
  const { own, theirs, parent, isSelf } = reference;
  const cells = state.rows[row];
  const free = own.filter((at) => cells[at] === undefined);
  if (own.some((at) => cells[at] === null)) {
    for (const at of free) cells[at] = state.plans[at].column.notNull ? undefined : null;
    return free.every((at) => cells[at] === null);
  }
  const mayBeNull = free.length > 0 && free.every((at) => !state.plans[at].column.notNull);
  const setNull = () => free.forEach((at) => (cells[at] = null));
  if (mayBeNull && rng.next() < Math.max(...free.map((at) => state.plans[at].nullShare))) {
    setNull();
    return true;
  }
  const found = drawParent(reference, { cells, free, row, tries, rng });
  if (found === undefined && mayBeNull) setNull();
  if (found === undefined) return mayBeNull;
  own.forEach((at, i) => (cells[at] = parent.rows[found][theirs[i]]));
  if (!isSelf && isBetterOrigin(parent, state.origins[row]?.state))
    state.origins[row] = { state: parent, row: found };
  return true;
}

/** A row builds on the latest of what it points at: a line on its paper, not on its article. */
const RANKS = { lookup: 0, master: 1, paper: 2, line: 3 } as const;
const isBetterOrigin = (parent: TableState, known: TableState | undefined): boolean =>
  parent.role !== "lookup" && (known === undefined || RANKS[parent.role] > RANKS[known.role]);

type Drawing = {
  readonly cells: readonly (Cell | undefined)[];
  readonly free: readonly number[];
  readonly row: number;
  readonly tries: number;
  readonly rng: Rng;
};

function drawParent(
  reference: Reference,
  { cells, free, row, tries, rng }: Drawing,
): number | undefined {
  const { own, isSelf, isUnique, candidates } = reference;
  const fixed = own.filter((at) => !free.includes(at));
  const fitting = fixed.length === 0 ? candidates : fittingRows(reference, fixed, cells);
  if (isSelf) {
    const earlier = fixed.length === 0 ? row : fitting.filter((one) => one < row).length;
    const pool =
      fixed.length === 0 ? undefined : fitting.filter((one) => one < row).sort((a, b) => a - b);
    if (earlier === 0) return undefined;
    const drawn = isUnique
      ? earlier - 1 - (tries % earlier)
      : Math.floor(earlier * rng.next() ** 1.4);
    const parent = pool === undefined ? drawn : pool[drawn];
    return reference.parent.isKept[parent] ? parent : undefined;
  }
  if (fitting.length === 0) return undefined;
  if (isUnique && fixed.length === 0) return fitting[(row + tries) % fitting.length];
  // A few parents have many children, and some none; hopeless draws are spread evenly over all.
  const isEarly = tries < NUMBERED_TRY;
  const reachable = isEarly && fitting.length > 12 ? fitting.length * CHOSEN_SHARE : fitting.length;
  return fitting[Math.floor(reachable * rng.next() ** (isEarly ? SKEW : 1))];
}

function fittingRows(
  { own, theirs, parent, candidates, indexes }: Reference,
  fixed: readonly number[],
  cells: readonly (Cell | undefined)[],
): readonly number[] {
  const name = fixed.join();
  let index = indexes.get(name);
  if (index === undefined) {
    const columns = fixed.map((at) => theirs[own.indexOf(at)]);
    index = Map.groupBy(candidates, (row) => keyText(parent.rows[row], columns) ?? "");
    indexes.set(name, index);
  }
  return index.get(keyText(cells, fixed) ?? "") ?? [];
}

/** A cell of a key that no foreign key fills. */
function keyCell(filling: Filling, plan: ColumnPlan, row: number, tries: number): Cell {
  const { state, keys, counters, rng } = filling;
  const { index, family, rule, column, length } = plan;
  const cells = state.rows[row];
  const isWhole =
    (family === "integer" || (family === "decimal" && plan.scale === 0)) && !rule.values;
  const counter = counters.get(index);
  if (counter !== undefined) {
    const group = keyText(cells, counter.others) ?? "";
    const next = (counter.last.get(group) ?? startOf(plan) - 1) + 1;
    counter.last.set(group, next);
    return next;
  }
  const isAlone = keys.some(({ columns }) => columns.length === 1 && columns[0] === index);
  if (isAlone && isWhole) {
    if (plan.nullShare > 0.05 && rng.next() < plan.nullShare) return null;
    return startOf(plan) + row + (tries > 0 ? state.rows.length + tries : 0);
  }
  if (isAlone && rule.values) return rule.values[(row + tries) % rule.values.length];
  const value = cellOf(plan, subjectFor(state, row), rng);
  if (
    tries < NUMBERED_TRY ||
    typeof value !== "string" ||
    rule.glob !== undefined ||
    rule.values !== undefined
  ) {
    return value ?? (column.notNull ? "" : null);
  }
  if (family !== "text" || plan.meaning === "date") return value;
  if (length <= 4) return lettersOf(row + tries, length);
  const suffix = ` ${row + 1}`;
  return `${fitted(value, plan, { maxLength: Math.max(1, length - suffix.length) })}${suffix}`;
}

/** A key's first number: what its rule asks for, else 1 in a primary key; other numbers look like numbers on paper. */
function startOf({ rule, meaning, column }: ColumnPlan): number {
  if (typeof rule.min === "number") return Math.ceil(rule.min) + (rule.isMinOpen ? 1 : 0);
  const isPaperNumber = meaning === "counter" && /(no|nr|number|num)$/i.test(column.name);
  const isSmall = /^(tinyint|smallint)/i.test(column.type) || typeof rule.max === "number";
  return isPaperNumber && !isSmall ? 1001 : 1;
}
