/** Conditions that a question says and a statement lacks, on a real database with notes. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { company } from "../../company/company.ts";
import { buildDatabase } from "../../test/fixtures/shop.ts";
import { parsePairs } from "../data/pairs.ts";
import { indexCells, readCells } from "../link/cells.ts";
import { introspect } from "../schema/introspect.ts";
import { applyNotes, parseNotes, readNotes } from "../schema/notes.ts";
import type { Database } from "../schema/schema.ts";
import { createCompleter } from "./complete.ts";
import { createDecoding } from "./decoding.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-complete-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = buildDatabase(
  join(folder, "jobs.sqlite"),
  `CREATE TABLE JOB (Co INTEGER, Job TEXT, Title TEXT, Status INTEGER, Manager TEXT, Closed TEXT, PRIMARY KEY (Co, Job));
   CREATE TABLE CREW (Id INTEGER PRIMARY KEY, Co INTEGER, Job TEXT, Status INTEGER, Vip INTEGER, Leader TEXT, FOREIGN KEY (Co, Job) REFERENCES JOB (Co, Job));
   CREATE TABLE KIND (Kind INTEGER PRIMARY KEY, Name TEXT);
   CREATE TABLE COST (Co INTEGER, Job TEXT, Phase TEXT, Kind INTEGER REFERENCES KIND (Kind), Amount REAL, FOREIGN KEY (Co, Job) REFERENCES JOB (Co, Job));
   INSERT INTO JOB VALUES (1, '24-101', 'Library', 1, 'Ada Byron', NULL), (2, '24-102', 'Total', 2, 'Grace Hopper', '2024-05-01');
   INSERT INTO KIND VALUES (1, 'Labor'), (2, 'Material'), (3, 'Other'), (4, 'Jobs'), (5, 'HVAC');
   INSERT INTO COST VALUES (1, '24-101', '03-300', 1, 10), (2, '24-102', '03-300', 2, 20), (2, '24-102', '16-100', 5, 30);
   INSERT INTO CREW VALUES (1, 1, '24-101', 1, 0, 'Ada Byron'), (2, 2, '24-102', 2, 1, 'Linus Pauling');`,
);
const notes = `
tables:
  JOB:
    columns:
      Status: "1 open, 2 soft closed"
      Closed: "NULL = still running"
    terms: ["finished means Closed IS NOT NULL", "recently finished means Closed > '2024-04-01'"]
  CREW:
    columns:
      Status: "1 open, 2 resting"
      Vip: "0 no, 1 yes"
    terms: ["past means Id > 1", "late means Id >"]
  COST:
    terms: ["finished means Amount > 20"]
`;
const database = applyNotes(
  introspect(file, { dbId: "jobs" }).database,
  parseNotes(notes, "notes.yaml"),
);
const cells = indexCells(readCells(file, database));
const complete = createCompleter(database, cells);

test.each([
  ["how many soft closed jobs", "SELECT COUNT(*) FROM JOB", "Status = 2"],
  ["jobs still running", "SELECT Job FROM JOB", "Closed IS NULL"],
  ["finished jobs", "SELECT Job FROM JOB", "Closed IS NOT NULL"],
  ["recently finished jobs", "SELECT Job FROM JOB", "Closed > '2024-04-01'"],
  ["jobs of company 2", "SELECT Job FROM JOB", "Co = 2"],
  ["jobs of Ada Byron", "SELECT Job FROM JOB", "Manager = 'Ada Byron'"],
  ["jobs of ada byron", "SELECT Job FROM JOB", "Manager = 'Ada Byron'"],
  ["cost of phase 16-100", "SELECT SUM(Amount) FROM COST", "Phase = '16-100'"],
  ["labor amount", "SELECT SUM(Amount) FROM COST", "KIND.Name = 'Labor'"],
  ["HVAC cost", "SELECT SUM(Amount) FROM COST", "KIND.Name = 'HVAC'"],
  ["cost under Grace Hopper", "SELECT SUM(Amount) FROM COST", "JOB.Manager = 'Grace Hopper'"],
])("%j, %s: %s", (question, sql, condition) =>
  expect(complete(question, sql)).toBe(`${sql} WHERE ${condition}`),
);

test.each([
  ["the column is spoken of already", "soft closed jobs", "SELECT Job FROM JOB WHERE Status <> 1"],
  [
    "it is what is listed",
    "open jobs by status",
    "SELECT Status, COUNT(*) FROM JOB GROUP BY Status",
  ],
  ["its table is not read", "cost of open jobs", "SELECT SUM(Amount) FROM COST"],
  [
    "the key to its table is spoken of",
    "labor amount",
    "SELECT SUM(Amount) FROM COST WHERE Kind = 2",
  ],
  [
    "a sub-query reads its table",
    "labor amount",
    "SELECT SUM(Amount) FROM COST WHERE Co IN (SELECT Kind FROM KIND)",
  ],
  ["tables that are not read could be meant", "cost under Ada Byron", "SELECT Amount FROM COST"],
  ["the value stands before no measure", "labor by job", "SELECT SUM(Amount) FROM COST"],
  ["another value is said too", "labor and material amount", "SELECT SUM(Amount) FROM COST"],
  ["the value is in another form", "materials amount", "SELECT SUM(Amount) FROM COST"],
  ["many rows belong to one", "labor amount of jobs", "SELECT COUNT(*) FROM JOB"],
  ["the value is a word of every day", "other amount", "SELECT SUM(Amount) FROM COST"],
  ["the value is a word of the schema", "jobs amount", "SELECT SUM(Amount) FROM COST"],
  ["the word is one of the sentence", "total of the jobs", "SELECT COUNT(*) FROM JOB"],
  ["the number belongs to nothing", "the 2 jobs", "SELECT Job FROM JOB"],
  [
    "two tables could be meant",
    "open crews of jobs",
    "SELECT Leader FROM CREW JOIN JOB USING (Co, Job)",
  ],
  [
    "two terms could be meant",
    "cost of finished jobs",
    "SELECT SUM(Amount) FROM COST JOIN JOB USING (Co, Job)",
  ],
  [
    "a column of another table has the name",
    "resting crews of jobs",
    "SELECT Leader FROM CREW JOIN JOB USING (Co, Job)",
  ],
  ["the word is one of every day", "crews with no leader in the past", "SELECT Id FROM CREW"],
  ["a term is no SQL", "late crews", "SELECT Leader FROM CREW"],
  ["it is one of two alternatives", "open or soft closed jobs", "SELECT Job FROM JOB"],
  [
    "two values of one column are said",
    "jobs of Ada Byron and Grace Hopper",
    "SELECT Job FROM JOB",
  ],
  ["numbers stand in a row", "jobs of companies 1 and 2", "SELECT Job FROM JOB"],
  ["it is said of two keys", "jobs of company 1 or company 2", "SELECT Job FROM JOB"],
  ["it is negated", "jobs that are not soft closed", "SELECT Job FROM JOB"],
  [
    "its table is optional",
    "jobs with open crews",
    "SELECT JOB.Job FROM JOB LEFT JOIN CREW USING (Co, Job) WHERE JOB.Closed IS NULL AND JOB.Status = 2",
  ],
  ["a part of a value is named", "jobs of Ada", "SELECT Job FROM JOB"],
  ["two queries are put together", "open jobs", "SELECT Job FROM JOB EXCEPT SELECT Job FROM COST"],
  ["the text is no statement", "open jobs", "SELECT FROM WHERE ("],
])("nothing is added where %s", (_, question, sql) => expect(complete(question, sql)).toBe(sql));

test("several at once, before what follows", () => {
  const sql = "SELECT Manager, COUNT(*) FROM JOB WHERE Closed IS NULL GROUP BY Manager";
  expect(complete("open jobs of company 1 that are still running, by manager", sql)).toBe(
    "SELECT Manager, COUNT(*) FROM JOB WHERE Closed IS NULL AND Status = 1 AND Co = 1 GROUP BY Manager",
  );
});

test("without cells no value is known", () => {
  const sql = "SELECT Job FROM JOB";
  expect(createCompleter(database)("open jobs of Ada Byron", sql)).toBe(`${sql} WHERE Status = 1`);
});

test("a decoding adds it to what is bound, and gives it its table where two have it", () => {
  const options = { decode: "greedy", bind: "schema", complete: "question" } as const;
  const sql = "SELECT Phase FROM COST JOIN JOB ON COST.Job = JOB.Job WHERE Manager = 'Ada Byron'";
  const { finish } = createDecoding(database, options, { cells });
  expect(finish("phases of company 1 under Ada Byron", sql)).toMatch(/ AND (COST|JOB)\.Co = 1$/);
  const none = createDecoding(database, { ...options, complete: "none" }, { cells });
  expect(none.finish("phases of company 1 under Ada Byron", sql)).toBe(sql);
});

test("a value of a table that is not read brings the join with it", () => {
  const options = { decode: "greedy", bind: "schema", complete: "question" } as const;
  const { finish } = createDecoding(database, options, { cells });
  expect(finish("labor amount by job", "SELECT Job, SUM(Amount) FROM COST GROUP BY Job")).toBe(
    "SELECT Job, SUM(Amount) FROM COST JOIN KIND USING (Kind) WHERE Name = 'Labor' GROUP BY Job",
  );
  const unbound = "SELECT Title FROM COST LEFT JOIN JOB USING (Co, Job)";
  expect(finish("labor amount by job", unbound)).toBe(unbound);
});

type Pair = { readonly question: string; readonly sql?: string };

/** The golds that would be changed. */
function changed(path: string, its: Database, pairs: readonly Pair[]): readonly string[] {
  const completed = createCompleter(its, indexCells(readCells(path, its)));
  return pairs.flatMap(({ question, sql = "" }) =>
    completed(question, sql) === sql ? [] : [`${question}: ${sql}`],
  );
}

test("of the company's golds at most one in a hundred is changed", () => {
  const path = join(folder, "company.sqlite");
  company.buildDatabase(path);
  const noted = applyNotes(
    introspect(path, { dbId: "company" }).database,
    readNotes(company.notesFile),
  );
  const { train, dev } = company.pairFiles;
  const pairs = [...train, dev].flatMap((name) => parsePairs(name)).filter(({ sql }) => sql);
  expect(pairs.length).toBeGreaterThan(1000);
  expect(changed(path, noted, pairs).length).toBeLessThanOrEqual(pairs.length / 100);
});

const data = process.env.T2S_DATA;
test.skipIf(!data)(
  "of Spider's 7,000 training golds at most one in a thousand is changed (needs T2S_DATA)",
  () => {
    const spider = join(data ?? "", "spider");
    const items = JSON.parse(readFileSync(join(spider, "train_spider.json"), "utf8")) as {
      readonly db_id: string;
      readonly question: string;
      readonly query: string;
    }[];
    const found = [...Map.groupBy(items, (item) => item.db_id)].flatMap(([dbId, same]) => {
      const path = join(spider, "database", dbId, `${dbId}.sqlite`);
      const its = introspect(path, { dbId }).database;
      return changed(
        path,
        its,
        same.map(({ question, query }) => ({ question, sql: query })),
      );
    });
    expect(items).toHaveLength(7000);
    expect(found.length).toBeLessThanOrEqual(7);
  },
  120_000,
);
