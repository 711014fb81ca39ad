import { expect, test } from "vitest";
import { smooth, windowFor } from "./smooth.ts";

test("a straight line stays what it is but for its ends, and the interval of equal values is none", () => {
  expect(smooth([1, 2, 3, 4, 5], 3).mean).toEqual([1.5, 2, 3, 4, 4.5]);
  const flat = smooth([2, 2, 2, 2], 3);
  expect([flat.low, flat.high]).toEqual([
    [2, 2, 2, 2],
    [2, 2, 2, 2],
  ]);
});

test("the interval is Student's: mean ± t · s / √n", () => {
  // 1, 2, 6: mean 3, s = √7, t with 2 degrees of freedom 4.30
  const { mean, low, high } = smooth([1, 2, 6], 3);
  expect(mean[1]).toBe(3);
  expect([low[1], high[1]]).toEqual([
    expect.closeTo(3 - 4.3 * Math.sqrt(7 / 3), 10),
    expect.closeTo(3 + 4.3 * Math.sqrt(7 / 3), 10),
  ]);
});

test.each([
  [0, 5],
  [24, 5],
  [100, 11],
  [10_000, 51],
])("of %i points a window has %i", (count, window) => {
  expect(windowFor(count)).toBe(window);
});
