/**
 * Grouped-query attention (Ainslie et al. 2023, arXiv:2305.13245) in blocks of queries. A block's scores stay in the
 * processor's cache, and a block meets only the keys that its queries may see; which those are is the plan's business.
 */
import type { Value } from "../graph/graph.ts";
import { attend, attentionWeights, concat, input, reshape, slice } from "../graph/build.ts";

/** Rows start … end−1. */
export type RowRange = readonly [start: number, end: number];

/** Queries of one row range and the keys they meet, in the order of the mask's columns. */
export type AttentionBlock = { readonly queries: RowRange; readonly keys: readonly RowRange[] };

/** The blocks tile all rows in order. Block i adds the mask fed as `mask.i` [queries, keys]: 0 or very negative. */
export type AttentionPlan = { readonly rows: number; readonly blocks: readonly AttentionBlock[] };

export type HeadCounts = {
  readonly numAttentionHeads: number;
  readonly numKeyValueHeads: number;
  readonly headDim: number;
};

const lengthOf = ([start, end]: RowRange): number => end - start;

/** Number of keys that a block meets. */
export const keysOf = (block: AttentionBlock): number =>
  block.keys.reduce((total, range) => total + lengthOf(range), 0);

/** The mask inputs of a plan, one for each block. */
export const maskInputs = (plan: AttentionPlan): Value[] =>
  plan.blocks.map((block, i) => input(`mask.${i}`, [lengthOf(block.queries), keysOf(block)]));

/** q [rows, heads·d], k and v [rows, kvHeads·d] → [rows, heads·d]. */
export function groupedQueryAttention(
  [q, k, v]: readonly [Value, Value, Value],
  { numAttentionHeads, numKeyValueHeads, headDim }: HeadCounts,
  { blocks }: AttentionPlan,
  masks: readonly Value[],
): Value {
  const group = numAttentionHeads / numKeyValueHeads;
  const heads = Array.from({ length: numKeyValueHeads }, (_, head) => head);
  const headOf = (x: Value, head: number, width: number) =>
    slice(x, 1, head * width, (head + 1) * width);
  const ks = heads.map((head) => headOf(k, head, headDim));
  const vs = heads.map((head) => headOf(v, head, headDim));
  const outputs = blocks.map(({ queries, keys }, i) => {
    const rows = (x: Value) =>
      concat(
        keys.map(([start, end]) => slice(x, 0, start, end)),
        0,
      );
    const ofBlock = slice(q, 0, ...queries);
    const byHead = heads.map((head) => {
      // The query heads of a group share keys: they become rows, query-major.
      const grouped = headOf(ofBlock, head, group * headDim);
      const flat = reshape(grouped, [lengthOf(queries) * group, headDim]);
      const attended = attendTo(flat, rows(ks[head]), rows(vs[head]), masks[i], headDim);
      return reshape(attended, grouped.shape);
    });
    return concat(byHead, 1);
  });
  return concat(outputs, 0);
}

/** softmax(q·kᵀ / √d + mask) · v */
function attendTo(q: Value, k: Value, v: Value, mask: Value, headDim: number): Value {
  const alpha = 1 / Math.sqrt(headDim);
  return attend(q, k, v, attentionWeights(q, k, mask, alpha), alpha);
}
