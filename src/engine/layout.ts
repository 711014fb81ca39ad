/**
 * From a forest to rows: where each token stands, which keys each block of rows meets, and which rows predict tokens
 * that carry loss. Roots with children come first, each followed by its children packed end to end; then the lone
 * sequences. Shapes are rounded, so that forests alike in size share their sessions.
 */
import { UserError, assert } from "../base/errors.ts";
import type { Forest, Segment } from "./forest.ts";
import { type AttentionBlock, type AttentionPlan, keysOf, lengthOf } from "./models/attention.ts";

/** The row whose output predicts a loss token. */
export type LossRow = {
  readonly row: number;
  readonly targetId: number;
  readonly segment: number;
};

export type Layout = {
  readonly plan: AttentionPlan;
  /** One mask for each block of the plan, row-major [queries, keys]. */
  readonly masks: readonly Float32Array[];
  /** By row; padding rows hold token 0 at position 0. */
  readonly tokenIds: Int32Array;
  readonly positions: Int32Array;
  /** In the order of segments and their tokens. */
  readonly lossRows: readonly LossRow[];
};

/**
 * Queries of one block: its scores stay in the cache, and larger blocks make fewer nodes. Short lone sequences gain more
 * from meeting fewer keys.
 */
const BLOCK_ROWS = 256;
const BLOCK_ROWS_OF_SHORT = 128;
const SHORT = 256;
/** Sizes are rounded up to a multiple of this. */
const ROUNDING = 16;
/** Added to the scores of keys that a query must not see; exp of it is zero in float32. */
const HIDDEN = -1e9;

type Placement = { readonly segment: number; readonly start: number; readonly end: number };

/** Segments one after another that see the same root, if any. */
type Group = {
  readonly root?: Placement;
  readonly members: readonly Placement[];
  /** One past the group's last row, padding included. */
  readonly end: number;
};

/**
 * Places a forest. `group` is the number of query heads that share keys; masks are written into arrays of `allocate`.
 * Raises `data-invalid` for a forest that is not one, or a token id outside of the vocabulary.
 */
export function layOut(
  forest: Forest,
  vocabSize: number,
  group: number,
  allocate: (name: string, length: number) => Float32Array = (_, length) =>
    new Float32Array(length),
): Layout {
  checkForest(forest, vocabSize);
  const groups = placeSegments(forest);
  const rows = groups[groups.length - 1].end;
  const owner = new Int32Array(rows).fill(-1);
  const tokenIds = new Int32Array(rows);
  const positions = new Int32Array(rows);
  const starts = new Map<number, number>();
  for (const { segment, start, end } of groups.flatMap(({ members }) => members)) {
    const { tokenIds: ids, parent } = forest.segments[segment];
    const offset = parent < 0 ? 0 : forest.segments[parent].tokenIds.length;
    starts.set(segment, start);
    for (let row = start; row < end; row++) {
      owner[row] = segment;
      tokenIds[row] = ids[row - start];
      positions[row] = offset + row - start;
    }
  }
  const regions = groups.map(({ members, end }) => [members[0].start, end] as const);
  const blocks = groups.flatMap((group) => blocksOf(group));
  const parents = forest.segments.map(({ parent }) => parent);
  const masks = blocks.map((block, i) => {
    const length = lengthOf(block.queries) * group * keysOf(block);
    return fillMask(allocate(`mask.${i}`, length), block, owner, parents, group);
  });
  return {
    plan: { rows, regions, blocks },
    masks,
    tokenIds,
    positions,
    lossRows: lossRowsOf(forest, starts),
  };
}

function checkForest({ segments }: Forest, vocabSize: number): void {
  const fail = (message: string): never => {
    throw new UserError("data-invalid", message);
  };
  if (segments.length === 0) fail("a batch without segments");
  segments.forEach(({ tokenIds, lossMask, parent }, i) => {
    if (tokenIds.length === 0) fail(`segment ${i} has no tokens`);
    if (lossMask !== undefined && lossMask.length !== tokenIds.length)
      fail(`segment ${i} has ${tokenIds.length} tokens and a lossMask of ${lossMask.length}`);
    if (parent < -1 || parent >= segments.length || (parent >= 0 && segments[parent].parent !== -1))
      fail(`segment ${i} has parent ${parent}, which is no root`);
    if (parent === -1 && lossMask?.[0])
      fail(
        `segment ${i} is a root, so nothing predicts its first token, and yet that carries loss`,
      );
    const unknown = tokenIds.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabSize);
    if (unknown !== undefined)
      fail(`segment ${i} has token id ${unknown}; the vocabulary has ${vocabSize}`);
  });
}

function placeSegments({ segments }: Forest): Group[] {
  const childrenOf = Map.groupBy(segments.keys(), (i) => segments[i].parent);
  const roots = childrenOf.get(-1) ?? [];
  const lone = roots.filter((root) => !childrenOf.has(root));
  let row = 0;
  const place = (segment: number): Placement => {
    const start = row;
    row += segments[segment].tokenIds.length;
    return { segment, start, end: row };
  };
  const close = (members: readonly Placement[], root?: Placement): Group => {
    row = roundUp(row, ROUNDING);
    return { root, members, end: row };
  };
  const groups: Group[] = [];
  for (const root of roots.filter((index) => childrenOf.has(index))) {
    const placed = place(root);
    groups.push({ members: [placed], end: row });
    groups.push(close((childrenOf.get(root) ?? []).map(place), placed));
  }
  if (lone.length > 0) groups.push(close(lone.map(place)));
  return groups;
}

/**
 * Blocks of a group's rows. A block looks back as far as the group's longest segment may reach, whatever the segments
 * are, so that the shapes depend on the group's size alone.
 */
function blocksOf({ root, members, end }: Group): AttentionBlock[] {
  const { start } = members[0];
  const longest = Math.max(...members.map((member) => member.end - member.start));
  const lookBack = roundUp(longest - 1, ROUNDING);
  const isShort = root === undefined && longest <= SHORT;
  const blockRows = isShort ? BLOCK_ROWS_OF_SHORT : BLOCK_ROWS;
  const count = Math.ceil((end - start) / blockRows);
  return Array.from({ length: count }, (_, i) => {
    const from = start + i * blockRows;
    const to = Math.min(from + blockRows, end);
    const own = [Math.max(start, from - lookBack), to] as const;
    return {
      queries: [from, to],
      keys: root === undefined ? [own] : [[root.start, root.end], own],
    };
  });
}

/**
 * A query sees a key of its own segment that is not after it, and every key of its parent. The line of a query stands
 * once for each head of the group.
 */
function fillMask(
  mask: Float32Array,
  block: AttentionBlock,
  owner: Int32Array,
  parents: readonly number[],
  group: number,
): Float32Array {
  const [from, to] = block.queries;
  const width = keysOf(block);
  mask.fill(HIDDEN);
  for (let query = from; query < to; query++) {
    if (owner[query] < 0) continue;
    const start = (query - from) * group * width;
    const line = mask.subarray(start, start + width);
    let at = 0;
    for (const [first, end] of block.keys)
      for (let key = first; key < end; key++, at++)
        if (sees(query, owner[query], key, owner[key], parents)) line[at] = 0;
    for (let head = 1; head < group; head++) mask.set(line, start + head * width);
  }
  return mask;
}

const sees = (
  query: number,
  ofQuery: number,
  key: number,
  ofKey: number,
  parents: readonly number[],
): boolean => (ofKey === ofQuery ? key <= query : ofKey >= 0 && ofKey === parents[ofQuery]);

function lossRowsOf({ segments }: Forest, starts: ReadonlyMap<number, number>): LossRow[] {
  return segments.flatMap(({ tokenIds, lossMask, parent }: Segment, segment) => {
    const start = starts.get(segment);
    assert(start !== undefined, `segment ${segment} has no place`);
    const beforeFirst =
      parent < 0 ? -1 : (starts.get(parent) ?? 0) + segments[parent].tokenIds.length - 1;
    return tokenIds.flatMap((targetId, i) =>
      lossMask?.[i] ? [{ row: i === 0 ? beforeFirst : start + i - 1, targetId, segment }] : [],
    );
  });
}

const roundUp = (size: number, multiple: number): number => Math.ceil(size / multiple) * multiple;
