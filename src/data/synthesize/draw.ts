/**
 * What a shape draws with: the vocabulary, seeded randomness, and picks that favour what has been used least, so that
 * every table and column gets its share. Knows no shape.
 */
import { Rng } from "../../base/rng.ts";
import type { Select } from "./select.ts";
import { type Entity, type Field, isNamed, type Link, type Vocabulary } from "./vocabulary.ts";

/** A question with its SQL, and what must hold for the pair to be kept. */
export type Draft = {
  readonly question: string;
  readonly sql: string;
  /** Queries that a careless reader would write instead: each must give another result. */
  readonly neighbours: readonly string[];
  /** A query of two rows that must differ: else LIMIT cuts through a tie. */
  readonly tie?: string;
  /** Rows count in their order. */
  readonly isOrdered: boolean;
  readonly tables: readonly string[];
  readonly fields: readonly Field[];
};

export type Draw = {
  readonly vocabulary: Vocabulary;
  readonly rng: Rng;
  /** How often tables and columns stand in accepted pairs. */
  readonly uses: Map<string, number>;
};

const fieldKey = (field: Field): string => `${field.table}\n${field.name}`;

export const chance = (draw: Draw, probability: number): boolean => draw.rng.next() < probability;

/** Counts what an accepted pair uses. */
export function countUses(draw: Draw, draft: Draft): void {
  const add = (key: string) => draw.uses.set(key, (draw.uses.get(key) ?? 0) + 1);
  for (const table of new Set(draft.tables)) add(table);
  for (const key of new Set(draft.fields.map(fieldKey))) add(key);
}

/** One of `items`, the more likely the greater its weight. */
export function pickWeighted<T>(
  rng: Rng,
  items: readonly T[],
  weightOf: (item: T) => number,
): T | undefined {
  const weights = items.map(weightOf);
  let rest = rng.next() * weights.reduce((sum, weight) => sum + weight, 0);
  for (let i = 0; i < items.length; i++) {
    rest -= weights[i];
    if (rest < 0) return items[i];
  }
  return items[items.length - 1];
}

/** How often a column stands in accepted pairs. */
export const usesOf = (draw: Draw, field: Field): number => draw.uses.get(fieldKey(field)) ?? 0;

const rarely = (draw: Draw, key: string): number => 1 / (1 + (draw.uses.get(key) ?? 0));

export function pickEntity(
  draw: Draw,
  fits: (entity: Entity) => boolean = () => true,
): Entity | undefined {
  const entities = [...draw.vocabulary.entities.values()].filter(fits);
  return pickWeighted(
    draw.rng,
    entities,
    (entity) =>
      rarely(draw, entity.name) ** 0.4 *
      Math.log2(2 + entity.table.rowCount) *
      (isNamed(entity) ? 2 : 1) *
      (entity.isJunction ? 0.3 : 1),
  );
}

export function pickField(
  draw: Draw,
  fields: readonly Field[],
  fits: (field: Field) => boolean = () => true,
): Field | undefined {
  return pickWeighted(
    draw.rng,
    fields.filter(fits),
    (field) => rarely(draw, fieldKey(field)) ** 0.5 * (field.isMoney && field.isAdditive ? 1.5 : 1),
  );
}

export function pickLink(draw: Draw, fits: (link: Link) => boolean = () => true): Link | undefined {
  return pickWeighted(
    draw.rng,
    draw.vocabulary.links.filter(fits),
    (link) =>
      (rarely(draw, link.child) * rarely(draw, link.parent)) ** 0.4 *
      (link.origin === "declared" ? 1 : 0.6),
  );
}

export const entityOf = (draw: Draw, name: string): Entity => {
  const entity = draw.vocabulary.entities.get(name);
  if (entity === undefined) throw new Error(`internal: no entity ${name}`);
  return entity;
};

/** A phrase for a field: mostly the best, now and then another. */
export const phraseOf = (draw: Draw, { phrases }: Field): string =>
  chance(draw, 0.75) ? phrases[0] : draw.rng.pick(phrases);

/** A plural noun for the rows of a table. */
export function nounOf(draw: Draw, entity: Entity): string {
  const { rng } = draw;
  const noun = rng.next() < 0.6 ? entity.nouns[0] : rng.pick(entity.nouns);
  return noun.replace(/ records$/, () => rng.pick([" records", " records", " entries", " rows"]));
}

/** The statements that differ from `select` in one obvious point and so must give another result. */
export function neighboursOf(select: Select): Select[] {
  const { where = [], orderBy = [], columns } = select;
  const result: Select[] = where.map((_, index) => ({
    ...select,
    where: where.filter((_, other) => other !== index),
  }));
  if (where.length > 1)
    result.push({ ...select, connector: select.connector === "OR" ? "AND" : "OR" });
  if (select.having) result.push({ ...select, having: undefined });
  if (select.distinct) result.push({ ...select, distinct: false });
  if (orderBy.length > 0) result.push({ ...select, orderBy: orderBy.map(reversed) });
  if (select.limit !== undefined) result.push({ ...select, limit: select.limit + 1 });
  const swapped = columns.map(swapAggregate);
  if (swapped.some((column, index) => column !== columns[index]))
    result.push({ ...select, columns: swapped });
  return result;
}

const reversed = (order: string): string =>
  order.endsWith(" DESC") ? order.slice(0, -5) : `${order.replace(/ ASC$/, "")} DESC`;

const SWAPS: readonly (readonly [RegExp, string])[] = [
  [/\bSUM\(/, "AVG("],
  [/\bAVG\(/, "MAX("],
  [/\bMAX\(/, "MIN("],
  [/\bMIN\(/, "MAX("],
  [/\bCOUNT\(DISTINCT /, "COUNT("],
];

function swapAggregate(column: string): string {
  const swap = SWAPS.find(([pattern]) => pattern.test(column));
  return swap ? column.replace(swap[0], swap[1]) : column;
}
