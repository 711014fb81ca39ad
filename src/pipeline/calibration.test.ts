/** A calibration is kept with the run, and used where answers are given as they were when it was fitted. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { exampleOf, predictFrom } from "../../test/fixtures/examples.ts";
import { makeShopProject } from "../../test/fixtures/shop-project.ts";
import { silent } from "../base/progress.ts";
import type { ScoredItem } from "../eval/evaluate.ts";
import { CALIBRATION_FILE, calibrated, keepCalibration } from "./calibration.ts";
import { readConfig } from "./config.ts";
import { projectAt } from "./project.ts";
import { runFolderOf } from "./stages/train.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-calibration-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const project = projectAt(makeShopProject(folder, "train.start: none\n", []));
const config = readConfig(project.folder);
const context = { project, config, progress: silent };
const predict = predictFrom({ "How many?": "SELECT count(*) FROM customer" });

const itemOf = (index: number, verdict: 0 | 1, isRefusal: boolean): ScoredItem => {
  const { kind, hardness, shapeId } = exampleOf(String(index), "q", isRefusal ? "" : "SELECT 1");
  return {
    id: String(index),
    question: "q",
    kind,
    hardness,
    shapeId,
    goldSql: "",
    completion: "",
    verdict,
    reason: "",
    didNotRun: false,
    hasUnknownNames: false,
    tokens: 1,
    ms: 1,
    ...(isRefusal ? { predictedRefusal: "no" } : { predictedSql: "SELECT 1" }),
    confidence: verdict === 1 ? 0.9 : 0.1,
    support: 0.5,
  };
};
const items = Array.from({ length: 40 }, (_, i) => itemOf(i, i % 3 === 0 ? 0 : 1, i % 4 === 0));

const probabilityOf = async (on = context) => {
  const [{ probabilityRight }] = await (await calibrated(on, predict))(["How many?"]);
  return probabilityRight;
};

test("without a calibration predictions are as they were", async () => {
  expect(await calibrated(context, predict)).toBe(predict);
});

test("of too few questions none is made", async () => {
  expect(await keepCalibration(context, items.slice(0, 10))).toBeUndefined();
});

test("one that was fitted is kept with the run, and tells how probably an answer is right", async () => {
  const calibration = await keepCalibration(context, items);
  const file = join(await runFolderOf(context), CALIBRATION_FILE);
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ calibration });
  expect(calibration?.confidence).toBeGreaterThan(0);
  expect(await probabilityOf()).toBeGreaterThan(0.5);
});

test("answers that are given otherwise are not told by it", async () => {
  const greedy = { ...context, config: { ...config, "predict.decode": "greedy" } };
  expect(await probabilityOf(greedy)).toBeUndefined();
});

test("where the questions have become too few, the earlier one goes", async () => {
  expect(await keepCalibration(context, items.slice(0, 10))).toBeUndefined();
  expect(await calibrated(context, predict)).toBe(predict);
});

test("a damaged one is an error with its file's name", async () => {
  const file = join(await runFolderOf(context), CALIBRATION_FILE);
  writeFileSync(file, '{"calibration":');
  await expect(calibrated(context, predict)).rejects.toMatchObject({
    code: "file-damaged",
    message: expect.stringContaining(file),
  });
});
