import { expect, test } from "vitest";
import { pairBirdFiles, pairSpiderFiles } from "./official-files.ts";

test("Spider's lines are paired by position; a blank prediction stays, an end of a dialogue does not", () => {
  const gold = "SELECT 1\tshop\nSELECT 2\tshop\n\nSELECT 3\tcars\n";
  expect(pairSpiderFiles(gold, " SELECT 1 \tshop\n\n\nSELECT 4\n")).toEqual([
    { goldSql: "SELECT 1", dbId: "shop", predictedSql: "SELECT 1" },
    { goldSql: "SELECT 2", dbId: "shop", predictedSql: "" },
    { goldSql: "SELECT 3", dbId: "cars", predictedSql: "SELECT 4" },
  ]);
});

test.each([
  ["SELECT 1\tshop\nSELECT 2\tshop", "SELECT 1", /1 predictions for 2 gold lines/],
  ["SELECT 1\tshop\n\nSELECT 2\tshop", "SELECT 1\nSELECT 2\nSELECT 3", /line 2/],
  ["SELECT 1", "SELECT 1", /line 1 of the gold has no database/],
])("%j with %j is refused", (gold, predicted, message) => {
  expect(() => pairSpiderFiles(gold, predicted)).toThrow(message);
});

test("BIRD's values are paired in the order of the file, whatever their keys", () => {
  const gold = ["SELECT 1", "SELECT 2", "SELECT 3", "SELECT 4"].map((sql) => `${sql}\tshop`);
  const predictions = `{"10": "SELECT \\"a:b\\"\\t----- bird -----\\tshop", "9": " SELECT b ",
    "2": 0, "1": "\\t----- bird -----\\tshop"}`;
  expect(
    pairBirdFiles(gold.join("\n"), predictions).map(({ predictedSql }) => predictedSql),
  ).toEqual(['SELECT "a:b"', "SELECT b", "", ""]);
});

test.each([
  ["[]", /not a JSON object/],
  ['{"0": {"sql": "SELECT 1"}}', /not a JSON object/],
  ["SELECT 1", /not JSON/],
  ["{}", /0 predictions for 1 gold lines/],
])("%s is refused", (json, message) => {
  expect(() => pairBirdFiles("SELECT 1\tshop", json)).toThrow(message);
});
