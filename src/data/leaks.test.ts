/** What leaks is seen, and nothing leaks: on the bundled company and on a set that is generated and divided here. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { company } from "../../company/company.ts";
import { createExecutor } from "../db/executor.ts";
import { indexCells, readCells } from "../link/cells.ts";
import { introspect } from "../schema/introspect.ts";
import { applyNotes, readNotes } from "../schema/notes.ts";
import type { Database } from "../schema/schema.ts";
import { canonicalOf } from "../sql/template.ts";
import { plainQuestion } from "./check/questions.ts";
import { cleanPairs, type CleanPairs } from "./clean.ts";
import { findContamination, readPublicItems } from "./contamination.ts";
import type { Example } from "./example.ts";
import { countLeaks, findLeaks, leakSection } from "./leaks.ts";
import { type CheckedPair, executePairs, parsePairs } from "./pairs.ts";
import { synthesizeRefusals } from "./synthesize/refuse.ts";
import { synthesize } from "./synthesize/synthesize.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-leaks-"));
const file = join(folder, "company.sqlite");
const executor = createExecutor({ workers: 2, timeoutMs: 10_000 });
const run = (sqls: readonly string[]) => executor.runMany(file, sqls, { maxRows: 10_000 });
let database: Database;
let written: CheckedPair[];
let generated: CheckedPair[];
beforeAll(async () => {
  company.buildDatabase(file);
  const { database: plain } = introspect(file, { dbId: "company" });
  database = applyNotes(plain, readNotes(company.notesFile));
  const { train, dev, test: held } = company.pairFiles;
  written = [];
  for (const [split, path] of [
    ...train.map((path) => ["train", path] as const),
    ["dev", dev] as const,
    ["test", held] as const,
  ])
    written.push(
      ...(await executePairs(parsePairs(path), {
        database,
        run,
        split,
        method: `curated:${basename(path)}`,
      })),
    );
  const made = await synthesize(database, { count: 300, seed: 5, run });
  const refusals = await synthesizeRefusals(database, { count: 60, seed: 5, run });
  generated = await executePairs([...made.examples, ...refusals], { database, run });
}, 120_000);
afterAll(async () => {
  await executor.close();
  rmSync(folder, { recursive: true });
});

/** Looked at without the code that divides: the SQL in its one spelling and the question stand on one side only. */
function expectNoLeak({ train, dev, test: held }: CleanPairs): void {
  const sqls = (examples: readonly Example[]) =>
    examples
      .filter(({ kind }) => kind === "answer")
      .map(({ sql }) => canonicalOf(sql, "sqlite", database.tables));
  const questions = (examples: readonly Example[]) =>
    examples.map(({ question }) => plainQuestion(question));
  const [knownSqls, knownQuestions] = [new Set(sqls(train)), new Set(questions(train))];
  expect(sqls([...dev, ...held]).filter((sql) => knownSqls.has(sql))).toEqual([]);
  expect(questions([...dev, ...held]).filter((question) => knownQuestions.has(question))).toEqual(
    [],
  );
  const templates = new Set(
    train.filter(({ kind }) => kind === "answer").map(({ templateId }) => templateId),
  );
  expect([...dev, ...held].filter(({ templateId }) => templates.has(templateId))).toEqual([]);
}

const flagsOf = async (cleaned: CleanPairs) =>
  countLeaks(await findLeaks([...cleaned.train, ...cleaned.dev, ...cleaned.test], database)).flags;

describe("nothing leaks", () => {
  test("in the bundled company with generated pairs beside its own, of which test and dev lose none", async () => {
    const cells = indexCells(readCells(file, database));
    const cleaned = await cleanPairs([...written, ...generated], {
      database,
      split: "given",
      cells,
    });
    expect(cleaned.test).toHaveLength(parsePairs(company.pairFiles.test).length);
    expect(cleaned.dev).toHaveLength(parsePairs(company.pairFiles.dev).length);
    expect(cleaned.train.length).toBeGreaterThan(1000);
    expectNoLeak(cleaned);
    expect(await flagsOf(cleaned)).toMatchObject({
      "same-sql": 0,
      "same-template": 0,
      "same-question": 0,
    });
    const byHand = cleaned.rejected.filter(({ example }) =>
      example.source.method.startsWith("curated"),
    );
    expect(byHand.length / written.length).toBeLessThan(0.02);
  }, 60_000);

  test.each([1, 2, 3])("in a generated set, seed %d", async (seed) => {
    const split = { devShare: 0.1, testShare: 0.2, seed };
    const cleaned = await cleanPairs(generated, { database, split });
    expect(cleaned.test.length).toBeGreaterThan(50);
    expect(cleaned.dev.length).toBeGreaterThan(25);
    expectNoLeak(cleaned);
    expect(await flagsOf(cleaned)).toMatchObject({
      "same-sql": 0,
      "same-template": 0,
      "same-question": 0,
    });
  });
});

describe("what leaks", () => {
  const examplesOf = async (
    ...pairs: readonly {
      id: string;
      question: string;
      sql?: string;
      refusal?: string;
      split: "train" | "test";
    }[]
  ) => (await executePairs(pairs, { database, run })).map(({ example }) => example);

  test("is flagged, with the nearest training pair", async () => {
    const table = database.tables[0].name;
    const [first, second] = database.tables[0].columns.map(({ name }) => name);
    const one = `SELECT ${second} FROM ${table} WHERE ${first} = `;
    const examples = await examplesOf(
      { id: "a", question: "the second of number 1", sql: `${one}1`, split: "train" },
      { id: "b", question: "poems?", refusal: "not about this database", split: "train" },
      { id: "c", question: "no such things", refusal: "no table of unicorns", split: "train" },
      {
        id: "t",
        question: "The second of number 1?",
        sql: `SELECT x.${second} FROM ${table} AS x WHERE x.${first} = 1`,
        split: "test",
      },
      { id: "u", question: "what has number 2 second", sql: `${one}2`, split: "test" },
      { id: "v", question: "a story", refusal: "not about this database", split: "test" },
      { id: "w", question: "list unicorns", refusal: "no table of unicorns", split: "test" },
      {
        id: "x",
        question: "the second of the number 1",
        sql: `SELECT COUNT(*) FROM ${table}`,
        split: "test",
      },
    );
    const leaks = await findLeaks(examples, database);
    expect(leaks.map(({ id, flags }) => [id, flags])).toEqual([
      ["t", ["same-sql", "same-template", "same-question", "near-question"]],
      ["u", ["same-template"]],
      ["v", []],
      ["w", ["same-template"]],
      ["x", ["near-question"]],
    ]);
    expect(leaks[0]).toMatchObject({
      nearestSql: { id: "a", similarity: 1 },
      nearestQuestion: { id: "a", overlap: 1 },
    });
    expect(leaks[2].nearestSql).toBeUndefined();
    expect(leakSection(leaks)).toContain(
      "Of 5 held-out pairs, in training stand the same SQL (literals kept) of 1,",
    );
  });

  test("is nearest by embedding where that is given", async () => {
    const sql = `SELECT COUNT(*) FROM ${database.tables[0].name}`;
    const examples = await examplesOf(
      { id: "a", question: "red green blue", sql, split: "train" },
      { id: "b", question: "red green black", sql, split: "train" },
      { id: "t", question: "red green", sql, split: "test" },
    );
    const embed = async (texts: readonly string[]) =>
      texts.map((text) =>
        text === "red green blue" ? Float32Array.of(0, 1) : Float32Array.of(1, 0),
      );
    const [leak] = await findLeaks(examples, database, embed);
    expect(leak.nearestQuestion).toEqual({ id: "b", overlap: 0.667, cosine: 1 });
  });

  test("nothing held out, or nothing to train on, is no error", async () => {
    const [only] = await examplesOf({
      id: "a",
      question: "q",
      refusal: "no table of x",
      split: "train",
    });
    expect(await findLeaks([only], database)).toEqual([]);
    expect(await findLeaks([{ ...only, split: "test" }], database)).toEqual([
      { id: "a", split: "test", flags: [] },
    ]);
    expect(countLeaks([]).items).toBe(0);
  });
});

describe("public sets", () => {
  const at = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const train = (question: string, sql = "SELECT 1 FROM x") =>
    ({ id: "a", question, sql, kind: "answer" }) as Example;
  const long =
    "show me for every single one of the many old ships that sailed from the harbour its captain";
  const items = [
    { question: "How many singers are there?", query: "SELECT count(*) FROM singer" },
    { question: long, query: "SELECT captain FROM ship" },
    { question: "List the names of all stadiums by capacity and year", query: "" },
  ];

  test.each([
    ["how many singers are there", [[0, ["same-question", "near-question"]]]],
    ["How many singers were there", [[0, ["near-question"]]]],
    ["list names of all the stadiums by capacity or year", [[2, ["near-question"]]]],
    [`today I want that you ${long} and the crew with names and ages`, [[1, ["same-words"]]]],
    ["how many dancers", []],
  ])("%j", (question, wanted) => {
    const sets = readPublicItems(at("spider.json", JSON.stringify(items)));
    const found = findContamination([train(question)], sets);
    expect(found.map(({ index, kinds }) => [index, kinds])).toEqual(wanted);
  });

  test("the same SQL in BIRD's form, as JSON lines", () => {
    const path = at(
      "bird.jsonl",
      '{"question": "Anyone?", "SQL": "SELECT  COUNT(*) FROM Singer;"}\n',
    );
    const found = findContamination(
      [train("how many", "select count( * ) from singer")],
      readPublicItems(path),
    );
    expect(found).toEqual([{ id: "a", index: 0, kinds: ["same-sql"] }]);
  });

  test.each([
    ["[]", "holds no question"],
    ["", "holds no question"],
    ["[1]", "item 0 is 1; question and query (or SQL) are wanted as texts"],
    ['[{"question": 5}]', 'item 0 is {"question":5}'],
    ["{", "is not JSON"],
  ])("a file that holds %j is an error", (text, message) =>
    expect(() => readPublicItems(at("bad.json", text))).toThrow(message),
  );
});
