/**
 * Runs untrusted SQL on SQLite files in a pool of child processes, because only a killed process stops a statement that
 * never ends. Each run has a time limit (SIGKILL, then a new child), a limit of rows and bytes, and its child a limit of
 * memory from the operating system where there is a shell. Knows nothing of what SQL means, and does not protect
 * against reading: see child/run-sql.ts.
 */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ChildMessage, RunFailure, RunLimits, RunMessage, RunResult } from "./run-result.ts";

export type { RunFailure, RunLimits, RunResult, SqlCell } from "./run-result.ts";

export type ExecutorOptions = {
  /** Child processes at most; they start when needed. */
  readonly workers?: number;
  readonly timeoutMs?: number;
  readonly maxRows?: number;
  readonly maxBytes?: number;
  /** Address space of a child, of which Node reserves about 1.8 GB without using it. */
  readonly memoryMb?: number;
};

export type RunOptions = Partial<RunLimits> & { readonly timeoutMs?: number };

export type Executor = {
  /** Runs one statement on the SQLite file, by default on a new connection. Failures of the SQL are values. */
  run(file: string, sql: string, options?: RunOptions): Promise<RunResult>;
  /** Runs many, by default on kept connections; results in the order of the statements. */
  runMany(file: string, sqls: readonly string[], options?: RunOptions): Promise<RunResult[]>;
  /** Kills all children. What still runs or waits ends as exec-error. */
  close(): Promise<void>;
};

type Job = Omit<RunMessage, "id"> & {
  readonly timeoutMs: number;
  readonly resolve: (result: RunResult) => void;
};
type Running = Job & {
  readonly id: number;
  readonly startedMs: number;
  readonly timer: NodeJS.Timeout;
};
type Slot = { child: ChildProcess; ready: boolean; running?: Running; ending?: RunFailure };

const MIB = 2 ** 20;
const MAX_START_FAILURES = 5;

/** A pool that starts no process before the first run. Close it. */
export function createExecutor({
  workers = 2,
  timeoutMs = 30_000,
  maxRows = 1_000_000,
  maxBytes = 256 * MIB,
  memoryMb = 3000,
}: ExecutorOptions = {}): Executor {
  const queue: Job[] = [];
  const slots = new Set<Slot>();
  let nextId = 1;
  let startFailures = 0;
  let closed = false;
  const defaults: RunLimits = {
    maxRows,
    maxBytes,
    overflow: "truncate",
    connection: "fresh",
    boundLengths: true,
    doubleQuotedLiterals: true,
    prepareOnly: false,
  };

  const advance = (): void => {
    for (const slot of slots)
      if (queue.length > 0 && slot.ready && slot.running === undefined) start(slot, queue.shift()!);
    const starting = [...slots].filter((slot) => !slot.ready).length;
    if (queue.length > starting && slots.size < workers) spawnSlot();
  };

  const start = (slot: Slot, job: Job): void => {
    const id = nextId++;
    const timer = setTimeout(() => end(slot, "timeout"), job.timeoutMs);
    slot.running = { ...job, id, startedMs: performance.now(), timer };
    hold(slot.child, true);
    slot.child.send({ id, file: job.file, sql: job.sql, limits: job.limits });
  };

  const finish = (slot: Slot, result: RunResult): void => {
    const { running } = slot;
    if (running === undefined) return;
    clearTimeout(running.timer);
    slot.running = undefined;
    running.resolve(result);
  };

  const end = (slot: Slot, reason: RunFailure): void => {
    slot.ending = reason;
    slot.child.kill("SIGKILL");
  };

  const spawnSlot = (): void => {
    const slot: Slot = { child: spawnChild(memoryMb), ready: false };
    slots.add(slot);
    slot.child.on("message", (message: ChildMessage) => {
      if (message === "ready") {
        slot.ready = true;
        startFailures = 0;
        hold(slot.child, false);
      } else if (message.id === slot.running?.id) {
        finish(slot, message.result);
        hold(slot.child, false);
      }
      advance();
    });
    slot.child.on("error", () => slot.child.kill("SIGKILL"));
    slot.child.on("exit", (_code, signal) => {
      slots.delete(slot);
      if (!slot.ready && ++startFailures >= MAX_START_FAILURES)
        failAll(queue, "the process that runs SQL does not start");
      if (slot.running !== undefined) finish(slot, deathOf(slot, slot.running, signal));
      if (!closed) advance();
    });
  };

  const run: Executor["run"] = (file, sql, options = {}) =>
    new Promise((resolve) => {
      const { timeoutMs: limitMs = timeoutMs, ...limits } = options;
      const job = { file, sql, limits: { ...defaults, ...limits }, timeoutMs: limitMs, resolve };
      if (closed) return failAll([job], CLOSED);
      queue.push(job);
      advance();
    });

  return {
    run,
    runMany: (file, sqls, options = {}) =>
      Promise.all(sqls.map((sql) => run(file, sql, { connection: "kept", ...options }))),
    async close() {
      closed = true;
      failAll(queue, CLOSED);
      await Promise.all([...slots].map((slot) => kill(slot, () => end(slot, "exec-error"))));
    },
  };
}

const CLOSED = "the executor was closed";

function failAll(jobs: Job[], message: string): void {
  for (const job of jobs.splice(0))
    job.resolve({ ok: false, reason: "exec-error", message, ms: 0 });
}

/** Why a child went: killed by us for a reason, or by the operating system for its memory. */
function deathOf(slot: Slot, running: Running, signal: NodeJS.Signals | null): RunResult {
  const ms = performance.now() - running.startedMs;
  const messages: Partial<Record<RunFailure, string>> = {
    timeout: `ran longer than ${running.timeoutMs / 1000} s`,
    "exec-error": CLOSED,
  };
  const reason = slot.ending ?? "too-large";
  const message = messages[reason] ?? `its process ended (${signal ?? "no signal"}): out of memory`;
  return { ok: false, reason, message, ms };
}

const kill = (slot: Slot, end: () => void): Promise<void> =>
  new Promise((resolve) => {
    if (slot.child.exitCode !== null || slot.child.signalCode !== null) return resolve();
    hold(slot.child, true);
    slot.child.once("exit", () => resolve());
    end();
  });

/** An idle child must not keep this process from ending. */
function hold(child: ChildProcess, keep: boolean): void {
  if (keep) {
    child.ref();
    child.channel?.ref();
  } else {
    child.unref();
    child.channel?.unref();
  }
}

const SHELL = "/bin/sh";
const OLD_SPACE_MB = 1024;
const MAX_TEMPORARY_FILE_BLOCKS = 4_000_000;

/** A child with an empty environment and, where there is a shell, limits on its memory, files and core dumps. */
function spawnChild(memoryMb: number): ChildProcess {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const entry = fileURLToPath(new URL(`child/executor-child.${extension}`, import.meta.url));
  const flags = [`--max-old-space-size=${OLD_SPACE_MB}`, "--disable-warning=ExperimentalWarning"];
  const limits = `ulimit -c 0; ulimit -f ${MAX_TEMPORARY_FILE_BLOCKS}; ulimit -v ${memoryMb * 1024} 2>/dev/null; exec "$0" "$@"`;
  const useShell = process.platform !== "win32" && existsSync(SHELL);
  return fork(entry, [String(process.pid)], {
    env: {},
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    execPath: useShell ? SHELL : process.execPath,
    execArgv: useShell ? ["-c", limits, process.execPath, ...flags] : flags,
  });
}
