/**
 * The mean of the weights on the way: stochastic weight averaging (Izmailov et al. 2018, arXiv:1803.05407). Under a rate
 * that does not fall, the mean of many steps stands where their noise cancels out, which a single one of them does not.
 */

/** Takes `parameters`, the `count`th of those averaged, into their mean, in place. `count` is from 1. */
export function addToMean(
  mean: readonly Float32Array[],
  parameters: readonly Float32Array[],
  count: number,
): void {
  mean.forEach((means, p) => {
    for (let i = 0; i < means.length; i++) means[i] += (parameters[p][i] - means[i]) / count;
  });
}
