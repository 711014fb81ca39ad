/** The second round, with a real database that says what is wrong with a statement. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { buildDatabase } from "../../test/fixtures/shop.ts";
import { UserError } from "../base/errors.ts";
import { createExecutor } from "../db/executor.ts";
import type { Generate, GenerateRequest } from "../generate/generate.ts";
import { createPrompt } from "../prompt/prompt.ts";
import { introspect } from "../schema/introspect.ts";
import { createDecoding } from "./decoding.ts";
import { createPredict } from "./predict.ts";
import { createProblemFinder } from "./repair.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-repair-"));
const file = buildDatabase(join(folder, "shop.sqlite"));
const { database } = introspect(file, { dbId: "shop" });
const executor = createExecutor({ workers: 1, timeoutMs: 500 });
afterAll(async () => {
  await executor.close();
  rmSync(folder, { recursive: true, force: true });
});
const findProblems = createProblemFinder(database, (sqls) =>
  executor.runMany(file, sqls, { maxRows: 1, overflow: "truncate" }),
);
const prompt = createPrompt(
  database,
  (messages) =>
    `${messages.map(({ role, content }) => `[${role}] ${content}`).join("\n")}\n[assistant] `,
);

test.each([
  ["SELECT name FROM customer", undefined],
  ["SELECT nam FROM customer", "no such column: nam"],
  ['SELECT "nickname" FROM customer', undefined],
  ["SELECT customer.nam FROM customer", "no such column: nam"],
  ["SELECT name FROM clients", "no such table: clients"],
  ["SELECT name customer FROM WHERE", 'near "WHERE": syntax error'],
  ["SELECT name FROM customer WHERE SUM(id) > 1", "misuse of aggregate function SUM()"],
  ["DELETE FROM customer", expect.stringMatching(/./)],
  // what takes too long is no mistake of the statement's form
  ["WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i FROM n) SELECT MAX(i) FROM n", undefined],
])("%s: %s", async (sql, problem) => {
  expect(await findProblems([{ kind: "answer", sql }])).toEqual([problem]);
});

test("a refusal is no problem", async () => {
  expect(await findProblems([{ kind: "refuse", refusal: "no table of trucks" }])).toEqual([
    undefined,
  ]);
});

/** Predicts with a model that writes these rounds, one text for each request of a round. */
async function predicted(questions: readonly string[], rounds: readonly (readonly string[])[]) {
  const asked: (readonly GenerateRequest[])[] = [];
  const generate: Generate = async (requests) => {
    const texts = rounds[asked.length];
    asked.push(requests);
    if (texts.length === 0) throw new UserError("question-too-long", "no room");
    return texts.map((text) => ({ text, tokens: 5, finishReason: "stop", ms: 7 }));
  };
  const options = { decode: "greedy", bind: "schema", complete: "none" } as const;
  const decoding = createDecoding(database, options, { findProblems });
  const predictions = await createPredict(() => prompt, generate, decoding)(questions);
  return { asked, predictions };
}

test("an answer that cannot run is asked for again, with the statement and what the database said", async () => {
  const { asked, predictions } = await predicted(
    ["How many?", "Whose nicknames?"],
    [["SELECT COUNT(*) FROM customer", "SELECT nick FROM customer"], ["SELECT name FROM customer"]],
  );
  expect(asked).toHaveLength(2);
  expect(asked[1]).toHaveLength(1);
  const [{ prefix, suffix, messages }] = asked[1];
  expect(prefix).toBe(prompt.prefix);
  expect(suffix).toBe(
    [
      "Whose nicknames?",
      "[assistant] SELECT nick FROM customer",
      "[user] The database says: no such column: nick. Write the SELECT so that it runs.",
      "[assistant] ",
    ].join("\n"),
  );
  expect(messages?.slice(1).map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
  expect(predictions[0]).toMatchObject({ tokens: 5, ms: 7 });
  expect(predictions[1]).toMatchObject({
    answer: { kind: "answer", sql: "SELECT name FROM customer" },
    tokens: 10,
    ms: 14,
    first: {
      answer: { kind: "answer", sql: "SELECT nick FROM customer" },
      completion: "SELECT nick FROM customer",
      ms: 7,
    },
  });
});

test.each([
  ["fails too", ["SELECT nick FROM customers WHERE"]],
  ["refuses", ["-- cannot answer: no nicknames"]],
  ["does not fit", []],
])("where the second answer %s, the first stays", async (_, second) => {
  const { asked, predictions } = await predicted(["?"], [["SELECT nick FROM customer"], second]);
  expect(asked).toHaveLength(2);
  expect(predictions[0].answer).toEqual({ kind: "answer", sql: "SELECT nick FROM customer" });
});

test("where all run, nobody is asked again", async () => {
  const { asked } = await predicted(["?"], [["SELECT name FROM customer"]]);
  expect(asked).toHaveLength(1);
});
