import { expect, test } from "vitest";
import { datesOfPattern, nearDates, nearNumbers, nearPatterns, shiftDate } from "./literals.ts";

test.each([
  ["60", ["61", "59"]],
  ["0.5", ["0.6", "0.4"]],
  ["2.50", ["2.51", "2.49"]],
  ["x", []],
])("the numbers beside %s are one step of the last digit away", (text, near) => {
  expect(nearNumbers(text)).toEqual(near);
});

test("the days beside a date cross months and years", () => {
  expect(nearDates("2024-12-31")).toEqual(["2025-01-01", "2024-12-30"]);
  expect(shiftDate("2024-02-28", 1)).toBe("2024-02-29");
  expect(shiftDate("no date", 1)).toBe("no date");
});

test("patterns beside a pattern are wider, or have the next number", () => {
  expect(nearPatterns("2025%")).toEqual(["%2025%", "2026%"]);
  expect(nearPatterns("%School%")).toEqual(["School"]);
  expect(nearPatterns("2025-09%")).toContain("2025-10%");
  expect(nearPatterns("%")).toEqual([]);
});

test("a pattern of a year or a month turns at its first and last day", () => {
  expect(datesOfPattern("2025%")).toEqual(["2025-01-01", "2024-12-31", "2025-12-31", "2026-01-01"]);
  expect(datesOfPattern("2024-02%")).toEqual([
    "2024-02-01",
    "2024-01-31",
    "2024-02-29",
    "2024-03-01",
  ]);
  expect(datesOfPattern("%2025%")).toEqual([]);
});
