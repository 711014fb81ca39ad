/**
 * What a training run trades: `checkpoint` keeps the input of each layer, computes the rest again on the way back, and
 * holds weights as the file stores them. `keep` keeps what matrix products made and holds float32 weights: faster, for
 * two to three times the memory. The gradients are the same.
 */
export type Mode = "checkpoint" | "keep";
