/** `t2s serve` on a PostgreSQL server: what it answers, refuses, and says when the server goes away. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { POSTGRES_VAULT } from "./fixtures/postgres-attacks.ts";
import { type Running, startServe } from "./fixtures/running-service.ts";
import { runInProject } from "./fixtures/shop-project.ts";
import { type PostgresServer, startPostgres, withoutPostgres } from "./postgres-server.ts";

const ENDLESS =
  "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT 1 FROM c) SELECT count(*) FROM c";

describe.skipIf(withoutPostgres)("serve on PostgreSQL (T2S_POSTGRES)", () => {
  const folder = mkdtempSync(join(tmpdir(), "t2s-postgres-serve-"));
  let server: PostgresServer;
  let project: string;
  let running: Running;
  let west: Record<string, string>;
  const makeProject = (name: string, url: string): string => {
    const made = join(folder, name);
    mkdirSync(made);
    const options = "model: gguf:missing.gguf\nserve.timeoutMs: 3000\nserve.maxMegabytes: 1\n";
    writeFileSync(join(made, "t2s.yaml"), `database: ${JSON.stringify(url)}\n${options}`);
    return made;
  };
  const execute = (sql: string, headers?: Record<string, string>) =>
    running.post("/v1/execute", { sql }, headers);
  /** A statement of the service has run for a while. */
  const UNTIL_ONE_RUNS = `DO $$ BEGIN
    WHILE NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 't2s' AND state = 'active'
      AND query_start < clock_timestamp() - interval '0.3 s')
    LOOP PERFORM pg_sleep(0.02); PERFORM pg_stat_clear_snapshot(); END LOOP; END $$`;
  const kill = () =>
    server.script(
      "postgres",
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 't2s'",
    );

  beforeAll(async () => {
    server = await startPostgres();
    await server.create("vault", POSTGRES_VAULT);
    // the usual deployment: the role reads some tables, and views of others
    await server.script(
      "vault",
      "GRANT USAGE ON SCHEMA public TO reader; GRANT SELECT ON customer, invoice, visit, totals, regions, wages TO reader",
    );
    project = makeProject("reader", server.url("vault", "reader"));
    running = await startServe(project);
  });
  afterAll(async () => {
    await running?.stop("SIGKILL");
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("rows come, of tables and of views over what the role itself may not read", async () => {
    expect((await execute("SELECT name FROM public.customer WHERE id = 11")).body).toMatchObject({
      columns: ["name"],
      rows: [["Ada"]],
      truncated: false,
    });
    expect((await execute("SELECT wages FROM wages")).body.rows).toEqual([[1_444_443]]);
    expect((await execute("SELECT count(*) FROM regions")).body.rows).toEqual([[2]]);
    expect(running.notes()).not.toContain("is safer");
  });

  test.each([
    ["SELECT * FROM salary", 422, "sql-unknown-name"],
    ["SELECT pay_of(1)", 403, "sql-refused"],
    ["DELETE FROM customer", 403, "sql-refused"],
    ["SELECT 1; SELECT 2", 403, "sql-refused"],
    ["SELECT name::int FROM customer", 422, "sql-failed"],
    [ENDLESS, 408, "sql-timeout"],
    ["SELECT lpad('x', 4000000)", 413, "sql-too-large"],
  ])("%s: %i %s", async (sql, status, code) => {
    const answer = await execute(sql);
    expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
    expect((await execute("SELECT 1")).body.rows).toEqual([[1]]);
  });

  test("a connection that is lost is 503, and the next request connects again", async () => {
    const lost = execute(ENDLESS);
    await server.script("postgres", UNTIL_ONE_RUNS);
    await kill();
    const answer = await lost;
    expect([answer.status, answer.body.error.code]).toEqual([503, "database-unreachable"]);
    expect((await execute("SELECT 1")).body.rows).toEqual([[1]]);
    await kill(); // while it rests
    expect((await execute("SELECT 2")).body.rows).toEqual([[2]]);
  });

  test("keys with tables and rows see these", async () => {
    const made = await runInProject(project, [
      "keys",
      "add",
      "west",
      "--tables",
      "customer,invoice,totals",
      "--rows",
      "customer: region = 'west'",
      "--rows",
      'invoice: "customerId" IN (SELECT id FROM customer)',
    ]);
    const headers = { authorization: `Bearer ${made.json.key}` };
    const rowsOf = async (sql: string) => (await execute(sql, headers)).body.rows;
    expect(await rowsOf("SELECT count(*), sum(amount) FROM invoice")).toEqual([[3, 600]]);
    expect(await rowsOf("SELECT * FROM totals")).toEqual([["west", 600]]);
    expect((await execute("SELECT * FROM visit", headers)).body.error.code).toBe(
      "sql-unknown-name",
    );
    const bad = await runInProject(project, ["keys", "add", "bad", "--rows", "customer: 1) OR (1"]);
    expect(bad.stderr).toContain("it is not one condition");
    west = headers;
  });

  test("a role that may do more than read is told, by serve and doctor", async () => {
    const strong = makeProject("postgres", server.url("vault"));
    const other = await startServe(strong);
    expect(other.notes()).toContain("the role postgres is a superuser");
    await other.stop("SIGTERM");
    const { json } = await runInProject(strong, ["doctor"]);
    const name = "role on the database's server";
    expect(json.checks).toContainEqual(expect.objectContaining({ name, ok: false }));
    const weak = await runInProject(project, ["doctor"]);
    expect(weak.json.checks).toContainEqual(expect.objectContaining({ name, ok: true }));
  });

  test("a server that is gone is 503, and the service stays", async () => {
    await server.close();
    const answer = await execute("SELECT 1", west);
    expect([answer.status, answer.body.error.code]).toEqual([503, "database-unreachable"]);
    expect((await fetch(`${running.url}/healthz`)).status).toBe(200);
  });
});
