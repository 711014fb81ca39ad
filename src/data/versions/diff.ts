/** What differs between two sets of pairs: by id, and counted by table and shape. Knows no file. */
import type { Database } from "../../schema/schema.ts";
import { namesOf } from "../../sql/names.ts";
import type { Split } from "../example.ts";
import { identityOf, type Pair } from "../pairs.ts";

const FIELDS = ["question", "sql", "refusal", "evidence", "split"] as const;
type Field = (typeof FIELDS)[number];
type Fields = Partial<Record<Field, string>>;

export type ChangedPair = {
  readonly id: string;
  /** The fields that differ. */
  readonly before: Fields;
  readonly after: Fields;
};

export type BeforeAfter = { readonly before: number; readonly after: number };
type Counts = Readonly<Record<string, BeforeAfter>>;

export type PairDiff = {
  readonly added: readonly Pair[];
  readonly removed: readonly Pair[];
  readonly changed: readonly ChangedPair[];
  readonly unchanged: number;
  /** Answers in which a table stands. */
  readonly tables: Counts;
  /** By shapeId; shapes of the same count on both sides are left out. */
  readonly shapes: Counts;
};

/**
 * With `bySplit` another split is a change too; raw pairs have none that counts. `tablesIn` says which tables a pair's SQL
 * names, where the caller knows it already.
 */
export function diffPairs(
  before: readonly Pair[],
  after: readonly Pair[],
  database: Database,
  bySplit: boolean,
  tablesIn: (pair: Pair) => readonly string[] = (pair) => tablesOf(pair, database),
): PairDiff {
  const [old, now] = [before, after].map((pairs) => new Map(pairs.map((it) => [it.id, it])));
  const both = [...now.values()].filter(({ id }) => old.has(id));
  const fields = FIELDS.filter((field) => field !== "split" || bySplit);
  const changed = both.flatMap((pair) => changeOf(old.get(pair.id) ?? pair, pair, fields));
  const shapes = countBoth(before, after, (pair) => [shapeOf(pair, database)]);
  return {
    added: [...now.values()].filter(({ id }) => !old.has(id)),
    removed: [...old.values()].filter(({ id }) => !now.has(id)),
    changed,
    unchanged: both.length - changed.length,
    tables: countBoth(before, after, tablesIn),
    shapes: Object.fromEntries(
      Object.entries(shapes).filter(([, count]) => count.before !== count.after),
    ),
  };
}

function changeOf(before: Pair, after: Pair, fields: readonly Field[]): ChangedPair[] {
  const textOf = (pair: Pair, field: Field) => pair[field] ?? "";
  const differ = fields.filter((field) => textOf(before, field) !== textOf(after, field));
  const only = (pair: Pair): Fields =>
    Object.fromEntries(differ.map((field) => [field, textOf(pair, field)]));
  return differ.length === 0 ? [] : [{ id: after.id, before: only(before), after: only(after) }];
}

function countBoth(
  before: readonly Pair[],
  after: readonly Pair[],
  keysOf: (pair: Pair) => readonly string[],
): Counts {
  const [old, now] = [before, after].map((pairs) =>
    Map.groupBy(pairs.flatMap(keysOf), (key) => key),
  );
  const keys = [...new Set([...old.keys(), ...now.keys()])].sort();
  return Object.fromEntries(
    keys.map((key) => [
      key,
      { before: old.get(key)?.length ?? 0, after: now.get(key)?.length ?? 0 },
    ]),
  );
}

/** The tables that a pair's SQL names, as the schema spells them; none for a refusal. */
export function tablesOf({ sql }: Pick<Pair, "sql">, { dialect, tables }: Database): string[] {
  if (!sql) return [];
  const named = new Set(namesOf(sql, dialect, tables)?.tables.map((name) => name.toLowerCase()));
  return tables.map(({ name }) => name).filter((name) => named.has(name.toLowerCase()));
}

const shapeOf = (pair: Pair, database: Database): string =>
  pair.shapeId ?? identityOf(pair, database).shapeId;

/** Pairs of each split; what says none is not counted. */
export const splitsOf = (pairs: readonly Pair[]): Record<Split, number> => {
  const count = (split: Split) => pairs.filter((pair) => pair.split === split).length;
  return { train: count("train"), dev: count("dev"), test: count("test") };
};
