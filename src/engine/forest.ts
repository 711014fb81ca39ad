/** Token forests: what a batch is. Plain data, made by whoever knows text. */

/**
 * A run of tokens. A token sees its parent's tokens and its own segment's past; positions go on where the parent ends.
 * A token whose lossMask is true is to be predicted; without a lossMask none is.
 */
export type Segment = {
  readonly tokenIds: readonly number[];
  readonly lossMask?: readonly boolean[];
  /** Index of the parent segment, −1 for a root. A parent is a root. */
  readonly parent: number;
};

export type Forest = { readonly segments: readonly Segment[] };

/** Number of tokens that carry loss. */
export const countLossTokens = ({ segments }: Forest): number =>
  segments.reduce((total, { lossMask }) => total + (lossMask?.filter(Boolean).length ?? 0), 0);
