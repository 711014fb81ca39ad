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
type Slot = { child: ChildProcess; isReady: boolean; running?: Running; ending?: RunFailure };

const MIB = 2 ** 20;
const MAX_START_FAILURES = 5;

/** A pool that starts no process before the first run. Close it. */
export const createExecutor = (options: ExecutorOptions = {}): Executor => new ChildPool(options);

class ChildPool implements Executor {
  readonly #queue: Job[] = [];
  readonly #slots = new Set<Slot>();
  readonly #workers: number;
  readonly #memoryMb: number;
  readonly #timeoutMs: number;
  readonly #limits: RunLimits;
  #nextId = 1;
  #startFailures = 0;
  #isClosed = false;

  constructor({
    workers = 2,
    timeoutMs = 30_000,
    maxRows = 1_000_000,
    maxBytes = 256 * MIB,
    memoryMb = 3000,
  }: ExecutorOptions) {
    this.#workers = workers;
    this.#memoryMb = memoryMb;
    this.#timeoutMs = timeoutMs;
    this.#limits = {
      maxRows,
      maxBytes,
      overflow: "truncate",
      connection: "fresh",
      boundLengths: true,
      doubleQuotedLiterals: true,
      prepareOnly: false,
    };
  }

  run(
    file: string,
    sql: string,
    { timeoutMs = this.#timeoutMs, ...limits }: RunOptions = {},
  ): Promise<RunResult> {
    return new Promise((resolve) => {
      const job = { file, sql, limits: { ...this.#limits, ...limits }, timeoutMs, resolve };
      if (this.#isClosed) return failAll([job], CLOSED);
      this.#queue.push(job);
      this.#advance();
    });
  }

  runMany(file: string, sqls: readonly string[], options: RunOptions = {}): Promise<RunResult[]> {
    return Promise.all(sqls.map((sql) => this.run(file, sql, { connection: "kept", ...options })));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    failAll(this.#queue, CLOSED);
    await Promise.all([...this.#slots].map((slot) => killed(slot, "exec-error")));
  }

  /** Gives waiting jobs to idle children, and starts a child when there are more jobs than that. */
  #advance(): void {
    for (const slot of this.#slots) {
      if (!slot.isReady || slot.running !== undefined || slot.ending !== undefined) continue;
      const job = this.#queue.shift();
      if (job !== undefined) this.#start(slot, job);
    }
    const starting = [...this.#slots].filter((slot) => !slot.isReady).length;
    if (this.#queue.length > starting && this.#slots.size < this.#workers) this.#spawn();
  }

  #start(slot: Slot, job: Job): void {
    const { file, sql, limits } = job;
    const id = this.#nextId++;
    const timer = setTimeout(() => void killed(slot, "timeout"), job.timeoutMs);
    slot.running = { ...job, id, startedMs: performance.now(), timer };
    hold(slot.child, true);
    slot.child.send({ id, file, sql, limits });
  }

  #spawn(): void {
    const slot: Slot = { child: spawnChild(this.#memoryMb), isReady: false };
    this.#slots.add(slot);
    slot.child.on("message", (message: ChildMessage) => this.#receive(slot, message));
    slot.child.on("error", () => slot.child.kill("SIGKILL"));
    slot.child.on("exit", (_code, signal) => {
      this.#slots.delete(slot);
      if (!slot.isReady && ++this.#startFailures >= MAX_START_FAILURES)
        failAll(this.#queue, "the process that runs SQL does not start");
      if (slot.running !== undefined) finish(slot, deathOf(slot, slot.running, signal));
      if (!this.#isClosed) this.#advance();
    });
  }

  #receive(slot: Slot, message: ChildMessage): void {
    if (message === "ready") {
      slot.isReady = true;
      this.#startFailures = 0;
    } else if (message.id === slot.running?.id) finish(slot, message.result);
    // A child that is being killed may still speak; its end is waited for.
    if (slot.ending === undefined) hold(slot.child, false);
    this.#advance();
  }
}

function finish(slot: Slot, result: RunResult): void {
  const { running } = slot;
  if (running === undefined) return;
  clearTimeout(running.timer);
  slot.running = undefined;
  running.resolve(result);
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

/** Kills a child for a reason and waits until it is gone. */
function killed(slot: Slot, reason: RunFailure): Promise<void> {
  const { child } = slot;
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  slot.ending = reason;
  hold(child, true);
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}

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
