/** A LoRA adapter as plain data (Hu et al. 2021, arXiv:2106.09685). Order of rows and columns is Hugging Face's. */
export type AdapterConfig = {
  readonly rank: number;
  readonly alpha: number;
  readonly dropout: number;
  /** Names of linears such as "q_proj" … "down_proj". */
  readonly targetModules: readonly string[];
};

/** One low-rank pair: the linear's weight W [out, in] acts as W + alpha/rank · B·A. */
export type LoraPair = {
  /** "model.layers.0.self_attn.q_proj" */
  readonly name: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** [rank, in], row-major. */
  readonly a: Float32Array;
  /** [out, rank], row-major; zero at the start of training. */
  readonly b: Float32Array;
};

export type Adapter = { readonly config: AdapterConfig; readonly pairs: readonly LoraPair[] };

/**
 * The adapter on the straight line from one to another that was trained on from it: `share` 0 is `from`, 1 is `to`. Between
 * them it keeps more of what holds for data that neither saw (Wortsman et al. 2022, arXiv:2109.01903).
 */
export function between(from: Adapter, to: Adapter, share: number): Adapter {
  const mix = (x: Float32Array, y: Float32Array) => x.map((v, i) => v + share * (y[i] - v));
  const pairs = from.pairs.map((pair, i) => ({
    ...pair,
    a: mix(pair.a, to.pairs[i].a),
    b: mix(pair.b, to.pairs[i].b),
  }));
  return { ...from, pairs };
}
