/**
 * A service asked over HTTP by many clients at once: questions, SQL that runs, fails, never ends and attacks, clients
 * that go away, children of the executor that are killed. The model is a stub. Failures: a request without an answer
 * within its limits, an answer that is a fault (5xx), a request that the log lacks or never ended, a process that is left,
 * and memory that has grown by more than a tenth since a fifth of the requests (from 10,000 on). Options:
 * --requests N (50,000), --seed N; --model N: N questions to the real model instead, the service itself killed too (serve/process.ts).
 */
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Rng } from "../src/base/rng.ts";
import { attacks } from "../test/fixtures/attacks.ts";
import { predictFrom } from "../test/fixtures/examples.ts";
import { openServed } from "../test/fixtures/served.ts";
import { childrenOf } from "./evaluate/traces.ts";
import { runWithModel } from "./serve/process.ts";
import type { SoakResult } from "./run.ts";

const REQUESTS = 50_000;
const CLIENTS = 16;
const TIMEOUT_MS = 300;
/** Of one answer: the statement's own limit, its turn among all clients, and a slow machine. */
const ANSWER_MS = 60_000;
const MEMORY_GROWTH = 1.1;
/** With fewer requests the parser and the compiler are still warming up. */
const LEAST_FOR_MEMORY = 10_000;

const NAMES = "SELECT id, name, city FROM customer ORDER BY id";
const ENDLESS =
  "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";
const USUAL: readonly string[] = [
  NAMES,
  'SELECT c.name, sum(o.amount) FROM customer c JOIN "order" o ON o.customerId = c.id GROUP BY 1',
  "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 5000) SELECT count(*) FROM c",
  "SELECT sum(name, 1) FROM customer",
  "SELECT nope FROM customer",
];

type Kind = "ask" | "usual" | "varied" | "attack" | "endless" | "leave";
const SHARES: readonly (readonly [Kind, number])[] = [
  ["ask", 0.2],
  ["usual", 0.4],
  ["varied", 0.2],
  ["attack", 0.18],
  ["endless", 0.001],
  ["leave", 0.019],
];

/** Runs the soak. */
export async function run(args: readonly string[]): Promise<SoakResult> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      requests: { type: "string" },
      seed: { type: "string" },
      model: { type: "string" },
    },
  });
  if (values.model !== undefined)
    return runWithModel(Number(values.model), Number(values.seed ?? 1));
  const requests = Number(values.requests ?? REQUESTS);
  const rng = new Rng(Number(values.seed ?? 1));
  const { writes, reads, escapes } = attacks("/nonexistent");
  const hostile = [...writes, ...reads, ...escapes];
  const served = openServed({
    predict: predictFrom({ names: NAMES }),
    limits: { timeoutMs: TIMEOUT_MS, maxWaiting: 1000 },
  });
  const url = await served.app.listen({ host: "127.0.0.1", port: 0 });
  const before = new Set(childrenOf(process.pid));
  const statuses = new Map<string, number>();
  const problems: string[] = [];
  let [sent, killed, left] = [0, 0, 0];
  let residentMb = 0;

  const post = (path: string, body: object, signal: AbortSignal) =>
    fetch(url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
  async function one(kind: Kind): Promise<void> {
    const sql = {
      ask: NAMES,
      usual: rng.pick(USUAL),
      varied: `SELECT name FROM customer WHERE id = ${sent} OR name LIKE '%${sent}%'`,
      attack: rng.pick(hostile),
      endless: ENDLESS,
      leave: ENDLESS,
    }[kind];
    const limit = kind === "leave" ? 20 : ANSWER_MS;
    try {
      const signal = AbortSignal.timeout(limit);
      const response =
        kind === "ask"
          ? await post("/generate_sql", { question: "names", execute: true }, signal)
          : await post("/v1/execute", { sql }, signal);
      await response.json();
      const key = String(response.status);
      statuses.set(key, (statuses.get(key) ?? 0) + 1);
      if (response.status >= 500) problems.push(`${response.status} for ${sql}`);
    } catch (error) {
      if (kind === "leave") left++;
      else problems.push(`${String(error)} for ${sql}`);
    }
  }
  const kindOf = (value: number): Kind => {
    let sum = 0;
    return SHARES.find(([, share]) => (sum += share) > value)?.[0] ?? "usual";
  };
  async function client(): Promise<void> {
    while (sent < requests) {
      sent++;
      if (sent === Math.ceil(requests / 5)) residentMb = process.memoryUsage.rss() / 1e6;
      if (sent % 500 === 0) {
        const child = childrenOf(process.pid).find((pid) => !before.has(pid));
        if (child !== undefined) {
          process.kill(child, "SIGKILL");
          killed++;
        }
      }
      await one(kindOf(rng.next()));
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const finalMb = process.memoryUsage.rss() / 1e6;
  if (requests >= LEAST_FOR_MEMORY && finalMb > MEMORY_GROWTH * residentMb)
    problems.push(`memory went from ${residentMb.toFixed(0)} to ${finalMb.toFixed(0)} MB`);
  await served.app.close();
  const log = new DatabaseSync(served.requestsFile, { readOnly: true });
  const { n, open } = log
    .prepare("SELECT count(*) AS n, count(*) - count(ms) AS open FROM request")
    .get() as { n: number; open: number };
  log.close();
  // who leaves at once may never have been heard
  if (n < requests - left || n > requests)
    problems.push(`the log has ${n} of ${requests} requests`);
  if (open > 0) problems.push(`${open} requests of the log have no end`);
  await served.close();
  await sleep(1000);
  const remaining = childrenOf(process.pid).filter((pid) => !before.has(pid));
  if (remaining.length > 0) problems.push(`${remaining.length} processes are left`);
  for (const problem of problems.slice(0, 20)) console.error(problem);
  const conditions = {
    clients: CLIENTS,
    statuses: Object.fromEntries([...statuses].sort()),
    left,
    killed,
    megabytes: [Math.round(residentMb), Math.round(finalMb)],
  };
  return { done: requests, failed: problems.length, conditions };
}
