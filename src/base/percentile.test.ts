import { expect, test } from "vitest";
import { percentile } from "./percentile.ts";

test("a percentile is one of the values, by the nearest rank", () => {
  const values = [15, 20, 35, 40, 50];
  const shares = [0, 0.05, 0.3, 0.4, 0.5, 0.99, 1];
  expect(shares.map((share) => percentile(values, share))).toEqual([15, 15, 20, 20, 35, 50, 50]);
  expect(percentile([], 0.5)).toBeNaN();
});
