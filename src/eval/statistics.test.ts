import fc from "fast-check";
import { expect, test } from "vitest";
import { bootstrapInterval, mcnemar, pairedDifference, wilsonInterval } from "./statistics.ts";

/** Roots of (p − s)² = z²·p·(1 − p)/n with 50 digits, by Python's decimal. */
test.each([
  [8, 10, 0.490162472, 0.943317849],
  [0, 20, 0, 0.161125158],
  [20, 20, 0.838874842, 1],
  [60, 120, 0.411938705, 0.588061295],
  [117, 120, 0.929069967, 0.991461825],
])("Wilson's interval of %i in %i is %f to %f", (successes, trials, low, high) => {
  const interval = wilsonInterval(successes, trials);
  expect(interval[0]).toBeCloseTo(low, 8);
  expect(interval[1]).toBeCloseTo(high, 8);
});

test("without trials nothing is known", () => expect(wilsonInterval(0, 0)).toEqual([0, 1]));

/** Exact, in integers: 2 · Σ C(n, k) / 2ⁿ. */
function exactMcnemar(gained: number, lost: number): number {
  const n = BigInt(gained + lost);
  let [tail, choose] = [0n, 1n];
  for (let k = 0n; k <= BigInt(Math.min(gained, lost)); k++) {
    tail += choose;
    choose = (choose * (n - k)) / (k + 1n);
  }
  return Math.min(1, Number((2n * tail * 10n ** 15n) / 2n ** n) / 1e15);
}

test("McNemar's test equals the exact binomial sum", () => {
  expect(mcnemar(2, 10)).toBeCloseTo(0.03857421875, 10);
  fc.assert(
    fc.property(fc.nat(200), fc.nat(200), (gained, lost) => {
      expect(mcnemar(gained, lost)).toBeCloseTo(exactMcnemar(gained, lost), 9);
      expect(mcnemar(gained, lost)).toBe(mcnemar(lost, gained));
    }),
  );
});

test("the paired difference has the sign, the interval and the p-value of what changed", () => {
  const a = [...Array<number>(60).fill(0), ...Array<number>(40).fill(1)];
  const b = [
    ...Array<number>(30).fill(1),
    ...Array<number>(30).fill(0),
    ...Array<number>(40).fill(1),
  ];
  const result = pairedDifference(a, b);
  expect(result.difference).toBeCloseTo(0.3, 12);
  expect(result.low).toBeGreaterThan(0.2);
  expect(result.high).toBeLessThan(0.4);
  expect(result.p).toBeCloseTo(2 ** -29, 15);
  expect(pairedDifference(a, b)).toEqual(result);
  expect(pairedDifference([], [])).toEqual({ difference: 0, low: 0, high: 0, p: 1 });
});

test("the bootstrap interval of a share is close to the normal one", () => {
  const values = Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? 1 : 0));
  const [low, high] = bootstrapInterval(values);
  const half = 1.96 * Math.sqrt((0.25 * 0.75) / 400);
  expect(low).toBeCloseTo(0.25 - half, 2);
  expect(high).toBeCloseTo(0.25 + half, 2);
});
