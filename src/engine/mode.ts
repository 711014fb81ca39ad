/**
 * What a training run trades: `checkpoint` keeps the input of each layer, computes the rest again on the way back, and
 * holds weights as the file stores them. `keep` keeps what matrix products made and holds float32 weights: faster, for
 * two to three times the memory. The gradients are the same.
 */
export type Mode = "checkpoint" | "keep";

/**
 * In what the frozen weights are multiplied. `int8` rounds them, and the rows that they meet, to 8 bits, forward and in
 * the gradient of the activations; everything else, the adapter's own products and gradients among it, stays float32.
 * The gradient is then nearly the same (SwitchBack; Wortsman et al. 2023, arXiv:2304.13013), in less time.
 */
export type Precision = "float32" | "int8";
