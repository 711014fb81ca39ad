/** A project on a real PostgreSQL server, as a user runs it: the bundled company's tables, copied there. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCompany } from "../company/build.ts";
import { readJsonLines } from "../src/base/files.ts";
import type { Example } from "../src/data/example.ts";
import { createExecutor } from "../src/db/executor.ts";
import { createStrictScorer } from "../src/eval/strict.ts";
import { type Ended, runInProject } from "./fixtures/shop-project.ts";
import { postgresScript } from "./postgres-load.ts";
import { type PostgresServer, startPostgres, withoutPostgres } from "./postgres-server.ts";

const modelFile = process.env.T2S_MODEL_FILE ?? "";
const FEW = ["--schema.tables", "ARCM,ARTH,APVM", "--data.count", "60", "--data.refusals", "5"];

describe.skipIf(withoutPostgres)("a project on PostgreSQL", () => {
  const folder = mkdtempSync(join(tmpdir(), "t2s-postgres-project-"));
  let server: PostgresServer;
  let url: string;
  let password: string;
  const t2s = (...args: string[]): Promise<Ended> =>
    runInProject(folder, args, { PGPASSWORD: password });

  beforeAll(async () => {
    server = await startPostgres();
    const file = join(folder, "company.sqlite");
    buildCompany(file);
    await server.create("company", postgresScript(file));
    await server.script("company", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader");
    url = server.url("company", "reader");
    password = decodeURIComponent(new URL(url).password);
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("init keeps the URL and no password", async () => {
    const model = modelFile === "" ? [] : ["--model", `gguf:${modelFile}`];
    const { status, json, stderr } = await runInProject(folder, [
      "init",
      "--db",
      url,
      "--yes",
      ...model,
    ]);
    expect([status, stderr]).toEqual([0, expect.stringContaining("not written into t2s.yaml")]);
    const bare = `postgres://reader@127.0.0.1:${server.port}/company`;
    expect(json.database).toBe(bare);
    const yaml = readFileSync(join(folder, "t2s.yaml"), "utf8");
    expect(yaml).toContain(`database: ${JSON.stringify(bare)}`);
    expect(yaml).not.toContain("secret");
  });

  test("without the password the error says where it comes from, and shows none", async () => {
    const { status, stderr } = await runInProject(folder, ["run", "schema", "--force"], {
      PGPASSWORD: "",
      PGPASSFILE: join(folder, "none"),
    });
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/error database-unreachable: postgres:\/\/reader@/),
    ]);
  });

  test("schema show and schema link", async () => {
    const shown = (await t2s("schema", "show")).json;
    expect(shown).toMatchObject({ dbId: "company", dialect: "postgres" });
    const arth = shown.tables.find(({ name }: { name: string }) => name === "ARTH");
    expect(arth.foreignKeys).toContainEqual({
      columns: ["CustGroup", "Customer"],
      refTable: "ARCM",
      refColumns: ["CustGroup", "Customer"],
    });
    const linked = (await t2s("schema", "link", "invoices of Boulder Creek Brewing")).json;
    expect(JSON.stringify(linked)).toContain("Boulder Creek Brewing");
  });

  test("data and clean: pairs in the server's SQL, each run there", async () => {
    for (const stage of ["schema", "data", "clean"]) {
      const { status, stderr } = await t2s("run", stage, ...FEW);
      expect([status, stderr]).toEqual([0, expect.stringContaining(`${stage} · `)]);
    }
    const pairs = readJsonLines<Example>(join(folder, "data", "raw", "synthetic.jsonl"));
    expect(pairs.filter(({ kind }) => kind === "answer")).toHaveLength(60);
    expect(new Set(pairs.map(({ dialect }) => dialect))).toEqual(new Set(["postgres"]));
    expect(pairs.some(({ sql }) => sql.includes('FROM "ARTH"'))).toBe(true);
    expect(pairs.filter(({ sql }) => /julianday|substr\(/i.test(sql))).toEqual([]);
  });

  test("what cannot be done on a server says so", async () => {
    const { status, stderr } = await t2s("schema", "lint");
    expect([status, stderr]).toEqual([1, expect.stringContaining("is on a server")]);
  });

  test("strict mode takes PostgreSQL's own SQL, and counts ties and order", async () => {
    const executor = createExecutor();
    const scorer = createStrictScorer(executor);
    const scored = async (gold: string, predicted: string) => {
      const { verdict, reason } = await scorer.score(url, gold, predicted);
      return [verdict, reason];
    };
    const gold = 'SELECT "Name" FROM "ARCM" WHERE "CreditLimit" IS NULL';
    expect(await scored(gold, gold.replace('"Name"', '"Name"::text AS n'))).toEqual([1, "ok"]);
    expect(await scored(gold, gold.replace(" IS NULL", " > 0"))).toEqual([0, expect.any(String)]);
    expect(await scored(gold, "SELECT pg_sleep(1)")).toEqual([0, "not-readonly"]);
    expect(await scored(gold, "SELECT Name FROM ARCM")).toEqual([0, "exec-error"]);
    const ordered = 'SELECT "Name" FROM "ARCM" ORDER BY "State" LIMIT 3';
    expect(await scored(ordered, ordered)).toEqual([1, "ok"]);
    expect(
      await scored(
        'SELECT "State", avg("CreditLimit") FROM "ARCM" GROUP BY 1',
        'SELECT "State", sum("CreditLimit") / count("CreditLimit") FROM "ARCM" GROUP BY 1',
      ),
    ).toEqual([1, "ok"]);
    await executor.close();
  });

  describe.skipIf(modelFile === "")("with the model (T2S_MODEL_FILE)", () => {
    test("predict runs what it writes on the server", async () => {
      const { status, json } = await t2s(
        "predict",
        "names of the customers",
        "--execute",
        "--decode",
        "candidates:2",
      );
      expect(status).toBe(0);
      expect(json.sql === null || json.result !== undefined).toBe(true);
    });

    test("run tunes and measures", async () => {
      const options = ["--train.maxSteps", "2", "--eval.fewShot", "0", "--eval.maxTokens", "32"];
      const { status, stderr } = await t2s("run", ...FEW, ...options);
      expect([status, stderr]).toEqual([0, expect.stringMatching(/eval · .*EX/)]);
    }, 900_000);
  });
});
