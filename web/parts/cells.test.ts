/** Cells in order and as CSV. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { compareCells, csvOf, textOf } from "./cells.ts";

const cell = fc.oneof(
  fc.constant(null),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string(),
);

test("numbers come first, then texts with their numbers as numbers, then nothing", () => {
  const cells = ["b10", null, 2, "b9", -1, "", 10];
  expect([...cells].sort(compareCells)).toEqual([-1, 2, 10, "", "b9", "b10", null]);
});

test("the order is one: of two cells either is first, and never both", () => {
  fc.assert(
    fc.property(cell, cell, (a, b) => {
      expect(Math.sign(compareCells(a, b)) + Math.sign(compareCells(b, a))).toBe(0);
    }),
  );
});

test("a number is shown without what adding up has left in its last digits", () => {
  expect([820127.7799999999, 0.1 + 0.2, 1e21, -3, null, ""].map(textOf)).toEqual([
    "820127.78",
    "0.3",
    "1e+21",
    "-3",
    "NULL",
    "",
  ]);
});

test("CSV quotes what has to be quoted, and no cell becomes a formula", () => {
  const rows = [
    [1, "plain", null],
    [-2.5, 'a "b", c\nd', "=cmd()"],
    [0, "-5", "+x"],
  ];
  expect(csvOf({ columns: ["n", "a,b", "c"], rows })).toBe(
    'n,"a,b",c\r\n1,plain,\r\n-2.5,"a ""b"", c\nd",\'=cmd()\r\n0,-5,\'+x\r\n',
  );
});
