/** `t2s data clean`, `split` and `leaks` as a user meets them: processes on a real project, judged by what they print and write. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rejectionMeanings, warningMeanings } from "../src/data/check/codes.ts";
import { runT2s } from "./fixtures/program.ts";
import { writeShop } from "./fixtures/shop-database.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-clean-"));
const shop = writeShop();
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(join(shop, "..", ".."), { recursive: true, force: true });
});

const t2s = (...args: readonly string[]) => runT2s(folder, args);
const project = ["--project", "shop"];
function jsonOf<T>(...args: readonly string[]): T & { readonly stderr: string } {
  const { status, stdout, stderr } = t2s(...args, ...project, "--json");
  expect([status, stderr.match(/^error .*$/m)]).toEqual([0, null]);
  return { ...(JSON.parse(stdout) as T), stderr };
}
const errorOf = (...args: readonly string[]) => {
  const { status, stdout, stderr } = t2s(...args);
  expect(stdout).toBe("");
  expect(status).toBeGreaterThan(0);
  return stderr;
};

type Clean = {
  kept: number;
  refusals: number;
  rejected: Record<string, number>;
  warnings: Record<string, number>;
  seconds: number;
};
type Sides = { train: number; dev: number; test: number };
type Parts = Sides & { templates: Sides; by: string };
type Line = { id: string; split: string; code: string; example: { id: string } };

const at = (name: string) => join(folder, "shop", "data", "clean", name);
const linesOf = (name: string) =>
  readFileSync(at(name), "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
const sum = ({ train, dev, test: held }: Sides) => train + dev + held;

const mine = (lines: readonly object[]) =>
  writeFileSync(
    join(folder, "shop", "data", "raw", "mine.jsonl"),
    lines.map((line) => JSON.stringify(line)).join("\n"),
  );
const MINE = [
  {
    id: "m1",
    question: "Customers in Utah (UT)",
    sql: "SELECT name FROM customer WHERE state = 'UT'",
  },
  {
    id: "m2",
    question: "Customers in utah (UT)?",
    sql: "SELECT name FROM customer WHERE state = 'UT'",
  },
  { id: "m3", question: "Branches in Golden", sql: "SELECT id FROM branch WHERE city = 'Denver'" },
  { id: "m4", question: "Which staff?", sql: "SELECT name FROM staff" },
  { id: "m5", question: "Branches in Aspen", sql: "SELECT id FROM branch WHERE city = 'Aspen'" },
  { id: "m6", question: "Which trucks?", refusal: "no table of trucks" },
];

beforeAll(() => {
  expect(t2s("init", "--db", `sqlite:${shop}`, ...project).status).toBe(0);
});

test("without pairs each command says what to do first", () => {
  expect(errorOf("data", "clean", ...project)).toMatch(
    /^error not-found: there are no pairs in .*raw; run `t2s data generate`/m,
  );
  for (const name of ["split", "leaks"])
    expect(errorOf("data", name, ...project)).toMatch(
      /^error not-found: there are no pairs yet; run `t2s data clean` first/m,
    );
  expect(errorOf("data", "split", "--by", "magic")).toMatch(
    /^error usage: --by is magic; template or database/m,
  );
  expect(errorOf("data", "split", "x.json")).toMatch(/^error usage: --out is missing/m);
});

describe("on a project with pairs of both kinds", () => {
  let first: Clean;
  beforeAll(() => {
    expect(t2s("data", "generate", "--count", "150", "--seed", "3", ...project).status).toBe(0);
    mine(MINE);
    first = jsonOf<Clean>("data", "clean");
  }, 120_000);

  test("clean counts what is kept and why the rest is not, and keeps that with its reason", () => {
    const rejected = linesOf("rejected.jsonl");
    const total = Object.values(first.rejected).reduce((a, b) => a + b, 0);
    expect(rejected).toHaveLength(total);
    expect(first.rejected).toMatchObject({ "not-mentioned": 1, "does-not-run": 1 });
    expect(
      rejected.flatMap(({ code, example }) =>
        example.id.startsWith("m") ? [[example.id, code]] : [],
      ),
    ).toEqual([
      ["m2", "repeats"],
      ["m3", "not-mentioned"],
      ["m4", "does-not-run"],
    ]);
    expect(first.warnings).toMatchObject({ empty: 1 });
    expect(first.kept + first.refusals).toBe(
      linesOf("train.jsonl").length + linesOf("dev.jsonl").length + linesOf("test.jsonl").length,
    );
    expect(first.seconds).toBeGreaterThan(0);
    expect(readFileSync(at("rejected.jsonl"), "utf8")).toContain(
      'where the question says \\"Golden\\"',
    );
    expect(readFileSync(at("card.md"), "utf8")).toMatch(
      /## Leaks\n\nOf \d+ held-out pairs, in training stand the same SQL \(literals kept\) of 0, the same template of 0, the same question of 0/,
    );
  });

  test("clean again says that all is up to date and prints the same", () => {
    const { stderr, ...again } = jsonOf<Clean>("data", "clean");
    const { stderr: _, ...before } = first as Clean & { stderr: string };
    expect(again).toEqual(before);
    expect(stderr).toContain("clean · up to date");
  });

  test("split divides what was kept anew, and the division stays until the pairs change", () => {
    const same = jsonOf<Parts>("data", "split");
    expect(same.stderr).toContain("split · up to date");
    const rejected = readFileSync(at("rejected.jsonl"), "utf8");
    const parts = jsonOf<Parts>(
      "data",
      "split",
      "--seed",
      "99",
      "--test-share",
      "0.3",
      "--dev-share",
      "0.2",
    );
    expect(parts.by).toBe("template");
    expect(sum(parts)).toBe(first.kept + first.refusals);
    expect(Math.abs(parts.test / sum(parts) - 0.3)).toBeLessThan(0.05);
    const sides = (["train", "dev", "test"] as const).map((name) => linesOf(`${name}.jsonl`));
    expect(sides.map((side) => side.length)).toEqual([parts.train, parts.dev, parts.test]);
    for (const [i, name] of (["train", "dev", "test"] as const).entries())
      expect(new Set(sides[i].map(({ split }) => split))).toEqual(new Set([name]));
    expect(readFileSync(at("rejected.jsonl"), "utf8")).toBe(rejected);
    const train = statSync(at("train.jsonl")).mtimeMs;
    expect(jsonOf("data", "clean").stderr).toContain("clean · up to date");
    expect(statSync(at("train.jsonl")).mtimeMs).toBe(train);
    expect(
      jsonOf<Parts>("data", "split", "--seed", "99", "--test-share", "0.3", "--dev-share", "0.2")
        .stderr,
    ).toContain("up to date");
  });

  test("split refuses what cannot be", () => {
    expect(errorOf("data", "split", "--test-share", "2", ...project)).toMatch(
      /^error config-invalid: --test-share: .*from 0.02 to 0.4/m,
    );
    expect(errorOf("data", "split", "--by", "database", ...project)).toMatch(
      /^error data-invalid: the pairs are of one database/m,
    );
  });

  test("leaks has a line for each held-out pair and compares with public sets", () => {
    const spider = join(folder, "public.json");
    writeFileSync(
      spider,
      JSON.stringify([{ db_id: "x", question: "customers in utah (UT)", query: "SELECT 1" }]),
    );
    type Leaks = {
      items: number;
      flags: Record<string, number>;
      public: { file: string; items: number; found: { id: string }[] }[];
    };
    const leaks = jsonOf<Leaks>("data", "leaks", "--public", spider);
    expect(linesOf("leaks.jsonl")).toHaveLength(leaks.items);
    expect(leaks.flags).toMatchObject({ "same-sql": 0, "same-template": 0, "same-question": 0 });
    const inTraining = linesOf("train.jsonl").some(({ id }) => id === "m1");
    expect(leaks.public[0].found.map(({ id }) => id)).toEqual(inTraining ? ["m1"] : []);
    expect(jsonOf("data", "clean").stderr).toContain("clean · up to date");
    expect(errorOf("data", "leaks", "--public", "absent.json", ...project)).toContain(
      "absent.json",
    );
  });

  test("given splits stay given", () => {
    mine(MINE.map((line) => ({ ...line, split: line.id === "m1" ? "test" : "train" })));
    const cleaned = jsonOf<Clean>("data", "clean");
    expect(linesOf("test.jsonl").map(({ id }) => id)).toEqual(["m1"]);
    const parts = jsonOf<Parts>("data", "split", "--seed", "4");
    expect(parts).toMatchObject({ test: 1, dev: 0, by: "given" });
    expect(sum(parts)).toBe(cleaned.kept + cleaned.refusals);
    expect(parts.stderr).toContain("the splits are given");
  });
});

test("a set of many databases is divided so that no database stands on two sides", () => {
  const items = Array.from({ length: 90 }, (_, i) => ({
    db_id: `db${i % 9}`,
    question: `question ${i}`,
    query: `SELECT a FROM t WHERE b = ${i} ORDER BY c${i % 11}`,
    kept: i,
  }));
  writeFileSync(join(folder, "all.json"), JSON.stringify(items));
  const parts = jsonOf<Parts>("data", "split", "all.json", "--by", "database", "--out", "parts");
  expect(parts.by).toBe("database");
  const sides = ["train", "dev", "test"].map(
    (name) =>
      JSON.parse(readFileSync(join(folder, "parts", `${name}.json`), "utf8")) as typeof items,
  );
  expect(sides.map((side) => side.length)).toEqual([parts.train, parts.dev, parts.test]);
  expect(sides.flat().sort((a, b) => a.kept - b.kept)).toEqual(items);
  const databases = sides.map((side) => [...new Set(side.map(({ db_id }) => db_id))]);
  expect(databases.flat()).toHaveLength(9);
  for (const side of databases) expect(side.length).toBeGreaterThan(0);
  expect(errorOf("data", "split", "parts/train.json", "--out", "parts")).toContain(
    "would overwrite",
  );
  expect(errorOf("data", "split", "parts", "--out", "x")).toMatch(/^error /m);
});

test("every code of rejected.jsonl and warnings.jsonl stands in the documentation with its meaning", () => {
  const page = readFileSync(join(import.meta.dirname, "..", "docs", "data.md"), "utf8");
  for (const code of Object.keys({ ...rejectionMeanings, ...warningMeanings }))
    expect(page, code).toContain(`| \`${code}\` |`);
  for (const meaning of [...Object.values(rejectionMeanings), ...Object.values(warningMeanings)])
    expect(page).toContain(meaning);
});
