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

/**
 * The blocks tile all rows in order. Regions tile them too, and every key range lies within one region. Block i adds the
 * mask fed as `mask.i` [queries·group, keys]: 0 or very negative, a line for each query and head of the group.
 */
export type AttentionPlan = {
  readonly rows: number;
  readonly regions: readonly RowRange[];
  readonly blocks: readonly AttentionBlock[];
};

export type HeadCounts = {
  readonly numAttentionHeads: number;
  readonly numKeyValueHeads: number;
  readonly headDim: number;
};

/** Query heads that share one key and value head. */
export const groupOf = ({ numAttentionHeads, numKeyValueHeads }: HeadCounts): number =>
  numAttentionHeads / numKeyValueHeads;

export const lengthOf = ([start, end]: RowRange): number => end - start;

/** Number of keys that a block meets. */
export const keysOf = (block: AttentionBlock): number =>
  block.keys.reduce((total, range) => total + lengthOf(range), 0);

/** The mask inputs of a plan, one for each block. */
export const maskInputs = (plan: AttentionPlan, group: number): Value[] =>
  plan.blocks.map((block, i) =>
    input(`mask.${i}`, [lengthOf(block.queries) * group, keysOf(block)]),
  );

/** q [rows, heads·d], k and v [rows, kvHeads·d] → [rows, heads·d]. */
export function groupedQueryAttention(
  [q, k, v]: readonly [Value, Value, Value],
  counts: HeadCounts,
  plan: AttentionPlan,
): Value {
  const { numKeyValueHeads, headDim } = counts;
  const group = groupOf(counts);
  const masks = maskInputs(plan, group);
  const heads = Array.from({ length: numKeyValueHeads }, (_, head) => ({
    q: (x: Value) => slice(x, 1, head * group * headDim, (head + 1) * group * headDim),
    k: createRowPicker(slice(k, 1, head * headDim, (head + 1) * headDim), plan),
    v: createRowPicker(slice(v, 1, head * headDim, (head + 1) * headDim), plan),
  }));
  const outputs = plan.blocks.map((block, i) => {
    const ofBlock = slice(q, 0, ...block.queries);
    const byHead = heads.map((head) => {
      // The query heads of a group share keys: they become rows, query-major.
      const flat = reshape(head.q(ofBlock), [lengthOf(block.queries) * group, headDim]);
      const attended = attendTo(flat, head.k(block), head.v(block), masks[i], headDim);
      return reshape(attended, [lengthOf(block.queries), group * headDim]);
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

/** Picks a block's keys from x [rows, d], each region cut out once: so its gradient comes back in few large pieces. */
function createRowPicker(x: Value, { regions }: AttentionPlan): (block: AttentionBlock) => Value {
  const cut = regions.map((region) => slice(x, 0, ...region));
  return ({ keys }) =>
    concat(
      keys.map(([start, end]) => {
        const index = regions.findIndex((region) => region[0] <= start && end <= region[1]);
        return slice(cut[index], 0, start - regions[index][0], end - regions[index][0]);
      }),
      0,
    );
}
