/** What a suite is worth, in numbers and lists. Counts what was recorded; runs nothing. */
import { openPairs } from "./grow.ts";
import type { NeighbourKind } from "./change.ts";
import type { Pair } from "./plan.ts";
import type { Alike, Suite, SuiteDatabase } from "./suite-file.ts";
import { APART, type Candidate, FAILS, SAME, type Work, type WorkRecord } from "./work.ts";

export type SuiteParts = {
  readonly dbId: string;
  readonly sourceSha256: string;
  readonly chosen: readonly Candidate[];
  readonly perturbed: readonly SuiteDatabase[];
};

/** Describes the chosen databases. */
export function suiteOf(
  { plan, seed, tables }: Work,
  record: WorkRecord,
  { dbId, sourceSha256, chosen, perturbed }: SuiteParts,
): Suite {
  const { onSource, key, failed, seconds } = record;
  const all = plan.pairs.map((_, pair) => pair);
  const apart = all.filter((pair) => onSource[pair] === APART);
  const killed = new Set([...apart, ...chosen.flatMap(({ kills }) => kills)]);
  const counted = [...apart, ...openPairs(plan, record)].sort((a, b) => a - b);
  const alike = (pair: number): Alike => alikeOf(plan.pairs[pair], plan.golds);
  const source: SuiteDatabase = {
    file: `${dbId}.sqlite`,
    seed: null,
    rows: tables.reduce((sum, { kind, rowCount }) => sum + (kind === "table" ? rowCount : 0), 0),
    kills: apart.length,
  };
  return {
    version: 1,
    dbId,
    key,
    sourceSha256,
    seed,
    golds: plan.golds.length - failed.length,
    leftOut: [...plan.leftOut, ...failed],
    neighbours: counted.length,
    killed: killed.size,
    killShare: shareOf(killed.size, counted.length),
    sourceKillShare: shareOf(apart.length, counted.length),
    kinds: kindsOf(counted, killed, plan.pairs),
    notRunning: all.filter((pair) => onSource[pair] === FAILS).length,
    databases: [source, ...perturbed],
    survivors: counted.filter((pair) => !killed.has(pair)).map(alike),
    provenEqual: all.flatMap((pair) => {
      const { proof } = plan.pairs[pair];
      return proof !== undefined && onSource[pair] === SAME ? [{ ...alike(pair), proof }] : [];
    }),
    isComplete: record.isDone,
    seconds: Math.round(seconds * 10) / 10,
  };
}

const shareOf = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

const alikeOf = ({ kind, gold, sql }: Pair, golds: readonly string[]): Alike => ({
  kind,
  gold: golds[gold],
  neighbour: sql,
});

function kindsOf(
  counted: readonly number[],
  killed: ReadonlySet<number>,
  pairs: readonly Pair[],
): Suite["kinds"] {
  const kinds: Partial<Record<NeighbourKind, { neighbours: number; killed: number }>> = {};
  for (const pair of counted) {
    const count = (kinds[pairs[pair].kind] ??= { neighbours: 0, killed: 0 });
    count.neighbours++;
    if (killed.has(pair)) count.killed++;
  }
  return kinds;
}
