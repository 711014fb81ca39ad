import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { company } from "../company/company.ts";
import { parsePairs } from "../src/data/pairs.ts";
import { createExecutor, type Executor } from "../src/db/executor.ts";
import { buildFromDdl } from "../src/schema/from-ddl.ts";
import { introspect } from "../src/schema/introspect.ts";

const root = join(import.meta.dirname, "../recipes/business");
const scripts = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".sql"),
);
const FORMS =
  /^(no table of .+|no column for .+|this would change (data|the tables)|not about this database)$/;

let folder: string;
let executor: Executor;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "t2s-business-"));
  executor = createExecutor({ workers: 2, timeoutMs: 20_000 });
});
afterAll(async () => {
  await executor.close();
  rmSync(folder, { recursive: true, force: true });
});

test.each(scripts)(
  "every statement of %s runs, refusals have one of five forms",
  async (script) => {
    const file = join(folder, script.replace(/\W/g, "-"));
    buildFromDdl(join(root, script), file, { rows: 50 });
    const pairs = parsePairs(join(root, script.replace(/sql$/, "jsonl")));
    const statements = pairs.flatMap(({ sql }) => sql ?? []);
    const results = await executor.runMany(file, statements, { maxRows: 10 });
    expect(statements.filter((_, i) => !results[i].ok)).toEqual([]);
    const refusals = pairs.flatMap(({ refusal }) => refusal ?? []);
    expect(refusals.filter((reason) => !FORMS.test(reason))).toEqual([]);
    expect(statements.length).toBeGreaterThan(60);
    expect(refusals.length).toBeGreaterThan(15);
    expect(new Set(pairs.map(({ question }) => question.toLowerCase())).size).toBe(pairs.length);
  },
);

test("they share no table and no question with the bundled company", () => {
  const file = join(folder, "company.sqlite");
  company.buildDatabase(file);
  const tablesOf = (path: string) =>
    introspect(path, { dbId: "any" }).database.tables.map(({ name }) => name);
  const tables = tablesOf(file);
  const questions = new Set(
    Object.values(company.pairFiles)
      .flat()
      .flatMap((path) => parsePairs(path))
      .map(({ question }) => question.toLowerCase()),
  );
  expect(questions.size).toBeGreaterThan(1000);
  for (const script of scripts) {
    const own = join(folder, `own-${script.replace(/\W/g, "-")}`);
    buildFromDdl(join(root, script), own, { rows: 5 });
    expect(tablesOf(own).filter((name) => tables.includes(name))).toEqual([]);
    const pairs = parsePairs(join(root, script.replace(/sql$/, "jsonl")));
    expect(pairs.filter(({ question }) => questions.has(question.toLowerCase()))).toEqual([]);
  }
});
