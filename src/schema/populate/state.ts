/** The rows of one table while they are made. */
import type { Cell } from "../schema.ts";
import type { DdlTable } from "../ddl/ddl.ts";
import { FIRST_DAY, TODAY } from "./calendar.ts";
import { type Role, rngFor, type TablePlan } from "./plan.ts";
import { type Rules, rulesOf } from "./rules.ts";
import { type Subject, subjectOf } from "./subject.ts";
import { type ColumnPlan, planColumn } from "./values.ts";

export type TableState = {
  readonly table: DdlTable;
  readonly role: Role;
  readonly seed: number;
  readonly plans: readonly ColumnPlan[];
  readonly rules: Rules;
  /** Position of a column. */
  readonly at: ReadonlyMap<string, number>;
  /** Cells that are not made yet are undefined. */
  readonly rows: (Cell | undefined)[][];
  /** Rows that no key turned down. */
  readonly isKept: boolean[];
  /** The row of another table on whose day a row builds. */
  readonly origins: ({ readonly state: TableState; readonly row: number } | undefined)[];
  readonly subjects: (Subject | undefined)[];
};

export function createState(table: DdlTable, { role, count }: TablePlan, seed: number): TableState {
  const rules = rulesOf(table.checks);
  return {
    table,
    role,
    seed,
    rules,
    plans: table.columns.map((column, index) =>
      planColumn(table, index, {
        rule: rules.columns.get(column.name.toLowerCase()),
        rng: rngFor(seed, "nulls", table.name, column.name),
      }),
    ),
    at: new Map(table.columns.map(({ name }, i) => [name, i])),
    rows: Array.from({ length: count }, () => table.columns.map(() => undefined)),
    isKept: Array.from({ length: count }, () => true),
    origins: [],
    subjects: [],
  };
}

/** Rows that build on rows: where these go in a circle, it is left here. */
const MAX_DEPTH = 12;

/** What the cells of a row have in common. */
export function subjectFor(state: TableState, row: number, depth = 0): Subject {
  const known = state.subjects[row];
  if (known !== undefined) return known;
  const rng = rngFor(state.seed, "row", state.table.name, String(row));
  const origin = depth < MAX_DEPTH ? state.origins[row] : undefined;
  const first = origin && subjectFor(origin.state, origin.row, depth + 1).day;
  const day =
    first === undefined
      ? ownDay(state.role, rng.next())
      : laterDay(first, origin?.state.role ?? "master", rng.next());
  const subject = subjectOf(row, day, rng);
  state.subjects[row] = subject;
  return subject;
}

/** People and things are there for years; papers come from the last few, more and more of them. */
function ownDay(role: Role, share: number): number {
  const isOld = role === "lookup" || role === "master";
  const start = isOld ? FIRST_DAY - 10 * 365 : FIRST_DAY;
  return start + Math.floor((TODAY - 30 - start) * (isOld ? share * 0.9 : share ** 0.8));
}

/** Lines come soon after their paper; papers at some time after what they are about. */
function laterDay(first: number, role: Role, share: number): number {
  const isSoon = role === "paper" || role === "line";
  if (isSoon) return first + Math.floor(60 * share ** 3);
  const start = Math.max(first + 1, FIRST_DAY);
  return start + Math.max(0, Math.floor((TODAY - start) * share ** 0.8));
}
