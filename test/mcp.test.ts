/**
 * `t2s mcp` as a process with the protocol's official client, over both transports and in both revisions: every tool and
 * resource, what a key sees, attacks, cancelling, and clients that are killed.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../src/base/hash.ts";
import { addKey, revokeKey } from "../src/serve/keys.ts";
import { attacks, SECRETS, VAULT_DDL, WEST } from "./fixtures/attacks.ts";
import {
  type Connected,
  connectHttp,
  connectStdio,
  type Era,
  type McpServer,
  startMcpServer,
} from "./fixtures/mcp.ts";
import { startT2s } from "./fixtures/program.ts";
import { buildDatabase } from "./fixtures/shop.ts";
import { cacheBeside, makeShopProject, runInProject } from "./fixtures/shop-project.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-mcp-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ENDLESS =
  "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";
const LONG = ["--serve.timeoutMs", "60000"];
const TOOLS = ["ask", "generate_sql", "run_sql", "list_tables", "describe_table"];

/** A project on the vault, whose model cannot be opened unless one is named. */
function makeProject(model = "gguf:missing.gguf"): string {
  const project = makeShopProject(folder, `model: ${model}\neval:\n  maxTokens: 48\n`, []);
  rmSync(join(project, "shop.sqlite"));
  buildDatabase(join(project, "shop.sqlite"), VAULT_DDL);
  return project;
}

type Json = ReturnType<typeof JSON.parse>;

/** The code of the error that a tool answers with, and what it says. */
async function refused(
  { client }: Connected,
  name: string,
  given: object,
): Promise<[string, string]> {
  const { isError, content, _meta } = await client.callTool({ name, arguments: { ...given } });
  const [said] = content as { text: string }[];
  expect(isError, said.text).toBe(true);
  expect(said.text).toContain(`error ${_meta?.code}: `);
  return [_meta?.code as string, said.text];
}

/** What a tool answers; the same as text. */
async function answered({ client }: Connected, name: string, given: object): Promise<Json> {
  const { isError, content, structuredContent } = await client.callTool({
    name,
    arguments: { ...given },
  });
  const [said] = content as { text: string }[];
  expect(isError, said.text).toBeUndefined();
  expect(JSON.parse(said.text)).toEqual(structuredContent);
  return structuredContent;
}

type LoggedRequest = {
  readonly job: string;
  readonly reader: string;
  readonly code: string | null;
};

function logged(project: string): readonly LoggedRequest[] {
  const log = new DatabaseSync(join(project, "logs", "requests.sqlite"), { readOnly: true });
  const rows = log
    .prepare("SELECT job, reader, code FROM request WHERE ms IS NOT NULL ORDER BY rowid")
    .all();
  log.close();
  return rows as LoggedRequest[];
}

/** The processes that this one has started, and theirs. */
function descendants(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8")
      .split(" ")
      .filter(Boolean)
      .map(Number),
  );
  return children.flatMap((child) => [child, ...descendants(child)]);
}

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);

const WAYS: readonly (readonly ["stdio" | "http", Era])[] = [
  ["stdio", "legacy"],
  ["stdio", "modern"],
  ["http", "legacy"],
  ["http", "modern"],
];

describe.each(WAYS)("over %s, %s revision", (transport, era) => {
  let open: Connected;
  let west: Connected;
  let clerk: Connected;
  let openProject: string;
  const servers: McpServer[] = [];

  beforeAll(async () => {
    openProject = makeProject();
    const locked = makeProject();
    const keysFile = join(locked, "keys.json");
    const keys = [WEST, { name: "clerk", scopes: ["schema"] } as const].map((key) =>
      addKey(keysFile, key),
    );
    if (transport === "stdio") {
      open = await connectStdio(openProject, era, { args: LONG });
      west = await connectStdio(locked, era, { env: { T2S_KEY: keys[0] } });
      clerk = await connectStdio(locked, era, { args: ["--key", keys[1]] });
      return;
    }
    servers.push(await startMcpServer(openProject, LONG), await startMcpServer(locked));
    open = await connectHttp(servers[0].url, era);
    west = await connectHttp(servers[1].url, era, keys[0]);
    clerk = await connectHttp(servers[1].url, era, keys[1]);
  });
  afterAll(async () => {
    for (const one of [open, west, clerk]) await one.close();
    for (const server of servers) expect(await server.stop()).toBe(0);
  });

  test("the tools say what they are: read-only, with forms for what comes and goes", async () => {
    expect(open.client.getProtocolEra()).toBe(era);
    expect(open.client.getServerVersion()?.name).toBe("text2sql-tuner");
    expect(open.client.getInstructions()).toContain("run_sql");
    const { tools } = await open.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(TOOLS);
    for (const { annotations, inputSchema, outputSchema, description } of tools) {
      expect(annotations).toMatchObject({ readOnlyHint: true, destructiveHint: false });
      expect([inputSchema.type, outputSchema?.type]).toEqual(["object", "object"]);
      expect(JSON.stringify([inputSchema, outputSchema])).not.toContain("$schema");
      expect(description).toBeTruthy();
    }
  });

  test("the schema is told by tools and as resources", async () => {
    const { dialect, tables } = await answered(open, "list_tables", {});
    const names = tables.map(({ name }: { name: string }) => name);
    expect([dialect, names]).toEqual(["sqlite", expect.arrayContaining(["customer", "salary"])]);
    const invoice = await answered(open, "describe_table", { table: "INVOICE" });
    expect(invoice).toMatchObject({
      name: "invoice",
      columns: [{ name: "id", primaryKey: 1 }, { name: "customerId" }, { name: "amount" }],
      foreignKeys: [{ columns: ["customerId"], refTable: "customer", refColumns: ["id"] }],
    });
    const [code, text] = await refused(open, "describe_table", { table: "custmer" });
    expect([code, text]).toEqual(["not-found", expect.stringContaining("customer is near")]);
    const { resources } = await open.client.listResources();
    expect(resources.map(({ uri }) => uri).slice(0, 2)).toEqual([
      "t2s://schema",
      "t2s://schema/customer",
    ]);
    expect(resources).toHaveLength(names.length + 1);
    const { resourceTemplates } = await open.client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      "t2s://schema/{table}",
    ]);
    for (const { uri, name } of resources) {
      const { contents } = await open.client.readResource({ uri });
      const [{ text: ddl }] = contents as { text: string }[];
      const made = ddl.match(/^CREATE TABLE/gm);
      expect(made).toHaveLength(uri === "t2s://schema" ? names.length : 1);
      expect(ddl).toContain(uri === "t2s://schema" ? "salary" : name);
    }
    for (const uri of ["t2s://schema/nothing", "t2s://schema/%E0%A4%A", "file:///etc/passwd"])
      await expect(open.client.readResource({ uri })).rejects.toThrow("Resource not found");
  });

  test("SQL is run within limits, and what is wrong is a tool's error with its code", async () => {
    const sql = "SELECT id, amount FROM invoice ORDER BY id";
    expect(await answered(open, "run_sql", { sql, max_rows: 1 })).toMatchObject({
      columns: ["id", "amount"],
      rows: [[101, 100]],
      truncated: true,
    });
    const codes = [
      ["run_sql", { sql: "DROP TABLE customer" }, "sql-refused"],
      ["run_sql", { sql: "SELECT 1; SELECT 2" }, "sql-refused"],
      ["run_sql", { sql: "SELECT nothing FROM customer" }, "sql-unknown-name"],
      ["run_sql", {}, "usage"],
      ["run_sql", { sql, max_rows: 0 }, "usage"],
      ["ask", { question: " " }, "usage"],
      ["ask", { question: "How many customers?" }, "model-missing"],
      ["generate_sql", { question: "How many?", schema: "CREATE TABLE a (b)" }, "model-missing"],
    ] as const;
    for (const [name, given, code] of codes)
      expect((await refused(open, name, given))[0], JSON.stringify(given)).toBe(code);
    await expect(open.client.callTool({ name: "drop_table", arguments: {} })).rejects.toThrow(
      "there is no tool drop_table",
    );
    expect(logged(openProject)).toContainEqual({
      job: "mcp run_sql",
      reader: "local",
      code: "sql-unknown-name",
    });
  });

  test("a key sees its tables and rows alone, and does what its scopes allow", async () => {
    const { tables } = await answered(west, "list_tables", {});
    expect(tables.map(({ name }: { name: string }) => name).sort()).toEqual([
      "customer",
      "invoice",
      "totals",
    ]);
    const { resources } = await west.client.listResources();
    expect(resources.map(({ name }) => name)).not.toContain("salary");
    const { contents } = await west.client.readResource({ uri: "t2s://schema" });
    expect(JSON.stringify(contents)).not.toContain("salary");
    await expect(west.client.readResource({ uri: "t2s://schema/salary" })).rejects.toThrow(
      "Resource not found",
    );
    const hidden = await refused(west, "describe_table", { table: "salary" });
    expect(hidden[0]).toBe("not-found");
    const rows = async (sql: string) => (await answered(west, "run_sql", { sql })).rows;
    expect(await rows("SELECT id FROM customer ORDER BY id")).toEqual([[11], [15]]);
    expect(await rows("SELECT count(*) FROM invoice")).toEqual([[3]]);
    const salary = await refused(west, "run_sql", { sql: "SELECT pay FROM salary" });
    expect(salary[0]).toBe("sql-unknown-name");

    expect((await answered(clerk, "list_tables", {})).tables.length).toBeGreaterThan(3);
    for (const [name, given] of [
      ["run_sql", { sql: "SELECT 1" }],
      ["ask", { question: "How many?" }],
    ] as const) {
      const [code, text] = await refused(clerk, name, given);
      expect([code, text]).toEqual(["forbidden", expect.stringContaining("key clerk has not")]);
    }
  });

  test("a statement that is cancelled is stopped", async () => {
    const before = logged(openProject).length;
    const gone = new AbortController();
    const running = open.client.callTool(
      { name: "run_sql", arguments: { sql: ENDLESS } },
      { signal: gone.signal },
    );
    const ended = expect(running).rejects.toThrow();
    await begun(openProject);
    gone.abort();
    await ended;
    await expect
      .poll(() => logged(openProject).slice(before), { timeout: 20_000 })
      .toEqual([{ job: "mcp run_sql", reader: "local", code: "client-gone" }]);
  });
});

test("what attacks reach a key's database with: nothing that it may not see, and no byte of it changes", async () => {
  const project = makeProject();
  const file = join(project, "shop.sqlite");
  const bytes = sha256(readFileSync(file));
  const key = addKey(join(project, "keys.json"), WEST);
  const limits = [
    "--serve.timeoutMs",
    "1500",
    "--serve.maxMegabytes",
    "1",
    "--serve.requestsPerMinute",
    "0",
  ];
  const west = await connectStdio(project, "legacy", { args: limits, env: { T2S_KEY: key } });
  const { writes, reads, escapes } = attacks(folder);
  const through: string[] = [];
  for (const [i, sql] of [...writes, ...reads, ...escapes].entries()) {
    const { isError, content, _meta } = await west.client.callTool({
      name: "run_sql",
      arguments: { sql },
    });
    const text = JSON.stringify(content);
    const isWrite = i < writes.length;
    const isKnown = isError !== true || String(_meta?.code).startsWith("sql-");
    if (!isKnown || (isWrite && !isError) || SECRETS.some((secret) => text.includes(secret)))
      through.push(`${sql} => ${text}`);
  }
  await west.close();
  expect(through).toEqual([]);
  expect(sha256(readFileSync(file))).toBe(bytes);
  expect(logged(project).length).toBe(writes.length + reads.length + escapes.length);
}, 600_000);

describe("keys on standard input and output", () => {
  test("with keys in the project, one is needed: nothing is served without, nor with a wrong one", async () => {
    const project = makeProject();
    addKey(join(project, "keys.json"), WEST);
    for (const args of [[], ["--key", "t2s_wrong"]]) {
      const child = startT2s(project, ["mcp", ...args], cacheBeside(project));
      let [stdout, stderr] = ["", ""];
      child.stdout.on("data", (text) => (stdout += text));
      child.stderr.on("data", (text) => (stderr += text));
      expect((await once(child, "close"))[0]).toBe(1);
      expect([stdout, stderr]).toEqual(["", expect.stringContaining("error unauthorized:")]);
    }
  });

  test("a key that is taken back opens nothing any more, and its own rate holds", async () => {
    const project = makeProject();
    const keysFile = join(project, "keys.json");
    const key = addKey(keysFile, { ...WEST, requestsPerMinute: 2 });
    const west = await connectStdio(project, "legacy", { env: { T2S_KEY: key } });
    for (let i = 0; i < 2; i++) await answered(west, "list_tables", {});
    const { _meta } = await west.client.callTool({ name: "list_tables", arguments: {} });
    expect(_meta).toMatchObject({ code: "rate-limited", retryAfter: expect.any(Number) });
    revokeKey(keysFile, "west");
    expect((await refused(west, "list_tables", {}))[0]).toBe("unauthorized");
    await expect(west.client.listResources()).rejects.toThrow("error unauthorized");
    await west.close();
  });
});

describe("over HTTP", () => {
  let server: McpServer;
  let project: string;
  beforeAll(async () => {
    project = makeProject();
    server = await startMcpServer(project, LONG);
  });
  afterAll(() => server.stop());

  const initialize = {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "test", version: "1" },
    },
  };
  const post = (headers: Record<string, string>, body: unknown = initialize) =>
    fetch(server.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...headers,
      },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });

  test("pages of other sites, other forms and sessions of nobody are refused", async () => {
    expect((await post({ origin: "http://127.0.0.1:1" })).status).toBe(200);
    expect((await post({ origin: "https://example.com" })).status).toBe(403);
    expect((await post({ origin: "null" })).status).toBe(403);
    expect((await post({ "content-type": "text/plain" })).status).toBe(415);
    expect((await post({ "mcp-session-id": "nobody" })).status).toBe(404);
    const listing = { jsonrpc: "2.0", id: 2, method: "tools/list" };
    expect((await post({}, listing)).status).toBe(400);
    expect((await post({}, "{")).status).toBe(400);
    expect((await post({}, [])).status).toBe(400);
    expect((await fetch(server.url)).status).toBe(400);
    expect((await fetch(server.url, { method: "PUT" })).status).toBe(404);
  });

  test("the same process is the service: one log, one queue", async () => {
    const { url } = server;
    expect((await fetch(new URL("/healthz", url))).status).toBe(200);
    const metrics = await (await fetch(new URL("/metrics", url))).text();
    expect(metrics).toContain('t2s_requests_total{route="/mcp"');
  });

  test("once there are keys, a request without one is turned away", async () => {
    const locked = makeProject();
    const key = addKey(join(locked, "keys.json"), WEST);
    const guarded = await startMcpServer(locked);
    for (const era of ["legacy", "modern"] as const) {
      await expect(connectHttp(guarded.url, era)).rejects.toThrow(/401|unauthorized/i);
      await expect(connectHttp(guarded.url, era, "t2s_wrong")).rejects.toThrow(/401|unauthorized/i);
      await (await connectHttp(guarded.url, era, key)).close();
    }
    await guarded.stop();
  });

  test.each(["legacy", "modern"] as const)(
    "a client that is killed (%s revision) frees its place",
    async (era) => {
      const before = logged(project).length;
      const client = startClient(server.url, ENDLESS, era);
      await client.connected;
      await begun(project);
      client.kill();
      await expect
        .poll(() => logged(project).slice(before), { timeout: 20_000 })
        .toEqual([{ job: "mcp run_sql", reader: "local", code: "client-gone" }]);
    },
  );
});

test.each(["legacy", "modern"] as const)(
  "a call that has begun is answered before SIGTERM ends the server (%s revision)",
  async (era) => {
    const project = makeProject();
    const server = await startMcpServer(project, LONG);
    const connected = await connectHttp(server.url, era);
    const sql =
      "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 2000000) SELECT count(*) FROM c";
    const last = answered(connected, "run_sql", { sql });
    await begun(project);
    const ended = server.stop();
    expect((await last).rows).toEqual([[2_000_000]]);
    expect(await ended).toBe(0);
  },
);

/** A client in a process of its own that sends one statement; `connected` gives the pid of the server it started. */
function startClient(target: string, sql: string, era: Era) {
  const file = join(import.meta.dirname, "fixtures", "mcp-client.ts");
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", file, target, sql, era],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  return {
    connected: once(child.stdout, "data").then(([text]) => Number(text)),
    kill: () => child.kill("SIGKILL"),
  };
}

/** Resolves when one request of the log is being answered. */
async function begun(project: string): Promise<void> {
  const log = new DatabaseSync(join(project, "logs", "requests.sqlite"), { readOnly: true });
  const count = log.prepare("SELECT count(*) AS n FROM request WHERE ms IS NULL");
  await expect.poll(() => count.get()?.n, { timeout: 20_000 }).toBe(1);
  log.close();
}

test("a client that is killed leaves no process behind", async () => {
  const project = makeProject();
  const client = startClient(project, ENDLESS, "legacy");
  const server = await client.connected;
  await expect.poll(() => existsSync(join(project, "logs", "requests.sqlite"))).toBe(true);
  await begun(project);
  await expect.poll(() => descendants(server).length).toBeGreaterThan(0);
  const all = [server, ...descendants(server)];
  client.kill();
  await expect.poll(() => all.filter(isAlive), { timeout: 20_000 }).toEqual([]);
  expect(logged(project)).toEqual([{ job: "mcp run_sql", reader: "local", code: "client-gone" }]);
});

test("SIGTERM ends it well, and flags that say nothing here are wrong usage", async () => {
  const project = makeProject();
  const child = startT2s(project, ["mcp"], cacheBeside(project));
  await once(child.stderr, "data");
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
  for (const args of [
    ["--port", "1"],
    ["--http", "--key", "x"],
  ]) {
    const { status, stderr } = await runInProject(project, ["mcp", ...args]);
    expect([status, stderr]).toEqual([2, expect.stringContaining("error usage:")]);
  }
});

const MODEL = process.env.T2S_MODEL_FILE ?? "";
describe.skipIf(MODEL === "" || !existsSync(MODEL))("with the real model (T2S_MODEL_FILE)", () => {
  let project: string;
  let server: McpServer;
  beforeAll(async () => {
    project = makeProject(`gguf:${MODEL}`);
    server = await startMcpServer(project);
  });
  afterAll(() => server.stop());

  const connect = ([transport, era]: (typeof WAYS)[number]) =>
    transport === "http" ? connectHttp(server.url, era) : connectStdio(project, era);

  test.each(WAYS)("a question gets SQL; one that is cancelled stops (%s, %s)", async (...way) => {
    const { client, close } = await connect(way);
    const told: (string | undefined)[] = [];
    const result = await client.callTool(
      { name: "ask", arguments: { question: "How many customers are there?" } },
      {
        onprogress: ({ progress, total, message }) => told.push(`${progress}/${total} ${message}`),
      },
    );
    const found = result.structuredContent as Json;
    expect(result.isError).toBeUndefined();
    expect(told[0]).toBe("1/3 the model writes SQL");
    if (found.sql === null) expect(found.refusal).toEqual(expect.any(String));
    else {
      expect(told[1]).toBe(`2/3 ${found.sql}`);
      expect(found.result).toBeDefined();
    }
    const before = logged(project).length;
    const gone = new AbortController();
    const asking = client.callTool(
      { name: "ask", arguments: { question: "Which customers of the west have no invoice yet?" } },
      { signal: gone.signal, onprogress: () => gone.abort() },
    );
    await expect(asking).rejects.toThrow();
    await expect
      .poll(() => logged(project).slice(before), { timeout: 20_000 })
      .toEqual([{ job: "mcp ask", reader: "local", code: "client-gone" }]);
    await close();
  });

  test("SQL for a schema that comes with the question is not executed", async () => {
    const connected = await connect(["http", "modern"]);
    const schema = "CREATE TABLE plane (id INT PRIMARY KEY, maker VARCHAR(10));";
    expect(
      await answered(connected, "generate_sql", { question: "How many planes?", schema }),
    ).toMatchObject({ confidence_basis: "model", execution_time_ms: null, model: "base" });
    await connected.close();
  });

  test("standard output carries the protocol and nothing else", async () => {
    const child = startT2s(project, ["mcp"], cacheBeside(project));
    let stdout = "";
    child.stdout.on("data", (text) => (stdout += text));
    const send = (message: object) =>
      child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
    const clientInfo = { name: "test", version: "1" };
    const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo };
    send({ id: 1, method: "initialize", params });
    send({ method: "notifications/initialized" });
    child.stdin.write("no protocol at all\n");
    send({ id: 2, method: "tools/call", params: { name: "ask", arguments: { question: "Who?" } } });
    await expect.poll(() => stdout.includes('"id":2'), { timeout: 60_000 }).toBe(true);
    child.stdin.end();
    expect(await once(child, "exit")).toEqual([0, null]);
    const lines = stdout.trimEnd().split("\n");
    for (const line of lines) expect((JSON.parse(line) as Json).jsonrpc, line).toBe("2.0");
    expect(lines.length).toBeGreaterThanOrEqual(2);
  });
});
