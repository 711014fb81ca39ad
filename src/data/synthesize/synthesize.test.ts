/** Synthesis on real databases: what comes out runs, is not empty, is told apart from its neighbours, and repeats by seed. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { company } from "../../../company/company.ts";
import { Rng } from "../../base/rng.ts";
import { createExecutor } from "../../db/executor.ts";
import { introspect } from "../../schema/introspect.ts";
import { applyNotes, readNotes } from "../../schema/notes.ts";
import type { Database } from "../../schema/schema.ts";
import { unknownNames } from "../../sql/names.ts";
import { omissionsOf } from "../check/mention.ts";
import type { Example } from "../example.ts";
import { parseColumnComment } from "./comments.ts";
import { refusalKinds, synthesizeRefusals } from "./refuse.ts";
import { describe as describeRows } from "./subject.ts";
import { synthesize, type SynthesizeOptions } from "./synthesize.ts";
import { createVocabulary } from "./vocabulary.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-synthesize-"));
const executor = createExecutor({ workers: 2, timeoutMs: 10_000 });
afterAll(async () => {
  await executor.close();
  rmSync(folder, { recursive: true });
});

const archive = process.env.T2S_DATA;
const archived = (name: string) => join(archive ?? "", "company", `${name}.sqlite`);

const companyFile = join(folder, "company.sqlite");
company.buildDatabase(companyFile);

/** A database made of statements. */
function fileOf(name: string, sql: string): string {
  const file = join(folder, `${name}.sqlite`);
  const db = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  db.exec(`BEGIN; ${sql}; COMMIT`);
  db.close();
  return file;
}

const databaseOf = (file: string, knowledge: readonly string[] = []): Database => ({
  ...introspect(file, { dbId: "db" }).database,
  knowledge,
});

const runOn = (file: string) => (sqls: readonly string[]) => executor.runMany(file, sqls);

const pairsOf = (
  file: string,
  options: Partial<SynthesizeOptions> = {},
  knowledge: readonly string[] = [],
) => synthesize(databaseOf(file, knowledge), { count: 150, seed: 1, run: runOn(file), ...options });

/** Every pair runs on its own, gives rows, and names only what exists. */
async function expectSound(
  file: string,
  pairs: Awaited<ReturnType<typeof synthesize>>,
): Promise<void> {
  const { tables } = databaseOf(file);
  const results = await executor.runMany(
    file,
    pairs.examples.map(({ sql }) => sql),
  );
  const broken = pairs.examples.filter((_, index) => {
    const result = results[index];
    return !result.ok || result.rows.length === 0;
  });
  expect(broken.map(({ sql }) => sql)).toEqual([]);
  for (const { sql, question, checks } of pairs.examples) {
    expect(unknownNames(sql, "sqlite", tables), sql).toEqual({ tables: [], columns: [] });
    expect(question.length, question).toBeGreaterThan(4);
    expect(question).not.toMatch(/undefined|\$\{|  |NaN|\[object/);
    expect(checks).toMatchObject({ executed: true, discriminating: true });
  }
}

describe("the bundled company", () => {
  const knowledge = ["Today is 2025-12-31."];
  const { tables } = databaseOf(companyFile);
  let pairs: Awaited<ReturnType<typeof synthesize>>;
  beforeAll(async () => {
    pairs = await pairsOf(companyFile, { count: 250 }, knowledge);
  });

  test("gives sound pairs of at least thirty shapes, no question or query twice", async () => {
    const { examples, shapeIds } = pairs;
    expect(examples).toHaveLength(250);
    expect(shapeIds).toBeGreaterThanOrEqual(30);
    await expectSound(companyFile, pairs);
    expect(new Set(examples.map(({ sql }) => sql)).size).toBe(250);
    expect(new Set(examples.map(({ question }) => question.toLowerCase())).size).toBe(250);
  });

  test("comes nearer to a target than without one, and is as varied as it says", async () => {
    const target = { hardness: { easy: 1, medium: 0, hard: 0, extra: 0 } };
    const easy = await pairsOf(companyFile, { count: 120, target }, knowledge);
    expect(easy.reached.hardness.easy).toBeGreaterThan(pairs.reached.hardness.easy + 0.1);
    expect(pairs.distinct2).toBeGreaterThan(0.3);
    expect(pairs.templateIds).toBe(new Set(pairs.examples.map((it) => it.templateId)).size);
    for (const { reason } of pairs.rejectedDrafts)
      expect(pairs.rejected[reason]).toBeGreaterThan(0);
  });

  test("all of three conditions behind a noun are said", async () => {
    const vocabulary = await createVocabulary(databaseOf(companyFile), runOn(companyFile));
    const [entity] = vocabulary.entities.values();
    const posts = ["with source PR", "in company 2", "with more than 8 hours"];
    const conditions = posts.map((post) => ({
      sql: "",
      opposites: [],
      post,
      clause: post,
      fields: [],
    }));
    const draw = { vocabulary, rng: new Rng(1), uses: new Map<string, number>() };
    expect(describeRows(draw, entity, "timesheets", conditions, "AND")).toBe(
      "timesheets in company 2 with source PR and more than 8 hours",
    );
  });

  test("ranks and bounds groups by what the notes have a word for, and not only by columns", async () => {
    const noted = applyNotes(databaseOf(companyFile), readNotes(company.notesFile), {
      isPartial: false,
    });
    const { examples } = await synthesize(noted, { count: 500, seed: 1, run: runOn(companyFile) });
    // Words that no column and no table has: "billed amount" for one column under a condition.
    const terms = noted.tables
      .flatMap(({ terms: lines = [] }) => lines.filter((line) => line.includes(" where ")))
      .flatMap((line) => line.split(" = ")[0].split(", "))
      .filter((term) => term.includes(" "));
    expect(terms.length).toBeGreaterThan(5);
    for (const shape of ["topGroups", "groupsBeyond"]) {
      const asked = examples.filter(({ source }) => source.method === `synthesized:${shape}`);
      const termed = asked.filter(({ question }) => terms.some((term) => question.includes(term)));
      expect(termed.length, shape).toBeGreaterThan(0);
      expect(termed.length, shape).toBeLessThan(asked.length);
    }
  });

  test("uses every table, and three tables at once", () => {
    const sqls = pairs.examples.map(({ sql }) => sql);
    const isNamed = ({ name }: { name: string }) =>
      sqls.some((sql) => new RegExp(`\\b${name}\\b`).test(sql));
    expect(tables.filter((table) => !isNamed(table))).toEqual([]);
    expect(sqls.filter((sql) => (sql.match(/ JOIN /g)?.length ?? 0) === 2).length).toBeGreaterThan(
      5,
    );
  });

  test("gives the same pairs for the same seed and others for another", async () => {
    const same = await pairsOf(companyFile, { count: 25 }, knowledge);
    const other = await pairsOf(companyFile, { count: 25, seed: 2 }, knowledge);
    const textsOf = (examples: readonly Example[]) =>
      examples.map(({ question, sql }) => `${question}\n${sql}`);
    expect(textsOf(same.examples)).toEqual(textsOf(pairs.examples.slice(0, 25)));
    expect(textsOf(other.examples)).not.toEqual(textsOf(same.examples));
  });

  test("never gives a template that is kept for tests", async () => {
    const exclude = new Set(pairs.examples.map(({ templateId }) => templateId));
    const others = await pairsOf(companyFile, { count: 25, exclude }, knowledge);
    expect(others.examples.filter(({ templateId }) => exclude.has(templateId))).toEqual([]);
    expect(others.rejected["excluded-template"]).toBeGreaterThan(0);
  });

  test("says codes, NULL and dates in the words of the comments", () => {
    const codes = tables.flatMap(({ columns }) =>
      columns.flatMap(({ name, comment, cellValues }) =>
        [...parseColumnComment(comment, new Set(cellValues.map(String))).codes].map(
          ([code, word]) => ({ word, sql: new RegExp(`\\b${name} = '?${code}'?(?!\\w)`) }),
        ),
      ),
    );
    const isInWords = ({ question, sql }: Example) =>
      codes.some(
        (code) => code.sql.test(sql) && question.toLowerCase().includes(code.word.split(" ")[0]),
      );
    expect(pairs.examples.filter(isInWords).length).toBeGreaterThan(5);
    const sqlOf = (word: RegExp) => pairs.examples.find(({ question }) => word.test(question))?.sql;
    expect(sqlOf(/\bunpaid\b/)).toMatch(/ IS NULL/);
    expect(sqlOf(/this year|overdue|past due|last \d+ days/)).toMatch(/'202[45]/);
  });
});

describe.skipIf(!archive || !existsSync(archived("chinook")))(
  "databases that nobody prepared (skipped without T2S_DATA)",
  () => {
    test.each(["chinook", "northwind"])(
      "%s gives sound pairs of at least thirty shapes",
      async (name) => {
        const file = archived(name);
        const pairs = await pairsOf(file, { count: 250 });
        expect(pairs.examples).toHaveLength(250);
        expect(pairs.shapeIds).toBeGreaterThanOrEqual(30);
        await expectSound(file, pairs);
      },
    );

    test.each(["dorm_1", "csu_1", "behavior_monitoring", "music_4", "wta_1"])(
      "%s of Spider gives sound pairs",
      async (name) => {
        const file = join(archive ?? "", "spider", "database", name, `${name}.sqlite`);
        const pairs = await pairsOf(file, { count: 30 });
        expect(pairs.examples).toHaveLength(30);
        await expectSound(file, pairs);
      },
    );
  },
);

describe("what knowledge and notes say", () => {
  const rows = Array.from(
    { length: 90 },
    (_, i) =>
      `(${i}, 'N${1000 + i}', ${100 + i * 7}, ${i % 3 === 0 ? 0 : 100 + i * 5}, ${i % 4 === 0 ? "NULL" : `'2024-0${1 + (i % 9)}-11'`}, '${["north", "south", "east"][i % 3]}')`,
  );
  const file = fileOf(
    "defined",
    `CREATE TABLE bill (id INTEGER PRIMARY KEY, number TEXT, gross REAL, settled REAL, closed TEXT, region TEXT); -- bills
    INSERT INTO bill VALUES ${rows.join(", ")};`,
  );
  const pairs = (knowledge: readonly string[]) => pairsOf(file, { count: 150 }, knowledge);

  test("a value and a condition that a sentence defines are asked for by their terms", async () => {
    const { examples } = await pairs([
      "Open balance = gross - settled where closed IS NULL.",
      "A large bill is gross > 500.",
      "Join on the id and nothing else.",
      "Margin = price - cost.",
    ]);
    const asked = (term: RegExp) => examples.filter(({ question }) => term.test(question));
    const balances = asked(/open balance/i);
    expect(balances.length).toBeGreaterThan(2);
    for (const { sql } of balances) expect(sql).toMatch(/gross - settled.* closed IS NULL/);
    const large = asked(/\blarge\b/i);
    expect(large.length).toBeGreaterThan(2);
    for (const { sql } of large) expect(sql).toContain("gross > 500");
    expect(asked(/margin/i)).toEqual([]);
  });

  test("terms of a table give its own words, several for one thing, and pass over what does not run", async () => {
    const plain = databaseOf(file);
    const terms = [
      "billed, billings = gross where region = 'north'",
      "unsettled means closed IS NULL",
      "margin = price - cost",
    ];
    const database = { ...plain, tables: plain.tables.map((table) => ({ ...table, terms })) };
    const { examples } = await synthesize(database, { count: 150, seed: 1, run: runOn(file) });
    const asked = (term: RegExp) => examples.filter(({ question }) => term.test(question));
    const billed = asked(/\bbilled\b|\bbillings\b/i);
    expect(billed.length).toBeGreaterThan(4);
    expect(asked(/\bbillings\b/i).length).toBeGreaterThan(0);
    for (const { sql } of billed) expect(sql).toMatch(/gross.* region = 'north'/);
    const unsettled = asked(/unsettled/i);
    expect(unsettled.length).toBeGreaterThan(2);
    for (const { sql } of unsettled) expect(sql).toContain("closed IS NULL");
    expect(asked(/margin/i)).toEqual([]);
  });

  test("a defined value never has a filter that its question does not say", async () => {
    const { examples } = await pairs(["Rest = gross - settled.", "Margin means gross > 500."]);
    const defined = examples.filter(({ sql }) => sql.includes("gross - settled"));
    expect(defined.length).toBeGreaterThan(5);
    const database = databaseOf(file);
    for (const { question, sql } of defined)
      expect([question, omissionsOf(question, sql, database)]).toEqual([question, []]);
  });

  test("groups leave out the rows without a key where NULL means something else, and only there", async () => {
    const cells = Array.from(
      { length: 60 },
      (_, i) =>
        `(${i}, ${i % 4 ? `'S${i % 3}'` : "NULL"}, ${i % 5 ? `'R${i % 4}'` : "NULL"}, ${i * 3 + 1})`,
    );
    const hours = fileOf(
      "hours",
      `CREATE TABLE entry ( -- time entries
        id INTEGER PRIMARY KEY,
        site TEXT, -- NULL = office work
        region TEXT,
        hours REAL);
      INSERT INTO entry VALUES ${cells.join(", ")};`,
    );
    const { examples } = await pairsOf(hours, { count: 150 });
    const bySite = examples.filter(({ sql }) => /GROUP BY site\b(?!,)/.test(sql));
    expect(bySite.length).toBeGreaterThan(3);
    for (const { sql } of bySite) expect(sql).toContain("site IS NOT NULL");
    for (const { sql } of examples) expect(sql).not.toMatch(/region IS NOT NULL.*GROUP BY region/);
  });

  test("synonyms of a comment are used", () => {
    expect(
      parseColumnComment("region of the branch; also area, district", new Set()).synonyms,
    ).toEqual(["area", "district"]);
  });
});

describe("odd schemas", () => {
  test("a table of two thousand columns and one without rows beside it", async () => {
    const columns = Array.from({ length: 1990 }, (_, i) => `c${i} ${i % 2 ? "REAL" : "TEXT"}`);
    const cells = (row: number) =>
      columns.map((_, i) => (i % 2 ? (row * i) % 97 : `'v${(row + i) % 7}'`)).join(", ");
    const file = fileOf(
      "wide",
      `CREATE TABLE nobody (id INTEGER PRIMARY KEY, note TEXT);
      CREATE TABLE big (id INTEGER PRIMARY KEY, ${columns.join(", ")});
      ${Array.from({ length: 12 }, (_, row) => `INSERT INTO big VALUES (${row}, ${cells(row)});`).join("\n")}`,
    );
    const pairs = await pairsOf(file, { count: 40 });
    expect(pairs.examples).toHaveLength(40);
    await expectSound(file, pairs);
  });

  const rows = (table: string, count: number, row: (i: number) => string) =>
    `INSERT INTO ${table} VALUES ${Array.from({ length: count }, (_, i) => `(${row(i)})`).join(", ")};`;

  test("a date that is none, as 0000-00-00, is never asked for", async () => {
    const rows = Array.from({ length: 40 }, (_, i) =>
      i % 2 === 0 ? "0000-00-00" : `2024-0${1 + (i % 8)}-1${i % 10}`,
    );
    const file = fileOf(
      "no_days",
      `CREATE TABLE stay (id INTEGER PRIMARY KEY, arrived DATE, nights INTEGER);
      ${rows.map((day, i) => `INSERT INTO stay VALUES (${i}, '${day}', ${i % 7})`).join(";\n")}`,
    );
    const pairs = await pairsOf(file);
    await expectSound(file, pairs);
    expect(pairs.examples.filter(({ sql }) => sql.includes("'2024")).length).toBeGreaterThan(5);
    expect(pairs.examples.filter(({ sql }) => /LIKE '0000|[<>] '0000/.test(sql))).toEqual([]);
  });

  test("a table without any key", async () => {
    const file = fileOf(
      "no-key",
      `CREATE TABLE readings (place TEXT, taken TEXT, degrees REAL);
      ${rows("readings", 60, (i) => `'${["north", "south", "east"][i % 3]}', '2024-0${1 + (i % 9)}-11', ${i * 1.5}`)}`,
    );
    const pairs = await pairsOf(file, { count: 60 });
    expect(pairs.examples.length).toBeGreaterThan(40);
    await expectSound(file, pairs);
  });

  test("reserved words, spaces, quotes and dots in names", async () => {
    const file = fileOf(
      "names",
      `CREATE TABLE "Order Details" ("order" INTEGER, "unit price" REAL, "a""b" TEXT, "x.y" INTEGER, "group" TEXT REFERENCES "group" ("select"));
      CREATE TABLE "group" ("select" TEXT PRIMARY KEY, "from" TEXT);
      ${rows('"group"', 6, (i) => `'g${i}', 'Town ${i % 3}'`)}
      ${rows('"Order Details"', 80, (i) => `${i}, ${i * 2.25}, 'v${i % 4}', ${i % 7}, 'g${i % 6}'`)}`,
    );
    const pairs = await pairsOf(file, { count: 80 });
    expect(pairs.examples.length).toBeGreaterThan(50);
    await expectSound(file, pairs);
    expect(pairs.examples.some(({ sql }) => sql.includes('"Order Details"'))).toBe(true);
  });

  test("empty tables take no part, and a database of nothing else gives nothing", async () => {
    const empty = fileOf(
      "empty",
      "CREATE TABLE a (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE b (id INTEGER);",
    );
    expect((await pairsOf(empty)).examples).toEqual([]);
    const half = fileOf(
      "half",
      `CREATE TABLE nothing_here (id INTEGER PRIMARY KEY, color TEXT);
      CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT, people INTEGER);
      ${rows("city", 30, (i) => `${i}, 'Town ${i}', ${i * 1000}`)}`,
    );
    const pairs = await pairsOf(half, { count: 30 });
    await expectSound(half, pairs);
    expect(pairs.examples.filter(({ sql }) => sql.includes("nothing_here"))).toEqual([]);
  });

  test("two thousand columns without a value take no part and no time", async () => {
    const columns = Array.from({ length: 1999 }, (_, i) => `c${i} ${i % 2 ? "REAL" : "TEXT"}`);
    const names = Array.from({ length: 160 }, (_, i) => `part${i}`);
    const file = fileOf(
      "wide-empty",
      `CREATE TABLE big (id INTEGER PRIMARY KEY, ${columns.join(", ")});
      ${rows("big (id)", 3000, String)}
      ${names
        .map(
          (
            name,
          ) => `CREATE TABLE ${name} (id INTEGER PRIMARY KEY, label TEXT, weight REAL, big_id INTEGER REFERENCES big (id));
      ${rows(name, 20, (j) => `${j}, 'L${j % 7}', ${j * 3.5}, ${j * 11}`)}`,
        )
        .join("\n")}`,
    );
    let statements = 0;
    const { examples } = await pairsOf(file, {
      count: 60,
      run: (sqls) => {
        statements += sqls.length;
        return executor.runMany(file, sqls);
      },
    });
    expect(examples).toHaveLength(60);
    expect(examples.filter(({ sql }) => /\bc\d+\b/.test(sql))).toEqual([]);
    // Of the 1,999 columns none is read: what is asked are the other 640 and the drafts.
    expect(statements).toBeLessThan(4000);
  });

  test("a key declared column by column is joined whole, and a part of it that repeats not at all", async () => {
    const file = fileOf(
      "parts",
      `CREATE TABLE term (season TEXT, year INTEGER, weeks INTEGER, PRIMARY KEY (season, year));
      CREATE TABLE visit (id INTEGER PRIMARY KEY, season TEXT REFERENCES term (season), year INTEGER REFERENCES term (year), fee REAL);
      CREATE TABLE club (id INTEGER PRIMARY KEY, season TEXT REFERENCES term (season), members INTEGER);
      ${rows("term", 12, (i) => `'${["spring", "summer", "fall", "winter"][i % 4]}', ${2020 + Math.floor(i / 4)}, ${10 + i}`)}
      ${rows("visit", 90, (i) => `${i}, '${["spring", "summer", "fall", "winter"][i % 4]}', ${2020 + (i % 3)}, ${i * 2.5}`)}
      ${rows("club", 40, (i) => `${i}, '${["spring", "fall"][i % 2]}', ${i * 3}`)}`,
    );
    const { examples } = await pairsOf(file, { count: 120 });
    const joins = examples.flatMap(
      ({ sql }) => sql.match(/ JOIN .*?(?= WHERE| GROUP| ORDER|$)/) ?? [],
    );
    expect(joins.length).toBeGreaterThan(5);
    for (const join of joins) expect(join).toMatch(/^ JOIN (term|visit) USING \(season, year\)$/);
  });

  test("three hundred tables are all known and the pairs reach many of them", async () => {
    const names = Array.from({ length: 300 }, (_, i) => `thing${i}`);
    const file = fileOf(
      "many",
      names
        .map(
          (
            name,
            i,
          ) => `CREATE TABLE ${name} (id INTEGER PRIMARY KEY, label TEXT, weight REAL${i > 0 ? `, thing${i - 1}_id INTEGER REFERENCES thing${i - 1} (id)` : ""});
      ${rows(name, 5, (j) => `${j}, 'L${j}', ${j * 3.5}${i > 0 ? `, ${j}` : ""}`)}`,
        )
        .join("\n"),
    );
    const pairs = await pairsOf(file, { count: 150 });
    expect(pairs.examples).toHaveLength(150);
    await expectSound(file, pairs);
    expect(
      new Set(pairs.examples.flatMap(({ sql }) => sql.match(/thing\d+/g) ?? [])).size,
    ).toBeGreaterThan(50);
  });

  test("cells that are no plain text never reach a question", async () => {
    const file = fileOf(
      "cells",
      `CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT, kind TEXT);
      INSERT INTO note VALUES (1, CAST(x'ff41' AS TEXT), 'a'), (2, 'two' || char(10) || 'lines', 'b'), (3, 'it''s "quoted"', 'a'), (4, x'00ff', 'b');`,
    );
    const pairs = await pairsOf(file, { count: 20 });
    await expectSound(file, pairs);
    for (const { question } of pairs.examples) expect(question).not.toMatch(/[\n\uFFFD"]/);
  });
});

describe("refusals", () => {
  const refusalsOf = (seed: number, exclude: ReadonlySet<string> = new Set()) =>
    synthesizeRefusals(databaseOf(companyFile), {
      count: 50,
      seed,
      run: runOn(companyFile),
      exclude,
    });
  const FORMS =
    /^(no table of [^.]+|no column for [^.]+|no data about [^.]+|ambiguous: .+ or [^.]+|this would change data|this would change the tables|not about this database)$/;

  test("have one of the seven forms, at most twelve words, and no question twice", async () => {
    const refusals = await refusalsOf(1);
    expect(refusals).toHaveLength(50);
    for (const { refusal, kind, sql, templateId } of refusals) {
      expect(refusal).toMatch(FORMS);
      expect(refusal!.split(" ").length).toBeLessThanOrEqual(12);
      expect({ kind, sql, templateId }).toEqual({
        kind: "refuse",
        sql: "",
        templateId: `refuse:${refusal}`,
      });
    }
    expect(new Set(refusals.map(({ question }) => question.toLowerCase())).size).toBe(50);
    const openings = refusals.map(({ refusal }) => refusal!.split(" ").slice(0, 2).join(" "));
    expect(new Set(openings)).toEqual(
      new Set([...openings, "no table", "no column", "this would", "not about"]),
    );
  });

  test("ask for nothing that the schema has, and never for a subject kept for tests", async () => {
    const file = fileOf(
      "orders",
      "CREATE TABLE purchase_orders (id INTEGER PRIMARY KEY, phone_number TEXT, colour TEXT); INSERT INTO purchase_orders VALUES (1, '1', 'red'), (2, '2', 'blue');",
    );
    const refusals = await synthesizeRefusals(databaseOf(file), {
      count: 200,
      seed: 3,
      run: runOn(file),
    });
    const reasons = refusals.map(({ refusal }) => refusal).join("\n");
    expect(reasons).not.toMatch(/purchase orders$|phone numbers|colours/m);
    const first = await refusalsOf(1);
    const exclude = new Set(
      first.map(({ templateId }) => templateId).filter((id) => / (of|for) /.test(id)),
    );
    expect(
      (await refusalsOf(1, exclude)).filter(({ templateId }) => exclude.has(templateId)),
    ).toEqual([]);
  });

  test("are of all kinds, said in the method, and a column's two meanings are named", async () => {
    const refusals = await synthesizeRefusals(databaseOf(companyFile), {
      count: 400,
      seed: 5,
      run: runOn(companyFile),
    });
    const kinds = new Set(refusals.map(({ source }) => source.method));
    expect(kinds).toEqual(new Set(refusalKinds.map((kind) => `synthesized:refuse:${kind}`)));
    const ambiguous = refusals.filter(({ refusal }) => refusal?.startsWith("ambiguous: "));
    for (const { question, refusal, shapeId } of ambiguous) {
      expect(shapeId).toBe("refuse:ambiguous:");
      const head = / (\w+)$/.exec(refusal!)?.[1] ?? "";
      expect(question.toLowerCase()).toContain(head);
      for (const meaning of refusal!.slice("ambiguous: ".length).split(/, | or /))
        expect(meaning.endsWith(` ${head}`), refusal).toBe(true);
    }
    const injected = refusals.filter(({ source }) => source.method.endsWith("injection"));
    for (const { question, refusal } of injected)
      if (/DROP|ALTER/.test(question)) expect(refusal).toBe("this would change the tables");
      else if (/DELETE FROM|UPDATE|INSERT/.test(question))
        expect(refusal).toBe("this would change data");
  });

  test("are the same for the same seed", async () => {
    expect(await refusalsOf(4)).toEqual(await refusalsOf(4));
  });
});
