/** AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101): Adam with weight decay that bypasses the moments. */

/** First and second moments in the order of the parameters. */
export type AdamWState = {
  readonly m: readonly Float32Array[];
  readonly v: readonly Float32Array[];
};

export type AdamWOptions = {
  readonly lr: number;
  readonly weightDecay?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
};

export const adamW = {
  init: (parameters: readonly Float32Array[]): AdamWState => ({
    m: parameters.map(({ length }) => new Float32Array(length)),
    v: parameters.map(({ length }) => new Float32Array(length)),
  }),

  /** One step in place; `step` counts from 1. */
  update(
    parameters: readonly Float32Array[],
    grads: readonly Float32Array[],
    state: AdamWState,
    step: number,
    { lr, weightDecay = 0, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamWOptions,
  ): void {
    // θ ← θ·(1 − lr·λ) − lr·m̂ / (√v̂ + ε), with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ)
    const decay = 1 - lr * weightDecay;
    const rate = lr / (1 - beta1 ** step);
    const vScale = 1 / (1 - beta2 ** step);
    parameters.forEach((values, p) => {
      const [g, m, v] = [grads[p], state.m[p], state.v[p]];
      for (let i = 0; i < values.length; i++) {
        m[i] = beta1 * m[i] + (1 - beta1) * g[i];
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
        values[i] = values[i] * decay - (rate * m[i]) / (Math.sqrt(v[i] * vScale) + epsilon);
      }
    });
  },
};
