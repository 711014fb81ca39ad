/** The command line as a user meets it: started as a process, judged by its exit status and what it prints. */
import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createProgram, main } from "../src/cli/main.ts";
import type { Links } from "../src/link/link.ts";
import { trainingPairs } from "../src/pipeline/stages/eval.ts";
import { readTrained } from "../src/pipeline/stages/train.ts";
import { type Outcome, PROGRAM, runT2s, startT2s } from "./fixtures/program.ts";
import { buildDatabase, SHOP_DDL } from "./fixtures/shop.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-cli-"));
const env = {
  T2S_CACHE: join(folder, "cache"),
  ...(process.env.T2S_MODEL_FILE && { T2S_MODEL: process.env.T2S_MODEL_FILE }),
};
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const t2s = (...args: readonly string[]): Outcome => runT2s(folder, args, env);

/** The one JSON document that a command prints on standard output, taken to be of the form T. */
function jsonOf<T>(...args: readonly string[]): T {
  const { status, stdout, stderr } = t2s(...args, "--json");
  expect(stderr).not.toContain("error");
  expect(status).toBe(0);
  return JSON.parse(stdout) as T;
}
type Named = { readonly name: string };
const namesOf = (items: readonly Named[]) => items.map(({ name }) => name);

/** The one line of an error on standard error, with nothing on standard output. */
function errorOf(status: number, ...args: readonly string[]): string {
  const outcome = t2s(...args);
  expect([outcome.status, outcome.stdout]).toEqual([status, ""]);
  expect(outcome.stderr).not.toMatch(/^\s+at /m);
  return outcome.stderr;
}

/** A database of this content and a project on it. */
function projectOn(name: string, ddl: string): Outcome {
  const file = buildDatabase(join(folder, `${name}.sqlite`), ddl);
  return t2s("init", "--db", `sqlite:${file}`, "--project", name, "--json");
}

const program = await createProgram();

describe("help and wrong usage", () => {
  test.each([
    ["--version", 0],
    ["nonsense", 2],
  ])("%s: what started the program is told its status, %i", async (argument, status) => {
    const child = fork(PROGRAM[2], [argument], { silent: true });
    const ended = once(child, "exit");
    const [message] = await once(child, "message");
    expect(message).toEqual({ status });
    expect(await ended).toEqual([status, null]);
  });

  const commandsOf = (command: Command, path: readonly string[]): string[][] => [
    [...path],
    ...command.commands.flatMap((child) => commandsOf(child, [...path, child.name()])),
  ];
  const commands = commandsOf(program, []);
  /** They only hold other commands. */
  const GROUPS = ["", "schema", "data", "eval suite", "keys", "bench"];

  test("--help of every command says how it is used, and exits with 0", async () => {
    expect(commands.length).toBeGreaterThan(12);
    for (const command of commands) {
      const written: string[] = [];
      const spy = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
        written.push(String(text));
        return true;
      });
      const status = await main([...command, "--help"]).finally(() => spy.mockRestore());
      expect([command, status]).toEqual([command, 0]);
      expect(written.join("")).toContain(["Usage: t2s", ...command].join(" "));
      if (!GROUPS.includes(command.join(" "))) expect(written.join("")).toContain("\nExample");
    }
  });

  test.each<[string[], string]>([
    [["trian"], "(Did you mean train?)"],
    [["data", "stat"], "(Did you mean stats?)"],
    [["init", "--db", "x", "--frce"], "(Did you mean --force?)"],
    [["init"], "one of --db (a database) and --ddl (scripts of CREATE TABLE) is wanted"],
    [["init", "--db", "x", "--ddl", "y"], "one of --db (a database) and --ddl"],
    [["init", "--ddl", "x", "--rows", "0"], "At least 1 is wanted."],
    [
      ["init", "--ddl", "x", "--dialect", "oracle"],
      "Allowed choices are sqlite, postgres, mysql, tsql.",
    ],
    [["predict"], "missing required argument 'question'"],
  ])("%j exits with 2 and says what was meant", (args, hint) => {
    expect(errorOf(2, ...args)).toContain(hint);
  });

  test("--version prints the package's version", () => {
    const { version } = JSON.parse(
      readFileSync(join(import.meta.dirname, "..", "package.json"), "utf8"),
    );
    expect(t2s("--version").stdout).toBe(`${version}\n`);
  });
});

describe("init from scripts alone", () => {
  const scripts = join(import.meta.dirname, "fixtures", "ddl");

  test("a folder of CREATE TABLE becomes a project on a populated database", () => {
    const result = jsonOf<{
      database: string;
      summary: string;
      tables: number;
      rows: number;
      leftOut: { what: string; reason: string }[];
    }>("init", "--ddl", join(scripts, "hire"), "--project", "hire", "--rows", "200", "--yes");
    expect(result.database).toBe(join(folder, "hire", "schema", "ddl.sqlite"));
    expect(result.tables).toBe(11);
    expect(result.rows).toBeGreaterThan(500);
    expect(result.summary).toMatch(/^12 tables, 86 columns, [\d,]+ rows$/);
    expect(result.leftOut.map(({ what }) => what)).toContain("view TopItems");
    expect(readFileSync(join(folder, "hire", "t2s.yaml"), "utf8")).toContain(
      `database: "sqlite:schema/ddl.sqlite"`,
    );
    expect(readFileSync(join(folder, "hire", "schema", "snapshot.json"), "utf8")).toContain(
      "Yards where machines stand",
    );
    expect(readdirSync(join(folder, "hire", "schema")).sort()).toEqual([
      "ddl.sqlite",
      "notes.yaml",
      "snapshot.json",
    ]);
  });

  test("pairs are made from it like from any database", () => {
    const made = t2s(
      "data",
      "generate",
      "--count",
      "60",
      "--seed",
      "1",
      "--project",
      "hire",
      "--quiet",
    );
    expect([made.status, made.stderr]).toEqual([0, ""]);
    const pairs = readFileSync(join(folder, "hire", "data", "raw", "synthetic.jsonl"), "utf8")
      .trim()
      .split("\n");
    expect(pairs.filter((line) => line.includes('"kind":"answer"'))).toHaveLength(60);
  });

  test("people read what was left out; the dialect can be said", () => {
    const { status, stdout } = t2s(
      "init",
      "--ddl",
      join(scripts, "clinic-mysql.sql"),
      "--dialect",
      "mysql",
      "--project",
      "clinic",
    );
    expect(status).toBe(0);
    expect(stdout).toContain("read as mysql; its rows are made up, in schema/ddl.sqlite");
    expect(stdout).toContain(
      "\n  1 INSERT statements (rows are made, not taken over): no part of the tables",
    );
  });

  test("scripts without a table are an error of their own, and no file is written", () => {
    writeFileSync(join(folder, "empty.sql"), "SELECT 1;\n");
    expect(errorOf(1, "init", "--ddl", "empty.sql", "--project", "none")).toMatch(
      /^error ddl-invalid: empty\.sql has no CREATE TABLE that can be read \(1 statements, read as sqlite\)/,
    );
    expect(errorOf(1, "init", "--ddl", "absent", "--project", "none")).toMatch(
      /^error ddl-invalid: .*absent cannot be read/,
    );
    expect(existsSync(join(folder, "none"))).toBe(false);
  });
});

describe("init on a database that nobody prepared", () => {
  test("what is not a database is an error that says what was found, and no file is written", () => {
    writeFileSync(join(folder, "notes.txt"), "hello\n");
    const wrong = errorOf(1, "init", "--db", "sqlite:notes.txt", "--project", "none");
    expect(wrong).toMatch(/^error database-invalid: .*notes\.txt starts with "hello\\n".*\n$/);
    const absent = errorOf(1, "init", "--db", "sqlite:absent.db", "--project", "none");
    expect(absent).toMatch(/^error database-invalid: .*absent\.db cannot be opened/);
    expect(errorOf(2, "init", "--db", "mysql://x", "--project", "none")).toMatch(
      /^error usage: --db is mysql:\/\/x; sqlite:PATH/,
    );
    expect(existsSync(join(folder, "none"))).toBe(false);
    expect(readdirSync(folder)).not.toContain("absent.db");
  });

  test("an empty database is an error of its own", () => {
    buildDatabase(join(folder, "empty.sqlite"), "CREATE TABLE t (a); DROP TABLE t");
    expect(errorOf(1, "init", "--db", "sqlite:empty.sqlite", "--project", "none")).toMatch(
      /^error database-empty: .*empty\.sqlite has no table with columns\./,
    );
  });

  test.each([
    [
      "no keys",
      "CREATE TABLE a (x, y); INSERT INTO a VALUES (1, 'one')",
      "1 tables, 2 columns, 1 rows",
    ],
    [
      "reserved words, blanks and quotes in names",
      `CREATE TABLE "order" ("group" TEXT, "select" INT, "unit ""net"" price" REAL);
       CREATE TABLE "line item" ("from" INT, "naïve – col" TEXT); INSERT INTO "order" VALUES ('a', 1, 2.5)`,
      "2 tables, 5 columns, 1 rows",
    ],
    [
      "a view that fails",
      "CREATE TABLE a (x); CREATE VIEW good AS SELECT x FROM a; CREATE VIEW bad AS SELECT nope FROM a",
      "2 tables, 2 columns, 0 rows",
    ],
    [
      "cells that are not UTF-8",
      "CREATE TABLE a (x TEXT); INSERT INTO a VALUES (CAST(x'ff0041' AS TEXT)), (x'00ff'), ('ok')",
      "1 tables, 1 columns, 3 rows",
    ],
  ])("%s give a snapshot", (name, ddl, summary) => {
    const { status, stdout, stderr } = projectOn(name.replaceAll(/\W/g, "-"), ddl);
    expect([status, stderr.match(/^error.*/m)]).toEqual([0, null]);
    expect(JSON.parse(stdout)).toMatchObject({ summary });
  });

  test("300 tables give a snapshot that is printed whole", () => {
    const ddl = Array.from(
      { length: 300 },
      (_, i) =>
        `CREATE TABLE t${i} (id INTEGER PRIMARY KEY, parent INT REFERENCES t0(id), "a long name for column ${i}" TEXT)`,
    );
    expect(projectOn("many", ddl.join(";")).status).toBe(0);
    const { tables } = jsonOf<{ tables: Named[] }>("schema", "show", "--project", "many");
    expect(tables).toHaveLength(300);
  });
});

type Plan = {
  readonly plan: readonly { readonly stage: string; readonly reason: string }[];
  readonly forecast: string | null;
};

describe("a project on a small shop", () => {
  beforeAll(() => {
    expect(projectOn("shop", SHOP_DDL).status).toBe(0);
  });
  const inShop = ["--project", "shop"];

  test("init writes a configuration, a snapshot and room for notes", () => {
    const yaml = readFileSync(join(folder, "shop", "t2s.yaml"), "utf8");
    expect(yaml).toContain('database: "sqlite:../shop.sqlite"');
    expect(existsSync(join(folder, "shop", "schema", "notes.yaml"))).toBe(true);
    const { tables } = jsonOf<{ tables: Named[] }>("schema", "show", ...inShop);
    expect(namesOf(tables)).toEqual(["customer", "order"]);
  });

  test("init does not replace a configuration unless it is forced to", () => {
    const again = ["init", "--db", "sqlite:shop.sqlite", ...inShop];
    expect(errorOf(2, ...again)).toMatch(
      /^error usage: .*t2s\.yaml is there already; --force replaces it/,
    );
    expect(t2s(...again, "--force").status).toBe(0);
  });

  test("progress goes to standard error, the result to standard output, as text or as one JSON document", () => {
    const text = t2s("run", "schema", "--force", ...inShop);
    expect([text.status, text.stdout]).toEqual([0, "done\n"]);
    expect(text.stderr).toMatch(/^schema …\nschema · [\d.]+ s · 2 tables, 7 columns, 6 rows\n$/);
    expect(jsonOf("run", "schema", ...inShop)).toMatchObject({
      seconds: {},
      stages: { schema: { summary: "2 tables, 7 columns, 6 rows" } },
    });
    expect(t2s("run", "schema", "--quiet", ...inShop).stderr).toBe("");
  });

  test("a reader that has seen enough ends the command without a complaint", () => {
    const command = `${PROGRAM.map((word) => `"${word}"`).join(" ")} schema show --json --project many | head -c 1`;
    const { stdout, stderr } = spawnSync("sh", ["-c", command], {
      cwd: folder,
      env,
      encoding: "utf8",
    });
    expect([stdout, stderr]).toEqual(["{", ""]);
  });

  test("the schema is shown as it stands in the prompt and as DDL", () => {
    expect(t2s("schema", "show", "--format", "compact", ...inShop).stdout).toBe(
      'customer: id | name city\n"order": id | customerId amount placedOn -> customer(customerId=id)\n',
    );
    expect(t2s("schema", "show", "--format", "ddl", ...inShop).stdout).toContain(
      'CREATE TABLE "order" (',
    );
    const withValues = ["--prompt.sampleValues", "2", ...inShop];
    expect(t2s("schema", "show", "--format", "mschema", ...withValues).stdout).toContain(
      "(city:TEXT, Examples: [London, New York])",
    );
    expect(errorOf(2, "schema", "show", "--format", "csv", ...inShop)).toContain(
      "--format is csv; one of table, compact, ddl, mschema, sqlcoder is wanted",
    );
  });

  test("what a question speaks of is ranked, with the cells that it names", () => {
    const question = "orders of customers in London";
    const { tables, cells } = jsonOf<Links>("schema", "link", question, ...inShop);
    expect(tables.map(({ table }) => table).sort()).toEqual(["customer", "order"]);
    expect(cells[0]).toMatchObject({ table: "customer", column: "city", cell: "London" });
    expect(t2s("schema", "link", question, ...inShop).stdout).toMatch(
      /^table .*\n[\s\S]*customer\.city[\s\S]*London/,
    );
  });

  test("init writes the prompt's template as its first version", () => {
    const template = readFileSync(join(folder, "shop", "prompts", "v1.md"), "utf8");
    expect(template).toContain("\n{{schema}}\n");
  });

  test("a dry run says what would run and why, and runs nothing", () => {
    const before = readFileSync(join(folder, "shop", "stages.json"), "utf8");
    const { plan, forecast } = jsonOf<Plan>("run", "--dry-run", ...inShop);
    expect(plan[0]).toEqual({ stage: "schema", reason: "up to date" });
    expect(plan.slice(1).map(({ stage }) => stage)).toEqual([
      "data",
      "clean",
      "baseline",
      "train",
      "eval",
      "export",
    ]);
    expect(forecast).toBeNull();
    expect(readFileSync(join(folder, "shop", "stages.json"), "utf8")).toBe(before);
  });

  test.each<[number, string[], string]>([
    [2, ["run", "tran"], 'there is no stage "tran"; did you mean "train"?'],
    [1, ["run", "--train.rank", "0"], "train.rank is 0; a whole number from 1 to 256 is wanted"],
    [1, ["run", "--model", "gguf:absent.gguf", "--force", "baseline"], "absent.gguf"],
    [
      2,
      ["data", "generate", "--method", "magic"],
      "--method is magic; one of builtin, teacher, paraphrase, served is wanted",
    ],
    [1, ["data", "stats"], "there are no pairs yet"],
    [1, ["export"], "no tuned adapter"],
    [2, ["demo", "--port", "eighty", "--folder", "shop"], "--port is eighty"],
  ])("exit status %i: %j", (status, args, message) => {
    expect(errorOf(status, ...args, ...inShop)).toContain(message);
  });

  test("an unknown key of t2s.yaml suggests the nearest, on any command", () => {
    mkdirSync(join(folder, "typo"), { recursive: true });
    writeFileSync(
      join(folder, "typo", "t2s.yaml"),
      "database: sqlite:shop.sqlite\ntrain:\n  learningrate: 0.1\n",
    );
    expect(errorOf(1, "run", "--dry-run", "--project", "typo")).toMatch(
      /^error config-invalid: .*t2s\.yaml: unknown key "train\.learningrate"; did you mean "train\.learningRate"\?/,
    );
    expect(errorOf(1, "schema", "show", "--project", "nowhere")).toMatch(
      /^error project-missing: no t2s\.yaml in .*nowhere/,
    );
  });

  test("a file of predictions is scored into the form that other programs read", () => {
    mkdirSync(join(folder, "databases", "shop"), { recursive: true });
    buildDatabase(join(folder, "databases", "shop", "shop.sqlite"));
    const golds = [
      "SELECT name FROM customer",
      "SELECT count(*) FROM customer",
      "SELECT id FROM customer",
    ];
    writeFileSync(
      join(folder, "gold.json"),
      JSON.stringify(golds.map((query) => ({ db_id: "shop", question: "?", query }))),
    );
    writeFileSync(
      join(folder, "predicted.sql"),
      "SELECT name FROM customer\nSELECT 4\nSELECT fullName FROM customer\n",
    );
    const files = [
      "--gold",
      "gold.json",
      "--predictions",
      "predicted.sql",
      "--databases",
      "databases",
    ];
    const result = jsonOf<{ modes: object; items: object[] }>(
      "eval",
      ...files,
      "--modes",
      "strict",
    );
    expect(Object.keys(result).sort()).toEqual(["conditions", "golds", "items", "modes", "n"]);
    expect(result.modes).toMatchObject({
      strict: {
        score: 1 / 3,
        low: expect.any(Number),
        high: expect.any(Number),
      },
    });
    expect(result.items).toMatchObject([
      { index: 0, dbId: "shop", hardness: "easy", verdicts: { strict: 1 }, errorClass: null },
      {
        index: 1,
        dbId: "shop",
        hardness: "easy",
        verdicts: { strict: 0 },
        errorClass: "missing-join",
      },
      {
        index: 2,
        dbId: "shop",
        hardness: "easy",
        verdicts: { strict: 0 },
        errorClass: "unknown-column",
      },
    ]);
    const several = [...files.slice(0, 4), "predicted.sql", ...files.slice(4)];
    const { files: scored } = jsonOf<{ files: object[] }>("eval", ...several);
    expect(scored).toMatchObject([
      { predictions: "predicted.sql", n: 3, modes: result.modes },
      { predictions: "predicted.sql", n: 3, modes: result.modes },
    ]);
    expect(errorOf(2, "eval", ...several, "--report", "x.html")).toContain(
      "--report, --junit and --markdown want one file of predictions",
    );
    expect(errorOf(2, "eval", ...files, "--modes", "loose")).toContain(
      'there is no mode "loose"; known: strict',
    );
    expect(errorOf(2, "eval", "--gold", "gold.json")).toContain(
      "--gold wants --databases, the folder of its databases",
    );
    expect(errorOf(1, "eval", ...files.slice(0, 4), "--databases", "absent")).toContain(
      "there is no absent",
    );
  });
});

test("models lists every named model; doctor says what the machine can do", () => {
  expect(namesOf(jsonOf<Named[]>("models"))).toContain("smollm2-135m");
  const { checks } = jsonOf<{ checks: Named[] }>("doctor");
  expect(namesOf(checks)).toEqual(
    expect.arrayContaining(["Node", "memory", "disk", "default model"]),
  );
});

test("doctor says what is wrong in t2s.yaml beside all else", () => {
  mkdirSync(join(folder, "wrong"), { recursive: true });
  const written = [
    ["database: sqlite:shop.sqlite\ntrain.epoch: 3\n", "train.epochs"],
    ["database: oracle:shop\n", "sqlite:PATH"],
  ];
  for (const [options, wanted] of written) {
    writeFileSync(join(folder, "wrong", "t2s.yaml"), options);
    const { ok, checks } = jsonOf<{ ok: boolean; checks: Named[] }>("doctor", "--project", "wrong");
    expect([ok, namesOf(checks)]).toEqual([false, expect.arrayContaining(["Node"])]);
    expect(checks).toContainEqual({
      name: "t2s.yaml",
      ok: false,
      found: expect.stringContaining(wanted),
      toDo: "correct it: docs/config.md",
    });
  }
});

describe.skipIf(!process.env.T2S_MODEL_FILE)("with the model (T2S_MODEL_FILE)", () => {
  beforeAll(() => {
    expect(projectOn("tuned", SHOP_DDL).status).toBe(0);
    const { outputs } = jsonOf<{ outputs: string[] }>(
      "data",
      "generate",
      "--count",
      "60",
      ...there,
    );
    expect(outputs).toContain("data/clean/train.jsonl");
  });
  const there = ["--project", "tuned"];

  test("pairs are counted in the model's tokens, and a dry run forecasts the training", () => {
    expect(jsonOf("data", "stats", ...there)).toMatchObject({
      n: expect.any(Number),
      splits: { train: expect.any(Number) },
      tokens: { prefix: expect.any(Number), tooLong: 0 },
    });
    expect(jsonOf<Plan>("run", "--dry-run", ...there).forecast).toMatch(
      /^\d+ steps of \d+ tokens, about .*, \d\.\d GB, mode (keep|checkpoint), float32$/,
    );
  });

  test("the schema is shown with its tokens, and cut to a bound", () => {
    type Shown = { tokens: number; dropped: string[]; text: string };
    const show = ["schema", "show", "--format", "ddl", "--prompt.sampleValues", "3", ...there];
    const whole = jsonOf<Shown>(...show);
    expect(whole.tokens).toBeGreaterThan(50);
    const cut = jsonOf<Shown>(...show, "--prompt.maxSchemaTokens", String(whole.tokens - 10));
    expect(cut.tokens).toBeLessThanOrEqual(whole.tokens - 10);
    expect(cut.dropped).toEqual(["sample values but one"]);
    expect(errorOf(1, ...show, "--prompt.maxSchemaTokens", "9")).toMatch(
      /^error schema-too-long: /,
    );
  });

  test("training stops before its first step when examples are too long", () => {
    const stats = jsonOf<{ tokens: { prefix: number } }>("data", "stats", ...there);
    const bound = String(stats.tokens.prefix + 60);
    const error = errorOf(1, "train", "--train.maxSeqLen", bound, ...there);
    expect(error).toMatch(
      /error examples-too-long: \d+ tokens .* of \d+ examples \(\S+.*\); the long/,
    );
    expect(error).toContain("train.longExamples: drop");
    expect(error).not.toContain("step ");
    const dropped = t2s(
      "train",
      "--forecast",
      "--train.maxSeqLen",
      bound,
      "--train.longExamples",
      "drop",
      ...there,
    );
    expect(dropped.status).toBe(0);
    expect(dropped.stderr).toMatch(/\d+ of \d+ examples are left out, longer than \d+ tokens: /);
  });

  test("a training without too long examples says what it was trained on", () => {
    type Stats = { splits: { train: number }; tokens: { prefix: number } };
    const { splits, tokens } = jsonOf<Stats>("data", "stats", ...there);
    const bound = ["--train.maxSeqLen", String(tokens.prefix + 60), "--train.longExamples", "drop"];
    const small = ["--train.maxSteps", "1", "--train.batchSize", "2", "--train.rank", "2"];
    type Run = { run: string; pairs: number; dropped: number };
    const run = jsonOf<Run>("train", ...bound, ...small, "--train.start", "none", ...there);
    expect(run.dropped).toBeGreaterThan(0);
    expect(run.pairs + run.dropped).toBe(splits.train);
    expect(run).toMatchObject({ ablated: 0, unstyled: 0 });
    expect(trainingPairs(readTrained(run.run), splits.train)).toBe(
      `${run.pairs} (${run.dropped} too long ones left out)`,
    );
  });

  test("a model file that is cut short or none is an error that names it", () => {
    const bytes = readFileSync(process.env.T2S_MODEL_FILE ?? "").subarray(0, 3_000_000);
    writeFileSync(join(folder, "cut.gguf"), bytes);
    writeFileSync(join(folder, "text.gguf"), "not a model");
    for (const name of ["cut.gguf", "text.gguf"]) {
      const source = `gguf:${join(folder, name)}`;
      expect(errorOf(1, "run", "baseline", "--model", source, ...there)).toMatch(
        new RegExp(`^error model-invalid: .*${name}`, "m"),
      );
    }
  });

  test("a question is answered and executed; one of 10,000 characters is refused with its length", () => {
    const answer = jsonOf("predict", "How many customers are there?", "--execute", ...there);
    expect(answer).toMatchObject({
      sql: expect.any(String),
      model: "base",
      ms: expect.any(Number),
      result: expect.anything(),
    });
    const decode = ["--decode", "candidates:3"];
    const { candidates } = jsonOf<{ candidates?: readonly object[] }>(
      "predict",
      "names of the customers",
      ...decode,
      ...there,
    );
    expect(candidates?.length ?? 1).toBeLessThanOrEqual(3);
    expect(errorOf(1, "predict", "Who?", "--decode", "beam", ...there)).toContain(
      '--decode: predict.decode is "beam"; grammar, greedy or candidates:N',
    );
    expect(errorOf(1, "predict", "why ".repeat(2500), ...there)).toMatch(
      /^error question-too-long: the question takes \d+ tokens; \d+ are free/m,
    );
  });

  test("a model answers a gold's questions and is scored, with its confidence on the page", () => {
    mkdirSync(join(folder, "asked", "shop"), { recursive: true });
    buildDatabase(join(folder, "asked", "shop", "shop.sqlite"));
    const [sql, question] = ["SELECT count(*) FROM customer", "How many customers are there?"];
    const absent = {
      id: "r",
      question: "Which trucks need new tires?",
      refusal: "no table of trucks",
    };
    const golds = [{ id: "a", question, sql }, absent].map((pair) => JSON.stringify(pair));
    writeFileSync(join(folder, "asked.jsonl"), golds.join("\n"));
    const gold = ["--gold", "asked.jsonl", "--db-id", "shop", "--databases", "asked"];
    const asked = ["eval", ...gold, "--report", "asked.html"];
    const { items } = jsonOf<{ items: object[] }>(...asked, "--model", "start");
    expect(items).toMatchObject([
      { verdicts: { strict: 1 }, confidence: expect.any(Number) },
      { predictedSql: expect.stringMatching(/^-- cannot answer: no (table|column) /) },
    ]);
    expect(readFileSync(join(folder, "asked.html"), "utf8")).toContain("Calibration of confidence");
    expect(errorOf(2, "eval", "--model", "start", ...there)).toContain("want --gold");
    const pair = {
      id: "b",
      question: "How many orders are there?",
      sql: 'SELECT count(*) FROM "order"',
    };
    writeFileSync(join(folder, "solved.jsonl"), JSON.stringify(pair));
    const nearest = [...asked, "--model", "start", "--examples", "nearest:1"];
    expect(jsonOf(...nearest, "--pairs", "solved.jsonl")).toMatchObject({ n: 2 });
    expect(errorOf(2, ...nearest)).toContain("--examples and --pairs want each other");
    expect(errorOf(1, ...asked, "--model", "nobody")).toContain(
      "there is no adapter.gguf in nobody",
    );
    writeFileSync(join(folder, "silent.tsv"), `${sql}\tshop\n`);
    expect(
      errorOf(1, "eval", "--gold", "silent.tsv", "--databases", "asked", "--model", "start"),
    ).toContain("1 of 1 items of silent.tsv have no question");
  });

  test("Ctrl-C ends a training in good order, also when a launcher repeats the signal", async () => {
    const command = [
      "train",
      "--train.batchSize",
      "2",
      "--train.rank",
      "2",
      "--train.start",
      "none",
      ...there,
    ];
    const child = startT2s(folder, command, env);
    const exited = once(child, "exit");
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (!stderr.includes("forecast:") && (stderr + text).includes("forecast:")) {
        child.kill("SIGINT");
        child.kill("SIGINT");
      }
      stderr += text;
    });
    expect(await exited).toEqual([1, null]);
    expect(stderr).toMatch(/^stopping when the step at hand is done/m);
    expect(stderr).toMatch(/^error stopped: stopped by Ctrl-C; what is finished is kept\. /m);
    const runs = join(folder, "tuned", "runs");
    const [run] = readdirSync(runs).filter((name) => existsSync(join(runs, name, "config.json")));
    expect(JSON.parse(readFileSync(join(runs, run, "config.json"), "utf8"))).toMatchObject({
      dataVersion: { name: "v2_cleaned", hash: expect.stringMatching(/^[0-9a-f]{32}\.dir$/) },
    });
  });
});
