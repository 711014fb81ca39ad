import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256OfFile } from "../base/hash.ts";
import { introspect } from "../schema/introspect.ts";
import { checkGolds } from "./check-gold.ts";
import { goldCheckLine, goldCheckText } from "./check-gold-text.ts";
import { writeReversedCopy } from "./reversed-copy.ts";
import { createScoreRunner, type ScoreRunner } from "./score-runner.ts";
import type { GoldFinding } from "./score-task.ts";
import { findDatabases } from "./sources/databases.ts";
import { type GoldItem, readGold } from "./sources/gold.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-check-"));
const shop = join(folder, "shop", "shop.sqlite");
let runner: ScoreRunner;

beforeAll(() => {
  mkdirSync(join(folder, "shop"));
  const connection = new DatabaseSync(shop);
  connection.exec(`
    CREATE TABLE item (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT COLLATE NOCASE, price REAL, kind TEXT);
    CREATE INDEX by_kind ON item (kind);
    CREATE TABLE pair (a INTEGER, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID;
    CREATE TABLE "odd name" ("order" INT, doubled INT GENERATED ALWAYS AS ("order" * 2));
    CREATE VIEW cheap AS SELECT * FROM item WHERE price < 3;
    INSERT INTO item (name, price, kind) VALUES ('a', 1, 'x'), ('b', 2, 'x'), ('c', 2, 'y'), ('d', 9, 'y');
    INSERT INTO pair VALUES (1, 2), (2, 1); INSERT INTO "odd name" VALUES (4), (5)`);
  connection.close();
  runner = createScoreRunner();
});
afterAll(async () => {
  await runner.close();
  rmSync(folder, { recursive: true, force: true });
});

const goldsOf = (sqls: readonly string[], dbId = "shop"): GoldItem[] =>
  sqls.map((sql, index) => ({ index, id: `q${index}`, ids: {}, dbId, sql }));
const check = (golds: readonly GoldItem[], options = {}) =>
  checkGolds(golds, { runner, fileOf: () => shop, ...options });

test.each<[string, GoldFinding[]]>([
  ["SELECT name FROM item", []],
  ["SELECT name FROM item ORDER BY price", []],
  ["SELECT name FROM item ORDER BY price LIMIT 1", []],
  ["SELECT sum(price), kind FROM item GROUP BY kind", []],
  ["SELECT name FROM item GROUP BY id", []],
  ["SELECT DISTINCT kind FROM item", []],
  ["SELECT nothing FROM item", ["fails"]],
  ["DELETE FROM item", ["fails"]],
  ["SELECT 1; SELECT 2", ["fails"]],
  ["", ["fails"]],
  ["SELECT name FROM item WHERE price > 100", ["empty"]],
  ["SELECT name FROM item ORDER BY price LIMIT 2", ["ties"]],
  ["SELECT name FROM item LIMIT 2", ["row-order"]],
  ["SELECT count(*), name FROM item", ["row-order"]],
  ["SELECT kind, name FROM item GROUP BY kind", ["row-order"]],
  ["SELECT group_concat(name) FROM item", ["row-order"]],
  ["SELECT name FROM item WHERE name = (SELECT name FROM item LIMIT 1)", ["row-order"]],
  [
    "SELECT name FROM item WHERE id = (SELECT id FROM item WHERE price < 9 ORDER BY price DESC LIMIT 1)",
    ["row-order"],
  ],
  ["SELECT name FROM item WHERE name = date('now')", ["empty", "nondeterministic"]],
  ["SELECT random()", ["nondeterministic"]],
])("%s: %j", async (sql, findings) => {
  const { items, counts, n } = await check(goldsOf([sql]));
  expect(items[0]?.findings ?? []).toEqual(findings);
  expect(n).toBe(1);
  for (const finding of findings) expect(counts[finding]).toBe(1);
});

test("a gold that never ends fails and is slow; the others are checked", async () => {
  const endless =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT count(*) FROM n";
  const golds = goldsOf([endless, "SELECT 1"]);
  const { items } = await check(golds, { timeoutMs: 300, slowMs: 200 });
  expect(items).toMatchObject([{ index: 0, findings: ["fails", "slow"] }]);
  expect(items[0].message).toMatch(/ran longer than 0.3 s/);
});

test("golds of one canonical form and one result are the same, in one database", async () => {
  const sqls = [
    "SELECT name FROM item WHERE price > 1 AND kind = 'x'",
    "select T1.name from item as T1 where T1.kind = 'x' and 1 < T1.price",
    "SELECT name FROM item WHERE id = 2",
  ];
  const { tables } = introspect(shop, { dbId: "shop" }).database;
  const golds = [...goldsOf(sqls), { ...goldsOf(sqls.slice(0, 1), "other")[0], index: 3 }];
  const { items, distinct, n } = await check(golds, { tablesOf: () => tables });
  expect(items).toMatchObject([{ index: 1, findings: ["same"], sameAs: 0 }]);
  expect([n, distinct]).toEqual([4, 3]);
});

test("a question to refuse has no gold to check; a stop ends the check", async () => {
  const [gold] = goldsOf([""]);
  expect(await check([{ ...gold, refusal: "no table" }])).toMatchObject({ n: 0, refusals: 1 });
  const reason = new Error("stopped");
  await expect(check(goldsOf(["SELECT 1"]), { signal: AbortSignal.abort(reason) })).rejects.toBe(
    reason,
  );
});

test("what cannot be copied leaves the order unverified", async () => {
  const { items } = await check(goldsOf(["SELECT name FROM item"]), { maxCopyBytes: 0 });
  expect(items).toMatchObject([{ findings: ["order-unverified"] }]);
});

test("the line names the count of what matters, the text every finding with its items", async () => {
  const sqls = ["SELECT 1 WHERE 0", "SELECT lost", "SELECT name FROM item LIMIT 1", "SELECT 1"];
  const result = await check(goldsOf(sqls));
  expect(goldCheckLine(result)).toBe(
    "Golds: 4, 4 of them different; 1 fail, 1 return nothing, 1 depend on the order of rows",
  );
  expect(goldCheckText(result)).toContain("fails:\n  1 shop: no such column: lost");
});

test("a reversed copy has the same rows the other way round, and the original is left alone", async () => {
  const before = await sha256OfFile(shop);
  const copy = join(folder, "copy.sqlite");
  writeReversedCopy(shop, copy);
  const connection = new DatabaseSync(copy, { readOnly: true });
  const all = (sql: string) => connection.prepare(sql).all().map(Object.values);
  expect(all("SELECT id, name FROM item")).toEqual([4, 3, 2, 1].map((id, i) => [id, "dcba"[i]]));
  expect(all("SELECT count(*) FROM item WHERE name = 'A'")).toEqual([[1]]);
  expect(all("SELECT count(*) FROM cheap")).toEqual([[3]]);
  expect(all('SELECT * FROM "odd name"')).toEqual([
    [5, 10],
    [4, 8],
  ]);
  expect(all("SELECT a FROM pair")).toEqual([[1], [2]]);
  connection.close();
  expect(await sha256OfFile(shop)).toBe(before);
});

describe("databases", () => {
  test("are found once each", () => {
    expect([...findDatabases(goldsOf(["SELECT 1", "SELECT 2"]), folder)]).toEqual([["shop", shop]]);
  });

  test("that are missing or locked are counted with the items that need them", () => {
    const golds = [...goldsOf(["SELECT 1"]), ...goldsOf(["SELECT 1", "SELECT 2"], "none")];
    expect(() => findDatabases(golds, folder)).toThrow(
      /^1 of 2 databases cannot be used, which 2 of 3 items need: there is no .*none\.sqlite/,
    );
    const other = new DatabaseSync(shop);
    other.exec("BEGIN EXCLUSIVE");
    expect(() => findDatabases(goldsOf(["SELECT 1"]), folder)).toThrow(/database is locked/);
    other.close();
  });
});

const spider = join(process.env.T2S_DATA ?? "", "spider");
test.skipIf(!existsSync(spider))(
  "Spider dev: the golds that evaluation has to live with (needs T2S_DATA)",
  async () => {
    const fileOf = (dbId: string) => join(spider, "database", dbId, `${dbId}.sqlite`);
    const golds = readGold(join(spider, "dev_A.json")).items;
    const { counts, items, n } = await checkGolds(golds, { runner, fileOf });
    expect(n).toBe(507);
    expect(counts).toMatchObject({ fails: 0, empty: 46, ties: 24, "row-order": 6 });
    const indices = items.filter(({ findings }) => findings.includes("row-order"));
    expect(indices.map(({ index }) => index)).toEqual([159, 160, 463, 464, 483, 484]);
    expect(readdirSync(join(spider, "database", "car_1"))).toEqual(["car_1.sqlite"]);
    expect(statSync(fileOf("car_1")).size).toBe(65_536);
  },
);
