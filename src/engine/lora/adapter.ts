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
