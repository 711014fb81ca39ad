import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSpiderItems } from "../spider.ts";
import { datasetStats, setStats, sideOf } from "./dataset.ts";
import { distributionOf } from "./distribution.ts";
import { readSpiderSchemas } from "./spider-schemas.ts";
import { spiderTrain } from "./question-sets.ts";

const item = (dbId: string, question: string, query: string) => ({ db_id: dbId, question, query });
const train = [
  item("shop", "How many?", "SELECT count(*) FROM item"),
  item("shop", "How many items?", "SELECT count( * ) FROM item"),
  item("zoo", "Names?", "SELECT name FROM animal ORDER BY name"),
];

test.each([
  ["train_spider.json", "train"],
  ["dev_A.json", "dev"],
  ["spider-test.json", "dev"],
  ["latest.json", "train"],
  ["validation.json", "dev"],
])("%s is for %s", (name, side) => {
  expect(sideOf(name)).toBe(side);
});

test("databases on both sides are found; with one side there is nothing to say", () => {
  const dev = [item("zoo", "How many animals?", "SELECT count(*) FROM animal")];
  const shared = (items: typeof dev) =>
    datasetStats([
      { name: "train.json", items: train },
      { name: "dev.json", items },
    ]).sharedDatabases;
  expect(shared(dev)).toEqual(["zoo"]);
  expect(shared([{ ...dev[0], db_id: "farm" }])).toEqual([]);
  expect(datasetStats([{ name: "train.json", items: train }]).sharedDatabases).toBeNull();
});

test("a file is counted by query, hardness, feature and database; what does not parse is said", () => {
  const stats = setStats([...train, item("zoo", "?", "SELECT FROM (")]);
  expect(stats).toMatchObject({
    n: 4,
    templates: 3,
    hardness: { easy: 3, unparsed: 1 },
    features: { aggregate: 2, order: 1 },
    databases: { shop: 2, zoo: 2 },
    duplicates: { sameSql: 1 },
  });
  expect(stats).not.toHaveProperty("hardnessDiffers");
  expect(setStats([{ ...train[0], hardness: "hard" }]).hardnessDiffers).toBe(1);
});

const folder = join(process.env.T2S_DATA ?? "", "spider");
describe.skipIf(!existsSync(folder) || process.env.T2S_DATA === undefined)(
  "Spider (T2S_DATA)",
  () => {
    const read = (name: string) => readSpiderItems(join(folder, name));

    test("train and dev share no database, and dev's hardness is the official one, item by item", () => {
      const names = ["train_spider.json", "train_others.json", "dev_A.json"];
      const stats = datasetStats(
        names.map((name) => ({ name, items: read(name) })),
        readSpiderSchemas(join(folder, "tables.json")),
      );
      expect(stats.sharedDatabases).toEqual([]);
      expect(stats.unknownDatabases).toEqual([]);
      expect(stats.files.map(({ n }) => n)).toEqual([7000, 1659, 507]);
      expect(stats.files[2]).toMatchObject({
        hardness: { easy: 116, medium: 226, hard: 89, extra: 76 },
        hardnessDiffers: 0,
      });
      const concerts = stats.databases.find(({ dbId }) => dbId === "concert_singer");
      expect(concerts?.tables).toEqual({ all: 4, used: 4 });
    });

    test("the table of Spider train is what its script computes", () => {
      const items = read("train_spider.json");
      const questions = items.map(({ question = "" }) => question);
      expect(distributionOf(setStats(items), questions)).toEqual(spiderTrain);
    });
  },
);
