import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FileReport, scoreFile, scoreFiles } from "./score-file.ts";
import { makeSuite } from "./suite/make.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-predictions-"));

beforeAll(() => {
  mkdirSync(join(folder, "shop"));
  const connection = new DatabaseSync(join(folder, "shop", "shop.sqlite"));
  connection.exec(
    "CREATE TABLE item (id INTEGER, name TEXT); INSERT INTO item VALUES (1, 'a'), (2, 'b')",
  );
  connection.close();
});
afterAll(() => {
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
  const report = await scoreFile(
    files(
      [...golds, ...golds, "SELECT nothing FROM item", golds[0]],
      [
        "SELECT name FROM item\tshop",
        "SELECT sum(id) FROM item",
        "SELECT id FROM item ORDER BY id DESC",
        "-- cannot answer: no such table",
        "SELECT count(*) FROM items",
        "SELECT id FROM",
        "SELECT 1",
        "",
        "",
      ].join("\n"),
    ),
    { modes: ["strict", "spider-ex"] },
  );
  expect(report.n).toBe(7);
  expect(report.items.map(({ verdicts }) => verdicts.strict)).toEqual([1, 0, 0, 0, 0, 0, null, 0]);
  expect(report.items.map(({ reasons }) => reasons["spider-ex"])).toEqual([
    "ok",
    "values",
    "row-order",
    "refused",
    "exec-error",
    "exec-error",
    "gold-invalid",
    "official-crash",
  ]);
  expect(report.items.map((item) => item.errorClass)).toEqual([
    null,
    "wrong-aggregate",
    "wrong-ordering",
    "refused",
    "unknown-table",
    "does-not-parse",
    null,
    "empty",
  ]);
  const { ms, ...first } = report.items[0];
  expect(Object.keys(ms)).toEqual(["strict", "spider-ex"]);
  expect(first).toEqual({
    index: 0,
    id: "0",
    dbId: "shop",
    question: "?",
    hardness: "easy",
    goldSql: golds[0],
    predictedSql: golds[0],
    verdicts: { strict: 1, "spider-ex": 1 },
    reasons: { strict: "ok", "spider-ex": "ok" },
    flags: [],
    errorClass: null,
    differences: [],
    disagreement: {},
  });
  expect(report.modes.strict).toMatchObject({ n: 7, score: 1 / 7, goldInvalid: 1, vacuous: 0 });
  expect(report.modes["spider-ex"]).toMatchObject({ score: 1 / 7, officialCrash: 1 });
  expect(report.golds.counts).toMatchObject({ fails: 1, same: 4 });
  expect(report.conditions).toMatchObject({ SQLite: process.versions.sqlite, blank: 1 });
  expect(report.conditions.databases.shop).toMatch(/^[0-9a-f]{64}$/);
});

test("a question to refuse is right when it is refused, in every mode", async () => {
  const gold = join(folder, "pairs.jsonl");
  const predictions = join(folder, "refusals.sql");
  const pair = { dbId: "shop", question: "Who painted it?", refusal: "no table of painters" };
  writeFileSync(gold, ["a", "b"].map((id) => JSON.stringify({ id, ...pair })).join("\n"));
  writeFileSync(predictions, "-- cannot answer: no table of painters\nSELECT 1\n");
  const modes = ["strict", "spider-ex", "bird-ex", "bird-softf1", "bird-rves"] as const;
  const report = await scoreFile({ gold, predictions, databases: folder }, { modes });
  for (const mode of modes)
    expect(report.items.map(({ verdicts }) => verdicts[mode])).toEqual([1, 0]);
  expect(report.items[1].errorClass).toBe("not-refused");
});

test("several answers to one gold are scored as each is alone", async () => {
  const gold = join(folder, "gold.json");
  writeFileSync(gold, JSON.stringify([{ db_id: "shop", query: "SELECT name FROM item" }]));
  const answers = ["SELECT name FROM item", "SELECT id FROM item"].map((sql) => [{ sql }]);
  const options = { modes: ["strict"] } as const;
  const together = await scoreFiles({ gold, databases: folder }, answers, options);
  const alone = await Promise.all(
    answers.map((predictions) => scoreFile({ gold, predictions, databases: folder }, options)),
  );
  const untimed = ({ items, ...rest }: FileReport) => ({
    ...rest,
    items: items.map((item) => ({ ...item, ms: {} })),
  });
  expect(together.map(({ modes }) => modes.strict?.score)).toEqual([1, 0]);
  expect(together.map(untimed)).toEqual(alone.map(untimed));
});

test("items of BIRD are grouped by the difficulty that their file names", async () => {
  const gold = join(folder, "bird.json");
  const levels = ["simple", "challenging", undefined];
  const items = levels.map((difficulty, i) => ({
    question_id: i,
    db_id: "shop",
    SQL: "SELECT name FROM item",
    difficulty,
  }));
  writeFileSync(gold, JSON.stringify(items));
  const predictions = levels.map(() => ({ sql: "SELECT name FROM item" }));
  const report = await scoreFile({ gold, predictions, databases: folder }, { modes: ["bird-ex"] });
  expect(report.modes["bird-ex"]?.byHardness).toEqual({
    simple: { n: 1, score: 1 },
    challenging: { n: 1, score: 1 },
    easy: { n: 1, score: 1 },
  });
});

test("confidence stays with its item", async () => {
  const chosen = files(["SELECT 1", "SELECT 2"], "");
  const predictions = join(folder, "sure.json");
  const sure = [{ sql: "SELECT 1", confidence: 0.75 }, { sql: "SELECT 3" }];
  writeFileSync(predictions, JSON.stringify(sure));
  const report = await scoreFile({ ...chosen, predictions }, { modes: ["strict"] });
  expect(report.items.map(({ confidence }) => confidence)).toEqual([0.75, undefined]);
});

test("where strict and an official mode disagree, the rule that makes it is named", async () => {
  const chosen = files(["SELECT DISTINCT 1 FROM item"], "SELECT 1 FROM item\n");
  const report = await scoreFile(chosen, { modes: ["strict", "spider-ex", "bird-ex"] });
  expect(report.items[0].verdicts).toEqual({ strict: 0, "spider-ex": 1, "bird-ex": 1 });
  expect(report.items[0].disagreement).toEqual({
    "spider-ex": ["distinct"],
    "bird-ex": ["distinct"],
  });
});

test("with a suite, an answer that is right on the given database alone is luck", async () => {
  const chosen = files(
    ["SELECT name FROM item WHERE id > 1", "SELECT name FROM item WHERE id > 1"],
    "SELECT name FROM item WHERE id = 2\nSELECT name FROM item WHERE 1 < id\n",
  );
  const suite = join(folder, "suite");
  const { databases } = chosen;
  await makeSuite(
    {
      file: join(databases, "shop", "shop.sqlite"),
      dbId: "shop",
      golds: ["SELECT name FROM item WHERE id > 1"],
      out: suite,
    },
    { databasesMax: 4 },
  );
  const report = await scoreFile({ ...chosen, suite }, { modes: ["strict"] });
  expect(report.suite).toEqual({ n: 2, right: 2, lucky: 1 });
  expect(report.items.map(({ isLucky }) => isLucky)).toEqual([true, false]);
});

test("exact match needs the tables file, and says so", async () => {
  const chosen = files(["SELECT 1"], "SELECT 1\n");
  await expect(scoreFile(chosen, { modes: ["spider-em"] })).rejects.toThrow(/--tables/);
});

test.each([
  [
    "too few lines",
    ["SELECT 1", "SELECT 2"],
    "SELECT 1\n",
    "shop",
    /1 line, 1 too few; the gold has 2/,
  ],
  ["an unknown database", ["SELECT 1"], "SELECT 1\n", "nowhere", /there is no .*nowhere.sqlite/],
  ["no gold", [], "", "shop", /no list/],
])("%s is refused", async (_name, golds, lines, dbId, message) => {
  await expect(scoreFile(files(golds, lines, dbId), { modes: ["strict"] })).rejects.toThrow(
    message,
  );
});

test("a gold file of another form is refused by item", async () => {
  const chosen = files(["SELECT 1"], "SELECT 1\n");
  writeFileSync(chosen.gold, '[{"db_id": "shop", "text": "SELECT 1"}]');
  await expect(scoreFile(chosen, { modes: ["strict"] })).rejects.toThrow(/item 0 lacks/);
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
    const report = await scoreFile({ gold, predictions, databases }, { modes: ["strict"] });
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
    const report = await scoreFile({ gold, predictions, databases }, { modes: ["strict"] });
    const { score = 0, sameColumnOrder = 0 } = report.modes.strict ?? {};
    expect([Math.round(score * 507), Math.round(sameColumnOrder * 507)]).toEqual([
      right,
      sameOrder,
    ]);
  });

  test("all modes at once agree with the published figures", async () => {
    const predictions = join(spider, "predictions", "codes_1b.sql");
    const tables = join(spider, "tables.json");
    const report = await scoreFile(
      { gold, predictions, databases, tables },
      { modes: ["strict", "spider-ex", "spider-em", "bird-ex", "bird-softf1"] },
    );
    const right = (mode: "strict" | "spider-ex" | "spider-em" | "bird-ex") =>
      Math.round((report.modes[mode]?.score ?? 0) * 507);
    expect([right("strict"), right("spider-ex"), right("spider-em"), right("bird-ex")]).toEqual([
      406, 402, 354, 388,
    ]);
    expect(report.modes["bird-softf1"]?.score).toBeCloseTo(0.8089, 4);
    expect(report.golds.counts).toMatchObject({ fails: 0, empty: 46, ties: 24 });
    expect(
      report.items.every(
        ({ errorClass, verdicts }) =>
          (errorClass === null) === Object.values(verdicts).every((verdict) => verdict !== 0),
      ),
    ).toBe(true);
  });
});
