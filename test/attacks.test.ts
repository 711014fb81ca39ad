/**
 * What SQL from outside must not get: composed attacks, sent through the service to the real database. Each is refused,
 * or runs within limits without a row that its reader may not see; the file keeps its bytes.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../src/base/hash.ts";
import { createExecutor } from "../src/db/executor.ts";
import { SQLITE_FUNCTIONS } from "../src/guard/functions.ts";
import { createGuard } from "../src/guard/guard.ts";
import { introspect } from "../src/schema/introspect.ts";
import { LOCAL_READER } from "../src/serve/keys.ts";
import { viewOf } from "../src/serve/reader-view.ts";
import { isRefused, type Outcome, outcomeOf, passed } from "./fixtures/attacking.ts";
import { attacks, SECRETS, VAULT_DDL, WEST } from "./fixtures/attacks.ts";
import { predictFrom } from "./fixtures/examples.ts";
import { openServed, type Served } from "./fixtures/served.ts";

const scratch = mkdtempSync(join(tmpdir(), "t2s-attacks-"));
const { writes, reads, escapes, bombs } = attacks(scratch);
const LIMITS = { timeoutMs: 1500, maxRows: 1000, maxBytes: 1 << 20 };

let served: Served;
let bytes: string;
beforeAll(() => {
  served = openServed({
    predict: async (questions) => predictFrom({ [questions[0]]: questions[0] })(questions),
    ddl: VAULT_DDL,
    limits: LIMITS,
  });
  bytes = sha256(readFileSync(served.databaseFile));
});
afterAll(async () => {
  await served.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** What is told besides durations. */
const told = (outcome: Outcome): string =>
  JSON.stringify("code" in outcome ? outcome : [outcome.columns, outcome.rows]);
const hasNoSecret = (outcome: Outcome): boolean =>
  !SECRETS.some((secret) => told(outcome).includes(secret));
/** Of a restricted reader: how many rows there really are is a secret too. */
const hasNoTotal = (outcome: Outcome): boolean =>
  "code" in outcome || !outcome.rows.flat().some((cell) => cell === 4 || cell === 6);

test("the corpus is large", () => {
  const all = [...writes, ...reads, ...escapes, ...bombs];
  expect(new Set(all).size).toBeGreaterThan(2000);
});

describe("0 pass", () => {
  test("what writes, or reaches beyond the database", async () => {
    expect(await passed(served.service, writes, LOCAL_READER, isRefused)).toEqual([]);
  });
  test("what reads the catalogue, settings, files, or calls what is not permitted", async () => {
    expect(await passed(served.service, reads, LOCAL_READER, isRefused)).toEqual([]);
  });
  test("what asks for rows and tables that a key may not see", async () => {
    const isKept = (outcome: Outcome) => hasNoSecret(outcome) && hasNoTotal(outcome);
    expect(await passed(served.service, escapes, WEST, isKept)).toEqual([]);
  });
  test("nor does SQLite itself give them away, where nothing is judged or rewritten before", async () => {
    const executor = createExecutor({ workers: 1 });
    const { permissions } = viewOf(served.database, WEST);
    const through: string[] = [];
    for (const sql of escapes) {
      const result = await executor.run(served.databaseFile, sql, { permissions, timeoutMs: 3000 });
      const cells = result.ok ? result.rows.flat().map(String) : [result.reason];
      const isTold = SECRETS.some((secret) => cells.join("\n").includes(secret));
      if (isTold || cells.includes("4") || cells.includes("6")) through.push(sql);
    }
    await executor.close();
    expect(through).toEqual([]);
  });
  test("what asks for more time or memory than there is", async () => {
    const isBounded = (outcome: Outcome) =>
      "code" in outcome || JSON.stringify(outcome.rows).length < 2 * LIMITS.maxBytes;
    expect(await passed(served.service, bombs, LOCAL_READER, isBounded)).toEqual([]);
    expect(
      await outcomeOf(served.service, "SELECT count(*) FROM customer", LOCAL_READER),
    ).toMatchObject({
      rows: [[4]],
    });
  });
  test("the same, asked for as a question that the model obeys", async () => {
    const through: string[] = [];
    for (const question of escapes.filter((_, i) => i % 5 === 0)) {
      const asked = { question, execute: true };
      const { result } = await served.service.ask(WEST, asked, { job: "attack" });
      if (result && !hasNoSecret("error" in result ? result.error : result)) through.push(question);
    }
    expect(through).toEqual([]);
  });
  test("after all of it the database has its bytes, and no file has come into being", () => {
    expect(sha256(readFileSync(served.databaseFile))).toBe(bytes);
    expect(readdirSync(scratch)).toEqual([]);
  });
});

test("nothing of what a key may not see is in the schema that the prompt is made of, nor in errors", async () => {
  const schema = JSON.stringify(served.service.schema(WEST), (_, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
  for (const secret of [...SECRETS, "salary", "pay", "east"]) expect(schema).not.toContain(secret);
  const errors = await Promise.all(
    [
      "SELECT * FROM salary",
      "SELECT * FROM nothing",
      "SELECT pay FROM customer",
      "SELECT nope FROM customer",
    ].map((sql) => outcomeOf(served.service, sql, WEST)),
  );
  // what is hidden and what is not there are told alike
  expect(errors.map((error) => ("code" in error ? error.message : ""))).toEqual([
    "there is no table salary",
    "there is no table nothing",
    "there is no column pay",
    "there is no column nope",
  ]);
});

const DATA = process.env.T2S_DATA ?? "";
const spider = join(DATA, "spider");
test.skipIf(DATA === "" || !existsSync(join(spider, "train_spider.json")))(
  "of 2,000 golds of Spider's training set not more than 0.5 % are refused (T2S_DATA)",
  () => {
    type Gold = { readonly db_id: string; readonly query: string };
    const golds = JSON.parse(readFileSync(join(spider, "train_spider.json"), "utf8")) as Gold[];
    const fileOf = (dbId: string) => join(spider, "database", dbId, `${dbId}.sqlite`);
    const known = golds.filter(({ db_id }) => existsSync(fileOf(db_id)));
    const every = Math.max(1, Math.floor(known.length / 2000));
    const chosen = known.filter((_, i) => i % every === 0).slice(0, 2000);
    expect(chosen.length).toBe(2000);
    const guards = new Map(
      [...new Set(chosen.map(({ db_id }) => db_id))].map((dbId) => {
        const { tables } = introspect(fileOf(dbId), { dbId, withStatistics: false }).database;
        return [dbId, createGuard({ dialect: "sqlite", tables, functions: SQLITE_FUNCTIONS })];
      }),
    );
    const refused = chosen.filter(({ db_id, query }) => guards.get(db_id)?.(query).ok !== true);
    expect(refused.length, refused.map(({ query }) => query).join("\n")).toBeLessThanOrEqual(10);
  },
);
