/** Outlines of queries, the way to a target, and how varied questions are. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Rng } from "../../base/rng.ts";
import { distinct2, newShare } from "./diversity.ts";
import { addOutline, createTally, outlineOf, profileOf, readTarget, wantedOf } from "./profile.ts";
import { reword, synonymsFor } from "./reword.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-profile-"));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ["SELECT a FROM t", "easy", "1", "0", ""],
  ["SELECT a FROM t WHERE b BETWEEN 1 AND 2 AND c LIKE 'x AND y%'", "medium", "1", "2", "like"],
  [
    "SELECT a, COUNT(*) FROM t JOIN u ON t.i = u.i JOIN v ON u.j = v.j GROUP BY a HAVING COUNT(*) > 1",
    undefined,
    "3+",
    "0",
    "join group having aggregate",
  ],
  [
    "SELECT a FROM t WHERE a NOT IN (SELECT a FROM u WHERE x = 1 AND y = 2) ORDER BY a LIMIT 3",
    undefined,
    "2",
    "1",
    "order limit nested negation",
  ],
  [
    "SELECT a FROM t UNION SELECT a FROM u JOIN w USING (i)",
    undefined,
    "3+",
    "0",
    "join set operation",
  ],
])("the outline of %s", (sql, hardness, tables, conditions, features) => {
  const outline = outlineOf(sql);
  if (hardness) expect(outline.hardness).toBe(hardness);
  expect([outline.tables, outline.conditions]).toEqual([tables, conditions]);
  expect([...outline.features].join(" ")).toBe(features);
});

describe("a target", () => {
  test("wants what is rare so far more than what is common", () => {
    const tally = createTally();
    const [plain, grouped] = ["SELECT a FROM t", "SELECT a, COUNT(*) FROM t GROUP BY a"].map(
      outlineOf,
    );
    for (let i = 0; i < 200; i++) addOutline(tally, plain);
    const target = readTarget("spider");
    expect(wantedOf(grouped, target, tally)).toBeGreaterThan(4 * wantedOf(plain, target, tally));
    expect(wantedOf(grouped, readTarget("flat"), tally)).toBe(1);
    expect(profileOf(tally).features.group).toBe(0);
    expect(profileOf(tally).tables["1"]).toBe(1);
  });

  test.each(["business", "spider"])("by the name %s is of shares that add up", (name) => {
    for (const group of ["hardness", "tables", "conditions"])
      expect(Object.values(readTarget(name)[group]).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 2);
  });

  test.each([
    ["[]", /an object of groups/],
    ['{"hardnes": {}}', /hardness/],
    ['{"hardness": {"easy": 2}}', /a share of easy/],
    ['{"features": {"joins": 0.1}}', /join, group/],
    ["{", /none of business, spider, flat and no JSON file/],
  ])("that is none is refused: %s", (text, message) => {
    const file = join(folder, "target.json");
    writeFileSync(file, text);
    expect(() => readTarget(file)).toThrow(message);
  });
});

test("distinct-2 counts different neighbours among all", () => {
  expect(distinct2(["A b, c.", "a b d"])).toBe(3 / 4);
  expect(distinct2(["job 24-113 costs 3.5"])).toBe(1);
  expect(newShare("a b c", new Set(["a b"]))).toBe(0.5);
});

describe("rewording", () => {
  const synonyms = synonymsFor((word) => !/client/.test(word));
  const wordings = Array.from({ length: 200 }, (_, seed) =>
    reword(
      "What is the number of customers named Between 3 and of at least 5 with an amount of more than 2,000?",
      ["Between 3 and of at least 5"],
      synonyms,
      new Rng(seed),
    ),
  );

  test("gives many texts, none of which touches a value of a cell or a figure", () => {
    expect(new Set(wordings).size).toBeGreaterThan(50);
    for (const text of wordings) {
      expect(text).toContain("Between 3 and of at least 5");
      expect(text).toContain("2,000");
      expect(text).not.toMatch(/[\uE000-\uF8FF]|  |undefined/);
    }
  });

  test("keeps what a bound means", () => {
    for (let seed = 0; seed < 300; seed++) {
      const [most, least] = ["no more than", "no less than"].map((bound) =>
        reword(`orders with an amount of ${bound} 530`, [], synonyms, new Rng(seed)),
      );
      expect(most).toMatch(/no more than 530|at most 530|530 or less|up to 530/);
      expect(least).toMatch(/no less than 530|at least 530|530 or more/);
    }
  });

  test("uses no word that the schema has for something else", () => {
    expect(wordings.some((text) => /\bbuyers\b/.test(text))).toBe(true);
    expect(wordings.some((text) => /\bclients\b/.test(text))).toBe(false);
  });
});
