/** The bundled company: the same database every time, and pairs that keep the rules of pairs/README.md. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../src/base/hash.ts";
import { definitionsOf } from "../src/data/synthesize/definitions.ts";
import { createExecutor } from "../src/db/executor.ts";
import { introspect } from "../src/schema/introspect.ts";
import { applyNotes, readNotes } from "../src/schema/notes.ts";
import { checkFiles, problemsOf, readPairs, tablesOf } from "./check-pairs.ts";
import { company } from "./company.ts";

const folder = mkdtempSync(join(tmpdir(), "company-"));
const file = join(folder, "company.sqlite");
let db: DatabaseSync;
beforeAll(() => {
  company.buildDatabase(file);
  db = new DatabaseSync(file, { readOnly: true });
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

const number = (sql: string): number => Number(Object.values(db.prepare(sql).get()!)[0]);

describe("the database", () => {
  test("is the same bytes every time, and small", () => {
    const again = join(folder, "again.sqlite");
    company.buildDatabase(again);
    expect(sha256(readFileSync(again))).toBe(sha256(readFileSync(file)));
    expect(statSync(file).size).toBeLessThan(6e6);
  });

  test("replaces what stands at its path and leaves nothing beside it", () => {
    company.buildDatabase(join(folder, "sub", "company.sqlite"));
    company.buildDatabase(join(folder, "sub", "company.sqlite"));
    expect(readdirSync(join(folder, "sub"))).toEqual(["company.sqlite"]);
  });

  test("has 14 to 18 tables, 30,000 rows or more, and no broken foreign key", () => {
    const tables = tablesOf(db).map((table) => table.name);
    const rows = tables.map((table) => number(`SELECT COUNT(*) FROM ${table}`));
    expect(tables.length).toBeGreaterThanOrEqual(14);
    expect(tables.length).toBeLessThanOrEqual(18);
    expect(Math.min(...rows)).toBeGreaterThan(0);
    expect(rows.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(30_000);
    expect(db.prepare("PRAGMA foreign_key_check").all()).toEqual([]);
  });

  test.each([
    ["customer names", "SELECT COUNT(*) - COUNT(DISTINCT Name) FROM ARCM"],
    ["customer numbers", "SELECT COUNT(*) - COUNT(DISTINCT Customer) FROM ARCM"],
    ["vendor names", "SELECT COUNT(*) - COUNT(DISTINCT Name) FROM APVM"],
    ["vendor numbers", "SELECT COUNT(*) - COUNT(DISTINCT Vendor) FROM APVM"],
    ["job numbers", "SELECT COUNT(*) - COUNT(DISTINCT Job) FROM JCJM"],
    ["job descriptions", "SELECT COUNT(*) - COUNT(DISTINCT Description) FROM JCJM"],
    ["employee numbers", "SELECT COUNT(*) - COUNT(DISTINCT Employee) FROM PREH"],
    ["people", "SELECT COUNT(*) - COUNT(DISTINCT LastName || FirstName) FROM PREH"],
    ["invoice numbers", "SELECT COUNT(*) - COUNT(DISTINCT Invoice) FROM ARTH"],
  ])("has unique %s", (_, sql) => expect(number(sql)).toBe(0));

  test.each([
    [
      "monthly cost that is the sum of its postings",
      `SELECT COUNT(*) FROM JCCP FULL JOIN (SELECT Co, Job, Phase, CostType, Mth, SUM(Hours) AS h, SUM(Cost) AS c FROM JCCD GROUP BY 1, 2, 3, 4, 5)
       USING (Co, Job, Phase, CostType, Mth) WHERE NOT (ABS(ActualCost - c) < 0.005 AND ABS(ActualHours - h) < 0.005) OR c IS NULL OR ActualCost IS NULL`,
    ],
    [
      "invoice totals that are the sum of their lines",
      `SELECT COUNT(*) FROM APTH JOIN (SELECT Co, Mth, APTrans, SUM(GrossAmt) AS g FROM APTD GROUP BY 1, 2, 3) USING (Co, Mth, APTrans) WHERE ABS(InvTotal - g) > 0.005`,
    ],
    [
      "a ledger that balances by company, month and source",
      `SELECT COUNT(*) FROM (SELECT SUM(Amount) AS s FROM GLDT GROUP BY Co, Mth, Source) WHERE ABS(s) > 0.005`,
    ],
    [
      "nothing open on what is paid",
      `SELECT COUNT(*) FROM ARTH WHERE PayFullDate IS NOT NULL AND Amount <> AmtPaid`,
    ],
    [
      "no date after its last day",
      `SELECT COUNT(*) FROM ARTH WHERE TransDate > '2025-12-31' OR PayFullDate > '2025-12-31' OR PayFullDate < TransDate`,
    ],
    [
      "no payment of a line on hold",
      `SELECT COUNT(*) FROM APHD JOIN APTD USING (Co, Mth, APTrans, APLine) WHERE ReleaseDate IS NULL AND PaidDate IS NOT NULL`,
    ],
  ])("has %s", (_, sql) => expect(number(sql)).toBe(0));

  test.each([
    ["current", "<= 0"],
    ["1 to 30", "BETWEEN 1 AND 30"],
    ["31 to 60", "BETWEEN 31 AND 60"],
    ["61 to 90", "BETWEEN 61 AND 90"],
    ["over 90", "> 90"],
  ])("has unpaid receivables in the ageing bucket %s", (_, bucket) => {
    const age = `julianday('2025-12-31') - julianday(DueDate) ${bucket}`;
    expect(
      number(`SELECT COUNT(*) FROM ARTH WHERE PayFullDate IS NULL AND ${age}`),
    ).toBeGreaterThan(3);
  });
});

test("the notes are a few short sentences, and words of the house that all run as SQL", async () => {
  const { knowledge, tables } = readNotes(company.notesFile);
  expect(knowledge.join(" ").split(/\s+/).length).toBeLessThanOrEqual(60);
  for (const { terms, ...shown } of Object.values(tables))
    expect({ ...shown, count: terms.length > 0 }).toEqual({
      columns: {},
      synonyms: [],
      count: true,
    });
  const { database } = introspect(file, { dbId: "company" });
  const { tables: noted } = applyNotes(database, readNotes(company.notesFile));
  const executor = createExecutor({ workers: 1 });
  const found = await definitionsOf([], noted, new Map(), (sqls) => executor.runMany(file, sqls));
  await executor.close();
  const names = noted
    .flatMap((table) => table.terms ?? [])
    .flatMap((term) => term.split(/ = | means /)[0].split(", "));
  expect(found.map(({ term }) => term)).toEqual(names);
});

describe("the pairs", () => {
  const { train, dev, test: testFile } = company.pairFiles;
  const count = (files: readonly string[]) => {
    const pairs = files.flatMap(readPairs);
    const answers = pairs.filter((pair) => pair.sql !== undefined).length;
    return { answers, refusals: pairs.length - answers };
  };

  test("are as many as the card says", () => {
    expect(count([testFile])).toEqual({ answers: 121, refusals: 41 });
    expect(count([dev])).toEqual({ answers: 60, refusals: 20 });
    const { answers, refusals } = count(train);
    expect(answers).toBeGreaterThanOrEqual(400);
    expect(refusals).toBeGreaterThanOrEqual(80);
  });

  test.each([
    ["receivables ageing in buckets", "test-121", /CASE WHEN julianday\(.*'31-90'.* GROUP BY 1$/],
    ["job cost against estimate", "test-109", /SUM\(ActualCost\) > \(SELECT SUM\(EstCost\)/],
    [
      "payables on hold with the retainage code",
      "test-089",
      /HoldCode = 'RET' AND ReleaseDate IS NULL/,
    ],
    ["a report table that does not exist", "test-r41", /^no table of ageing reports$/],
  ])("ask for %s", (_name, id, answer) => {
    const pair = readPairs(testFile).find((item) => item.id === id);
    expect(pair?.sql ?? pair?.refusal).toMatch(answer);
  });

  test("have ids and questions of their own", () => {
    const pairs = [testFile, dev, ...train].flatMap(readPairs);
    expect(new Set(pairs.map((pair) => pair.id)).size).toBe(pairs.length);
    expect(new Set(pairs.map((pair) => pair.question.toLowerCase())).size).toBe(pairs.length);
  });

  test("keep the rules; no template and no subject of a refusal is in two splits", () => {
    expect(checkFiles([testFile], [], db)).toEqual([]);
    expect(checkFiles([dev], [testFile], db)).toEqual([]);
    expect(checkFiles(train, [testFile, dev], db)).toEqual([]);
  });

  test("offer no test question as a sample", () => {
    const asked = new Set(readPairs(testFile).map((pair) => pair.question));
    expect(company.sampleQuestions.filter((question) => asked.has(question))).toEqual([]);
  });
});

test.each([
  ["SELECT Name FROM ARCM;", "semicolon"],
  ["SELECT c.Name FROM ARCM c", "table alias"],
  ["SELECT COUNT(*) AS n FROM ARCM", "alias"],
  ["select COUNT(*) FROM ARCM", "SELECT"],
  ["SELECT Name FROM ARTH JOIN ARCM ON ARTH.Customer = ARCM.Customer", "USING"],
  ["SELECT Name FROM Nobody", "does not run"],
  ["SELECT Name FROM ARCM WHERE Name = 'Nobody'", "no row"],
  ["SELECT SUM(Amount) FROM ARTH WHERE Co = 9", "NULLs"],
  ["SELECT COUNT(*) FROM ARCM WHERE State = 'TX'", "nothing but 0"],
  ["SELECT Name FROM ARCM ORDER BY State LIMIT 3", "tie"],
])("a pair with %s is rejected", (sql, reason) => {
  const problems = problemsOf({ id: "x", question: "Which customers?", sql }, db);
  expect(problems.join()).toContain(reason);
});

test("nothing in src/ names a table or a telling column of the company", () => {
  const src = fileURLToPath(new URL("../src", import.meta.url));
  const telling =
    /(^[A-Z]{2}[A-Z]?[a-z]\w*$)|^(CustGroup|VendGroup|Mth|ProjMgr|JobStatus|ContractAmt|PayFullDate|AmtPaid|ActiveYN|InvTotal|PhaseDesc|Est\w+|Actual\w+|CommittedCost|GrossAmt|HoldCode|HrlyRate|EarnCode|AcctDesc|InsExpDate|RetPct|LastMthClosed)$/;
  const names = tablesOf(db).flatMap(({ name, columns }) => [
    name,
    ...columns.map((column) => column.name).filter((column) => telling.test(column)),
  ]);
  const pattern = new RegExp(`\\b(${[...new Set(names)].join("|")})\\b`);
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((path) =>
    /\.[a-z]+$/.test(path),
  );
  expect(files.length).toBeGreaterThan(10);
  expect(names).toContain("PREndDate");
  const named = files.flatMap((path) => {
    const name = pattern.exec(readFileSync(join(src, path), "utf8"))?.[0];
    return name === undefined ? [] : [`${path}: ${name}`];
  });
  expect(named).toEqual([]);
});
