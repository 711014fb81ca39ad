import fc from "fast-check";
import { expect, test } from "vitest";
import { distill } from "./distill.ts";

const sets = (...covers: number[][]) => covers.map((cover) => new Set(cover));

test("the database that tells most apart comes first, and one that adds nothing is left out", () => {
  expect(distill(sets([1, 2], [1, 2, 3], [3, 4], [4]), 10)).toEqual([1, 2]);
  expect(distill(sets([], []), 10)).toEqual([]);
});

test("no more than asked for are chosen", () => {
  expect(distill(sets([1], [2], [3]), 2)).toEqual([0, 1]);
});

test("without a bound all that can be told apart is told apart, and every choice adds something", () => {
  const covers = fc.array(fc.uniqueArray(fc.nat(30)), { maxLength: 12 });
  fc.assert(
    fc.property(covers, (lists) => {
      const chosen = distill(sets(...lists), Infinity);
      const covered = new Set(chosen.flatMap((i) => lists[i]));
      expect([...covered].sort()).toEqual([...new Set(lists.flat())].sort());
      const before = new Set<number>();
      for (const i of chosen) {
        expect(lists[i].some((one) => !before.has(one))).toBe(true);
        for (const one of lists[i]) before.add(one);
      }
    }),
  );
});
