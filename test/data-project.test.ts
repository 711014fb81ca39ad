/** A project's pairs through the command line, one command after another: what one of them leaves, the next one finds right. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runT2s } from "./fixtures/program.ts";
import { buildDatabase } from "./fixtures/shop.ts";
import { writeShop } from "./fixtures/shop-database.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-joints-"));
const project = join(folder, "project");
const shop = writeShop();
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(join(shop, "..", ".."), { recursive: true, force: true });
});

const t2s = (...args: readonly string[]) => runT2s(folder, ["--project", project, ...args]);
/** The one document of a command that does its work, with what it says beside it. */
function jsonOf<T>(...args: readonly string[]): T & { readonly stderr: string } {
  const { status, stdout, stderr } = t2s(...args, "--json");
  expect([status, stderr.match(/^error .*$/m)]).toEqual([0, null]);
  return { ...(JSON.parse(stdout) as T), stderr };
}
const read = (...path: string[]) => readFileSync(join(project, ...path), "utf8");
const write = (name: string, value: unknown) => {
  writeFileSync(join(folder, name), JSON.stringify(value));
  return name;
};

type Versions = { versions: { name: string; madeBy: string; current: boolean }[]; saved: string[] };
/** What made the last version, when no command before left one to be saved. */
function lastMadeBy(): string {
  const { versions, saved } = jsonOf<Versions>("data", "versions");
  expect(saved).toEqual([]);
  return versions.at(-1)?.madeBy ?? "";
}
type Plan = { plan: { reason: string }[] };
/** Why the stages would run: data with the flags of its last run, clean without any. */
const planOf = () =>
  [["data", ...GENERATED], ["clean"]].map(
    (stage) => jsonOf<Plan>("run", "--dry-run", ...stage).plan[0].reason,
  );

const GENERATED = ["--data.count", "60", "--data.refusals", "10", "--data.seed", "7"];

beforeAll(() => {
  expect(t2s("init", "--db", `sqlite:${shop}`, "--yes").status).toBe(0);
});

test("init has Git leave out what is made anew, unless the folder says itself what to leave out", () => {
  expect(read(".gitignore")).toMatch(
    /^\/data\/cache\/\n\/\.dvc\/cache\/\n\/runs\/\*\/checkpoints\/$/m,
  );
  writeFileSync(join(project, ".gitignore"), "mine\n");
  expect(t2s("init", "--db", `sqlite:${shop}`, "--force").status).toBe(0);
  expect(read(".gitignore")).toBe("mine\n");
});

test("flags of generate hold for synthesis alone, and it says how t2s.yaml would keep the pairs", () => {
  const flags = ["--count", "60", "--refusals", "10", "--seed", "7"];
  const made = jsonOf<{ pairs: number; templates: number }>("data", "generate", ...flags);
  expect(made.pairs).toBe(60);
  expect(made.stderr).toContain("set data.count: 60, data.refusals: 10, data.seed: 7 there");
  const again = jsonOf<{ stageSeconds: object }>("data", "generate", ...flags);
  expect(again.stageSeconds).toEqual({});
  expect(jsonOf("data", "clean").stderr).toContain("clean · up to date");
});

test("DVC is told that cleaning reads data/raw and the schema, not what was turned down", () => {
  const [data, clean] = read("dvc.yaml").split("  clean:");
  expect(data).toContain("data/rejected/synthetic.jsonl");
  expect(clean).toContain("schema/snapshot.json");
  expect(clean).toContain("data/raw/synthetic.jsonl");
  expect(clean).not.toContain("rejected");
});

const SPIDER = [
  {
    db_id: "shop",
    question: "All names of customers in one text?",
    query: "select group_concat(name, ', ') from customer",
  },
  { db_id: "shop", question: "Where are branches?", query: "SELECT city FROM branch" },
];

test("imported pairs carry the licence of their set or the one that is said, into the card", () => {
  const file = write("others.json", SPIDER);
  expect(jsonOf("data", "import", file)).toMatchObject({
    imported: 2,
    licences: { "CC-BY-SA-4.0": 2 },
  });
  expect(lastMadeBy()).toBe("t2s data import others.json: added others.jsonl");
  const said = jsonOf("data", "import", file, "--license", "MIT", "--replace");
  expect(said).toMatchObject({ licences: { MIT: 2 } });
  expect(lastMadeBy()).toBe("t2s data import others.json: changed others.jsonl");
  expect(planOf()).toEqual(["up to date", "its inputs changed"]);
  const { warnings } = jsonOf<{ warnings: Record<string, number> }>("data", "clean", "--force");
  expect(read("data", "clean", "card.md")).toContain("| imported:spider | MIT | 2 |");
  const inTrain = read("data", "clean", "train.jsonl").includes("group_concat");
  expect(warnings.unstyled).toBe(inTrain ? 1 : undefined);
});

test("a new division is a version of its own, and the stage's summary counts it", () => {
  const divided = jsonOf<Record<"train" | "dev" | "test", number>>(
    "data",
    "split",
    "--seed",
    "5",
    "--test-share",
    "0.3",
  );
  expect(lastMadeBy()).toMatch(/^t2s data split: changed .*train\.jsonl/);
  const { clean } = JSON.parse(read("stages.json")) as { clean: { summary: string } };
  expect(clean.summary).toMatch(
    new RegExp(
      `^${divided.train} for training, ${divided.dev} for choices, ${divided.test} for the report, \\d+ set aside$`,
    ),
  );
  expect(planOf()[1]).toBe("up to date");
});

test("decisions make cleaning run again, for DVC too", () => {
  const file = join(folder, "review.jsonl");
  jsonOf("data", "review", "--export", file, "--limit", "3");
  const lines = readFileSync(file, "utf8").trim().split("\n");
  const decided = lines.map((line) => ({ ...JSON.parse(line), decision: "accept" }) as object);
  writeFileSync(file, decided.map((line) => `${JSON.stringify(line)}\n`).join(""));
  expect(read("dvc.yaml")).not.toContain("data/review.jsonl");
  expect(jsonOf("data", "review", "--apply", file)).toMatchObject({ applied: 3, accept: 3 });
  expect(read("dvc.yaml")).toContain("data/review.jsonl");
  expect(planOf()).toEqual(["up to date", "its inputs changed"]);
});

test("pairs of test that people bring make synthesis run again: it leaves their templates out", () => {
  jsonOf("data", "import", write("held.json", SPIDER.slice(1)), "--split", "test");
  expect(planOf()).toEqual(["its inputs changed", "its inputs changed"]);
});

test("tables without rows are an error that says so, and nothing is written", () => {
  const file = buildDatabase(join(folder, "empty.sqlite"), "CREATE TABLE a (id INTEGER, b TEXT)");
  const empty = ["--project", join(folder, "empty")];
  expect(t2s("init", "--db", `sqlite:${file}`, ...empty).status).toBe(0);
  const { status, stdout, stderr } = t2s("data", "generate", "--json", ...empty);
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/^error data-too-few: no table of the database has rows/m);
  expect(existsSync(join(folder, "empty", "data"))).toBe(false);
});
