/**
 * Neighbours of a gold: queries that differ from it in one place and should not pass for it. Another operator, value,
 * aggregate, join, column; a clause more or less. After Zhong, Yu, Klein: Semantic Evaluation for Text-to-SQL with
 * Distilled Test Suites (EMNLP 2020), section 3. Works on the tree; opens no database.
 */
import type { Rng } from "../../base/rng.ts";
import type { Table } from "../../schema/schema.ts";
import { isList, isNode, printSql, type SqlNode, type SqlValue } from "../../sql/tree.ts";
import type { Change, Context, NeighbourKind, Place } from "./change.ts";
import { changesOf, placeOf } from "./changes.ts";
import { parseGold } from "./parse-gold.ts";

export type Neighbour = {
  readonly kind: NeighbourKind;
  readonly sql: string;
  /** Why it is the gold in other words, if that is certain. */
  readonly proof?: string;
};

export type NeighbourOptions = {
  readonly tables: readonly Table[];
  /** Conditions that may be added, by lower-case table. */
  readonly conditions: ReadonlyMap<string, readonly SqlNode[]>;
  readonly rng: Rng;
  /** Most neighbours of one gold. */
  readonly max: number;
};

/**
 * The neighbours of one statement, each text once and never the gold's own; of too many, some of every kind are drawn.
 * Raises UserError("data-invalid") for text that does not parse.
 */
export function neighboursOf(
  sql: string,
  { tables, conditions, rng, max }: NeighbourOptions,
): Neighbour[] {
  const { statement, columns, sources } = parseGold(sql, tables);
  const context: Context = {
    uses: new Map(columns.map((use) => [use.node, use])),
    sources: new Map(sources.map((source) => [source.node, source])),
    tables: new Map(tables.map((table) => [table.name.toLowerCase(), table])),
    conditions,
    rng,
  };
  const seen = new Set([sql, printSql(statement, "sqlite")]);
  const found: Neighbour[] = [];
  const drawn = mixedKinds([...variantsOf(statement, {}, context)], rng);
  for (const { kind, value, proof } of drawn) {
    if (found.length === max) break;
    const text = printSql(value as SqlNode, "sqlite");
    if (seen.has(text)) continue;
    seen.add(text);
    found.push({ kind, sql: text, ...(proof !== undefined && { proof }) });
  }
  return found;
}

/** Names, not parts of the query. */
const SKIPPED = new Set(["column", "table", "alias", "span", "name", "using", "window"]);

/** Copies of the tree, each with one change. */
function* variantsOf(value: SqlValue, place: Place, context: Context): Generator<Change> {
  if (isList(value)) {
    for (const [i, item] of value.entries())
      for (const variant of variantsOf(item, place, context))
        yield { ...variant, value: value.with(i, variant.value) };
    return;
  }
  if (!isNode(value)) return;
  yield* changesOf(value, place, context);
  for (const [key, child] of Object.entries(value)) {
    if (typeof child !== "object" || child === null) continue;
    if (SKIPPED.has(key) && !isAliased(key, child)) continue;
    for (const variant of variantsOf(child, placeOf(place, value, key, context), context))
      yield { ...variant, value: { ...value, [key]: variant.value } };
  }
}

/** `{alias: {this: …}}` is an expression with a name; `{alias: {name: …}}` is only a name. */
const isAliased = (key: string, child: SqlValue): boolean =>
  key === "alias" && isNode(child) && "this" in child;

/** In an order that takes one of each kind in turn, at random within a kind. */
function mixedKinds(variants: readonly Change[], rng: Rng): Change[] {
  const queues = Map.groupBy(rng.shuffle(variants), ({ kind }) => kind);
  const mixed: Change[] = [];
  while (mixed.length < variants.length)
    for (const queue of queues.values()) {
      const next = queue.pop();
      if (next !== undefined) mixed.push(next);
    }
  return mixed;
}
