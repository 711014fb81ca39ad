import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { areSameSets, softF1 } from "./bird-compare.ts";
import type { CellRows } from "./cells.ts";

const rows = (...values: number[][]): CellRows => values.map((row) => row.map(BigInt));

describe("soft F1 and set equality", () => {
  const cases: [CellRows, CellRows, number, boolean][] = [
    [rows([1, 2], [3, 4], [5, 6]), rows([5, 6], [3, 4], [1, 2]), 1 / 3, true],
    [rows([2, 1], [4, 3]), rows([1, 2], [3, 4]), 1, false],
    [rows([1, 2, 9]), rows([1, 2]), 0.8, false],
    [rows([1]), rows([1, 2]), 2 / 3, false],
    [rows([1, 1]), rows([1, 2]), 0.8, false],
    [rows([1]), rows([1], [2]), 2 / 3, false],
    [rows([1], [2]), rows([1]), 2 / 3, false],
    [rows([1], [1]), rows([1]), 1, true],
    [rows([2], [1]), rows([1], [2]), 0, true],
    [rows(), rows([1]), 0, false],
    [rows([1]), rows(), 0, false],
    [rows(), rows(), 1, true],
  ];
  const text = (table: CellRows) => table.map((row) => `(${row.join(", ")})`).join("") || "empty";
  const named = cases.map(([predicted, gold, ...rest]) => ({
    name: `${text(predicted)} | ${text(gold)}`,
    predicted,
    gold,
    f1: rest[0],
    isSame: rest[1],
  }));
  test.each(named)("$name: $f1, $isSame", ({ predicted, gold, f1, isSame }) => {
    expect(softF1(gold, predicted)).toBeCloseTo(f1, 12);
    expect(areSameSets(gold, predicted)).toBe(isSame);
  });
});

test("numbers are equal by value, and not to texts or bytes", () => {
  const same = (a: CellRows[number][number], b: CellRows[number][number]) =>
    areSameSets([[a]], [[b]]);
  expect(same(1n, 1)).toBe(true);
  expect(same(0n, -0)).toBe(true);
  expect(same(2n ** 63n - 1n, 2 ** 63)).toBe(false);
  expect(same(1n, "1")).toBe(false);
  expect(same("1", new Uint8Array([0x31]))).toBe(false);
  expect(same(0.1 + 0.2, 0.3)).toBe(false);
  expect(same(null, null)).toBe(true);
  expect(areSameSets([["a", "b"]], [["a b"]])).toBe(false);
});

const table = fc.array(fc.tuple(fc.bigInt(0n, 2n), fc.constantFrom("a", null, 1.5)));

test("both are reflexive and symmetric in what they should be", () => {
  fc.assert(
    fc.property(table, table, (a, b) => {
      expect(areSameSets(a, [...a].reverse())).toBe(true);
      expect(areSameSets(a, b)).toBe(areSameSets(b, a));
      expect(softF1(a, a)).toBe(1);
      expect(softF1(a, b)).toBeGreaterThanOrEqual(0);
      expect(softF1(a, b)).toBeLessThanOrEqual(1);
    }),
  );
});
