/**
 * How probably an answer is right, from what speaks for it: its support among the candidates' results and the model's own
 * probability of it. Fitted on questions whose answers are known (docs/serving.md); the form was chosen by
 * cross-validation (docs/log.md). Knows no model and no gold.
 */
import type { Predict, Prediction } from "./predict.ts";

/** What is known of an answer when it is given. */
export type Evidence = Pick<Prediction, "confidence" | "support"> & { readonly isRefusal: boolean };

export type Calibration = {
  /** The logarithm of the odds that SQL is right: `bias + support · logit(support) + confidence · logit(confidence)`. */
  readonly bias: number;
  readonly support: number;
  readonly confidence: number;
  /** Probability that a refusal is right: the words of a refusal say little of it. */
  readonly refusal: number;
  /** Questions that it was fitted on. */
  readonly n: number;
};

/** With fewer questions than this no calibration is made. */
export const LEAST_QUESTIONS = 30;
/** A share further from one half than this says no more. */
const MOST_SURE = 0.97;
/** Against weights that few questions would make large. */
const RIDGE = 3;
const ROUNDS = 200;

const logit = (share: number): number => {
  const kept = Math.min(MOST_SURE, Math.max(1 - MOST_SURE, share));
  return Math.log(kept / (1 - kept));
};
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
/** The first is the bias. */
const featuresOf = ({ support = 1, confidence = 1 }: Evidence) => [
  1,
  logit(support),
  logit(confidence),
];

/** Logistic regression with a ridge, by Newton's steps of one weight after the other. Nothing with too few questions. */
export function fitCalibration(
  answers: readonly (Evidence & { readonly isRight: boolean })[],
): Calibration | undefined {
  if (answers.length < LEAST_QUESTIONS) return undefined;
  const [refusals, statements] = [true, false].map((is) =>
    answers.filter(({ isRefusal }) => isRefusal === is),
  );
  const rows = statements.map((one) => ({ x: featuresOf(one), y: Number(one.isRight) }));
  const weights = [0, 0, 0];
  for (let round = 0; round < ROUNDS; round++)
    for (const at of weights.keys()) {
      const ridge = at === 0 ? 1e-6 : RIDGE;
      let [slope, bend] = [ridge * weights[at], ridge];
      for (const { x, y } of rows) {
        const p = sigmoid(x.reduce((sum, value, i) => sum + value * weights[i], 0));
        slope += (p - y) * x[at];
        bend += p * (1 - p) * x[at] ** 2;
      }
      weights[at] -= slope / bend;
    }
  const [bias, support, confidence] = weights;
  const refusedRightly = refusals.filter(({ isRight }) => isRight).length;
  // one more of each kind: few refusals, all right, do not make the next one certain
  const refusal = (refusedRightly + 1) / (refusals.length + 2);
  return { bias, support, confidence, refusal, n: answers.length };
}

/** Between 0 and 1. */
export function probabilityRight(evidence: Evidence, calibration: Calibration): number {
  if (evidence.isRefusal) return calibration.refusal;
  const { bias, support, confidence } = calibration;
  const [, supportLogit, confidenceLogit] = featuresOf(evidence);
  return sigmoid(bias + support * supportLogit + confidence * confidenceLogit);
}

export const evidenceOf = ({ answer, confidence, support }: Prediction): Evidence => ({
  isRefusal: answer.kind === "refuse",
  confidence,
  support,
});

/** The same predictions, each with the probability that it is right. */
export const withCalibration =
  (predict: Predict, calibration: Calibration): Predict =>
  async (questions, options) => {
    const predictions = await predict(questions, { ...options, withConfidence: true });
    return predictions.map((one) => ({
      ...one,
      probabilityRight: probabilityRight(evidenceOf(one), calibration),
    }));
  };
