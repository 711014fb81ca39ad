/** Learning-rate schedules as functions of the step. */

export type CosineOptions = {
  readonly peak: number;
  readonly warmupSteps: number;
  readonly steps: number;
  /** The rate at the end as a part of the peak. */
  readonly floor?: number;
};

/** Rises linearly to `peak` over `warmupSteps`, then falls as a cosine to floor · peak. `step` counts from 1. */
export function cosineWithWarmup(
  step: number,
  { peak, warmupSteps, steps, floor = 0.1 }: CosineOptions,
): number {
  if (step <= warmupSteps) return (peak * step) / warmupSteps;
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps));
  return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
