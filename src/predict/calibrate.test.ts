import { expect, test } from "vitest";
import { Rng } from "../base/rng.ts";
import { type Evidence, fitCalibration, probabilityRight, withCalibration } from "./calibrate.ts";
import type { Predict } from "./predict.ts";

/** Answers whose probability of being right is known: the logistic function of the two logits. */
function drawn(count: number, [bias, bySupport, byConfidence]: readonly number[]) {
  const rng = new Rng(1);
  return Array.from({ length: count }, () => {
    const [x, z] = [4 * rng.next() - 2, 4 * rng.next() - 2];
    const share = (logit: number) => 1 / (1 + Math.exp(-logit));
    const isRight = rng.next() < share(bias + bySupport * x + byConfidence * z);
    return { isRefusal: false, support: share(x), confidence: share(z), isRight };
  });
}

test("the weights that answers were drawn with are found again", () => {
  const fitted = fitCalibration(drawn(20_000, [-0.5, 1, 0.5]))!;
  expect(fitted.n).toBe(20_000);
  expect(fitted.bias).toBeCloseTo(-0.5, 1);
  expect(fitted.support).toBeCloseTo(1, 1);
  expect(fitted.confidence).toBeCloseTo(0.5, 1);
});

test("the weights are those where the slope of the ridged log loss is zero", () => {
  const answers = drawn(60, [-0.5, 1, 0.5]);
  const fitted = fitCalibration(answers)!;
  const logit = (share: number) => Math.log(share / (1 - share));
  const errors = answers.map((one) => probabilityRight(one, fitted) - Number(one.isRight));
  const slope = (x: (one: Evidence) => number) =>
    errors.reduce((sum, error, i) => sum + error * x(answers[i]), 0);
  expect(slope(() => 1)).toBeCloseTo(0, 3);
  expect(slope(({ support = 1 }) => logit(support)) + 3 * fitted.support).toBeCloseTo(0, 3);
  expect(slope(({ confidence = 1 }) => logit(confidence)) + 3 * fitted.confidence).toBeCloseTo(
    0,
    3,
  );
});

test("refusals have a probability of their own, which is never certain", () => {
  const refused = Array.from({ length: 8 }, () => ({ isRefusal: true, isRight: true }));
  const fitted = fitCalibration([...drawn(40, [0, 1, 0]), ...refused])!;
  expect(probabilityRight({ isRefusal: true, confidence: 1e-9 }, fitted)).toBe(0.9);
});

test("answers that are all right, or all wrong, do not make the next one certain of more than they say", () => {
  const all = (isRight: boolean) => drawn(40, [0, 0, 0]).map((one) => ({ ...one, isRight }));
  for (const isRight of [true, false]) {
    const fitted = fitCalibration(all(isRight))!;
    const probability = probabilityRight(all(isRight)[0], fitted);
    expect(Number.isFinite(probability) && Math.abs(probability - Number(isRight)) < 0.1).toBe(
      true,
    );
  }
});

test("too few questions make no calibration", () => {
  expect(fitCalibration(drawn(29, [0, 1, 1]))).toBeUndefined();
});

test("every prediction gets its probability, and its confidence is asked for", async () => {
  const calibration = { bias: 0, support: 1, confidence: 0, refusal: 0.8, n: 40 };
  const common = { question: "q", completion: "", tokens: 1, finishReason: "stop", ms: 1 } as const;
  const predict: Predict = async (_, options) => {
    expect(options).toEqual({ maxTokens: 5, withConfidence: true });
    return [
      { ...common, answer: { kind: "answer", sql: "SELECT 1" }, support: 0.75 },
      { ...common, answer: { kind: "refuse", refusal: "no table" }, confidence: 0.1 },
    ];
  };
  const told = await withCalibration(predict, calibration)(["a", "b"], { maxTokens: 5 });
  expect(told.map(({ probabilityRight: probability }) => probability)).toEqual([
    expect.closeTo(0.75, 10),
    0.8,
  ]);
});
