import { describe, expect, test } from "vitest";
import { rewardOf, timeRatios } from "./bird-reward.ts";

const times = (count: number, ...values: number[]): number[] =>
  Array.from({ length: count }, () => values).flat();

describe("the reward of a right prediction", () => {
  test.each([
    ["all ratios equal: nothing is kept", times(100, 1), 0],
    ["half at 0.5, half at 1.5", times(50, 0.5, 1.5), 1],
    ["an outlier above a mean of 1", [...times(99, 1), 50], 1],
    ["an outlier above a mean of 0.9", [...times(99, 0.9), 50], 0.75],
    ["twice as fast as the gold", times(50, 1.9, 2.1), 1.25],
    ["five times as slow", times(50, 0.1, 0.3), 0.25],
    ["half as fast", times(50, 0.2, 0.4), 0.5],
    ["no round", [], 0],
  ])("%s", (_name, ratios, reward) => expect(rewardOf(ratios)).toBe(reward));
});

test("rounds time the prediction, then the gold", () => {
  const calls: string[] = [];
  const timed = (name: string, ms: number) => () => {
    calls.push(name);
    return ms;
  };
  expect(timeRatios(2, timed("predicted", 2), timed("gold", 3))).toEqual([1.5, 1.5]);
  expect(calls).toEqual(["predicted", "gold", "predicted", "gold"]);
});
