/** `t2s data import` and `t2s data export` as a user meets them: started as processes, on a project of their own. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exampleOf } from "./fixtures/examples.ts";
import { runT2s } from "./fixtures/program.ts";
import { buildDatabase } from "./fixtures/shop.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-files-"));
const project = join(folder, "project");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const t2s = (...args: readonly string[]) => runT2s(folder, [...args, "--project", project]);
function jsonOf(...args: readonly string[]): Record<string, unknown> {
  const { status, stdout, stderr } = t2s(...args, "--json", "--quiet");
  expect([status, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout) as Record<string, unknown>;
}
const write = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return name;
};
const linesIn = (...path: string[]) =>
  readFileSync(join(project, ...path), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

beforeAll(() => {
  const database = buildDatabase(join(folder, "shop.sqlite"));
  expect(t2s("init", "--db", `sqlite:${database}`, "--quiet").status).toBe(0);
});

const COUNT = "SELECT count(*) FROM customer";

test("import writes pairs, and beside them what was rejected; --json says both", () => {
  const items = [
    { db_id: "shop", question: "How many?", query: COUNT },
    { db_id: "zoo", question: "How many?", query: COUNT },
    { db_id: "shop", question: "None?", query: "" },
  ];
  const file = write("first.json", JSON.stringify(items));
  expect(jsonOf("data", "import", file)).toEqual({
    imported: 1,
    rejected: { "another database: zoo": 1, "no SQL": 1 },
    files: ["data/raw/first.jsonl", "data/rejected/first.jsonl"],
    formats: { "first.json": "spider" },
    licences: { "CC-BY-SA-4.0": 1 },
    dialects: {},
    encodings: {},
  });
  expect(linesIn("data", "raw", "first.jsonl")).toEqual([
    {
      id: "first-1",
      question: "How many?",
      sql: COUNT,
      dbId: "shop",
      source: { method: "imported:spider", licence: "CC-BY-SA-4.0" },
    },
  ]);
  expect(linesIn("data", "rejected", "first.jsonl")).toEqual([
    { file, at: "item 2", reason: "another database: zoo", question: "How many?", answer: COUNT },
    { file, at: "item 3", reason: "no SQL", question: "None?", answer: "" },
  ]);
});

test("a second import of the same changes nothing; other pairs of that name want --replace, which keeps the old ones", () => {
  const before = readFileSync(join(project, "data", "raw", "first.jsonl"), "utf8");
  expect(jsonOf("data", "import", "first.json").imported).toBe(1);
  const file = write("first.csv", `question,sql\nWho?,SELECT name FROM customer\n`);
  const refused = t2s("data", "import", file);
  expect([refused.status, refused.stdout]).toEqual([2, ""]);
  expect(refused.stderr).toMatch(
    /first\.jsonl is there already with other pairs; another --name, or --replace/,
  );
  expect(readFileSync(join(project, "data", "raw", "first.jsonl"), "utf8")).toBe(before);

  const { files } = jsonOf("data", "import", file, "--replace") as { files: string[] };
  expect(files[1]).toMatch(/^data\/replaced\/first\.[0-9a-f]{8}\.jsonl$/);
  expect(readFileSync(join(project, files[1]), "utf8")).toBe(before);
  expect(linesIn("data", "raw", "first.jsonl")).toMatchObject([{ question: "Who?" }]);
  expect(readFileSync(join(project, "data", "rejected", "first.jsonl"), "utf8")).toBe("");
});

test("ids differ from those of the project's other files", () => {
  const taken = linesIn("data", "raw", "first.jsonl")[0].id as string;
  const file = write("own.jsonl", JSON.stringify({ id: taken, question: "How many?", sql: COUNT }));
  jsonOf("data", "import", file, "--split", "test");
  expect(linesIn("data", "raw", "own.jsonl")).toMatchObject([{ id: "own-1", split: "test" }]);
});

test("what cannot be done is said in one line, and nothing is written", () => {
  const before = readdirSync(project, { recursive: true }).length;
  write("zoo.json", JSON.stringify([{ db_id: "zoo", question: "?", query: COUNT }]));
  write("synthetic.json", JSON.stringify([{ question: "?", sql: COUNT }]));
  const cases: [number, RegExp, string[]][] = [
    [1, /data-invalid: zoo\.json, read as spider, holds no pair/, ["import", "zoo.json"]],
    [1, /data-invalid: zoo\.json/, ["import", "own.jsonl", "zoo.json", "--name", "both"]],
    [1, /not-found: there is no absent\.json/, ["import", "absent.json"]],
    [2, /2 files are given; --name says/, ["import", "own.jsonl", "zoo.json"]],
    [2, /--name is "\.\.\/x"/, ["import", "own.jsonl", "--name", "../x"]],
    [2, /--name is "synthetic"/, ["import", "synthetic.json"]],
    [2, /--split is all; train, dev or test/, ["import", "own.jsonl", "--split", "all"]],
    [2, /--format is excel; one of auto, pairs/, ["import", "own.jsonl", "--format", "excel"]],
    [2, /--format is csv; one of parquet/, ["export", "--format", "csv"]],
    [2, /--splits has "all"/, ["export", "--format", "chat", "--splits", "train,all"]],
    [
      1,
      /not-found: there are no pairs in .*clean for --splits train/,
      ["export", "--format", "chat"],
    ],
  ];
  for (const [status, message, args] of cases) {
    const outcome = t2s("data", ...args);
    expect([args, outcome.status, outcome.stdout]).toEqual([args, status, ""]);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr.trim().split("\n")).toHaveLength(1);
  }
  expect(readdirSync(project, { recursive: true })).toHaveLength(before);
});

test("export writes the clean pairs and a card, and replaces no README of others", () => {
  const clean = join(project, "data", "clean");
  mkdirSync(clean, { recursive: true });
  const pair = { ...exampleOf("a", "How many?", COUNT), split: "train" };
  writeFileSync(join(clean, "train.jsonl"), `${JSON.stringify(pair)}\n`);
  writeFileSync(join(clean, "dev.jsonl"), "");
  writeFileSync(join(clean, "card.md"), "# Pairs for shop\n\nlicense: cc0-1.0\n");
  const { files, pairs, folder: to } = jsonOf("data", "export", "--format", "sharegpt");
  expect([files, pairs]).toEqual([["train.jsonl", "README.md"], { train: 1 }]);
  expect(to).toBe(join(project, "data", "export", "sharegpt"));
  expect(linesIn("data", "export", "sharegpt", "train.jsonl")[0].id).toBe("a");
  const readme = () => readFileSync(join(String(to), "README.md"), "utf8");
  expect(readme()).toMatch(/^---\nlicense: cc0-1.0\n/);
  writeFileSync(join(clean, "card.md"), "# Pairs for shop\n");
  jsonOf("data", "export", "--format", "sharegpt");
  expect(readme()).toMatch(/^---\nlicense: unknown\n/);
  const licensed = { ...pair, source: { ...pair.source, licence: "CC-BY-SA-4.0" } };
  writeFileSync(join(clean, "train.jsonl"), `${JSON.stringify(licensed)}\n`);
  jsonOf("data", "export", "--format", "sharegpt");
  expect(readme()).toMatch(/^---\nlicense: cc-by-sa-4.0\n/);

  writeFileSync(join(folder, "README.md"), "# Mine\n");
  const refused = t2s("data", "export", "--format", "chat", "--out", folder);
  expect([refused.status, refused.stderr]).toEqual([
    2,
    expect.stringMatching(/README\.md is not ours to replace; another --out is wanted/),
  ]);
  expect(existsSync(join(folder, "train.jsonl"))).toBe(false);
  expect(jsonOf("data", "export", "--format", "sharegpt").pairs).toEqual({ train: 1 });
});

test("conversations are spelt as training spells them, a table keeps the SQL as it is", () => {
  const hr = buildDatabase(join(folder, "hr.sqlite"), "CREATE TABLE EMP (EMP_NUM INTEGER);");
  const own = join(folder, "hr");
  const run = (...args: readonly string[]) => {
    const { status, stderr } = runT2s(folder, [...args, "--project", own, "--quiet"]);
    expect([status, stderr]).toEqual([0, ""]);
  };
  run("init", "--db", `sqlite:${hr}`);
  const pair = { ...exampleOf("a", "Who?", "SELECT EMP_NUM FROM EMP"), dbId: "hr", split: "train" };
  mkdirSync(join(own, "data", "clean"), { recursive: true });
  writeFileSync(join(own, "data", "clean", "train.jsonl"), `${JSON.stringify(pair)}\n`);
  run("data", "export", "--format", "chat");
  const chat = readFileSync(join(own, "data", "export", "chat", "train.jsonl"), "utf8");
  const { messages } = JSON.parse(chat) as { messages: { content: string }[] };
  expect(messages[0].content).toContain("emp: emp_num");
  expect(messages.at(-1)?.content).toBe("SELECT emp_num FROM emp");
  run("data", "export", "--format", "parquet");
  expect(readFileSync(join(own, "data", "export", "parquet", "train.parquet"), "latin1")).toContain(
    "SELECT EMP_NUM FROM EMP",
  );
});

test("what was exported is imported again; what was rejected or replaced stands outside of data/raw", () => {
  const out = join(folder, "out");
  jsonOf("data", "export", "--format", "parquet", "--out", out);
  const result = jsonOf("data", "import", join(out, "train.parquet"), "--name", "again");
  expect(result).toMatchObject({ imported: 1, rejected: {} });
  expect(linesIn("data", "raw", "again.jsonl")).toMatchObject([
    { id: "a", question: "How many?", sql: COUNT, split: "train" },
  ]);
  expect(readdirSync(join(project, "data", "raw")).toSorted()).toEqual([
    "again.jsonl",
    "again.jsonl.dvc",
    "first.jsonl",
    "first.jsonl.dvc",
    "own.jsonl",
    "own.jsonl.dvc",
  ]);
});

test("a file of 100 MB is read line by line, broken lines and other encodings among them", () => {
  const path = join(folder, "large.jsonl");
  const filler = "x".repeat(1_000_000);
  const handle = openSync(path, "w");
  for (let i = 0; i < 100; i++) {
    const pair = { question: `How many ${i}?`, sql: COUNT, note: filler };
    writeSync(handle, `${JSON.stringify(pair)}\n`);
    if (i % 10 === 0)
      writeSync(handle, Buffer.from(`{"question": "Gr\u00f6\u00dfe", \n`, "latin1"));
  }
  closeSync(handle);
  expect(jsonOf("data", "import", "large.jsonl")).toMatchObject({
    imported: 100,
    rejected: { "is not JSON": 10 },
    formats: { "large.jsonl": "table" },
    encodings: { "large.jsonl": ["windows-1252"] },
  });
});
