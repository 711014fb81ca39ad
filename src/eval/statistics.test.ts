import fc from "fast-check";
import { expect, test } from "vitest";
import {
  bootstrapInterval,
  differenceSeen,
  itemsToSee,
  mcnemar,
  mcnemarPower,
  pairedDifference,
  wilsonInterval,
} from "./statistics.ts";

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

/** Sums over all numbers of gained and lost items in fractions, by Python. */
test.each([
  [30, 0.3, 0.4, 0.7131469904452202],
  [60, 0.1, 0.1, 0.5628341292628732],
])(
  "with %i items, difference %d and %d changed, the power is %d",
  (n, difference, changed, wanted) => {
    expect(mcnemarPower(n, { difference, changed })).toBeCloseTo(wanted, 12);
    expect(mcnemarPower(n, { difference: -difference, changed })).toBeCloseTo(wanted, 12);
  },
);

test("without a difference the test finds one in at most 5 % of the cases", () => {
  expect(mcnemarPower(500, { difference: 0, changed: 0.2 })).toBeLessThan(0.05);
  expect(mcnemarPower(500, { difference: 0, changed: 0 })).toBe(0);
});

test("the number of items is the first that reaches 80 % power, a little above Connor's formula", () => {
  const designs = [0.02, 0.05, 0.1].map((difference) => ({ difference, changed: 2 * difference }));
  const items = designs.map(itemsToSee);
  expect(items).toEqual([843, 337, 168]);
  for (const [i, design] of designs.entries()) {
    const { difference: d, changed } = design;
    const formula = ((1.96 * Math.sqrt(changed) + 0.8416 * Math.sqrt(changed - d * d)) / d) ** 2;
    expect(items[i] / formula).toBeGreaterThan(1);
    expect(items[i] / formula).toBeLessThan(1.12);
    expect(mcnemarPower(items[i] - 1, design)).toBeLessThan(0.8);
  }
  expect(itemsToSee({ difference: 0.02, changed: 0.1 })).toBe(2043);
  expect(itemsToSee({ difference: 0.002, changed: 0.05 })).toBe(98_109);
  expect(itemsToSee({ difference: 0.1, changed: 0 })).toBe(
    itemsToSee({ difference: 0.1, changed: 0.1 }),
  );
  expect(itemsToSee({ difference: 0, changed: 0.1 })).toBe(Infinity);
});

test("the difference that is seen has 80 % power, and few items show none", () => {
  const difference = differenceSeen(507, 0.1) ?? 0;
  expect(difference).toBeCloseTo(0.0404, 3);
  expect(mcnemarPower(507, { difference, changed: 0.1 })).toBeGreaterThanOrEqual(0.8);
  expect(differenceSeen(20, 0.1)).toBeNull();
});
