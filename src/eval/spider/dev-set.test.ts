/**
 * Verdicts of the official script itself on the first 507 items of Spider's dev set, for 47 files of predictions: exact
 * set matches, predictions that parse, and the first digits of the SHA-256 of all verdicts as a string of 0 and 1.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type ExactMatch,
  foreignKeyMap,
  parseSpiderSql,
  PARTS,
  readSpiderSchema,
  scoreExactMatch,
  spiderHardness,
  type TablesEntry,
} from "./index.ts";

const data = process.env.T2S_DATA;
const spider = join(data ?? "", "spider");

const PREDICTIONS: readonly (readonly [string, number, number, string])[] = [
  ["c3_chatgpt", 216, 397, "35af2408"],
  ["codes_15b", 399, 505, "7bb18b6c"],
  ["codes_1b", 354, 494, "db95e685"],
  ["codes_3b", 385, 507, "7339af17"],
  ["codes_7b", 401, 504, "99e52ea2"],
  ["dail_gpt4", 347, 481, "c1b2ee45"],
  ["dail_gpt4_sc", 346, 480, "1869a0f6"],
  ["dbgpt_hub_lora", 289, 450, "06406981"],
  ["din_codex_codex_few-shot", 246, 444, "858603b7"],
  ["din_codex_din-sql", 284, 488, "cac64174"],
  ["din_gpt4_results_din-sql", 289, 480, "5d5cb3f0"],
  ["din_gpt4_results_gpt4_few_shot", 259, 464, "a328230b"],
  ["din_gpt4_results_gpt4_zero_shot", 188, 327, "19ec681f"],
  ["graphix_t5", 394, 503, "02ae9e47"],
];

const EXTERNAL_RUNS: typeof PREDICTIONS = [
  ["Agent__Qwen__Qwen2.5-Coder-7B-Instruct", 218, 296, "97bd8f08"],
  ["Base__DeepSeek__DeepSeek-R1-70B", 139, 230, "df156599"],
  ["Base__DeepSeek__DeepSeek-R1", 150, 193, "27179a6a"],
  ["Base__Qwen__Qwen2.5-72B-Instruct", 186, 282, "87888299"],
  ["Base__Qwen__Qwen2.5-Coder-32B-Instruct", 280, 392, "d2544408"],
  ["Base__Qwen__Qwen2.5-Coder-7B-Instruct", 253, 331, "8b0e1134"],
  ["Base__Qwen__Qwen3-8B", 235, 304, "6f7957cc"],
  ["CoT__Qwen__Qwen2-72B-Instruct", 191, 305, "b1465f56"],
  ["CoT__Qwen__Qwen2.5-Coder-7B-Instruct", 193, 275, "ea2831aa"],
  ["Rule__Qwen__Qwen2.5-Coder-7B-Instruct", 246, 350, "1389fa71"],
  ["SketchRetriever__Qwen__Qwen2.5-Coder-7B-Instruct", 180, 252, "f8c49564"],
  ["Vote__Qwen__Qwen2.5-Coder-7B-Instruct", 238, 320, "41179abb"],
];

const WITHOUT_VALUES: typeof PREDICTIONS = [
  ["dev_1", 224, 395, "4b200c2e"],
  ["dev_2", 280, 507, "b43a0f68"],
  ["dev_3", 202, 507, "4e49dc5a"],
  ["dev_4", 304, 507, "96829eea"],
  ["dev_5", 300, 507, "f1ab0780"],
  ["dev_6", 345, 507, "89e8ad02"],
  ["dev_7", 327, 507, "d68d5315"],
  ["dev_8", 268, 507, "88881aa9"],
  ["dev_9", 312, 507, "f467fbca"],
  ["dev_10", 339, 494, "19890ed2"],
  ["dev_11", 277, 507, "c1b6d481"],
  ["dev_12", 308, 502, "f73d2d67"],
  ["dev_13", 198, 503, "845d05f7"],
  ["dev_14", 324, 507, "289df059"],
  ["dev_15", 323, 507, "e16fcf94"],
  ["dev_16", 305, 507, "f33cd10c"],
  ["dev_17", 294, 504, "59b14f7c"],
  ["dev_18", 281, 505, "38bfe8c6"],
  ["dev_19", 322, 507, "cbf10b0e"],
  ["dev_20", 340, 507, "475e85c3"],
  ["dev_21", 368, 495, "db8c903e"],
];

describe.skipIf(data === undefined)("Spider's dev set (needs T2S_DATA)", () => {
  const golds = data === undefined ? [] : readJson<Gold[]>("dev_A.json");
  const tables = data === undefined ? [] : readJson<TablesEntry[]>("tables.json");
  const foreignKeys = new Map(tables.map((entry) => [entry.db_id, foreignKeyMap(entry)]));
  const schemas = new Map(
    [...new Set(golds.map(({ db_id }) => db_id))].map((dbId) => [
      dbId,
      readSpiderSchema(join(spider, "database", dbId, `${dbId}.sqlite`)),
    ]),
  );
  const schemaOf = (dbId: string) => schemas.get(dbId)!;
  const scoreAll = (predictions: readonly string[]): ExactMatch[] =>
    golds.map(({ db_id, query }, i) =>
      scoreExactMatch(query, predictions[i], schemaOf(db_id), foreignKeys.get(db_id)!),
    );

  test("all 507 golds have their official hardness", () => {
    const found = golds.map(({ db_id, query }) =>
      spiderHardness(parseSpiderSql(query, schemaOf(db_id))),
    );
    expect(found).toEqual(golds.map(({ hardness }) => hardness));
    const counts = ["easy", "medium", "hard", "extra"].map(
      (wanted) => found.filter((hardness) => hardness === wanted).length,
    );
    expect(counts).toEqual([116, 226, 89, 76]);
  });

  test("every gold equals itself", () => {
    expect(summaryOf(scoreAll(golds.map(({ query }) => query))).slice(0, 2)).toEqual([507, 507]);
  });

  test.each(PREDICTIONS)("%s: %i right, %i parsed", (name, ...expected) => {
    expect(summaryOf(scoreAll(readLines(`predictions/${name}.sql`)))).toEqual(expected);
  });

  test.each(EXTERNAL_RUNS)("%s: %i right, %i parsed", (name, ...expected) => {
    const run = readJson<{ pred: string }[]>(`predictions_external_eval/${name}.json`);
    expect(summaryOf(scoreAll(run.map(({ pred }) => pred)))).toEqual(expected);
  });

  test.each(WITHOUT_VALUES)("%s: %i right, %i parsed", (name, ...expected) => {
    expect(summaryOf(scoreAll(readLines(`predictions_novalue/${name}.txt`)))).toEqual(expected);
  });

  test.each([
    ["codes_1b", [456, 465, 451, 459, 478, 468, 485, 493, 482, 456]],
    ["c3_chatgpt", [342, 350, 395, 401, 419, 404, 451, 486, 476, 349]],
  ])("the ten parts of %s", (name, expected) => {
    const items = scoreAll(readLines(`predictions/${name}.sql`));
    const counts = PARTS.map(
      (part) => items.filter(({ parts }) => parts?.[part].score === 1).length,
    );
    expect(counts).toEqual(expected);
  });
});

type Gold = { readonly db_id: string; readonly query: string; readonly hardness: string };

function readJson<Content>(path: string): Content {
  return JSON.parse(readFileSync(join(spider, path), "utf8")) as Content;
}

const readLines = (path: string): string[] =>
  readFileSync(join(spider, path), "utf8").trimEnd().split("\n");

function summaryOf(items: readonly ExactMatch[]): [number, number, string] {
  const verdicts = items.map(({ verdict }) => verdict);
  return [
    verdicts.filter((verdict) => verdict === 1).length,
    items.filter(({ reason }) => reason !== "unparsed").length,
    createHash("sha256").update(verdicts.join("")).digest("hex").slice(0, 8),
  ];
}
