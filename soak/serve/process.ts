/**
 * `t2s serve` as a process with the real model under load, while it and its children are killed at random and it is
 * started again on the same port. Failures: a question that has neither an answer nor an error within its limit, a fault
 * (5xx), an answer or a cut-off that the log lacks, a process that is left. Of 1,000 questions and more, only children are
 * killed after two fifths, and of the six tenths that are left the service's memory may not be more than a tenth higher in the
 * second half than in the first: the least of each, because what llama.cpp's samplers held is free only when JavaScript's
 * collector comes, so that 200 MB come and go.
 */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { Rng } from "../../src/base/rng.ts";
import { startT2s } from "../../test/fixtures/program.ts";
import { cacheBeside, makeShopProject } from "../../test/fixtures/shop-project.ts";
import { freePort } from "../../test/server-process.ts";
import { childrenOf } from "../evaluate/traces.ts";
import type { SoakResult } from "../run.ts";

const CLIENTS = 8;
/** Of one answer: its turn among all clients, and a slow machine. */
const ANSWER_MS = 120_000;
const READY_MS = 120_000;
/** Kills of a soak, of a child and of the service itself in turn; in a short one there are as many questions between them. */
const KILLS = 40;
const LEAST_BETWEEN = 8;
/** A kill comes at any moment of the work. */
const MOST_WAIT_MS = 3000;
/** The untuned model hardly ends its answers by itself. */
const MAX_TOKENS = 48;
const MEMORY_GROWTH = 1.1;
const LEAST_FOR_MEMORY = 1000;
/** Of the questions of such a soak, those in which the service is killed. */
const KILLED_SHARE = 0.4;
const QUESTIONS: readonly string[] = [
  "How many customers are there?",
  "names of the customers in London",
  "total amount of the orders by customer",
  "DROP TABLE customer",
  "Which trucks need new tires?",
];

type Service = { readonly child: ReturnType<typeof startT2s>; readonly ready: Promise<boolean> };

/** Raises without T2S_MODEL_FILE. */
export async function runWithModel(questions: number, seed: number): Promise<SoakResult> {
  const model = process.env.T2S_MODEL_FILE;
  if (!model) throw new Error("T2S_MODEL_FILE has to name the default model's GGUF");
  const folder = mkdtempSync(join(tmpdir(), "t2s-soak-"));
  const project = makeShopProject(
    folder,
    `model: gguf:${model}\neval.maxTokens: ${MAX_TOKENS}\n`,
    [],
  );
  const port = String(await freePort());
  const rng = new Rng(seed);
  const questionsAKill = Math.max(LEAST_BETWEEN, Math.floor(questions / KILLS));
  const measuresMemory = questions >= LEAST_FOR_MEMORY;
  const problems: string[] = [];
  const answered: string[] = [];
  const spawned = new Set<number>();
  /** Of the service, at each question since it is left alone. */
  const megabytes: number[] = [];
  let [sent, refused, cut, serviceKills, childKills] = [0, 0, 0, 0, 0];

  /** Whether the service is killed no more, so that its memory can be compared. */
  const isLeftAlone = () => measuresMemory && sent > KILLED_SHARE * questions;
  const start = (): Service => {
    const args = ["serve", "--port", port, "--json", "--serve.requestsPerMinute", "0"];
    const child = startT2s(project, args, cacheBeside(project));
    const ready = new Promise<boolean>((resolve) => {
      child.stdout.once("data", () => resolve(true));
      child.once("exit", () => resolve(false));
      setTimeout(resolve, READY_MS, false).unref();
    });
    return { child, ready };
  };
  const note = ({ child: { pid = 0 } }: Service) =>
    [pid, ...childrenOf(pid)].forEach((one) => spawned.add(one));

  let service = start();
  if (!(await service.ready)) throw new Error("the service did not start");
  let restarting: Promise<void> | undefined;
  async function killSomething(): Promise<void> {
    await sleep(rng.int(0, MOST_WAIT_MS));
    note(service);
    const children = childrenOf(service.child.pid ?? 0);
    const isChildOnly = isLeftAlone();
    if (children.length > 0 && (isChildOnly || childKills <= serviceKills)) {
      process.kill(rng.pick(children), "SIGKILL");
      childKills++;
      return;
    }
    if (isChildOnly) return;
    serviceKills++;
    const ended = once(service.child, "exit");
    service.child.kill("SIGKILL");
    await ended;
    service = start();
    if (!(await service.ready)) problems.push("the service did not start again");
  }
  async function client(): Promise<void> {
    while (sent < questions) {
      sent++;
      if (isLeftAlone() && restarting === undefined) megabytes.push(residentMb(service));
      const question = rng.pick(QUESTIONS);
      if (sent % questionsAKill === 0 && restarting === undefined)
        restarting = killSomething().finally(() => (restarting = undefined));
      try {
        const response = await fetch(`http://127.0.0.1:${port}/generate_sql`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ question, execute: true }),
          signal: AbortSignal.timeout(ANSWER_MS),
        });
        const body = (await response.json()) as { request_id?: string };
        if (body.request_id !== undefined) answered.push(body.request_id);
        else refused++;
        if (response.status >= 500) problems.push(`${response.status} for ${question}`);
      } catch (error) {
        // killed under it, or not yet there again: an error at once
        cut++;
        if (error instanceof Error && error.name === "TimeoutError")
          problems.push(`no answer within ${ANSWER_MS / 1000} s for ${question}`);
        await restarting;
      }
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client));
  await restarting;
  note(service);
  const half = megabytes.length / 2;
  const [before, after] = [megabytes.slice(0, half), megabytes.slice(half)].map((all) =>
    Math.min(...all),
  );
  if (measuresMemory && after > MEMORY_GROWTH * before)
    problems.push(`memory went from ${before} to ${after} MB`);
  const ended = once(service.child, "exit");
  service.child.kill("SIGTERM");
  await ended;
  await sleep(1000);

  const log = new DatabaseSync(join(project, "logs", "requests.sqlite"), { readOnly: true });
  const rows = log.prepare("SELECT id, ms FROM request").all() as {
    id: string;
    ms: number | null;
  }[];
  log.close();
  const whole = new Set(rows.filter(({ ms }) => ms !== null).map(({ id }) => id));
  const lost = answered.filter((id) => !whole.has(id)).length;
  if (lost > 0) problems.push(`${lost} answers are not in the log`);
  const open = rows.length - whole.size;
  // what a kill cuts off stands in the log without an end; nothing else does
  if (open > serviceKills * CLIENTS) problems.push(`${open} requests of the log have no end`);
  const left = [...spawned].filter(isAlive);
  if (left.length > 0) problems.push(`${left.length} processes are left`);
  for (const problem of problems.slice(0, 20)) console.error(problem);
  rmSync(folder, { recursive: true, force: true });
  const counts = { answered: answered.length, refused, cut, openInLog: open, logged: rows.length };
  const conditions = {
    clients: CLIENTS,
    serviceKills,
    childKills,
    ...counts,
    ...(measuresMemory && { megabytes: [before, after] }),
  };
  return { done: questions, failed: problems.length, conditions };
}

/** Memory that the service's own process holds. */
function residentMb({ child: { pid = 0 } }: Service): number {
  const kilobytes = /^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Math.round(Number(kilobytes) / 1000);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
