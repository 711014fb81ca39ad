/** How sure an answer is, and what says so. */
import type { Prediction } from "./predict.ts";

export type Sureness = {
  /** From 0 to 1; left out where a model gives none. */
  readonly confidence?: number;
  /** "calibrated": how probably the answer is right; "model": the model's probability of its words. */
  readonly basis: "calibrated" | "model";
};

export const surenessOf = ({
  probabilityRight,
  confidence,
}: Pick<Prediction, "probabilityRight" | "confidence">): Sureness =>
  probabilityRight === undefined
    ? { confidence, basis: "model" }
    : { confidence: probabilityRight, basis: "calibrated" };
