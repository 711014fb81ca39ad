/**
 * The part of a schema that a question is shown: the tables that linking ranks best, with those that join them along
 * foreign keys. Knows no prompt and no model: who asks takes the first part that fits.
 */
import { narrowed, partOf } from "../schema/part.ts";
import type { Database } from "../schema/schema.ts";
import { joinGraphOf, tablesBetween } from "./join-graph.ts";
import type { ColumnLink } from "./link.ts";

/** What is wanted, the best first. Tables that are not named are not shown. */
export type Ranking = {
  readonly tables: readonly { readonly table: string }[];
  readonly columns: readonly Pick<ColumnLink, "table" | "column">[];
};

/**
 * Parts of the schema for one ranking, each smaller than the one before: at most `count` tables, then fewer, those
 * ranked last going first; in the end one table with ever fewer of the columns that are ranked, and its keys. Tables and
 * columns stand as they stand in the schema.
 */
export type Prune = (ranking: Ranking, count: number) => Generator<Database, void, void>;

/** Two tables with more than this between them have little to do with each other. */
const MOST_BETWEEN = 2;

/** Prepares a schema; one call for each question. */
export function createPruner(database: Database): Prune {
  const { tables } = database;
  const places = new Map(tables.map(({ name }, i) => [name.toLowerCase(), i]));
  const graph = joinGraphOf(tables);

  /** The ranked tables, each with what joins it to those before it, as far as `count` reaches. */
  function joined(ranking: Ranking, count: number): ReadonlySet<number> {
    const shown = new Set<number>();
    for (const { table } of ranking.tables) {
      const place = places.get(table.toLowerCase());
      if (place === undefined || shown.has(place)) continue;
      if (shown.size === count) break;
      const between = tablesBetween(graph, shown, place, MOST_BETWEEN) ?? [];
      const hasRoom = shown.size + between.length < count;
      for (const one of [...(hasRoom ? between : []), place]) shown.add(one);
    }
    return shown;
  }

  return function* (ranking, count) {
    let size = Infinity;
    let part = database;
    for (let most = count; most > 0; most--) {
      const shown = joined(ranking, most);
      if (shown.size === size) continue;
      size = shown.size;
      part = partOf(database, (name) => shown.has(places.get(name.toLowerCase()) ?? -1));
      yield part;
    }
    const columns = ranking.columns.filter(({ table }) =>
      part.tables.some(({ name }) => name.toLowerCase() === table.toLowerCase()),
    );
    for (let most = columns.length; most >= 0; most--) {
      const kept = new Set(columns.slice(0, most).map(({ column }) => column.toLowerCase()));
      yield narrowed(part, (_, { name }) => kept.has(name.toLowerCase()));
    }
  };
}
