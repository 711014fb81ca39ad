/** Which tables a foreign key joins, either way. A table is its place in the schema. */
import type { Table } from "../schema/schema.ts";

/** By table: those that a key joins to it. */
export type JoinGraph = readonly (readonly number[])[];

export function joinGraphOf(tables: readonly Table[]): JoinGraph {
  const places = new Map(tables.map(({ name }, i) => [name.toLowerCase(), i]));
  const found = tables.map(() => new Set<number>());
  tables.forEach(({ foreignKeys }, i) => {
    for (const { refTable } of foreignKeys) {
      const other = places.get(refTable.toLowerCase());
      if (other === undefined || other === i) continue;
      found[i].add(other);
      found[other].add(i);
    }
  });
  return found.map((set) => [...set]);
}

/**
 * The tables on the shortest way from one of `starts` to `goal`, both ends left out (breadth first); undefined if there
 * are more than `most` of them.
 */
export function tablesBetween(
  graph: JoinGraph,
  starts: ReadonlySet<number>,
  goal: number,
  most: number,
): readonly number[] | undefined {
  const seen = new Set(starts);
  let paths: readonly (readonly number[])[] = [...starts].map((start) => [start]);
  for (let length = 0; length <= most; length++) {
    const longer: number[][] = [];
    for (const path of paths)
      for (const next of graph[path[path.length - 1]]) {
        if (next === goal) return path.slice(1);
        if (seen.has(next)) continue;
        seen.add(next);
        longer.push([...path, next]);
      }
    paths = longer;
  }
  return undefined;
}
