/** `t2s data review` as a person meets it: in a pseudo-terminal (util-linux's `script`), by file, and without a terminal. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readJsonLines } from "../src/base/files.ts";
import type { Example } from "../src/data/example.ts";
import type { Decision } from "../src/data/review/decisions.ts";
import { PROGRAM, runT2s } from "./fixtures/program.ts";
import { buildDatabase } from "./fixtures/shop.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-review-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const t2s = (...args: readonly string[]) => runT2s(folder, args);
const MINE = [
  { id: "m1", question: "How many customers?", sql: "SELECT count(*) FROM customer" },
  { id: "m2", question: "Names?", sql: "SELECT city FROM customer" },
  { id: "m3", question: "Cities of customers", sql: "SELECT city\nFROM customer" },
  { id: "m4", question: "\u001b[31mRed\u001b[0m names", sql: "SELECT name FROM customer" },
];

/** With a pair that is kept for the report all others stay in training, in their order. */
const HELD = {
  id: "held",
  question: "Which customers have placed no order?",
  sql: 'SELECT name FROM customer WHERE id NOT IN (SELECT customerId FROM "order")',
  split: "test",
};

beforeAll(() => {
  buildDatabase(join(folder, "shop.sqlite"));
  expect(t2s("init", "--db", "sqlite:shop.sqlite", "--project", "made").status).toBe(0);
  expect(t2s("data", "generate", "--count", "60", "--project", "made").status).toBe(0);
  const lines = MINE.map((pair) => `${JSON.stringify(pair)}\n`).join("");
  writeFileSync(join(folder, "made", "data", "raw", "mine.jsonl"), lines);
  writeFileSync(join(folder, "made", "data", "raw", "held.jsonl"), `${JSON.stringify(HELD)}\n`);
  expect(t2s("run", "clean", "--project", "made").status).toBe(0);
});

let copies = 0;
/** A copy of the project; its decisions, its cleaned pairs. */
function copy() {
  const name = `copy-${copies++}`;
  cpSync(join(folder, "made"), join(folder, name), { recursive: true });
  const at = (...names: string[]) => join(folder, name, ...names);
  const kept = () =>
    ["train", "dev", "test"].flatMap((split) =>
      readJsonLines<Example>(at("data", "clean", `${split}.jsonl`)),
    );
  return {
    name,
    at,
    decisions: () => readJsonLines<Decision>(at("data", "review.jsonl")),
    find: (id: string) => kept().find((pair) => pair.id === id),
  };
}

const hasScript = process.platform === "linux" && spawnSync("script", ["--version"]).status === 0;

describe.skipIf(!hasScript)("in a terminal (needs util-linux's script)", () => {
  type Session = { readonly child: ChildProcess; readonly seen: () => string };
  /** Starts the command behind a pseudo-terminal of 100 columns. */
  function start(...args: readonly string[]): Session {
    const command = [...PROGRAM, "data", "review", ...args].map((word) => `'${word}'`).join(" ");
    const child = spawn("script", ["-qec", `stty cols 100 && ${command}`, "/dev/null"], {
      cwd: folder,
      env: { ...process.env, TERM: "xterm" },
    });
    child.stdin.on("error", () => {}); // a session that is killed reads no more
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => void (text += part));
    return { child, seen: () => text };
  }
  /** Waits for each text after the one before, and answers it with keys. */
  async function play({ child, seen }: Session, steps: readonly (readonly [string, string])[]) {
    let from = 0;
    for (const [wanted, keys] of steps) {
      const until = Date.now() + 60_000;
      while (seen().indexOf(wanted, from) < 0) {
        if (Date.now() > until) throw new Error(`no "${wanted}" in: ${seen().slice(from)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      from = seen().indexOf(wanted, from) + wanted.length;
      // Keys count once the terminal is read again, a moment after the prompt is written.
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (keys !== "") child.stdin?.write(keys);
    }
  }
  const PROMPT = "q quit";
  const CLEAR = "\u0015";

  test("a pair is accepted, rejected, fixed, skipped and seen again; the stage clean does as decided", async () => {
    const { name, decisions, find, at } = copy();
    const session = start("--project", name, "--filter", "method=curated:mine", "--by", "Ann");
    const exited = once(session.child, "exit");
    await play(session, [
      [PROMPT, "a"],
      ["2 of 4 · m2", ""],
      [PROMPT, "r"],
      ["reason: ", "\r"],
      ["a reason is wanted", ""],
      [PROMPT, "f"],
      ["question: ", `${CLEAR}Names of customers\r`],
      ["SQL: ", `${CLEAR}SELECT nome FROM customer\r`],
      ["does not run: no such column: nome", ""],
      ["e edit again", "e"],
      ["question: ", "\r"],
      ["SQL: ", `${CLEAR}SELECT name FROM customer\r`],
      ["Linus", ""],
      ["y keep", "y"],
      ["3 of 4 · m3", ""],
      [PROMPT, "f"],
      ["question: ", "\r"],
      ["SQL: ", "\r"],
      ["neither question nor SQL was changed", ""],
      [PROMPT, "b"],
      ["decision: fix", ""],
      [PROMPT, "s"],
      [PROMPT, "r"],
      ["reason: ", "vague\r"],
      ["4 of 4 · m4", ""],
      [PROMPT, "s"],
      ["`t2s run clean` applies them", ""],
    ]);
    expect(await exited).toEqual([0, null]);
    expect(session.seen()).toContain("1 accepted, 1 fixed, 1 rejected, 2 skipped");
    expect(session.seen()).toContain("\\u001b[31mRed");
    expect(session.seen()).not.toContain("\u001b[31mRed");
    expect(session.seen()).toMatch(/SELECT count\(\*\)\r\nFROM customer\r\n/);
    expect(decisions()).toMatchObject([
      { id: "m1", decision: "accept", by: "Ann" },
      {
        id: "m2",
        decision: "fix",
        question: "Names of customers",
        sql: "SELECT name FROM customer",
      },
      { id: "m3", decision: "reject", reason: "vague" },
    ]);
    expect(t2s("run", "clean", "--project", name).status).toBe(0);
    expect(find("m1")).toMatchObject({ review: "accepted" });
    expect(find("m2")).toMatchObject({
      review: "fixed",
      question: "Names of customers",
      source: { parentId: "m2" },
      checks: { executed: true, rows: 3 },
    });
    expect(find("m3")).toBeUndefined();
    expect(readFileSync(at("data", "clean", "rejected.jsonl"), "utf8")).toContain(
      '"reason":"rejected in review","note":"vague"',
    );
    expect(readFileSync(at("data", "clean", "card.md"), "utf8")).toContain(
      "2 were reviewed one by one (`t2s data review`): 1 accepted as they were, 1 fixed.",
    );
  });

  test("a second session begins where the first was killed", async () => {
    const { name, decisions } = copy();
    const first = start("--project", name, "--filter", "method=curated:mine");
    const exited = once(first.child, "exit");
    await play(first, [
      [PROMPT, "a"],
      ["→ accept", ""],
      ["2 of 4 · m2", ""],
    ]);
    first.child.kill("SIGKILL");
    await exited;
    expect(decisions()).toMatchObject([{ id: "m1", decision: "accept" }]);
    const second = start("--project", name, "--filter", "method=curated:mine", "--limit", "1");
    const ended = once(second.child, "exit");
    await play(second, [
      ["2 of 4 · m2", ""],
      [PROMPT, "s"],
      ["1 skipped", ""],
    ]);
    expect(await ended).toEqual([0, null]);
  });

  test("Ctrl-C ends it in good order", async () => {
    const { name } = copy();
    const session = start("--project", name);
    const exited = once(session.child, "exit");
    await play(session, [
      [PROMPT, "\u0003"],
      ["0 accepted, 0 fixed, 0 rejected, 0 skipped", ""],
    ]);
    expect(await exited).toEqual([0, null]);
  });
});

test("without a terminal the error names the way by file", () => {
  const { status, stderr } = t2s("data", "review", "--project", "made");
  expect(status).toBe(2);
  expect(stderr).toMatch(/^error usage: a review needs a terminal.*--export FILE\.csv/);
});

describe("by file", () => {
  const review = (name: string, ...args: readonly string[]) =>
    t2s("data", "review", "--project", name, ...args);
  const decide = (file: string, changes: Readonly<Record<string, object>>) =>
    writeFileSync(
      join(folder, file),
      readJsonLines<{ id: string }>(join(folder, file))
        .map((row) => `${JSON.stringify({ ...row, ...changes[row.id] })}\n`)
        .join(""),
    );

  test("decisions come back and outlive pairs that are made anew", () => {
    const { name, at, find } = copy();
    const file = `${name}.jsonl`;
    expect(review(name, "--export", file, "--filter", "split=train").status).toBe(0);
    expect(review(name, "--export", file).stderr).toContain("is there already");
    const synthetic = readJsonLines<Example>(at("data", "clean", "train.jsonl")).find(
      ({ id, kind }) => !id.startsWith("m") && kind === "answer",
    );
    const id = synthetic?.id ?? "";
    decide(file, { m1: { decision: "accept" }, [id]: { decision: "reject", reason: "odd" } });
    const { status, stdout } = review(name, "--apply", file, "--json");
    expect([status, JSON.parse(stdout)]).toMatchObject([
      0,
      { applied: 2, accept: 1, reject: 1, fix: 0, broken: [] },
    ]);
    expect(
      t2s("run", "data", "clean", "--force", "--data.count", "60", "--project", name).status,
    ).toBe(0);
    expect(find("m1")?.review).toBe("accepted");
    expect(find(id)).toBeUndefined();
    const other = { ...MINE[0], question: "How many customers are there?" };
    writeFileSync(at("data", "raw", "mine.jsonl"), `${JSON.stringify(other)}\n`);
    const again = t2s("run", "clean", "--project", name);
    expect(again.stderr).toContain(
      "review: 1 decisions are about pairs that are others now, and not applied: m1",
    );
    expect(find("m1")?.review).toBeUndefined();
  });

  test("one broken line, and none is taken; each is explained", () => {
    const { name, at } = copy();
    const file = `${name}.jsonl`;
    expect(review(name, "--export", file, "--limit", "10").status).toBe(0);
    decide(file, {
      m1: { decision: "accept" },
      m2: { decision: "fix", sql: "SELECT nome FROM customer" },
      m3: { decision: "reject" },
    });
    const { status, stdout, stderr } = review(name, "--apply", file, "--json");
    expect([status, existsSync(at("data", "review.jsonl"))]).toEqual([1, false]);
    expect(JSON.parse(stdout)).toMatchObject({
      applied: 0,
      broken: [
        { id: "m2", problem: "the SQL does not run: no such column: nome" },
        { id: "m3", problem: "reject wants a reason" },
      ],
    });
    expect(stderr).toMatch(
      /^error data-invalid: 2 of 3 decisions in .* cannot be used, and none was taken: line \d+: the SQL/,
    );
  });

  test.each<[string[], string]>([
    [["--limit", "0"], "--limit is 0; a whole number from 1 is wanted"],
    [["--filter", "colour=red", "--export", "x.csv"], "--filter is colour=red"],
    [["--export", "a.csv", "--apply", "b.csv"], "give one of them"],
    [["--export", "pairs.xlsx"], "neither .csv nor .jsonl"],
  ])("%j is wrong usage", (args, message) => {
    const { status, stdout, stderr } = review("made", ...args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });
});
