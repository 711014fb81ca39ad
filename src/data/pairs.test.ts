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
import { checkPairs, parsePairs, readPairs } from "./pairs.ts";
import { splitByTemplate, splitKeyOf } from "./split.ts";
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
  const examples = () =>
    checkPairs(
      [
        pair("a", "How many items?", "SELECT COUNT(*) FROM item"),
        pair("b", "how many  items", "SELECT COUNT(*) FROM item"),
        pair("c", "How many items", "SELECT COUNT(*) FROM sale"),
        pair("d", "Broken?", "SELECT x FROM nowhere"),
        pair("e", "Names of items", "SELECT name FROM item"),
      ],
      options,
    );

  test("sets aside what repeats, contradicts or does not run, with the reason", async () => {
    const { train, rejected } = cleanPairs(await examples(), {
      devShare: 0,
      testShare: 0,
      seed: 1,
    });
    expect(train.map(({ id }) => id)).toEqual(["a", "e"]);
    expect(rejected.map(({ example, reason }) => [example.id, reason])).toEqual([
      ["b", "repeats a"],
      ["c", "contradicts a: the same question with another answer"],
      ["d", "the SQL does not run"],
    ]);
  });

  test("with given splits, takes out of training what stands in a test", async () => {
    const [count] = await examples();
    const test = { ...count, id: "t", question: "number of items", split: "test" as const };
    const { train, test: kept, rejected } = cleanPairs([count, test], "given");
    expect(train).toEqual([]);
    expect(kept).toEqual([test]);
    expect(rejected[0].reason).toBe("shares its template with test");
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
        const divided = splitByTemplate(examples, { ...shares, seed });
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

  test("does not depend on the order of the examples", () => {
    fc.assert(
      fc.property(fc.array(someExample, { maxLength: 60 }), fc.nat(1000), (drafts, seed) => {
        const examples = toExamples(drafts);
        const splits = (list: readonly Example[]) =>
          new Map(splitByTemplate(list, { ...shares, seed }).map(({ id, split }) => [id, split]));
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
    prefix: "one two three",
    suffixOf: (question) => question,
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
    rejected: [{ example: examples[0], reason: "repeats x1" }],
    origins: ["Written by the shop's owner."],
  });
  expect(card).toContain("- 1 hand-written.");
  expect(card).toContain("- Written by the shop's owner.");
  expect(card).toContain("1 of 1 queries were executed");
  expect(card).toContain("| repeats | 1 |");
  expect(card).toContain("No human annotator");
  expect(card).toContain("sale.sold");
});
