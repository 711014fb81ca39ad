/**
 * Dropout on the input of LoRA, one mask of input features for each linear and forest: as in LoRA Dropout (Lin et al.
 * 2024, arXiv:2404.09610) whole columns of A are dropped, for all tokens alike. PEFT draws a mask for each token
 * instead; that cannot be shared by the sequences of a forest, and would cost passes over every activation.
 *
 * Dropping feature j of the input is scaling column j of A, so the graph does not know of it: A is fed masked, and its
 * gradient is masked the same way. The mask is a function of a seed: a backward pass sees what its forward saw, and a
 * resumed run what the interrupted one did.
 */
import { Rng } from "../../base/rng.ts";
import type { Adapter } from "./adapter.ts";

/** Factors for `inFeatures` columns: 0 with probability `dropout`, 1/(1 − dropout) otherwise. */
export function dropoutMask(inFeatures: number, dropout: number, seed: number): Float32Array {
  const rng = new Rng(seed);
  const kept = 1 / (1 - dropout);
  return Float32Array.from({ length: inFeatures }, () => (rng.next() < dropout ? 0 : kept));
}

/** A mask for each linear of an adapter by its name, drawn from one seed; none at dropout 0. */
export function dropoutMasks(
  { config: { dropout }, pairs }: Adapter,
  seed: number,
): ReadonlyMap<string, Float32Array> {
  if (dropout === 0) return new Map();
  const first = Math.imul(seed, 0x9e3779b1);
  return new Map(
    pairs.map(({ name, inFeatures }, i) => [name, dropoutMask(inFeatures, dropout, first + i)]),
  );
}

/** Multiplies the columns of values [rank, in] by the mask [in], into `into` (which may be `values`). */
export function maskColumns(
  values: Float32Array,
  mask: Float32Array,
  into: Float32Array,
): Float32Array {
  const columns = mask.length;
  for (let start = 0; start < values.length; start += columns)
    for (let column = 0; column < columns; column++)
      into[start + column] = values[start + column] * mask[column];
  return into;
}
