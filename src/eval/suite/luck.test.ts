import { expect, test } from "vitest";
import type { StrictScore } from "../strict.ts";
import { luckOf, suiteVerdict } from "./luck.ts";

const score = (part: Partial<StrictScore>): StrictScore => ({
  verdict: 0,
  reason: "values",
  flags: [],
  msGold: 0,
  msPredicted: 0,
  ...part,
});
const files = ["shop.sqlite", "suite-01.sqlite"];

test("an answer that fails on another database than the first was luck", () => {
  const verdicts = [
    score({ verdict: 1, reason: "ok" }),
    score({ file: "suite-01.sqlite" }),
    score({ file: "shop.sqlite" }),
    score({ reason: "gold-invalid", file: "shop.sqlite" }),
  ].map((one) => suiteVerdict(one, files));
  expect(verdicts).toEqual([
    { alone: 1, suite: 1 },
    { alone: 1, suite: 0 },
    { alone: 0, suite: 0 },
    undefined,
  ]);
  expect(luckOf(verdicts)).toEqual({ n: 3, right: 2, lucky: 1 });
});
