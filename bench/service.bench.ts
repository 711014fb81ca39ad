/**
 * The service's own share of a request: milliseconds over HTTP on loopback, one client, the model stubbed, so that what
 * is left is Fastify, checks, queue, log and, for SQL, guard and executor. `ours` is the 99th percentile of
 * POST /generate_sql, `theirs` the bound of 5 ms. Best on a quiet machine.
 * Options: --requests N (3,000 of each kind, after a tenth as many to warm up)
 */
import { Agent, request } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { percentile } from "../src/base/percentile.ts";
import { predictFrom } from "../test/fixtures/examples.ts";
import { openServed } from "../test/fixtures/served.ts";
import type { BenchResult } from "./run.ts";

const BOUND_MS = 5;
const QUESTION = "Who?";
const SQL = "SELECT id, name, city FROM customer ORDER BY id";
const CALLS = [
  ["/generate_sql", { question: QUESTION }],
  ["/v1/execute", { sql: SQL }],
] as const;

export async function run(args: readonly string[]): Promise<BenchResult> {
  const { values } = parseArgs({
    args: [...args],
    options: { requests: { type: "string", default: "3000" } },
  });
  const requests = Number(values.requests);
  const { app, close } = openServed({ predict: predictFrom({ [QUESTION]: SQL }) });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const ms: Record<string, { p50: number; p99: number; most: number }> = {};
  for (const [path, body] of CALLS) {
    const times: number[] = [];
    for (let i = -requests / 10; i < requests; i++) {
      const time = await timeOf(port, path, body);
      if (i >= 0) times.push(time);
    }
    times.sort((a, b) => a - b);
    const at = (share: number) => percentile(times, share);
    ms[path] = { p50: at(0.5), p99: at(0.99), most: at(1) };
  }
  await close();
  const ours = ms["/generate_sql"].p99;
  return {
    ours,
    theirs: BOUND_MS,
    ratio: BOUND_MS / ours,
    unit: "ms of a question at the 99th percentile, the model's own time left out, against the bound",
    conditions: { requests, clients: 1, ms },
  };
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** Milliseconds from the request to the end of its answer, which must be 200. */
function timeOf(port: number, path: string, body: object): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedMs = performance.now();
    const headers = { "content-type": "application/json" };
    const call = request({ port, host: "127.0.0.1", path, method: "POST", agent, headers });
    call.on("error", reject);
    call.on("response", (answer) => {
      answer.resume();
      if (answer.statusCode !== 200) reject(new Error(`${path} answered ${answer.statusCode}`));
      else answer.on("end", () => resolve(performance.now() - startedMs));
    });
    call.end(JSON.stringify(body));
  });
}
