import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createExecutor, type RunResult } from "../db/executor.ts";
import { introspect } from "../schema/introspect.ts";
import { compactSql } from "./compact.ts";

const TABLES = [
  { name: "Singer", columns: [{ name: "Id" }, { name: "Name" }, { name: "Age" }] },
  {
    name: "Song",
    columns: [{ name: "SongId" }, { name: "Id" }, { name: "Title" }, { name: "Year" }],
  },
  { name: "order", columns: [{ name: "Id" }, { name: "group" }] },
];
const compact = (sql: string) => compactSql(sql, "sqlite", TABLES);

test.each([
  ["select name from singer", "SELECT Name FROM Singer"],
  [
    "SELECT T1.name FROM singer AS T1 JOIN song AS T2 ON T1.id = T2.id WHERE T2.year > 3",
    "SELECT Name FROM Singer JOIN Song USING (Id) WHERE Year > 3",
  ],
  [
    "SELECT T1.id FROM singer T1 JOIN song T2 ON T1.id = T2.songid",
    "SELECT Singer.Id FROM Singer JOIN Song ON Singer.Id = SongId",
  ],
  [
    "SELECT a.name FROM singer a JOIN singer b ON a.age = b.id",
    "SELECT a.Name FROM Singer AS a JOIN Singer AS b ON a.Age = b.Id",
  ],
  [
    "SELECT name FROM singer WHERE age > (SELECT avg(age) FROM singer)",
    "SELECT Name FROM Singer WHERE Age > (SELECT AVG(Age) FROM Singer)",
  ],
  [
    "SELECT name FROM singer s WHERE age > (SELECT avg(age) FROM singer t WHERE t.id <> s.id)",
    "SELECT Name FROM Singer WHERE Age > (SELECT AVG(t.Age) FROM Singer AS t WHERE t.Id <> Singer.Id)",
  ],
  [
    "SELECT name FROM singer WHERE EXISTS (SELECT 1 FROM song WHERE song.id = singer.id)",
    "SELECT Name FROM Singer WHERE EXISTS(SELECT 1 FROM Song WHERE Song.Id = Singer.Id)",
  ],
  ['SELECT name FROM singer WHERE name = "Joe"', "SELECT Name FROM Singer WHERE Name = 'Joe'"],
  [
    "SELECT * FROM singer JOIN song ON singer.id = song.id",
    "SELECT * FROM Singer JOIN Song ON Singer.Id = Song.Id",
  ],
  [
    "SELECT name FROM singer WHERE id NOT IN (1) ORDER BY age ASC",
    "SELECT Name FROM Singer WHERE Id NOT IN (1) ORDER BY Age",
  ],
  [
    "SELECT name FROM singer WHERE name = 'NOT a IN ('",
    "SELECT Name FROM Singer WHERE Name = 'NOT a IN ('",
  ],
  ['SELECT "group" FROM "order"', 'SELECT "group" FROM "order"'],
  [
    "SELECT substr(name, 1, 2) FROM singer GROUP BY 1",
    "SELECT substr(Name, 1, 2) FROM Singer GROUP BY 1",
  ],
  ["SELECT missing FROM nowhere", "SELECT missing FROM nowhere"],
])("%s", (sql, wanted) => expect(compact(sql)).toBe(wanted));

test("what is compact stays as it is", () => {
  const once = compact("SELECT T1.name FROM singer AS T1 JOIN song AS T2 ON T1.id = T2.id");
  expect(compact(once)).toBe(once);
});

test("T-SQL has no USING", () => {
  expect(compactSql("SELECT s.Name FROM Singer s JOIN Song g ON s.Id = g.Id", "tsql", TABLES)).toBe(
    "SELECT Name FROM Singer JOIN Song ON Singer.Id = Song.Id",
  );
});

test("text that is no statement is an error", () => {
  expect(() => compact("SELECT 1; SELECT 2")).toThrow(/2 statements/);
});

const data = process.env.T2S_DATA;
describe.skipIf(!data)("on the gold SQL of Spider (without T2S_DATA there is none)", () => {
  const folder = join(data ?? "", "spider");
  type Gold = { readonly db_id: string; readonly query: string };

  test("every statement is rewritten, and returns what it returned", async () => {
    const golds = ["train_spider", "train_others", "dev_A"].flatMap(
      (name) => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as Gold[],
    );
    const byDatabase = Map.groupBy(golds, ({ db_id }) => db_id);
    const executor = createExecutor({ workers: 2, timeoutMs: 20_000 });
    const different: string[] = [];
    let compared = 0;
    for (const [db, items] of byDatabase) {
      const file = join(folder, "database", db, `${db}.sqlite`);
      expect(existsSync(file)).toBe(true);
      const { tables } = introspect(file, { dbId: db }).database;
      const sqls = [...new Set(items.map(({ query }) => query.replace(/;\s*$/, "")))];
      const rewritten = sqls.map((sql) => compactSql(sql, "sqlite", tables));
      const results = await executor.runMany(file, [...sqls, ...rewritten]);
      sqls.forEach((sql, i) => {
        compared++;
        if (textOf(results[i]) !== textOf(results[sqls.length + i])) different.push(sql);
      });
    }
    await executor.close();
    expect(different).toEqual([]);
    expect(compared).toBeGreaterThan(4_900);
  }, 120_000);
});

const textOf = (result: RunResult): string =>
  result.ok
    ? JSON.stringify(result.rows, (_, cell) => (typeof cell === "bigint" ? `${cell}` : cell))
    : "does not run";
