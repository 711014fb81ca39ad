/** The fewest databases that still tell everything apart: greedy set cover. Knows no database. */

/**
 * Chooses candidates (by index), each time the one that covers most of what is still uncovered, until nothing is gained
 * or `max` are chosen. Of equals the earlier one. Greedy needs at most ln(n) + 1 times as many as the best choice.
 */
export function distill(covers: readonly ReadonlySet<number>[], max: number): number[] {
  const left = new Set(covers.flatMap((cover) => [...cover]));
  const chosen: number[] = [];
  while (left.size > 0 && chosen.length < max) {
    const gains = covers.map((cover) => [...cover].filter((one) => left.has(one)).length);
    const best = gains.indexOf(Math.max(...gains));
    chosen.push(best);
    for (const one of covers[best]) left.delete(one);
  }
  return chosen;
}
