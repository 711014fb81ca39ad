import fc from "fast-check";
import { expect, test } from "vitest";
import { Rng, type RngState } from "./rng.ts";

const draw = (rng: Rng, count: number) => Array.from({ length: count }, () => rng.uint32());

test("a seed gives the same numbers every time, another seed others", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), (a, b) => {
      expect(draw(new Rng(a), 5)).toEqual(draw(new Rng(a), 5));
      if (a !== b) expect(draw(new Rng(a), 5)).not.toEqual(draw(new Rng(b), 5));
    }),
  );
});

test("a state that went through JSON goes on where it was", () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat(50), (seed, skipped) => {
      const rng = new Rng(seed);
      draw(rng, skipped);
      const state = JSON.parse(JSON.stringify(rng.state)) as RngState;
      expect(draw(new Rng(state), 10)).toEqual(draw(rng, 10));
    }),
  );
});

test("integers stay within both bounds and reach them", () => {
  const rng = new Rng(1);
  const seen = new Set(Array.from({ length: 200 }, () => rng.int(-1, 2)));
  expect([...seen].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
});

test("a shuffle keeps every item once and leaves its input alone", () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.nat()), (seed, items) => {
      const before = [...items];
      const shuffled = new Rng(seed).shuffle(items);
      expect(items).toEqual(before);
      expect([...shuffled].sort((a, b) => a - b)).toEqual(before.sort((a, b) => a - b));
    }),
  );
});

test("uniform numbers have mean 1/2, normal ones mean 0 and variance 1", () => {
  const rng = new Rng(7);
  const count = 20_000;
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / count;
  const uniform = Array.from({ length: count }, () => rng.next());
  const normal = Array.from({ length: count }, () => rng.normal());
  // Four standard errors of the mean; the seed is fixed, so this either always holds or never.
  expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / count));
  expect(Math.abs(mean(normal))).toBeLessThan(4 / Math.sqrt(count));
  expect(Math.abs(mean(normal.map((x) => x * x)) - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
  expect(uniform.every((x) => x >= 0 && x < 1)).toBe(true);
});
