import fc from "fast-check";
import { expect, test } from "vitest";
import { identifyCells } from "./strict-cells.ts";
import { matchRows } from "./strict-match.ts";

const cell = fc.oneof(
  fc.constant(null),
  fc.integer({ min: -2, max: 2 }).map(BigInt),
  fc.constantFrom(0.5, 1e-10, 1.0000000001, "1", "0.5", "x"),
);
const table = fc.integer({ min: 1, max: 3 }).chain((width) =>
  fc.array(fc.array(cell, { minLength: width, maxLength: width }), {
    minLength: 1,
    maxLength: 6,
  }),
);

/** The reason for `rows` against `gold` with one place for each group number. */
function reasonOf(
  gold: readonly (readonly (typeof cell extends fc.Arbitrary<infer C> ? C : never)[])[],
  rows: typeof gold,
  isOrdered: boolean,
) {
  const [goldIds, ids] = identifyCells([gold, rows]);
  const groups = gold.map((_, i) => (isOrdered ? i : 0));
  const columnCount = gold[0].length;
  return matchRows(
    { rows: goldIds, groups, offset: 0, count: gold.length, columnCount },
    ids,
    rows[0].length,
  ).reason;
}

test("any result equals itself, and any order of its rows where order does not count", () => {
  fc.assert(
    fc.property(table, fc.infiniteStream(fc.nat()), (rows, random) => {
      const keys = rows.map(() => random.next().value as number);
      const shuffled = rows
        .map((row, i) => [keys[i], row] as const)
        .sort(([a], [b]) => a - b)
        .map(([, row]) => row);
      expect(reasonOf(rows, rows, true)).toBe("ok");
      expect(reasonOf(rows, shuffled, false)).toBe("ok");
      expect(["ok", "ok-permuted", "row-order"]).toContain(reasonOf(rows, shuffled, true));
    }),
  );
});

test("comparison without order is symmetric", () => {
  fc.assert(
    fc.property(table, table, (a, b) => {
      const passes = (reason: string) => reason.startsWith("ok");
      expect(passes(reasonOf(a, b, false))).toBe(passes(reasonOf(b, a, false)));
    }),
  );
});

test("columns in any other order pass as permuted", () => {
  fc.assert(
    fc.property(table, (rows) => {
      const reversed = rows.map((row) => [...row].reverse());
      expect(reasonOf(rows, reversed, true)).toMatch(/^ok/);
    }),
  );
});

test("a search through too many column orders ends with its own reason", () => {
  const width = 12;
  // every column has the same multiset, and no arrangement fits
  const gold = Array.from({ length: width }, (_, i) =>
    Array.from({ length: width }, (_, j) => BigInt((i + j) % width)),
  );
  const rows = Array.from({ length: width }, (_, i) =>
    Array.from({ length: width }, (_, j) => BigInt((i * 5 + j * j) % width)),
  );
  expect(["permutation-limit", "values"]).toContain(reasonOf(gold, rows, false));
});

test("cell identity is transitive: REALs fall into clusters from their smallest member", () => {
  const [[a], [b], [c]] = identifyCells([[[1.5]], [[1.5 + 0.8e-9]], [[1.5 + 1.6e-9]]]).map(
    ([row]) => row,
  );
  expect(a).toBe(b);
  expect(b).not.toBe(c);
});
