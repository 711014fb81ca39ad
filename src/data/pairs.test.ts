/** From files of pairs to clean splits: forms, checks, reasons, and that nothing leaks or is lost. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { createExecutor } from "../db/executor.ts";
import { introspect } from "../schema/introspect.ts";
import { renderCard } from "./card.ts";
import { cleanPairs } from "./clean.ts";
import type { Example, Split } from "./example.ts";
import { checkPairs, executePairs, parsePairs, readPairs } from "./pairs.ts";
import { splitKeyOf, splitPairs } from "./split.ts";
import { statsOf } from "./stats.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-pairs-"));
const file = join(folder, "shop.sqlite");
const setup = new DatabaseSync(file);
setup.exec(`CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, price REAL);
  INSERT INTO item VALUES (1, 'cup', 2.5), (2, 'jug', 9);
  CREATE TABLE sale (id INTEGER PRIMARY KEY, item_id INTEGER REFERENCES item (id), sold TEXT);
  INSERT INTO sale VALUES (1, 1, '2024-01-01');`);
setup.close();
const executor = createExecutor({ workers: 1 });
afterAll(async () => {
  await executor.close();
  rmSync(folder, { recursive: true });
});
const { database } = introspect(file, { dbId: "shop" });
const options = { database, run: (sqls: readonly string[]) => executor.runMany(file, sqls) };

function written(name: string, lines: readonly unknown[]): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"),
  );
  return path;
}

const pair = (id: string, question: string, sql: string) => ({ id, question, sql });

test("plain pairs and refusals become examples", async () => {
  const path = written("plain.jsonl", [
    pair("a", "How many items?", "SELECT COUNT(*) FROM item"),
    "",
    { id: "b", question: "Which staff?", refusal: "no table of staff" },
    pair("c", "Broken?", "SELECT nothing FROM item"),
  ]);
  const [answer, refusal, broken] = await readPairs(path, {
    ...options,
    method: "hand-written",
    split: "dev",
  });
  expect(answer).toMatchObject({
    kind: "answer",
    dbId: "shop",
    hardness: "easy",
    split: "dev",
    source: { method: "hand-written" },
    checks: { executed: true, rows: 1 },
  });
  expect(refusal).toMatchObject({
    kind: "refuse",
    sql: "",
    refusal: "no table of staff",
    templateId: "refuse:no table of staff",
  });
  expect(broken.checks).toMatchObject({ executed: false, rows: 0 });
});

test("an example that was written is read back as it was", async () => {
  const [first] = await checkPairs([pair("a", "Names?", "SELECT name FROM item")], options);
  const [again] = await readPairs(written("again.jsonl", [first]), options);
  expect({ ...again, checks: { ...again.checks, ms: 0 } }).toEqual({
    ...first,
    checks: { ...first.checks, ms: 0 },
  });
});

test.each([
  ["text that is not JSON", ['{"id":"a",'], "bad.jsonl:1 is not JSON"],
  ["a list", ["[1]"], "bad.jsonl:1 is not an object"],
  ["no question", [{ id: "a", sql: "SELECT 1" }], 'bad.jsonl:1: "question" is undefined'],
  [
    "neither answer",
    ["", { id: "a", question: "q" }],
    'bad.jsonl:2 has neither "sql" and "refusal"',
  ],
  ["both answers", [{ id: "a", question: "q", sql: "SELECT 1", refusal: "x" }], "has both"],
  [
    "an id twice",
    [pair("a", "q", "SELECT 1"), pair("a", "r", "SELECT 2")],
    "bad.jsonl:2: id a stands on line 1 already",
  ],
])("%s is refused with file and line", (_name, lines, message) => {
  const path = written("bad.jsonl", lines);
  expect(() => parsePairs(path)).toThrow(
    expect.objectContaining({ code: "data-invalid", message: expect.stringContaining(message) }),
  );
});

describe("cleaning", () => {
  const executed = (...pairs: Parameters<typeof executePairs>[0]) => executePairs(pairs, options);
  const anew = { database, split: { devShare: 0, testShare: 0, seed: 1 } } as const;
  const reasonsOf = async (...pairs: Parameters<typeof executePairs>[0]) => {
    const { train, rejected } = await cleanPairs(await executed(...pairs), anew);
    expect(train.length + rejected.length).toBe(pairs.length);
    return rejected.map(({ example, code, reason }) => [example.id, code, reason]);
  };

  test("sets aside what repeats, contradicts or does not run, with the reason", async () => {
    expect(
      await reasonsOf(
        pair("a", "How many items?", "SELECT COUNT(*) FROM item"),
        pair("b", "how many  items", "SELECT COUNT(*) FROM item"),
        pair("c", "How many items", "SELECT COUNT(*) FROM sale"),
        pair("d", "Broken?", "SELECT x FROM nowhere"),
        pair("e", "Names of items", "SELECT name FROM item"),
        pair("e", "Prices of items", "SELECT price FROM item"),
        pair("f", "Please list the names of the items", "SELECT name FROM item"),
        pair("g", "List names of items", "SELECT i.name FROM item AS i"),
        pair("h", "How many ITEMS?", "SELECT COUNT(id) FROM item"),
      ),
    ).toEqual([
      ["b", "repeats", "repeats a"],
      ["c", "contradicts", "contradicts a: the same question with another answer"],
      ["d", "does-not-run", "the SQL does not run: no such table: nowhere"],
      ["e", "id-taken", "the id e is taken"],
      ["g", "near-duplicate", "nearly repeats f: the same SQL, almost the same words"],
      ["h", "repeats", "repeats a"],
    ]);
  });

  test("sets aside SQL that filters on what the question does not say", async () => {
    expect(
      await reasonsOf(
        pair("a", "Price of the cup", "SELECT price FROM item WHERE name = 'cup'"),
        pair("c", "Items under five", "SELECT name FROM item WHERE price < 5"),
        pair("d", "Dear items", "SELECT name FROM item WHERE price > 8"),
      ),
    ).toEqual([
      ["d", "not-mentioned", "the SQL filters price > 8, which the question does not say"],
    ]);
  });

  test("of what is empty rejects what a program made, and warns of what a person brought", async () => {
    const sql = "SELECT name FROM item WHERE name = 'vase'";
    const absent = "SELECT name FROM item WHERE id NOT IN (SELECT id FROM item)";
    const pairs = await executed(
      { ...pair("a", "Name of the vase", sql), source: { method: "synthesized" } },
      { ...pair("b", "What is the vase called", sql), source: { method: "curated:shop" } },
      { ...pair("c", "Items that are no items", absent), source: { method: "synthesized" } },
    );
    const { rejected, warnings } = await cleanPairs(pairs, anew);
    expect(rejected.map(({ example, code }) => [example.id, code])).toEqual([["a", "empty"]]);
    expect(warnings.map(({ id, code }) => [id, code])).toEqual([["b", "empty"]]);
  });

  test("rejects names that the chosen tables do not have, though the database has them", async () => {
    const tables = database.tables.filter(({ name }) => name === "item");
    const { rejected } = await cleanPairs(
      await executed(pair("a", "How many sales?", "SELECT COUNT(*) FROM sale")),
      { ...anew, database: { ...database, tables } },
    );
    expect(rejected[0]).toMatchObject({
      code: "unknown-name",
      reason: "the SQL names sale, which the schema does not have",
    });
  });

  test("with given splits, takes out of training what stands in a test", async () => {
    const pairs = await executed(
      pair("a", "How many items?", "SELECT COUNT(*) FROM item"),
      pair("b", "names of the items", "SELECT DISTINCT name FROM item"),
      { ...pair("t", "number of items", "SELECT COUNT(*) FROM item"), split: "test" },
      { ...pair("u", "Names of items", "SELECT name FROM item"), split: "test" },
    );
    const { train, test: kept, rejected } = await cleanPairs(pairs, { database, split: "given" });
    expect(train).toEqual([]);
    expect(kept.map(({ id }) => id)).toEqual(["t", "u"]);
    expect(rejected.map(({ code, reason }) => [code, reason])).toEqual([
      ["shares-template", "shares its template with test"],
      ["shares-question", "shares its question with test"],
    ]);
  });

  test("near-duplicates of other words are found by embedding, and the same words of other SQL are not", async () => {
    const pairs = await executed(
      pair("a", "What is the name of every item?", "SELECT name FROM item"),
      pair("b", "Which names do the items carry?", "SELECT name FROM item"),
      pair("c", "What is the price of every item?", "SELECT price FROM item"),
    );
    const like = (value: number) => Float32Array.of(value, Math.sqrt(1 - value * value));
    const embed = async (texts: readonly string[]) => texts.map((_, i) => like(i === 0 ? 1 : 0.97));
    const { rejected } = await cleanPairs(pairs, { ...anew, embed });
    expect(rejected.map(({ example, code }) => [example.id, code])).toEqual([
      ["b", "near-duplicate"],
    ]);
    expect((await cleanPairs(pairs, anew)).rejected).toEqual([]);
  });

  test("nearly the same question with another result is a warning", async () => {
    const pairs = await executed(
      pair("a", "the price of the cup", "SELECT price FROM item WHERE name = 'cup'"),
      pair("b", "price of a cup", "SELECT id FROM item WHERE name = 'cup'"),
    );
    const { train, warnings } = await cleanPairs(pairs, anew);
    expect(train).toHaveLength(2);
    expect(warnings).toEqual([
      {
        id: "b",
        code: "nearly-contradicts",
        reason: "nearly the question of a with another result",
      },
    ]);
  });

  test("a model that disagrees both ways is a warning, one way is none", async () => {
    const pairs = await executed(
      pair("a", "How many items?", "SELECT COUNT(*) FROM item"),
      pair("b", "Names of items", "SELECT name FROM item"),
      pair("c", "Prices of items", "SELECT price FROM item"),
    );
    const { warnings } = await cleanPairs(pairs, {
      ...anew,
      roundTrip: {
        digestsOf: async () => [pairs[0].digest, "other", undefined],
        questionsOf: async (sqls) => {
          expect(sqls).toEqual(["SELECT name FROM item", "SELECT price FROM item"]);
          return ["the names of the items", "who sold what, and when"];
        },
      },
    });
    expect(warnings).toEqual([
      {
        id: "c",
        code: "round-trip-differs",
        reason:
          'the model\'s SQL for the question gives another result, and it reads the SQL as "who sold what, and when"',
      },
    ]);
  });
});

const someExample = fc.record({
  template: fc.nat(20),
  refuse: fc.boolean(),
  reason: fc.constantFrom("no table of x", "this would change data"),
});
const toExamples = (
  drafts: readonly { template: number; refuse: boolean; reason: string }[],
): Example[] =>
  drafts.map(({ template, refuse, reason }, index) => ({
    id: String(index),
    question: `q${index}`,
    sql: refuse ? "" : "SELECT 1",
    dbId: "x",
    schemaFingerprint: "x",
    kind: refuse ? "refuse" : "answer",
    ...(refuse && { refusal: reason }),
    dialect: "sqlite",
    hardness: "easy",
    templateId: refuse ? `refuse:${reason}` : `t${template}`,
    shapeId: "s",
    source: { method: "synthesized" },
    checks: { executed: true, rows: 1, ms: 0, discriminating: true },
    split: "train",
  }));

const withoutSplit = (example: Example) => ({ ...example, split: undefined });

describe("splitting", () => {
  const shares = { devShare: 0.1, testShare: 0.2 };

  test("no template stands on two sides and nothing is lost", () => {
    fc.assert(
      fc.property(fc.array(someExample, { maxLength: 120 }), fc.nat(1000), (drafts, seed) => {
        const examples = toExamples(drafts);
        const divided = splitPairs(examples, { ...shares, seed });
        expect(divided.map(withoutSplit)).toEqual(examples.map(withoutSplit));
        const owner = new Map<string, Split>();
        for (const example of divided) {
          const key = `${example.kind} ${splitKeyOf(example)}`;
          expect(owner.get(key) ?? example.split).toBe(example.split);
          owner.set(key, example.split);
        }
        for (const name of ["test", "dev"] as const)
          expect(divided.filter(({ split }) => split === name).length).toBeLessThanOrEqual(
            shares[`${name}Share`] * examples.length + 1,
          );
      }),
      { numRuns: 50 },
    );
  });

  test("no question stands on two sides", () => {
    fc.assert(
      fc.property(fc.array(someExample, { maxLength: 60 }), fc.nat(1000), (drafts, seed) => {
        const examples = toExamples(drafts).map((example, index) => ({
          ...example,
          question: index % 2 === 0 ? `the q${index % 7}` : `Q${index % 7}?`,
        }));
        const owner = new Map<string, Split>();
        for (const { question, split } of splitPairs(examples, { ...shares, seed })) {
          const key = /q\d/i.exec(question)?.[0].toLowerCase() ?? "";
          expect(owner.get(key) ?? split).toBe(split);
          owner.set(key, split);
        }
      }),
    );
  });

  test("by database, no database stands on two sides and each side has one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 12 }), fc.nat(1000), (databases, seed) => {
        const drafts = Array.from({ length: 60 }, (_, i) => ({
          template: i % 20,
          refuse: false,
          reason: "",
        }));
        const examples = toExamples(drafts).map((example, i) => ({
          ...example,
          dbId: `db${(i * i) % databases}`,
        }));
        const wanted = new Set(examples.map(({ dbId }) => dbId)).size;
        fc.pre(wanted >= 3);
        const divided = splitPairs(examples, { ...shares, seed, by: "database" });
        const of = (name: Split) =>
          new Set(divided.filter(({ split }) => split === name).map(({ dbId }) => dbId));
        const sides = (["train", "dev", "test"] as const).map(of);
        expect(sides.reduce((sum, side) => sum + side.size, 0)).toBe(wanted);
        for (const side of sides) expect(side.size).toBeGreaterThan(0);
      }),
    );
  });

  test("by database of one database is an error", () => {
    const examples = toExamples([{ template: 1, refuse: false, reason: "" }]);
    expect(() => splitPairs(examples, { ...shares, seed: 1, by: "database" })).toThrow(
      "the pairs are of one database; a split by database wants two or more",
    );
  });

  test("does not depend on the order of the examples", () => {
    fc.assert(
      fc.property(fc.array(someExample, { maxLength: 60 }), fc.nat(1000), (drafts, seed) => {
        const examples = toExamples(drafts);
        const splits = (list: readonly Example[]) =>
          new Map(splitPairs(list, { ...shares, seed }).map(({ id, split }) => [id, split]));
        expect(splits(examples.toReversed())).toEqual(splits(examples));
      }),
    );
  });
});

test("statistics count what is there, name what is not, and measure what will not fit", async () => {
  const examples = await checkPairs(
    [
      pair("a", "How many items?", "SELECT COUNT(*) FROM item"),
      pair("b", "Names of items", "SELECT name FROM item"),
      { id: "c", question: "Staff?", refusal: "no table of staff" },
    ],
    options,
  );
  const stats = statsOf(examples, database, {
    countTokens: (text) => text.split(" ").length,
    promptFor: () => ({ prefix: "one two three", suffixOf: (question) => question }),
    answerOf: ({ sql, refusal }) => sql || (refusal ?? ""),
    contextTokens: 10,
  });
  expect(stats).toMatchObject({
    n: 3,
    kinds: { answer: 2, refuse: 1 },
    templates: 2,
    tables: { item: 2, sale: 0 },
  });
  expect(stats.untouchedColumns).toEqual([
    "item.id",
    "item.price",
    "sale.id",
    "sale.item_id",
    "sale.sold",
  ]);
  expect(stats.tokens).toMatchObject({
    prefix: 3,
    question: { median: 3, p95: 3, max: 3 },
    answer: { median: 4, p95: 4, max: 4 },
    tooLong: 2,
  });
});

test("the card says how pairs were made and claims no annotator", async () => {
  const examples = await checkPairs([pair("a", "How many items?", "SELECT COUNT(*) FROM item")], {
    ...options,
    method: "hand-written",
  });
  const card = renderCard({
    database,
    examples,
    rejected: [{ example: examples[0], code: "repeats", reason: "repeats x1" }],
    origins: ["Written by the shop's owner."],
  });
  expect(card).toContain("- 1 hand-written.");
  expect(card).toContain("- Written by the shop's owner.");
  expect(card).toContain("1 of 1 queries were executed");
  expect(card).toContain("| repeats: The same question with an answer that is the same. | 1 |");
  expect(card).toContain("No human annotator");
  expect(card).toContain("sale.sold");
});
