/** Where tokens stand and what they see, against the definition of a forest, for random forests. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../base/errors.ts";
import type { Forest } from "./forest.ts";
import { layOut } from "./layout.ts";

const VOCAB = 50;
const GROUP = 2;

/** Roots, lone or with children, of any order and length. */
const forests: fc.Arbitrary<Forest> = fc
  .array(
    fc.record({
      length: fc.integer({ min: 1, max: 300 }),
      parent: fc.integer({ min: -2, max: 3 }),
    }),
    {
      minLength: 1,
      maxLength: 7,
    },
  )
  .map((drawn) => ({
    segments: drawn.map(({ length, parent }, i) => {
      const isChild = parent >= 0 && parent < i && drawn[parent].parent < 0;
      const tokenIds = Array.from({ length }, (_, k) => 1 + ((i * 7 + k) % (VOCAB - 1)));
      const lossMask = tokenIds.map((_, k) => (isChild || k > 0) && (k + i) % 3 === 0);
      return { tokenIds, lossMask, parent: isChild ? parent : -1 };
    }),
  }))
  .filter(({ segments }) =>
    segments.every(({ parent }) => parent < 0 || segments[parent].parent < 0),
  );

/** The row of each token, found by walking the layout as it is documented: by position within rows of its owner. */
function rowsOf(forest: Forest, layout: ReturnType<typeof layOut>): number[][] {
  const { segments } = forest;
  const indices = segments.map((_, i) => i);
  const parents = new Set(segments.map(({ parent }) => parent));
  const order: number[] = [];
  segments.forEach((_, i) => {
    if (segments[i].parent < 0 && parents.has(i))
      order.push(i, ...indices.filter((child) => segments[child].parent === i));
  });
  order.push(...indices.filter((i) => segments[i].parent < 0 && !parents.has(i)));
  const rows: number[][] = segments.map(() => []);
  let row = 0;
  for (const segment of order)
    for (const id of segments[segment].tokenIds) {
      // Padding holds token 0 at position 0; a segment's first token stands where a position fits.
      const offset =
        segments[segment].parent < 0 ? 0 : segments[segments[segment].parent].tokenIds.length;
      while (layout.positions[row] !== offset + rows[segment].length || layout.tokenIds[row] !== id)
        row++;
      rows[segment].push(row++);
    }
  return rows;
}

test("every token has a row of its own and sees its past and its parent, nothing else", () => {
  fc.assert(
    fc.property(forests, (forest) => {
      const layout = layOut(forest, VOCAB, GROUP);
      const rows = rowsOf(forest, layout);
      const owner = new Map(
        rows.flatMap((list, segment) => list.map((row) => [row, segment] as const)),
      );
      expect(owner.size).toBe(
        forest.segments.reduce((sum, { tokenIds }) => sum + tokenIds.length, 0),
      );
      const seen = visibleRows(layout);
      for (const [row, segment] of owner) {
        const { parent } = forest.segments[segment];
        const past = rows[segment].filter((other) => other <= row);
        const wanted = [...(parent < 0 ? [] : rows[parent]), ...past];
        expect(seen.get(row)?.toSorted((a, b) => a - b)).toEqual(wanted.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 40 },
  );
});

test("each loss token is predicted by the row before it", () => {
  fc.assert(
    fc.property(forests, (forest) => {
      const layout = layOut(forest, VOCAB, GROUP);
      const rows = rowsOf(forest, layout);
      const wanted = forest.segments.flatMap(({ tokenIds, lossMask, parent }, segment) =>
        tokenIds.flatMap((targetId, k) => {
          if (!lossMask?.[k]) return [];
          return [{ row: k > 0 ? rows[segment][k - 1] : rows[parent].at(-1), targetId, segment }];
        }),
      );
      expect(layout.lossRows).toEqual(wanted);
    }),
    { numRuns: 40 },
  );
});

test("forests of one size share their plan", () => {
  const of = (lengths: readonly number[], id: number) => {
    const root = { tokenIds: Array.from({ length: 90 }, () => id), parent: -1 };
    const children = lengths.map((length) => ({
      tokenIds: Array.from({ length }, () => id),
      parent: 0,
    }));
    return layOut({ segments: [root, ...children] }, VOCAB, GROUP).plan;
  };
  expect(of([40, 30, 50], 3)).toEqual(of([50, 38, 33], 4));
});

describe("refuses", () => {
  const cases: readonly (readonly [string, Forest])[] = [
    ["no segments", { segments: [] }],
    ["a segment without tokens", { segments: [{ tokenIds: [], parent: -1 }] }],
    ["a parent that is not there", { segments: [{ tokenIds: [1], parent: 4 }] }],
    [
      "a parent that is a child",
      {
        segments: [0, 0, 1].map((parent, i) => ({ tokenIds: [1], parent: i === 0 ? -1 : parent })),
      },
    ],
    ["a token outside of the vocabulary", { segments: [{ tokenIds: [VOCAB], parent: -1 }] }],
    [
      "a loss mask of another length",
      { segments: [{ tokenIds: [1, 2], lossMask: [true], parent: -1 }] },
    ],
    [
      "loss on what nothing predicts",
      { segments: [{ tokenIds: [1], lossMask: [true], parent: -1 }] },
    ],
  ];
  test.each(cases)("%s", (_, forest) => {
    expect(() => layOut(forest, VOCAB, GROUP)).toThrow(UserError);
  });
});

/** The keys that each query's line of the masks leaves visible, the same for every head of the group. */
function visibleRows({ plan, masks }: ReturnType<typeof layOut>): Map<number, number[]> {
  const seen = new Map<number, number[]>();
  plan.blocks.forEach(({ queries, keys }, i) => {
    const columns = keys.flatMap(([start, end]) =>
      Array.from({ length: end - start }, (_, k) => start + k),
    );
    for (let query = queries[0]; query < queries[1]; query++) {
      const lines = Array.from({ length: GROUP }, (_, head) => {
        const at = ((query - queries[0]) * GROUP + head) * columns.length;
        return columns.filter((_row, k) => masks[i][at + k] === 0);
      });
      expect(lines[1]).toEqual(lines[0]);
      seen.set(query, lines[0]);
    }
  });
  return seen;
}
