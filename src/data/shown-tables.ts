/**
 * Training pairs in groups that share one part of a schema, for a schema that no prompt holds: the tables that their SQL
 * reads, and beside them what linking finds for such questions, so that a model learns to choose among tables as it will
 * be shown. Knows no prompt: whether a part fits comes as a function.
 */
import type { Linker, Links } from "../link/link.ts";
import { createPruner } from "../link/prune.ts";
import { partOf } from "../schema/part.ts";
import type { Database } from "../schema/schema.ts";
import { namesOf } from "../sql/names.ts";
import { withoutTables } from "./ablate.ts";
import type { Example } from "./example.ts";

export type ShownPair = Pick<Example, "question" | "sql" | "kind"> & {
  /** Tables that its prompt must not show. */
  readonly without?: readonly string[];
};

/** Pairs with the part of the schema that their prompt shows. */
export type ShownGroup<Pair> = { readonly pairs: readonly Pair[]; readonly part: Database };

export type ShowOptions<Pair> = {
  readonly linker: Linker;
  /** Most tables of a part; more only where one pair's SQL reads more. */
  readonly tables: number;
  /** Most pairs of a group. */
  readonly groupSize: number;
  readonly fits: (part: Database, pairs: readonly Pair[]) => boolean;
};

/** A pair with what it is to be shown; names in lower case. */
type Wish<Pair> = {
  readonly pair: Pair;
  readonly without: readonly string[];
  /** What its SQL reads; of a refusal, what linking finds first. */
  readonly tables: readonly string[];
  readonly columns: readonly Place[];
  readonly links: Links;
};
type Place = { readonly table: string; readonly column: string };

/** Of the tables of a part, those that SQL reads are at most this share: the others are there to be told from them. */
const NEEDED_SHARE = 0.5;

/** Every pair in one group; pairs that need the same tables stand together, so that groups are few. */
export function groupByTables<Pair extends ShownPair>(
  pairs: readonly Pair[],
  database: Database,
  options: ShowOptions<Pair>,
): ShownGroup<Pair>[] {
  const wishes = pairs
    .map((pair) => wishOf(pair, database, options.linker))
    .map((wish) => ({ wish, key: [wish.without, wish.tables.toSorted()].join("\n") }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const groups: Wish<Pair>[][] = [];
  for (const { wish } of wishes) {
    const last = groups.at(-1);
    if (last && mayJoin(wish, last, options)) last.push(wish);
    else groups.push([wish]);
  }
  return groups.flatMap((group) => shown(group, database, options));
}

function wishOf<Pair extends ShownPair>(pair: Pair, database: Database, linker: Linker) {
  const without = (pair.without ?? []).map(lower);
  const links = linker.link(pair.question);
  const isThere = (table: string) => !without.includes(lower(table));
  const read = pair.kind === "answer" ? readBy(pair.sql, database) : { tables: [], columns: [] };
  const first = links.tables.map(({ table }) => lower(table)).find(isThere) ?? "";
  return { pair, without, links, ...read, tables: read.tables.length > 0 ? read.tables : [first] };
}

function mayJoin<Pair>(
  wish: Wish<Pair>,
  group: readonly Wish<Pair>[],
  { tables, groupSize }: ShowOptions<Pair>,
): boolean {
  if (group.length === groupSize || group[0].without.join() !== wish.without.join()) return false;
  return needsOf([...group, wish]).length <= Math.max(1, NEEDED_SHARE * tables);
}

/** The group with its part, or where that does not fit its halves with theirs. */
function shown<Pair>(
  group: readonly Wish<Pair>[],
  database: Database,
  options: ShowOptions<Pair>,
): ShownGroup<Pair>[] {
  const pairs = group.map(({ pair }) => pair);
  const whole = withoutTables(database, group[0].without);
  const needs = needsOf(group);
  const columns = group.flatMap((wish) => wish.columns);
  const ranking = {
    tables: [
      ...needs.map((table) => ({ table })),
      ...inTurn(group.map((wish) => wish.links.tables)),
    ],
    columns: [...columns, ...inTurn(group.map((wish) => wish.links.columns))],
  };
  const most = Math.max(options.tables, Math.ceil(needs.length / NEEDED_SHARE));
  for (const part of createPruner(whole)(ranking, most)) {
    if (!holds(part, needs, columns)) break;
    if (options.fits(part, pairs)) return [{ pairs, part }];
  }
  if (group.length === 1)
    return [{ pairs, part: partOf(whole, (name) => needs.includes(lower(name))) }];
  const half = Math.ceil(group.length / 2);
  return [group.slice(0, half), group.slice(half)].flatMap((some) =>
    shown(some, database, options),
  );
}

const needsOf = <Pair>(group: readonly Wish<Pair>[]): string[] => [
  ...new Set(group.flatMap(({ tables }) => tables)),
];

function holds({ tables }: Database, needs: readonly string[], columns: readonly Place[]): boolean {
  const kept = new Map(
    tables.map((table) => [lower(table.name), table.columns.map(({ name }) => lower(name))]),
  );
  return (
    needs.every((name) => kept.has(name)) &&
    columns.every(({ table, column }) => kept.get(table)?.includes(column))
  );
}

/** The first of each list, then the second of each, and so on. */
function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) =>
    lists.flatMap((list) => list.slice(i, i + 1)),
  ).flat();
}

/** The schema's tables and columns that a statement names. */
function readBy(sql: string, { dialect, tables }: Database) {
  const known = new Map(
    tables.map(({ name, columns }) => [lower(name), new Set(columns.map((it) => lower(it.name)))]),
  );
  const names = namesOf(sql, dialect, tables);
  return {
    tables: (names?.tables ?? []).map(lower).filter((name) => known.has(name)),
    columns: (names?.columns ?? [])
      .map(({ table = "", column }) => ({ table: lower(table), column: lower(column) }))
      .filter(({ table, column }) => known.get(table)?.has(column)),
  };
}

const lower = (text: string) => text.toLowerCase();
