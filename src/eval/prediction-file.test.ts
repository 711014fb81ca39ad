import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createExecutor, type Executor } from "../db/executor.ts";
import { scorePredictionFile } from "./prediction-file.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-predictions-"));
let executor: Executor;

beforeAll(() => {
  mkdirSync(join(folder, "shop"));
  const connection = new DatabaseSync(join(folder, "shop", "shop.sqlite"));
  connection.exec(
    "CREATE TABLE item (id INTEGER, name TEXT); INSERT INTO item VALUES (1, 'a'), (2, 'b')",
  );
  connection.close();
  executor = createExecutor({ workers: 2 });
});
afterAll(async () => {
  await executor.close();
  rmSync(folder, { recursive: true, force: true });
});

function files(golds: readonly string[], lines: string, dbId = "shop") {
  const gold = join(folder, "gold.json");
  const predictions = join(folder, "predicted.sql");
  writeFileSync(
    gold,
    JSON.stringify(golds.map((query) => ({ db_id: dbId, question: "?", query }))),
  );
  writeFileSync(predictions, lines);
  return { gold, predictions, databases: folder };
}

test("every line is scored against its gold, with the class of its error", async () => {
  const golds = [
    "SELECT name FROM item",
    "SELECT count(*) FROM item",
    "SELECT id FROM item ORDER BY id",
  ];
  const report = await scorePredictionFile(
    files(
      [...golds, ...golds, "SELECT nothing FROM item", golds[0]],
      [
        "SELECT name FROM item\tshop",
        "SELECT 3",
        "SELECT id FROM item ORDER BY id DESC",
        "-- cannot answer: no such table",
        "SELECT count(*) FROM items",
        "SELECT id FROM",
        "SELECT 1",
        "",
        "",
      ].join("\n"),
    ),
    { executor },
  );
  expect(report.n).toBe(7);
  expect(report.items.map(({ verdicts }) => verdicts.strict)).toEqual([1, 0, 0, 0, 0, 0, null, 0]);
  expect(report.items.map(({ errorClass }) => errorClass)).toEqual([
    null,
    "values",
    "row-order",
    "refused",
    "unknown-names",
    "exec-error",
    null,
    "empty-sql",
  ]);
  expect(report.items[0]).toEqual({
    index: 0,
    dbId: "shop",
    hardness: "easy",
    verdicts: { strict: 1 },
    errorClass: null,
    flags: [],
  });
  expect(report.modes.strict).toMatchObject({ score: 1 / 7, goldInvalid: 1, vacuous: 0 });
});

test.each([
  ["too few lines", ["SELECT 1", "SELECT 2"], "SELECT 1\n", "shop", /1 lines; the gold has 2/],
  ["an unknown database", ["SELECT 1"], "SELECT 1\n", "nowhere", /there is no .*nowhere.sqlite/],
  ["no gold", [], "", "shop", /no list/],
])("%s is refused", async (_name, golds, lines, dbId, message) => {
  await expect(scorePredictionFile(files(golds, lines, dbId), { executor })).rejects.toThrow(
    message,
  );
});

test("a gold file of another form is refused by item", async () => {
  const chosen = files(["SELECT 1"], "SELECT 1\n");
  writeFileSync(chosen.gold, '[{"db_id": "shop", "SQL": "SELECT 1"}]');
  await expect(scorePredictionFile(chosen, { executor })).rejects.toThrow(/item 0 lacks/);
});

/** Totals of an independent prototype of the same rules, on the first 507 items of Spider's dev set. */
const data = process.env.T2S_DATA;
describe.skipIf(data === undefined)("on Spider's dev set (needs T2S_DATA)", () => {
  const spider = join(data ?? "", "spider");
  const gold = join(spider, "dev_A.json");
  const databases = join(spider, "database");

  test("gold against gold is right in all 507, of which 46 are empty", async () => {
    const golds = JSON.parse(readFileSync(gold, "utf8")) as { query: string }[];
    const predictions = join(folder, "gold.sql");
    writeFileSync(
      predictions,
      golds.map(({ query }) => `${query.replace(/\s+/g, " ")}\n`).join(""),
    );
    const report = await scorePredictionFile({ gold, predictions, databases }, { executor });
    const withFlag = (flag: string) =>
      report.items.filter(({ flags }) => (flags as readonly string[]).includes(flag));
    expect(report).toMatchObject({ n: 507, modes: { strict: { score: 1, vacuous: 46 } } });
    expect(withFlag("order-unverified").map(({ index }) => index)).toEqual([483, 484]);
    expect(withFlag("tie-dependent-gold")).toHaveLength(24);
  });

  test.each([
    ["codes_1b", 406, 391],
    ["c3_chatgpt", 422, 394],
  ])("%s is right in %i, in %i with the gold's column order", async (name, right, sameOrder) => {
    const predictions = join(spider, "predictions", `${name}.sql`);
    const report = await scorePredictionFile({ gold, predictions, databases }, { executor });
    const { score, sameColumnOrder } = report.modes.strict;
    expect([Math.round(score * 507), Math.round(sameColumnOrder * 507)]).toEqual([
      right,
      sameOrder,
    ]);
  });
});
