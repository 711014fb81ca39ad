/** Decisions on pairs: by id and content, applied when pairs are cleaned, and taken back from files. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { exampleOf } from "../../../test/fixtures/examples.ts";
import { buildDatabase } from "../../../test/fixtures/shop.ts";
import { createExecutor } from "../../db/executor.ts";
import { introspect } from "../../schema/introspect.ts";
import type { Example } from "../example.ts";
import { applyDecisions } from "./apply.ts";
import { csvOf, parseDelimited } from "../delimited.ts";
import {
  appendDecision,
  appendDecisions,
  contentOf,
  type Decision,
  decisionsOn,
  readDecisions,
} from "./decisions.ts";
import { formatOf, readReviewFile, reviewFileText } from "./file.ts";
import { allItems, firstOpen, parseFilter, reviewItems } from "./queue.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-review-"));
const databaseFile = buildDatabase(join(folder, "shop.sqlite"));
const { database } = introspect(databaseFile, { dbId: "shop" });
const executor = createExecutor({ workers: 1 });
const run = (sqls: readonly string[]) => executor.runMany(databaseFile, sqls);
afterAll(async () => {
  await executor.close();
  rmSync(folder, { recursive: true, force: true });
});

const count = exampleOf("a", "How many customers?", "SELECT count(*) FROM customer");
const names = exampleOf("b", "Names of customers", "SELECT city FROM customer");
const salary = exampleOf("c", "Salary of Ada?");
const at = "2026-01-01T00:00:00.000Z";
const on = (pair: Example, rest: Pick<Decision, "decision"> & Partial<Decision>): Decision => ({
  id: pair.id,
  content: contentOf(pair),
  at,
  ...rest,
});
const apply = (examples: readonly Example[], decisions: readonly Decision[]) =>
  applyDecisions(
    examples.map((example) => ({ example, canonical: example.sql, isEmpty: false })),
    decisions,
    { database, run },
  );

describe("decisions applied", () => {
  test("accepted pairs are marked, rejected ones set aside with the reason, fixed ones executed anew", async () => {
    const { pairs, rejected, changed, gone } = await apply(
      [count, names, salary],
      [
        on(count, { decision: "accept" }),
        on(names, { decision: "fix", sql: "SELECT name FROM customer WHERE city IS NULL" }),
        on(salary, { decision: "reject", reason: "nobody asks" }),
      ],
    );
    expect(pairs.map(({ example }) => example)).toMatchObject([
      { id: "a", review: "accepted", checks: count.checks },
      {
        id: "b",
        review: "fixed",
        question: "Names of customers",
        sql: "SELECT name FROM customer WHERE city IS NULL",
        source: { method: "test", parentId: "b" },
        checks: { executed: true, rows: 1, discriminating: false },
      },
    ]);
    expect(pairs[1].example.templateId).not.toBe(names.templateId);
    expect(rejected).toEqual([
      {
        example: salary,
        code: "rejected-in-review",
        reason: "rejected in review",
        note: "nobody asks",
      },
    ]);
    expect([changed, gone]).toEqual([[], []]);
  });

  test("a decision about other content or about a pair that is gone is not applied, and named", async () => {
    const result = await apply(
      [{ ...count, question: "How many customers are there?" }],
      [on(count, { decision: "reject", reason: "x" }), on(names, { decision: "accept" })],
    );
    expect(result.pairs[0].example).not.toHaveProperty("review");
    expect(result).toMatchObject({ rejected: [], changed: ["a"], gone: ["b"] });
  });

  test("the last decision counts; one on a fixed pair comes after the fix", async () => {
    const fix = on(names, { decision: "fix", sql: "SELECT name FROM customer" });
    const fixedPair = { ...names, sql: "SELECT name FROM customer" };
    const later = on(fixedPair, { decision: "reject", reason: "too easy" });
    expect(decisionsOn(names, [fix, later])).toEqual([fix, later]);
    expect(decisionsOn(names, [later, fix])).toEqual([fix]);
    const accept = on(names, { decision: "accept" });
    expect(decisionsOn(names, [fix, later, accept])).toEqual([accept]);
    expect((await apply([names], [fix, later])).rejected).toMatchObject([
      { example: { sql: "SELECT name FROM customer" }, note: "too easy" },
    ]);
    const twice = on(fixedPair, { decision: "fix", question: "Names?" });
    expect((await apply([names], [fix, twice])).pairs).toMatchObject([
      { example: { question: "Names?", sql: "SELECT name FROM customer", review: "fixed" } },
    ]);
  });

  test("a refusal becomes an answer when a fix gives it SQL", async () => {
    const fix = on(salary, { decision: "fix", sql: "SELECT 1" });
    const [{ example }] = (await apply([salary], [fix])).pairs;
    expect(example).toMatchObject({ kind: "answer", sql: "SELECT 1" });
    expect(example).not.toHaveProperty("refusal");
  });
});

describe("the file of decisions", () => {
  test("is appended to; a line that a kill cut short is left out; another form is an error", () => {
    const file = join(folder, "review.jsonl");
    expect(readDecisions(file)).toEqual([]);
    const [first, second] = [on(count, { decision: "accept" }), on(names, { decision: "accept" })];
    appendDecision(file, first);
    writeFileSync(file, `${readFileSync(file, "utf8")}{"id":"b","conte`);
    appendDecisions(file, [second]);
    expect(readDecisions(file)).toEqual([first, second]);
    writeFileSync(file, '{"id":"a","content":"x","decision":"maybe"}\n');
    expect(() => readDecisions(file)).toThrow("decision 1 is not of the form");
  });
});

describe("what is looked at", () => {
  const rejected = [
    { example: { ...names, id: "r" }, code: "repeats" as const, reason: "repeats b" },
    {
      example: { ...salary, id: "s" },
      code: "rejected-in-review" as const,
      reason: "rejected in review",
    },
  ];
  const pairs = {
    kept: [count, { ...names, split: "train" as const }, salary],
    rejected,
    decisions: [on(count, { decision: "accept" })],
  };
  const ids = (...filter: string[]) =>
    reviewItems(pairs, parseFilter(filter), database).map(({ example }) => example.id);

  test.each<[string[], string[]]>([
    [[], ["a", "b", "c", "s"]],
    [["split=train"], ["b"]],
    [["unreviewed"], ["b", "c", "s"]],
    [["reviewed"], ["a"]],
    [
      ["method=test", "split=test"],
      ["a", "c", "s"],
    ],
    [["method=other"], []],
    [["table=CUSTOMER"], ["a", "b"]],
    [["table=order"], []],
    [["failed"], ["r"]],
    [["failed=rows"], []],
    [["id=r"], ["r"]],
  ])("--filter %j", (filter, expected) => {
    expect(ids(...filter)).toEqual(expected);
  });

  test("all there is, with what was set aside", () => {
    const items = allItems(pairs).map(({ example, setAside, decision }) => [
      example.id,
      setAside ?? decision?.decision,
    ]);
    expect(items).toEqual([
      ["a", "accept"],
      ["b", undefined],
      ["c", undefined],
      ["r", "repeats b"],
      ["s", undefined],
    ]);
  });

  test("begins at the first pair without a decision", () => {
    expect(firstOpen(reviewItems(pairs, {}, database))).toBe(1);
  });

  test.each(["split=all", "failed=everything", "table=", "colour=red", "toString=1"])(
    "--filter %s is refused",
    (text) => {
      expect(() => parseFilter([text])).toThrow(`--filter is ${text}`);
    },
  );
});

describe("a review by file", () => {
  const items = [
    { example: count },
    { example: names },
    { example: salary },
    { example: { ...names, id: "r" }, setAside: "repeats b" },
  ];
  type Row = Record<string, string>;
  const rowsOf = (): Row[] =>
    reviewFileText(items, "jsonl")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Row);
  const jsonl = (edit: (rows: Row[]) => void) => {
    const rows = rowsOf();
    edit(rows);
    return rows.map((row) => JSON.stringify(row)).join("\n");
  };
  const read = (text: string | Uint8Array, format: "csv" | "jsonl" = "jsonl") =>
    readReviewFile(
      typeof text === "string" ? new TextEncoder().encode(text) : text,
      format,
      items,
      run,
      at,
    );

  const readCsv = (text: string) => {
    const { header, rows: cells } = parseDelimited(text.slice(1), ",");
    return [header, ...cells].map((row) => [...row]);
  };

  test("what is decided comes back; what is left empty is counted", async () => {
    const text = jsonl(([a, b]) => {
      a.decision = "Accept";
      Object.assign(b, { decision: "fix", sql: "SELECT name FROM customer", by: "Ann" });
    });
    expect(await read(text)).toEqual({
      decisions: [
        on(count, { decision: "accept" }),
        on(names, { decision: "fix", sql: "SELECT name FROM customer", by: "Ann" }),
      ],
      undecided: 2,
      broken: [],
    });
  });

  test("CSV goes out and comes back, also with the semicolons and line ends of a spreadsheet", async () => {
    const [head, ...rows] = readCsv(reviewFileText(items, "csv"));
    rows[0][head.indexOf("decision")] = "reject";
    rows[0][head.indexOf("reason")] = 'says "how many";\r\nwants a list';
    const semicolons = [head, ...rows]
      .map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(";"))
      .join("\r\n");
    for (const text of [csvOf([head, ...rows]), semicolons])
      expect(await read(text, "csv")).toMatchObject({
        decisions: [{ id: "a", decision: "reject", reason: 'says "how many";\nwants a list' }],
        undecided: 3,
        broken: [],
      });
  });

  test.each<[string, (rows: Row[]) => void, string]>([
    ["an unknown decision", ([a]) => void (a.decision = "ok"), 'decision is "ok"'],
    ["no reason", ([a]) => void (a.decision = "reject"), "reject wants a reason"],
    ["nothing fixed", ([a]) => void (a.decision = "fix"), "neither question nor SQL was changed"],
    [
      "no question",
      ([a]) => void Object.assign(a, { decision: "fix", question: " " }),
      "the question is empty",
    ],
    ["no SQL", ([a]) => void Object.assign(a, { decision: "fix", sql: "" }), "the SQL is empty"],
    [
      "SQL that fails",
      ([a]) => void Object.assign(a, { decision: "fix", sql: "SELECT x FROM nowhere" }),
      "the SQL does not run: no such table: nowhere",
    ],
    [
      "SQL that writes",
      ([a]) => void Object.assign(a, { decision: "fix", sql: "DELETE FROM customer" }),
      "the SQL does not run",
    ],
    [
      "edited but accepted",
      ([a]) => void Object.assign(a, { decision: "accept", sql: "SELECT 1" }),
      "fix is wanted",
    ],
    [
      "an unknown id",
      ([a]) => void Object.assign(a, { decision: "accept", id: "z" }),
      "there is no pair z",
    ],
    [
      "another pair by now",
      ([a]) => void Object.assign(a, { decision: "accept", content: "0" }),
      "another one since",
    ],
    [
      "twice",
      (rows) =>
        void rows.push(
          ...rows.splice(0, 1).flatMap((a) => [
            { ...a, decision: "accept" },
            { ...a, decision: "accept" },
          ]),
        ),
      "decided on line 4 already",
    ],
    ["set aside", (rows) => void (rows[3].decision = "accept"), "it was set aside (repeats b)"],
  ])("%s is a broken line with its number and why", async (_name, edit, problem) => {
    const { broken } = await read(jsonl(edit));
    expect(broken).toHaveLength(1);
    expect(broken[0]).toMatchObject({
      line: expect.any(Number),
      problem: expect.stringContaining(problem),
    });
  });

  test("a line that is no JSON object is broken, the others are read", async () => {
    const { broken, undecided } = await read(`not json\n[1]\n${jsonl(() => {})}`);
    expect([broken.map(({ line }) => line), undecided]).toEqual([[1, 2], 4]);
  });

  test("a file of another form is refused whole", async () => {
    await expect(read("id,question\na,b\n", "csv")).rejects.toThrow("no column sql, content");
    await expect(read(new Uint8Array([0x69, 0xe9, 0x0a]), "csv")).rejects.toThrow("not UTF-8");
    await expect(read("", "csv")).rejects.toThrow("no column id");
    await expect(read("\n", "jsonl")).rejects.toThrow("holds no line");
    expect(() => formatOf("review.xlsx")).toThrow("neither .csv nor .jsonl");
  });

  test("CSV of any cells is read back as it was", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", ";", "\n", "\t", " ", "é") });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
        const all = [["id", "text"], ...rows];
        const isFull = (row: readonly string[]) => row.join("").trim() !== "";
        expect(readCsv(csvOf(all)).filter(isFull)).toEqual(all.filter(isFull));
      }),
    );
  });
});
