import { expect, test } from "vitest";
import { byCodePoints, textForm } from "./text-form.ts";

test.each([
  [null, "None<class 'NoneType'>"],
  [5n, "5<class 'int'>"],
  [-9223372036854775808n, "-9223372036854775808<class 'int'>"],
  [2.5, "2.5<class 'float'>"],
  [1, "1.0<class 'float'>"],
  [-0, "-0.0<class 'float'>"],
  [0.1 + 0.2, "0.30000000000000004<class 'float'>"],
  [0.0001, "0.0001<class 'float'>"],
  [0.00001234, "1.234e-05<class 'float'>"],
  [1e-100, "1e-100<class 'float'>"],
  [123456789012345.6, "123456789012345.6<class 'float'>"],
  [1e15, "1000000000000000.0<class 'float'>"],
  [1e16, "1e+16<class 'float'>"],
  [-1.5e300, "-1.5e+300<class 'float'>"],
  [Number.POSITIVE_INFINITY, "inf<class 'float'>"],
  [Number.NEGATIVE_INFINITY, "-inf<class 'float'>"],
  ["text", "text<class 'str'>"],
  [new Uint8Array([0x31, 0, 0xff, 10, 92]), "b'1\\x00\\xff\\n\\\\'<class 'bytes'>"],
  [new Uint8Array([39]), "b\"'\"<class 'bytes'>"],
  [new Uint8Array([39, 34]), "b'\\'\"'<class 'bytes'>"],
])("%s is written %s", (cell, text) => expect(textForm(cell)).toBe(text));

test("texts are ordered by code points", () => {
  expect(["\u{1F600}", "\uFFFD", "b", "ab", "a"].sort(byCodePoints)).toEqual([
    "a",
    "ab",
    "b",
    "\uFFFD",
    "\u{1F600}",
  ]);
});
