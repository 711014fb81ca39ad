import { expect, test } from "vitest";
import { reliabilityOf } from "./reliability.ts";

test("confidence is held against what came of it, by tenths", () => {
  const { n, bins, error, brier } = reliabilityOf([
    { confidence: 0.05, verdict: 0 },
    { confidence: 0.91, verdict: 1 },
    { confidence: 1, verdict: 0 },
  ]);
  expect(n).toBe(3);
  expect(bins).toEqual([
    { n: 1, confidence: 0.05, score: 0, low: 0, high: expect.closeTo(0.793, 3) },
    {
      n: 2,
      confidence: expect.closeTo(0.955, 10),
      score: 0.5,
      low: expect.closeTo(0.0945, 3),
      high: expect.closeTo(0.9055, 3),
    },
  ]);
  expect(error).toBeCloseTo((0.05 + 2 * 0.455) / 3, 10);
  expect(brier.value).toBeCloseTo((0.05 ** 2 + 0.09 ** 2 + 1) / 3, 10);
  expect(brier.low).toBeLessThan(brier.value);
  expect(brier.high).toBeGreaterThan(brier.value);
});

test("no answers have no bins", () => {
  expect(reliabilityOf([])).toMatchObject({ n: 0, bins: [], error: 0 });
});
