/** Which results suit a chart. */
import { expect, test } from "vitest";
import type { JsonCell } from "../../src/serve/api-types.ts";
import { chartOf } from "./chart-of.ts";

const planOf = (columns: readonly string[], rows: readonly (readonly JsonCell[])[]) =>
  chartOf({ columns, rows, truncated: false, ms: 1 });

test("labels and a number make bars, in the order of the rows", () => {
  const rows = [
    ["West", 3],
    ["East", null],
  ];
  expect(planOf(["region", "total"], rows)).toEqual({
    kind: "bar",
    x: "region",
    labels: ["West", "East"],
    series: [{ name: "total", values: [3, null] }],
  });
});

test("dates and numbers make lines, in the order of time", () => {
  const rows = [
    [5, "2024-03", 1],
    [7, "2024-01", 2],
    [6, "2024-02", 3],
  ];
  expect(planOf(["sum", "month", "count"], rows)).toEqual({
    kind: "line",
    x: "month",
    labels: ["2024-01", "2024-02", "2024-03"],
    series: [
      { name: "sum", values: [7, 6, 5] },
      { name: "count", values: [2, 3, 1] },
    ],
  });
});

test("a year is a date by its name alone", () => {
  const rows = [
    [2023, 1],
    [2024, 2],
    [2025, 3],
  ];
  expect(planOf(["fiscalYear", "n"], rows)?.kind).toBe("line");
  expect(planOf(["amount", "n"], rows)).toBeUndefined();
});

const many = (count: number, row: (at: number) => readonly JsonCell[]) =>
  Array.from({ length: count }, (_, at) => row(at));

test.each([
  ["one row", ["a", "n"], [["x", 1]]],
  ["one column", ["n"], [[1], [2]]],
  [
    "no number",
    ["a", "b"],
    [
      ["x", "y"],
      ["z", "w"],
    ],
  ],
  [
    "two columns of labels",
    ["a", "b", "n"],
    [
      ["x", "y", 1],
      ["z", "w", 2],
    ],
  ],
  [
    "labels that repeat",
    ["a", "n"],
    [
      ["x", 1],
      ["x", 2],
    ],
  ],
  [
    "numbers that only tell rows apart",
    ["name", "customerId"],
    [
      ["x", 1],
      ["y", 2],
    ],
  ],
  ["more bars than can be told apart", ["a", "n"], many(41, (at) => [`x${at}`, at])],
  [
    "five numbers",
    ["a", "b", "c", "d", "e", "f"],
    [
      ["x", 1, 2, 3, 4, 5],
      ["y", 1, 2, 3, 4, 5],
    ],
  ],
] as const)("%s: a table says more", (_case, columns, rows) => {
  expect(planOf(columns, rows)).toBeUndefined();
});
