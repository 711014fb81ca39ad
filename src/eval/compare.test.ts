import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { main } from "../cli/main.ts";
import { compareSystems, type ScoredItem, type ScoredSystem } from "./compare.ts";
import { readSystem } from "./compare/read.ts";
import { comparisonMarkdown, comparisonText } from "./compare/text.ts";
import { scoreFile } from "./score-file.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-compare-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const item = (
  id: number,
  strict: number | null,
  changes: Partial<ScoredItem> = {},
): ScoredItem => ({
  id: String(id),
  dbId: "shop",
  question: `question ${id}?`,
  goldSql: `SELECT ${id}`,
  predictedSql: strict === 1 ? `SELECT ${id}` : "SELECT 0",
  ...(strict === 0 && { fault: "wrong-value" }),
  verdicts: { strict },
  ...changes,
});
const system = (name: string, verdicts: readonly (number | null)[]): ScoredSystem => ({
  name,
  modes: ["strict"],
  items: verdicts.map((strict, id) => item(id, strict)),
});
const same = Array<1>(45).fill(1);
const before = system("before", [1, 0, 0, 0, 1, null, ...same]);
const after = system("after", [1, 1, 1, 1, 0, 1, ...same]);

test("both scores, their paired difference and the items that changed sides", () => {
  const { n, modes, items } = compareSystems(before, after);
  expect(n).toBe(51);
  expect(modes.strict).toMatchObject({
    n: 50,
    a: { score: 0.94 },
    b: { score: 0.98 },
    gained: 3,
    lost: 1,
    p: 0.625,
  });
  expect(modes.strict?.difference).toBeCloseTo(0.04, 12);
  expect(modes.strict?.power).toMatchObject({ changed: 0.08, seen: null });
  expect(items.map(({ id, gained, lost }) => [id, gained, lost])).toEqual([
    ["1", ["strict"], []],
    ["2", ["strict"], []],
    ["3", ["strict"], []],
    ["4", [], ["strict"]],
  ]);
});

test("the items of the other system are found by id, whatever their order", () => {
  const turned = { ...after, items: after.items.toReversed() };
  expect(compareSystems(before, turned)).toEqual(compareSystems(before, after));
});

test("a graded mode has a difference, but no test of sides", () => {
  const graded = (name: string, scores: readonly number[]): ScoredSystem => ({
    name,
    modes: ["bird-softf1"],
    items: scores.map((score, id) => item(id, 1, { verdicts: { "bird-softf1": score } })),
  });
  const { modes } = compareSystems(graded("a", [0.5, 1]), graded("b", [0.75, 1]));
  expect(modes["bird-softf1"]).toMatchObject({
    difference: 0.125,
    p: null,
    power: null,
    gained: 1,
  });
});

const changed = (at: number, changes: Partial<ScoredItem>): ScoredSystem => ({
  ...after,
  items: after.items.map((one, index) => (index === at ? { ...one, ...changes } : one)),
});
test.each([
  [
    "another gold",
    changed(2, { goldSql: "SELECT 9" }),
    /1 of 51 items; item 2 has gold "SELECT 2" and "SELECT 9"/,
  ],
  ["another database", changed(3, { dbId: "hr" }), /item 3 has database shop and hr/],
  ["another question", changed(3, { question: "who?" }), /item 3 has different questions/],
  [
    "other ids",
    changed(3, { id: "x" }),
    /51 and 51 items, 1 of before not in after \(the first is 3\)/,
  ],
  [
    "fewer items",
    { ...after, items: after.items.slice(0, 4) },
    /51 and 4 items, 47 of before not in after/,
  ],
  ["an id twice", changed(3, { id: "0" }), /after has 51 items but 50 different ids/],
  ["no common mode", { ...after, modes: ["bird-ex" as const] }, /no mode is common/],
])("%s is refused", (_name, other, message) => {
  expect(() => compareSystems(before, other)).toThrow(message);
});

test("the text names the difference, what n allows to see, and who lost what", () => {
  const text = comparisonText(compareSystems(before, after), "strict");
  expect(text).toMatch(/^strict +50 +94\.0 % .* \+4\.0 .* 0\.6250 +3 +1$/m);
  expect(text).toMatch(
    /50 items show no difference with 80 % power; to see a 2-point difference you need n = \d+,\d+\./,
  );
  expect(text).toContain(
    "3 items better in B (strict):\n  1 · shop · question 1? (A: wrong-value)",
  );
  expect(text).toContain("1 item worse in B (strict):\n  4 · shop · question 4? (B: wrong-value)");
  const again = comparisonText(compareSystems(before, { ...before, name: "again" }), "strict");
  expect(again).toContain("strict: no item changed sides.");
});

test("Markdown folds the items and keeps within its limit", () => {
  const many = (name: string, verdict: 0 | 1) =>
    system(name, [...Array<0 | 1>(60).fill(verdict), ...Array<1>(540).fill(1)]);
  const comparison = compareSystems(many("a", 0), many("b", 1));
  const text = comparisonMarkdown(comparison, "strict", 5_000);
  expect(text.length).toBeLessThanOrEqual(5_000);
  expect(text).toMatch(/^\| strict \| 600 \| 90\.0 % /m);
  expect(text).toMatch(/… and \d+ items more\./);
});

const write = (name: string, content: unknown): string => {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(content));
  return file;
};

test("a run is read with its questions to refuse apart", () => {
  const answer = { kind: "answer", question: "?", goldSql: "SELECT 1", predictedSql: "SELECT 2" };
  const refuse = { kind: "refuse", question: "who?", goldSql: "", predictedRefusal: "no table" };
  const run = join(folder, "run1");
  mkdirSync(run);
  write("run1/items.json", [
    { ...answer, id: "a", verdict: 0, reason: "values" },
    { ...refuse, id: "r", verdict: 1, reason: "ok" },
  ]);
  expect(readSystem(run)).toEqual({
    name: "run1",
    modes: ["strict", "refusals"],
    items: [
      {
        id: "a",
        question: "?",
        goldSql: "SELECT 1",
        predictedSql: "SELECT 2",
        fault: "values",
        verdicts: { strict: 0 },
      },
      {
        id: "r",
        question: "who?",
        goldSql: "",
        predictedSql: "-- cannot answer: no table",
        verdicts: { refusals: 1 },
      },
    ],
  });
});

test.each([
  ["totals.json", { base: {}, tuned: {} }, /holds totals only: name the run's folder/],
  ["other.json", { n: 3 }, /is neither what/],
  ["short.json", { modes: {}, items: [{ id: "0" }] }, /item 0 lacks "goldSql"/],
])("%s is refused with what was wanted", (name, content, message) => {
  expect(() => readSystem(write(name, content))).toThrow(message);
});

test("a file that is missing or no JSON is refused", () => {
  expect(() => readSystem(join(folder, "nowhere.json"))).toThrow(/there is no/);
  mkdirSync(join(folder, "unscored"));
  expect(() => readSystem(join(folder, "unscored"))).toThrow(/no run that was scored/);
  writeFileSync(join(folder, "text.json"), "SELECT 1");
  expect(() => readSystem(join(folder, "text.json"))).toThrow(/is not JSON/);
});

const data = process.env.T2S_DATA;
describe.skipIf(data === undefined)("published predictions (needs T2S_DATA)", () => {
  test("codes_1b against c3_chatgpt, by the command", async () => {
    const spider = join(data ?? "", "spider");
    for (const name of ["codes_1b", "c3_chatgpt"]) {
      const scored = await scoreFile(
        {
          gold: join(spider, "dev_A.json"),
          predictions: join(spider, "predictions", `${name}.sql`),
          databases: join(spider, "database"),
        },
        { modes: ["strict"] },
      );
      write(`${name}.json`, scored);
    }
    const [a, b] = ["codes_1b", "c3_chatgpt"].map((name) => join(folder, `${name}.json`));
    const { modes } = compareSystems(readSystem(a), readSystem(b));
    expect(modes.strict).toMatchObject({
      n: 507,
      a: { score: 406 / 507 },
      b: { score: 422 / 507 },
    });
    expect(modes.strict).toMatchObject({ gained: 52, lost: 36 });
    expect(modes.strict?.p).toBeCloseTo(0.1093, 4);
    const markdown = join(folder, "comment.md");
    const output = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    const errors = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    try {
      expect(await main(["compare", a, b, "--markdown", markdown, "--json"])).toBe(0);
      expect(JSON.parse(String(output.mock.lastCall?.[0]))).toMatchObject({
        a: "codes_1b",
        n: 507,
      });
      expect(await main(["compare", a, b, "--mode", "bird-ex"])).toBe(2);
      expect(errors.mock.lastCall?.[0]).toContain('no common mode "bird-ex"; common are strict');
    } finally {
      output.mockRestore();
      errors.mockRestore();
    }
    expect(readFileSync(markdown, "utf8")).toContain("| strict | 507 | 80.1 % |");
  }, 60_000);
});
