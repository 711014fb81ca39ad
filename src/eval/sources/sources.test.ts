/** Gold and predictions in every form, and what is wrong with files that do not fit each other. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { UserError } from "../../base/errors.ts";
import { type GoldItem, readGold } from "./gold.ts";
import { readPredictions } from "./predictions.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-sources-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(content: unknown): string {
  const path = join(folder, "file");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const message = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError) return `${error.code}: ${error.message.replace(folder, "")}`;
    throw error;
  }
  return "no error";
};

const golds: GoldItem[] = ["a", "b", "a"].map((dbId, index) => ({
  index,
  id: `q${index}`,
  ids: { id: `q${index}` },
  dbId,
  sql: `SELECT ${index}`,
}));
const sqls = ["SELECT 1", "SELECT 2", "SELECT 3"];
const [one, two, three] = sqls;

describe("gold", () => {
  test("in Spider's form", () => {
    const path = file([{ db_id: "a", question: "?", query: "SELECT 1", dev_index: 7 }]);
    expect(readGold(path)).toEqual({
      form: "spider",
      items: [
        {
          index: 0,
          id: "7",
          ids: { dev_index: "7" },
          dbId: "a",
          sql: "SELECT 1",
          question: "?",
        },
      ],
    });
  });

  test("in Spider-Syn's form, whose question is another word for Spider's", () => {
    const item = {
      db_id: "a",
      SpiderQuestion: "?",
      SpiderSynQuestion: "How many?",
      query: "SELECT 1",
    };
    expect(readGold(file([item])).items).toMatchObject([{ dbId: "a", question: "How many?" }]);
  });

  test("in BIRD's form", () => {
    const item = { question_id: 9, db_id: "a", question: "?", evidence: "e", SQL: "SELECT 1" };
    expect(readGold(file([{ ...item, difficulty: "simple" }])).items).toEqual([
      {
        index: 0,
        id: "9",
        ids: { question_id: "9" },
        dbId: "a",
        sql: "SELECT 1",
        question: "?",
        evidence: "e",
        difficulty: "simple",
      },
    ]);
  });

  test("as lines of SQL and database", () => {
    const { form, items } = readGold(file("SELECT 1\ta\r\nSELECT\t2\tb\n\n"));
    expect(form).toBe("sql-lines");
    expect(items.map(({ id, sql, dbId }) => [id, sql, dbId])).toEqual([
      ["0", "SELECT 1", "a"],
      ["1", "SELECT\t2", "b"],
    ]);
  });

  test("as our own lines, refusals among them; pairs get the database that is told", () => {
    const lines = [
      { id: "x", question: "?", sql: "SELECT 1" },
      { id: "y", question: "?", refusal: "no table of cats", dbId: "b" },
    ];
    const path = file(lines.map((line) => JSON.stringify(line)).join("\n"));
    expect(readGold(path, { dbId: "a" }).items).toMatchObject([
      { id: "x", dbId: "a", sql: "SELECT 1" },
      { id: "y", dbId: "b", sql: "", refusal: "no table of cats" },
    ]);
    expect(message(() => readGold(path))).toBe(
      'data-invalid: /file: 1 of 2 items name no database ("dbId"); the first is item 0 (from 0)',
    );
  });

  test.each([
    ["", "data-invalid: /file is empty; gold is wanted"],
    [
      "SELECT 1\ta\nSELECT 2\n\nSELECT 3\tb\n",
      'data-invalid: /file: 2 of 4 items are not "sql<TAB>db_id"; the first is item 1 (from 0)',
    ],
    [
      [{ db_id: "a", SQL: "SELECT 1" }, { SQL: "SELECT 1" }],
      "data-invalid: /file: 1 of 2 items lack the text db_id or SQL; the first is item 1 (from 0)",
    ],
    [[{ db_id: "a" }], "data-invalid: /file: item 0 lacks the text db_id or query"],
    [[], "data-invalid: /file holds no list of {db_id, question, query}"],
  ])("of no form is an error with counts: %j", (content, wanted) => {
    expect(message(() => readGold(file(content)))).toBe(wanted);
  });

  test("that is missing is an error", () => {
    expect(message(() => readGold(join(folder, "none")))).toBe("not-found: there is no /none");
  });
});

describe("predictions", () => {
  const bird = (sql: string, dbId: string) => `${sql}\t----- bird -----\t${dbId}`;

  test.each<[string, unknown]>([
    ["sql-lines", sqls.join("\n")],
    ["sql-lines", `\uFEFF${sqls.join("\r\n")}\r\n\r\n\r\n`],
    ["sql-and-database-lines", "SELECT 1\ta\nSELECT 2\tb\nSELECT 3\ta\n"],
    ["sql-lines", "SELECT 1\ta\nSELECT 2\nSELECT 3\ta\n"],
    ["tab-separated", "predicted_sql\nSELECT 1\nSELECT 2\nSELECT 3\n"],
    ["tab-separated", "id\tsql\tms\nq2\tSELECT 3\t1\nq0\tSELECT 1\t1\nq1\tSELECT 2\t1\n"],
    ["json-list", sqls],
    ["json-list", sqls.map((pred) => ({ pred, query: "SELECT 9" }))],
    ["json-list", sqls.map((sql, i) => ({ id: `q${i}`, sql })).toReversed()],
    ["json-list", sqls.map((query, index) => ({ index, query, sql: {} })).toReversed()],
    ["json-lines", sqls.map((sql, i) => JSON.stringify({ id: `q${i}`, sql })).join("\n")],
    ["json-object", { q2: three, q0: one, q1: two }],
    ["json-object", { 2: three, 0: one, 1: two }],
    ["bird", { 0: bird(one, "a"), 1: bird(two, "b"), 2: bird(three, "a") }],
    ["bird", { 0: bird(one, "a"), 1: two, 2: bird(three, "a") }],
  ])("of form %s: %j", (form, content) => {
    expect(readPredictions(file(content), golds)).toEqual({ form, sqls, blank: 0 });
  });

  test("may say how sure the model was; what is no number between 0 and 1 says nothing", () => {
    const sure = [1, "0.25", 7].map((confidence, i) => ({ id: `q${i}`, sql: one, confidence }));
    for (const content of [sure, sure.toReversed()])
      expect(readPredictions(file(content), golds).confidences).toEqual([1, 0.25, undefined]);
    const table = "confidence\tsql\n0.5\tSELECT 1\n\tSELECT 2\n-1\tSELECT 3\n";
    expect(readPredictions(file(table), golds).confidences).toEqual([0.5, undefined, undefined]);
  });

  test("that are blank are kept in their places and counted", () => {
    for (const content of [
      "SELECT 1\n\n\n",
      "SELECT 1\ta\n\tb\n\n",
      ["SELECT 1", null, " "],
      { 0: bird(one, "a"), 1: 5, 2: null },
    ])
      expect(readPredictions(file(content), golds)).toMatchObject({
        sqls: [one, "", ""],
        blank: 2,
      });
  });

  test("in a table may be quoted and hold tabs and line ends", () => {
    const path = file('sql\tdb\n"SELECT ""x""\n\tFROM t"\ta\nSELECT "y"\tb\nSELECT 3\ta\n');
    expect(readPredictions(path, golds).sqls).toEqual([
      'SELECT "x"\n\tFROM t',
      'SELECT "y"',
      "SELECT 3",
    ]);
  });

  test.each<[string, unknown]>([
    [
      " has 2 lines, 1 too few; the gold has 3 items: one line for each is wanted",
      "SELECT 1\nSELECT 2\n",
    ],
    [
      " has 4 lines, 1 too many; the gold has 3 items: one line for each is wanted",
      [...sqls, one].join("\n"),
    ],
    [
      " has 1 prediction, 2 too few; the gold has 3 items: one prediction for each is wanted",
      [one],
    ],
    [
      " has 1 entry, 2 too few; the gold has 3 items: one entry for each is wanted",
      { 0: bird(one, "a") },
    ],
    [
      ": 2 of 3 predictions name another database than the gold; the first is prediction 1 (from 0) with a, where the gold has b",
      "SELECT 1\ta\nSELECT 2\ta\nSELECT 3\tb\n",
    ],
    [
      ": key 0 follows 1; BIRD's form pairs by place in the file, so its keys must rise",
      `{"1": "${bird(one, "a").replaceAll("\t", "\\t")}", "0": "SELECT 2", "2": ""}`,
    ],
    [
      ": 1 id (q1) stands more than once; 1 id (q7) is not in the gold; 2 ids (q0, q2) are missing; one prediction for each of the gold's 3 items is wanted",
      ["q1", "q1", "q7"].map((id) => ({ id, sql: one })),
    ],
    [
      ": 1 id (q1) stands more than once; 2 ids (q0, q2) are missing; one prediction for each of the gold's 3 items is wanted",
      '{"q1": "SELECT 1", "q1": "SELECT 2"}',
    ],
    [
      ': 1 of 1 values are no text, the first under "rows"; {"id": "SQL", …} is wanted',
      { rows: [] },
    ],
    [
      ": 1 of 3 entries are no objects; texts alone or objects alone are wanted",
      [{ sql: one }, { sql: two }, three],
    ],
    [":3 has 3 cells; the header has 2", "id\tsql\nq0\tSELECT 1\nq1\tSELECT\t2\nq2\tSELECT 3\n"],
  ])("that do not fit the gold are an error: %s", (wanted, content) => {
    expect(message(() => readPredictions(file(content), golds))).toBe(
      `data-invalid: /file${wanted}`,
    );
  });

  test("of megabytes are read in every form", () => {
    for (const filler of ["x", "\t", " ", '"', "}", "\\"]) {
      const long = `SELECT '${filler.repeat(500_000)}'`;
      const all = [long, long, long];
      const table = `sql\n${`"${long.replaceAll('"', '""')}"\n`.repeat(3)}`;
      for (const content of [all.join("\n"), all, { q0: long, q1: long, q2: long }, table])
        expect(readPredictions(file(content), golds).sqls[2] === long, filler).toBe(true);
    }
  });

  test("of any text or JSON give one SQL for each item or an error for the user", () => {
    const contents = fc.oneof(fc.string({ unit: "binary" }), fc.json(), fc.string());
    fc.assert(
      fc.property(contents, (content) => {
        const path = file(content);
        message(() => expect(readPredictions(path, golds).sqls).toHaveLength(3));
        message(() => expect(readGold(path).items.length).toBeGreaterThan(0));
      }),
    );
  });

  test("under no common key are an error that names what was found", () => {
    const path = file([{ sql: one }, { pred: two }, { pred: three }]);
    expect(message(() => readPredictions(path, golds))).toMatch(/got "pred" in 2, "sql" in 1$/);
  });

  test("cannot go by ids that the gold has twice", () => {
    const twice = golds.map((gold) => ({ ...gold, id: "x", ids: { question_id: "x" } }));
    const path = file(sqls.map((sql) => ({ question_id: "x", sql })));
    expect(message(() => readPredictions(path, twice))).toBe(
      "data-invalid: the gold has 1 id (x) more than once, so that /file cannot be paired by id; a list in the gold's order is wanted",
    );
  });
});

const data = process.env.T2S_DATA ?? "";
describe.skipIf(!existsSync(data))("published files (needs T2S_DATA)", () => {
  const spider = join(data, "spider");
  const read = (path: string) => JSON.parse(readFileSync(path, "utf8")) as never;

  test("of predictions for Spider dev pair with its gold", () => {
    const { items } = readGold(join(spider, "dev_A.json"));
    expect(items).toHaveLength(507);
    const lines = join(spider, "predictions");
    for (const name of readdirSync(lines)) {
      const { form, blank, sqls } = readPredictions(join(lines, name), items);
      expect([form, blank, sqls.length], name).toEqual(["sql-lines", 0, 507]);
    }
    const runs = join(spider, "predictions_external_eval");
    for (const name of readdirSync(runs)) {
      const records: { pred: string }[] = read(join(runs, name));
      const { form, sqls } = readPredictions(join(runs, name), items);
      expect(form).toBe("json-list");
      expect(sqls, name).toEqual(records.map(({ pred }) => pred.trim()));
    }
  });

  test("of gold in Spider's, Archer's and BIRD's own form are read whole", () => {
    const sizes = Object.entries({
      "spider/train_spider.json": 7000,
      "spider/realistic_A.json": 255,
      "archer/archer_en_train.json": 414,
      "bird/mini_dev_sqlite.json": 500,
    });
    for (const [name, size] of sizes) expect(readGold(join(data, name)).items).toHaveLength(size);
  });

  test("of BIRD pair by place, because its ids are not unique", () => {
    const { items } = readGold(join(data, "bird", "mini_dev_sqlite.json"));
    const entries = items.map(({ sql, dbId }, i) => [i, `${sql}\t----- bird -----\t${dbId}`]);
    const { form, sqls } = readPredictions(file(Object.fromEntries(entries)), items);
    expect(form).toBe("bird");
    expect(sqls).toEqual(items.map(({ sql }) => sql.trim()));
    const byId = items.map(({ ids, sql }) => ({ question_id: ids.question_id, sql }));
    expect(message(() => readPredictions(file(byId), items))).toMatch(/the gold has 2 ids \(/);
  });
});
