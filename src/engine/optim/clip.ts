/** Clipping by the norm of all gradients together (Pascanu et al. 2013, arXiv:1211.5063). */

/** Euclidean norm over all arrays; not finite if any gradient is not. */
export function globalNorm(grads: readonly Float32Array[]): number {
  let sum = 0;
  for (const grad of grads) for (let i = 0; i < grad.length; i++) sum += grad[i] * grad[i];
  return Math.sqrt(sum);
}

/** Scales the gradients in place so that their norm is at most `maxNorm`; returns the norm that they had. */
export function clipByGlobalNorm(grads: readonly Float32Array[], maxNorm: number): number {
  const norm = globalNorm(grads);
  if (!(norm > maxNorm)) return norm;
  const factor = maxNorm / norm;
  for (const grad of grads) for (let i = 0; i < grad.length; i++) grad[i] *= factor;
  return norm;
}
