/**
 * Riemannian preconditioning of low-rank pairs (Zhang & Pilanci 2024, arXiv:2402.02347): the gradient of A is multiplied by
 * (BᵀB + δI)⁻¹, that of B by (AAᵀ + δI)⁻¹. A step then changes the product B·A alike, however the product is shared between
 * the two, so that no direction is slow because one of them is small there.
 */

/** δ as a share of the mean of the diagonal, which keeps directions that neither has from growing without bound. */
const DAMPING = 0.05;

/**
 * Changes the gradients in place. `parameters` and `grads` hold A [rank, in] and B [out, rank] in turn. A gradient whose
 * partner is zero throughout stays as it is.
 */
export function precondition(
  parameters: readonly Float32Array[],
  grads: readonly Float32Array[],
  rank: number,
): void {
  for (let p = 0; p < parameters.length; p += 2) {
    const [a, b] = [parameters[p], parameters[p + 1]];
    const ofB = inverse(gram(b, rank, { across: 1, along: rank }), rank);
    const ofA = inverse(gram(a, rank, { across: a.length / rank, along: 1 }), rank);
    if (ofB !== undefined) multiply(grads[p], ofB, rank, { across: a.length / rank, along: 1 });
    if (ofA !== undefined) multiply(grads[p + 1], ofA, rank, { across: 1, along: rank });
  }
}

/** Where the numbers of a matrix lie: from one of the `rank` vectors to the next, and from one number of a vector to the next. */
type Strides = { readonly across: number; readonly along: number };

/** The products of each two of the `rank` vectors, row-major. */
function gram(values: Float32Array, rank: number, { across, along }: Strides): Float64Array {
  const products = new Float64Array(rank * rank);
  const size = values.length / rank;
  for (let i = 0; i < rank; i++)
    for (let j = i; j < rank; j++) {
      let sum = 0;
      for (let k = 0; k < size; k++)
        sum += values[i * across + k * along] * values[j * across + k * along];
      products[i * rank + j] = products[j * rank + i] = sum;
    }
  return products;
}

/** (G + δI)⁻¹ by Gauss–Jordan elimination, which needs no pivots where G + δI is positive definite; undefined for zero. */
function inverse(gramian: Float64Array, rank: number): Float64Array | undefined {
  let trace = 0;
  for (let i = 0; i < rank; i++) trace += gramian[i * rank + i];
  if (!(trace > 0)) return undefined;
  const left = gramian.slice();
  const right = new Float64Array(rank * rank);
  for (let i = 0; i < rank; i++) {
    left[i * rank + i] += (DAMPING * trace) / rank;
    right[i * rank + i] = 1;
  }
  for (let pivot = 0; pivot < rank; pivot++) {
    const scale = 1 / left[pivot * rank + pivot];
    for (let k = 0; k < rank; k++) {
      left[pivot * rank + k] *= scale;
      right[pivot * rank + k] *= scale;
    }
    for (let row = 0; row < rank; row++) {
      const factor = left[row * rank + pivot];
      if (row === pivot || factor === 0) continue;
      for (let k = 0; k < rank; k++) {
        left[row * rank + k] -= factor * left[pivot * rank + k];
        right[row * rank + k] -= factor * right[pivot * rank + k];
      }
    }
  }
  return right;
}

/** Replaces the `rank` vectors by their combinations with a symmetric matrix. */
function multiply(
  values: Float32Array,
  matrix: Float64Array,
  rank: number,
  { across, along }: Strides,
): void {
  const size = values.length / rank;
  const column = new Float64Array(rank);
  for (let k = 0; k < size; k++) {
    for (let i = 0; i < rank; i++) column[i] = values[i * across + k * along];
    for (let i = 0; i < rank; i++) {
      let sum = 0;
      for (let j = 0; j < rank; j++) sum += matrix[i * rank + j] * column[j];
      values[i * across + k * along] = sum;
    }
  }
}
