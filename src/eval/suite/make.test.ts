import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../../base/errors.ts";
import { silent } from "../../base/progress.ts";
import { readSpiderItems, spiderDatabaseFile } from "../../data/spider.ts";
import { createExecutor, type Executor } from "../../db/executor.ts";
import { createStrictScorer } from "../strict.ts";
import { makeSuite } from "./make.ts";
import { shopGolds, writeShop } from "../../../test/fixtures/shop-database.ts";
import { readSuite, type Suite, suiteFiles, suitesIn } from "./suite-file.ts";
import { suiteText } from "./suite-text.ts";

const file = writeShop();
const folder = dirname(dirname(file));
const sourceBytes = readFileSync(file);
const job = (out: string) => ({ file, dbId: "shop", golds: shopGolds, out: join(folder, out) });
const options = { workers: 1, seed: 3 };
let executor: Executor;
let suite: Suite;

beforeAll(async () => {
  executor = createExecutor({ workers: 1 });
  suite = await makeSuite(job("a"), options);
});
afterAll(async () => {
  await executor.close();
  rmSync(folder, { recursive: true });
});

test("a few databases tell nearly all neighbours from their golds, far more than the source alone", () => {
  expect(suite.golds).toBe(shopGolds.length);
  expect(suite.killShare).toBeGreaterThan(0.95);
  expect(suite.killShare).toBeGreaterThan(suite.sourceKillShare);
  expect(suite.databases.length).toBeLessThanOrEqual(10);
  expect(suite.survivors).toHaveLength(suite.neighbours - suite.killed);
  expect(suiteText(suite, "suites/shop")).toContain(`${suite.killed} of ${suite.neighbours}`);
});

test("the source is not touched, its copy and the perturbed databases lie side by side", () => {
  expect(readFileSync(file).equals(sourceBytes)).toBe(true);
  expect(suitesIn(job("a").out)).toEqual(["shop"]);
  expect(readdirSync(join(job("a").out, "shop")).sort()).toEqual(
    ["shop.sqlite", "suite.json", ...suite.databases.slice(1).map((one) => one.file)].sort(),
  );
});

test("strict mode over the suite agrees: golds pass, survivors and proven-equal neighbours too", async () => {
  const scorer = createStrictScorer(executor);
  const files = suiteFiles(job("a").out, "shop");
  for (const gold of shopGolds) expect((await scorer.score(files, gold, gold)).verdict).toBe(1);
  for (const { gold, neighbour } of [...suite.survivors, ...suite.provenEqual])
    expect([(await scorer.score(files, gold, neighbour)).verdict, neighbour]).toEqual([
      1,
      neighbour,
    ]);
});

test("made again from the same, nothing is done; from other golds, it is made anew", async () => {
  const steps: string[] = [];
  const progress = { ...silent, step: (title: string) => void steps.push(title) };
  expect(await makeSuite(job("a"), { ...options, progress })).toEqual(suite);
  expect(steps).toEqual([]);
  const fewer = { ...job("b"), golds: shopGolds.slice(0, 2) };
  const first = await makeSuite(fewer, options);
  const second = await makeSuite({ ...fewer, golds: shopGolds.slice(0, 3) }, options);
  expect(second.key).not.toBe(first.key);
  expect(readSuite(fewer.out, "shop").golds).toBe(3);
});

test("a run that was stopped goes on where it was and ends with the same suite", async () => {
  const abort = new AbortController();
  const progress = {
    ...silent,
    update: (_: number, __: number, detail = "") =>
      detail.endsWith("left") ? abort.abort(new UserError("stopped", "stopped")) : undefined,
  };
  const stopped = makeSuite(job("c"), { ...options, progress, signal: abort.signal });
  await expect(stopped).rejects.toMatchObject({ code: "stopped" });
  expect(existsSync(join(job("c").out, "shop", "suite.json"))).toBe(false);
  const { seconds: _, ...finished } = await makeSuite(job("c"), options);
  const { seconds: __, ...whole } = suite;
  expect(finished).toEqual(whole);
});

test("when the time is over, what was found is a suite, and the next run goes on", async () => {
  const early = await makeSuite(job("d"), { ...options, minutes: 1e-9 });
  expect(early.isComplete).toBe(false);
  expect(early.killed).toBe(0);
  expect((await makeSuite(job("d"), options)).killed).toBe(suite.killed);
});

test("databases of others in the folder are refused, golds without neighbours too", async () => {
  const own = { ...job("e"), out: folder };
  writeFileSync(join(folder, "shop", "other.sqlite"), "");
  await expect(makeSuite(own, options)).rejects.toMatchObject({ code: "usage" });
  const none = { ...job("f"), golds: ["DELETE FROM customer", "SELECT random()"] };
  await expect(makeSuite(none, options)).rejects.toMatchObject({ code: "data-invalid" });
});

const data = process.env.T2S_DATA;
describe.skipIf(!data)("on Spider's databases (needs T2S_DATA)", () => {
  test.each(["concert_singer", "pets_1"])(
    "%s: no proof of equality is wrong",
    async (dbId) => {
      const spider = join(data ?? "", "spider");
      const items = readSpiderItems(join(spider, "dev_A.json")).filter(
        (item) => item.db_id === dbId,
      );
      const out = join(folder, "spider");
      const source = spiderDatabaseFile(join(spider, "database"), dbId);
      const golds = items.map(({ query }) => query);
      const made = await makeSuite({ file: source, dbId, golds, out }, options);
      expect(made.killShare).toBeGreaterThan(0.9);
      const scorer = createStrictScorer(executor);
      const files = suiteFiles(out, dbId);
      for (const { gold, neighbour } of made.provenEqual)
        expect([(await scorer.score(files, gold, neighbour)).verdict, neighbour]).toEqual([
          1,
          neighbour,
        ]);
    },
    60_000,
  );
});
