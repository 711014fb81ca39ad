/** The grammar read by llama.cpp itself: its parser, its matcher; no model is needed. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Llama } from "node-llama-cpp";
import { getLlama, LlamaLogLevel } from "node-llama-cpp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readJsonLines } from "../base/files.ts";
import { company } from "../../company/company.ts";
import { buildDatabase } from "../../test/fixtures/shop.ts";
import { introspect } from "../schema/introspect.ts";
import type { JoinableTable } from "../sql/bind.ts";
import { trainingStyle } from "../sql/training-style.ts";
import { gbnfOf } from "./gbnf.ts";

const DDL = `
  CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, city TEXT, "Credit Limit" REAL);
  CREATE TABLE invoice (no INTEGER PRIMARY KEY, customer INTEGER REFERENCES customer (id), amount REAL, due TEXT);
  CREATE TABLE line (no INTEGER REFERENCES invoice (no), item TEXT, qty INTEGER, "größe" TEXT, "a""b\\c" TEXT);`;

let llama: Llama;
const folder = mkdtempSync(join(tmpdir(), "t2s-gbnf-"));
const tablesOf = (file: string) => introspect(file, { dbId: "x" }).database.tables;
beforeAll(async () => {
  llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.disabled });
});
afterAll(async () => {
  await llama.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** Whether llama.cpp takes a text as a whole answer on these tables. */
async function matcherOf(tables: readonly JoinableTable[]): Promise<(text: string) => boolean> {
  const grammar = await llama.createGrammar({ grammar: gbnfOf(tables, "sqlite") });
  const { _testText } = grammar as unknown as { _testText(text: string): boolean };
  return (text) => _testText.call(grammar, text);
}

describe("on a small schema", () => {
  let takes: (text: string) => boolean;
  beforeAll(async () => {
    takes = await matcherOf(tablesOf(buildDatabase(join(folder, "small.sqlite"), DDL)));
  });

  test.each([
    "SELECT * FROM customer",
    "SELECT COUNT(*), COUNT(DISTINCT city) FROM customer WHERE city = 'Oslo'",
    "SELECT DISTINCT city FROM customer ORDER BY city DESC, 1 LIMIT 3 OFFSET 6",
    `SELECT "Credit Limit" FROM customer WHERE name LIKE '%O''Hara%' AND city IS NOT NULL`,
    `SELECT "größe", "a""b\\c" FROM line WHERE "größe" <> 'übergroß'`,
    "SELECT name, SUM(amount) FROM invoice JOIN customer ON customer = id GROUP BY name HAVING SUM(amount) > 10.5",
    "SELECT name FROM customer WHERE id NOT IN (SELECT customer FROM invoice WHERE due < '2025-01-01')",
    "SELECT item, SUM(CASE WHEN qty > 1 THEN 1 ELSE 0 END) FROM invoice LEFT JOIN line USING (no) GROUP BY 1",
    "SELECT name, city FROM customer UNION ALL SELECT item, no FROM line ORDER BY 2 LIMIT 5",
    "SELECT T1.name FROM customer AS T1 JOIN customer AS T2 ON T1.city = T2.city WHERE T2.id = 3",
    "SELECT no, (SELECT SUM(qty) FROM line WHERE line.no = invoice.no) FROM invoice",
    "SELECT 100.0 * SUM(amount) / (SELECT SUM(amount) FROM invoice) FROM invoice WHERE amount BETWEEN -5 AND 7",
    "SELECT name FROM customer WHERE NOT (id = 1 OR id IN (2, 3)) AND EXISTS (SELECT * FROM invoice)",
    "SELECT strftime('%Y', due), ROUND(AVG(amount), 2) FROM invoice GROUP BY strftime('%Y', due)",
    "-- cannot answer: no table of ships",
  ])("takes %s", (sql) => expect(takes(sql)).toBe(true));

  test.each([
    ["a table that does not exist", "SELECT name FROM customers"],
    ["a column that no table has", "SELECT nickname FROM customer"],
    ["another statement", "SELECT name FROM customer; DROP TABLE customer"],
    ["a write", "DELETE FROM customer"],
    ["an aggregate in WHERE", "SELECT no FROM invoice WHERE SUM(amount) > 3"],
    ["an aggregate within one", "SELECT SUM(MAX(amount)) FROM invoice"],
    ["an unknown function", "SELECT load_extension('x') FROM invoice"],
    ["arms of unlike width", "SELECT name FROM customer UNION SELECT item, qty FROM line"],
    ["two columns of a value", "SELECT name FROM customer WHERE id = (SELECT no, qty FROM line)"],
    ["clauses out of order", "SELECT city FROM customer GROUP BY city WHERE id = 1"],
    ["a word on a number", "SELECT no FROM invoice WHERE no = 5AND no = 6"],
    ["an order by a number that is no place", "SELECT name FROM customer ORDER BY 1.5"],
    ["a beginning", "SELECT name FROM customer WHERE"],
    ["text around it", "Sure: SELECT name FROM customer"],
  ])("does not take %s", (_name, sql) => expect(takes(sql)).toBe(false));
});

/** The golds, in training style, that llama.cpp does not take. */
async function missedOf(golds: readonly string[], tables: readonly JoinableTable[]) {
  const takes = await matcherOf(tables);
  return golds.map((sql) => trainingStyle(sql, "sqlite", tables).sql).filter((sql) => !takes(sql));
}

test("takes every training and dev gold of the company", async () => {
  const file = join(folder, "company.sqlite");
  company.buildDatabase(file);
  const { train, dev } = company.pairFiles;
  const golds = [...train, dev]
    .flatMap((path) => readJsonLines<{ sql?: string }>(path))
    .flatMap(({ sql }) => sql ?? []);
  expect(golds.length).toBeGreaterThan(1_000);
  expect(await missedOf(golds, tablesOf(file))).toEqual([]);
}, 120_000);

const data = process.env.T2S_DATA;
test.skipIf(!data)(
  "takes 99 % of every ninth training gold of Spider (needs T2S_DATA)",
  async () => {
    const all = JSON.parse(readFileSync(join(data!, "spider/train_spider.json"), "utf8")) as {
      db_id: string;
      query: string;
    }[];
    const golds = all.filter((_, index) => index % 9 === 0);
    expect(golds.length).toBeGreaterThan(700);
    const missed: string[] = [];
    for (const [dbId, items] of Map.groupBy(golds, ({ db_id }) => db_id)) {
      const file = join(data!, "spider/database", dbId, `${dbId}.sqlite`);
      const sqls = items.map(({ query }) => query);
      missed.push(...(await missedOf(sqls, tablesOf(file))));
    }
    expect(missed.length / golds.length).toBeLessThan(0.01);
  },
  240_000,
);
