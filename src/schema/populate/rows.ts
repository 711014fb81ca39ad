/** Rows for all tables: keys and references first, then everything else. The same seed gives the same rows. */
import type { Cell } from "../schema.ts";
import type { DdlTable } from "../ddl/ddl.ts";
import { fillUnit } from "./keys.ts";
import { withImpliedKeys } from "./implied.ts";
import { planTables, rngFor } from "./plan.ts";
import type { Order } from "./rules.ts";
import { createState, subjectFor, type TableState } from "./state.ts";
import { unitsOf } from "./units.ts";
import { type Bounds, cellOf, type ColumnPlan } from "./values.ts";

/** States by table name, every cell of every kept row made but those that SQLite computes. */
export function makeRows(
  tables: readonly DdlTable[],
  { rows, seed }: { readonly rows: number; readonly seed: number },
): ReadonlyMap<string, TableState> {
  const implied = withImpliedKeys(tables);
  const plans = planTables(implied, { rows, seed });
  const states = new Map(
    implied.map((table) => {
      const plan = plans.get(table.name) ?? { role: "master" as const, count: 1 };
      return [table.name, createState(table, plan, seed)];
    }),
  );
  for (const unit of unitsOf(implied)) fillUnit(unit, states);
  for (const state of states.values()) fillRest(state, orderedPlans(state));
  return states;
}

/** The columns that are left, those first that others have to follow. */
function orderedPlans(state: TableState): ColumnPlan[] {
  const left = state.plans.filter(
    ({ index, column }) =>
      column.computed === undefined &&
      state.rows[0]?.[index] === undefined &&
      !isKeyed(state, column.name),
  );
  const followers = new Map<string, string[]>();
  for (const { low, high } of state.rules.orders)
    followers.set(high, [...(followers.get(high) ?? []), low]);
  const rankOf = (name: string, path: readonly string[] = []): number =>
    path.includes(name)
      ? 0
      : Math.max(0, ...(followers.get(name) ?? []).map((low) => 1 + rankOf(low, [...path, name])));
  const ranked = left.map((plan) => ({
    plan,
    rank: rankOf(plan.column.name.toLowerCase()) + (isTotal(plan) ? 100 : 0),
  }));
  return ranked
    .sort((a, b) => a.rank - b.rank || a.plan.index - b.plan.index)
    .map(({ plan }) => plan);
}

const isKeyed = ({ table }: TableState, name: string): boolean =>
  [table.primaryKey, ...table.uniques, ...table.foreignKeys.map(({ columns }) => columns)].some(
    (key) => key.includes(name),
  );

const isTotal = ({ meaning, words }: ColumnPlan): boolean =>
  meaning === "money" &&
  /\b(total|subtotal|extended|amount)\b/.test(words.join(" ")) &&
  !/\b(tax|discount|unit)\b/.test(words.join(" "));

function fillRest(state: TableState, plans: readonly ColumnPlan[]): void {
  const quantity = state.plans.find(({ words }) => words.includes("quantity"));
  const price = state.plans.find(({ words }) => words.includes("price"));
  const allOrders = [...state.rules.orders, ...namedOrders(state.table)];
  for (const plan of plans) {
    const rng = rngFor(state.seed, "cells", state.table.name, plan.column.name);
    const name = plan.column.name.toLowerCase();
    const orders = allOrders.filter(({ low, high }) => low === name || high === name);
    const product = isTotal(plan) && quantity && price ? [quantity.index, price.index] : undefined;
    state.rows.forEach((cells, row) => {
      if (!state.isKept[row]) return;
      const cell = cellOf(
        plan,
        subjectFor(state, row),
        rng,
        orders.length > 0 ? boundsOf(state, plan, orders, cells) : {},
      );
      const total = product && cell !== null ? productOf(plan, cells, product) : undefined;
      cells[plan.index] = total ?? cell;
    });
  }
}

/** Quantity times price, where a column is the total of both and no rule speaks of it. */
function productOf(
  { rule, scale, precision }: ColumnPlan,
  cells: readonly (Cell | undefined)[],
  factors: readonly number[],
): Cell | undefined {
  const [quantity, price] = factors.map((at) => cells[at]);
  if (typeof quantity !== "number" || typeof price !== "number" || Object.keys(rule).length > 0)
    return undefined;
  const product = Number((quantity * price).toFixed(scale));
  return precision !== undefined && product >= 10 ** (precision - scale) ? undefined : product;
}

/** min_… and max_… of the same thing. */
function namedOrders({ columns }: DdlTable): Order[] {
  const names = new Set(columns.map(({ name }) => name.toLowerCase()));
  return [...names].flatMap((low) => {
    const high = low.replace(/min/, "max");
    return high !== low && names.has(high) ? [{ low, high, isStrict: false }] : [];
  });
}

/** What the cells that are there already ask of this one. */
function boundsOf(
  { plans }: TableState,
  plan: ColumnPlan,
  orders: readonly Order[],
  cells: readonly (Cell | undefined)[],
): Bounds {
  let bounds: Bounds = {};
  const cellAt = (name: string) => {
    const index = plans.find(({ column }) => column.name.toLowerCase() === name)?.index;
    const cell = index === undefined ? undefined : cells[index];
    return typeof cell === "number" || typeof cell === "string" ? cell : undefined;
  };
  for (const { low, high, isStrict } of orders) {
    const isHigh = high === plan.column.name.toLowerCase();
    const other = cellAt(isHigh ? low : high);
    if (other === undefined) continue;
    const { min, max } = plan.rule;
    if (isHigh && (min === undefined || other >= min))
      bounds = { ...bounds, min: other, isMinOpen: isStrict };
    if (!isHigh && (max === undefined || other <= max))
      bounds = { ...bounds, max: other, isMaxOpen: isStrict };
  }
  return bounds;
}
