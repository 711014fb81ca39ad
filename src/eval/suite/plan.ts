/**
 * What a suite has to tell apart: every gold once, and its neighbours. The neighbours of a gold depend on the seed, the
 * schema and the other golds' conditions, never on the order of the golds.
 */
import { messageOf, UserError } from "../../base/errors.ts";
import { sha256 } from "../../base/hash.ts";
import { Rng } from "../../base/rng.ts";
import type { Table } from "../../schema/schema.ts";
import { isNondeterministic, refusalOf } from "../../sql/admission.ts";
import type { SqlNode } from "../../sql/tree.ts";
import { conditionsOf } from "./conditions.ts";
import { type Neighbour, neighboursOf } from "./neighbours.ts";

/** A neighbour of `golds[gold]`. */
export type Pair = Neighbour & { readonly gold: number };

export type Plan = {
  readonly golds: readonly string[];
  /** The pairs of one gold stand together, in the order of the golds. */
  readonly pairs: readonly Pair[];
  readonly leftOut: readonly { readonly gold: string; readonly reason: string }[];
};

export type PlanOptions = {
  readonly tables: readonly Table[];
  readonly seed: number;
  readonly neighboursPerGold: number;
  readonly onProgress?: (done: number, total: number) => void;
};

/** The plan for some golds; what cannot have neighbours is left out with the reason. */
export function planOf(
  sqls: readonly string[],
  { tables, seed, neighboursPerGold: max, onProgress }: PlanOptions,
): Plan {
  const distinct = [...new Set(sqls)].sort();
  const conditions = conditionsOf(distinct, tables);
  const golds: string[] = [];
  const pairs: Pair[] = [];
  const leftOut: { gold: string; reason: string }[] = [];
  distinct.forEach((sql, i) => {
    onProgress?.(i, distinct.length);
    const found = neighboursOrReason(sql, { tables, conditions, max, rng: rngOf(sql, seed) });
    if (typeof found === "string") return void leftOut.push({ gold: sql, reason: found });
    for (const neighbour of found) pairs.push({ ...neighbour, gold: golds.length });
    golds.push(sql);
  });
  return { golds, pairs, leftOut };
}

const rngOf = (sql: string, seed: number): Rng =>
  new Rng(Number.parseInt(sha256(sql).slice(0, 8), 16) ^ seed);

type Options = {
  readonly tables: readonly Table[];
  readonly conditions: ReadonlyMap<string, readonly SqlNode[]>;
  readonly max: number;
  readonly rng: Rng;
};

function neighboursOrReason(sql: string, options: Options): Neighbour[] | string {
  const refusal = refusalOf(sql);
  if (refusal !== undefined) return refusal;
  if (isNondeterministic(sql)) return "reads the clock or a random number";
  try {
    return neighboursOf(sql, options);
  } catch (error) {
    if (error instanceof UserError) return messageOf(error);
    throw error;
  }
}
