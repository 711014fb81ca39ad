/** `t2s data stats`, `t2s schema notes` and `t2s schema lint` as a user meets them: started as processes. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runT2s } from "./fixtures/program.ts";
import { buildDatabase } from "./fixtures/shop.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-stats-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** No model is in this cache, and none may be fetched. */
const t2s = (...args: readonly string[]) =>
  runT2s(folder, args, { T2S_CACHE: join(folder, "cache"), T2S_MODEL: "" });

beforeAll(() => {
  const database = buildDatabase(join(folder, "shop.sqlite"));
  expect(t2s("init", "--db", `sqlite:${database}`, "--yes").status).toBe(0);
});

test("without pairs it says how to make them", () => {
  const { status, stderr } = t2s("data", "stats");
  expect([status, stderr]).toEqual([1, expect.stringContaining("t2s data generate")]);
});

test("without the model and the database it counts what it can, and says what it could not", () => {
  const clean = join(folder, "data", "clean");
  mkdirSync(clean, { recursive: true });
  const line = {
    id: "1",
    question: "Who are the customers?",
    sql: "SELECT name FROM customer",
    kind: "answer",
    hardness: "easy",
    templateId: "a",
    shapeId: "a",
    source: { method: "curated:mine" },
    split: "train",
  };
  for (const split of ["train", "dev", "test"])
    writeFileSync(
      join(clean, `${split}.jsonl`),
      split === "train" ? `${JSON.stringify(line)}\n` : "",
    );
  const { status, stdout } = t2s("data", "stats", "--json", "--html", "page.html");
  expect(status).toBe(0);
  const stats = JSON.parse(stdout) as { notes: string[]; tables: object; values: object[] };
  expect(stats.tables).toEqual({ customer: 1, order: 0 });
  expect(stats.values.length).toBeGreaterThan(0);
  expect(stats.notes).toEqual([
    expect.stringMatching(/^Tokens are not counted: the model .* is not here yet/),
  ]);
  expect(existsSync(join(folder, "cache", "models"))).toBe(false);
  expect(readFileSync(join(folder, "page.html"), "utf8")).not.toMatch(/https?:\/\//);
  rmSync(join(folder, "shop.sqlite"));
  const gone = JSON.parse(t2s("data", "stats", "--json").stdout) as { notes: string[] };
  expect(gone.notes).toContainEqual(
    expect.stringMatching(/^Values are not counted: .*shop\.sqlite/),
  );
  buildDatabase(join(folder, "shop.sqlite"));
});

test("a dataset whose train and dev share a database is counted and fails the check", () => {
  const write = (name: string, dbId: string) =>
    writeFileSync(
      join(folder, name),
      JSON.stringify([{ db_id: dbId, question: "How many?", query: "SELECT count(*) FROM t" }]),
    );
  write("train.json", "a");
  write("dev.json", "b");
  write("dev-2.json", "a");
  const counted = (...files: string[]) => {
    const { status, stdout, stderr } = t2s("data", "stats", "--json", "--dataset", ...files);
    return { status, stderr, ...(JSON.parse(stdout) as { n: number; sharedDatabases: string[] }) };
  };
  expect(counted("train.json", "dev.json")).toMatchObject({ status: 0, n: 2, sharedDatabases: [] });
  const shared = counted("train.json", "dev.json", "dev-2.json");
  expect(shared).toMatchObject({ status: 1, n: 3, sharedDatabases: ["a"] });
  expect(shared.stderr).toContain("error data-invalid: Train and dev share 1 databases: a");
});

test.each([
  [["--dataset", "missing.json"], /missing\.json/],
  [["--dataset", "t2s.yaml"], /t2s\.yaml is not JSON/],
  [["--dataset", "train.json", "--tables", "dev.json"], /not a tables\.json in Spider's form/],
  [["--dataset", "train.json", "--databases", "nowhere"], /there is no folder .*nowhere/],
  [["--tables", "tables.json"], /--tables is given without --dataset/],
])("%s is one line of error", (args, message) => {
  const { status, stdout, stderr } = t2s("data", "stats", ...args);
  expect(status).toBeGreaterThan(0);
  expect(stdout).toBe("");
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test("notes are written, wait, and are accepted; the snapshot changes only then", () => {
  const notes = join(folder, "schema", "notes.yaml");
  const snapshot = () => {
    expect(t2s("run", "schema").status).toBe(0);
    return readFileSync(join(folder, "schema", "snapshot.json"), "utf8");
  };
  const before = snapshot();
  writeFileSync(
    notes,
    "# mine\ntables:\n  order:\n    columns:\n      placedOn: { description: order day, guess: true }\n",
  );
  const written = JSON.parse(t2s("schema", "notes", "--json").stdout) as { profiles: number };
  expect(written.profiles).toBe(9);
  expect(readFileSync(notes, "utf8")).toMatch(/^# mine\n/);
  expect(snapshot()).toBe(before);
  const lint = JSON.parse(t2s("schema", "lint", "--json").stdout) as { counts: object };
  expect(lint.counts).toMatchObject({ "open-guess": 1, "quoted-name": 1 });
  expect(t2s("schema", "notes", "--accept", "order.placedOn").status).toBe(0);
  expect(snapshot()).toContain("order day");
  const unknown = t2s("schema", "notes", "--accept", "order.placedOn");
  expect([unknown.status, unknown.stderr]).toEqual([
    1,
    expect.stringContaining("has no guess for order.placedOn"),
  ]);
});
