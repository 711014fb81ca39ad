/**
 * A pool of child processes that work on tasks, because only a killed process stops a statement that never ends. Each
 * task has a time limit (SIGKILL, then a new child), and each child a limit of memory from the operating system where
 * there is a shell. Tasks of one lane go to one child, several ahead, so that what it remembers is of use. Knows nothing
 * of what a task is.
 */
import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What became of a task. */
export type TaskEnd<Answer> =
  | { readonly kind: "answer"; readonly answer: Answer }
  /** Its process was killed at the time limit. */
  | { readonly kind: "timeout"; readonly ms: number }
  /** It was cancelled; if it was at work, its process was killed. */
  | { readonly kind: "cancelled"; readonly ms: number }
  /** Its process ended by itself: out of memory, most likely. */
  | { readonly kind: "died"; readonly ms: number; readonly signal: string }
  | { readonly kind: "closed" }
  /** No process can be started. */
  | { readonly kind: "no-process" };

export type TaskOptions = {
  /** Counted from the task's start, and again from each step that the child reports. */
  readonly timeoutMs: number;
  /** Any number: tasks of one lane meet in one child if that is possible. Without one, the first free child takes it. */
  readonly lane?: number;
  /** Ends the task as "cancelled". One that was sent ahead ends at once too, but its child still works on it. */
  readonly signal?: AbortSignal;
};

export type ProcessPool<Task, Answer> = {
  /** Starts all children, ahead of tasks that are about to come. */
  start(): void;
  run(task: Task, options: TaskOptions): Promise<TaskEnd<Answer>>;
  /** Kills all children. What still runs or waits ends as "closed". */
  close(): Promise<void>;
};

export type PoolOptions = {
  /** Child processes at most; they start when needed. */
  readonly workers: number;
  /** Address space of a child, of which Node reserves about 1.8 GB without using it. */
  readonly memoryMb: number;
};

/** Parent to child. */
export type TaskMessage<Task> = readonly { readonly id: number; readonly task: Task }[];
/** Child to parent: `"ready"` once, then for each task any number of steps and one answer. */
export type ChildMessage<Answer> =
  | "ready"
  | { readonly id: number; readonly step: true }
  | { readonly id: number; readonly answer: Answer };

type Job<Task, Answer> = Omit<TaskOptions, "signal"> & {
  readonly id: number;
  readonly task: Task;
  readonly resolve: (end: TaskEnd<Answer>) => void;
};
/** The task at work for whose sake its process is killed. */
type Stopped<Task, Answer> = {
  readonly job: Job<Task, Answer>;
  readonly kind: "timeout" | "cancelled";
};
type Slot<Task, Answer> = {
  readonly lane: number;
  readonly child: ChildProcess;
  readonly scratch: string;
  isReady: boolean;
  /** Sent tasks in their order; the first is the one at work, since `startedMs`. */
  readonly sent: Job<Task, Answer>[];
  startedMs: number;
  timer?: NodeJS.Timeout;
  ending?: "closed" | Stopped<Task, Answer>;
};

const MAX_START_FAILURES = 5;
/** Tasks of a lane that are sent ahead: enough to hide the way there and back. */
const MAX_SENT = 16;
/** Tasks of no lane that go with them. */
const MAX_BETWEEN = 4;

/** A pool whose children run the module at `entry` (see child/serve-tasks.ts); it starts none before the first task. */
export const createProcessPool = <Task, Answer>(
  entry: URL,
  options: PoolOptions,
): ProcessPool<Task, Answer> => new ChildPool(entry, options);

class ChildPool<Task, Answer> implements ProcessPool<Task, Answer> {
  readonly #entry: string;
  readonly #workers: number;
  readonly #memoryMb: number;
  readonly #slots = new Set<Slot<Task, Answer>>();
  readonly #shared: Job<Task, Answer>[] = [];
  readonly #lanes: Job<Task, Answer>[][];
  #nextId = 1;
  #startFailures = 0;
  #isClosed = false;

  constructor(entry: URL, { workers, memoryMb }: PoolOptions) {
    this.#entry = fileURLToPath(entry);
    this.#workers = workers;
    this.#memoryMb = memoryMb;
    this.#lanes = Array.from({ length: workers }, () => []);
  }

  start(): void {
    while (!this.#isClosed && this.#slots.size < this.#workers) this.#spawn();
  }

  run(task: Task, { timeoutMs, lane, signal }: TaskOptions): Promise<TaskEnd<Answer>> {
    return new Promise((resolve) => {
      if (this.#isClosed) return resolve({ kind: "closed" });
      if (signal?.aborted) return resolve({ kind: "cancelled", ms: 0 });
      const id = this.#nextId++;
      const home = lane === undefined ? undefined : lane % this.#workers;
      const queue = home === undefined ? this.#shared : this.#lanes[home];
      const cancel = () => this.#cancel(job);
      const job: Job<Task, Answer> = {
        id,
        task,
        timeoutMs,
        lane: home,
        resolve: (end) => {
          signal?.removeEventListener("abort", cancel);
          resolve(end);
        },
      };
      signal?.addEventListener("abort", cancel);
      queue.push(job);
      this.#advance();
    });
  }

  #cancel(job: Job<Task, Answer>): void {
    for (const queue of [this.#shared, ...this.#lanes]) {
      const at = queue.indexOf(job);
      if (at >= 0) queue.splice(at, 1);
    }
    const slot = [...this.#slots].find(({ sent }) => sent[0] === job);
    if (slot === undefined) job.resolve({ kind: "cancelled", ms: 0 });
    else void killed(slot, { job, kind: "cancelled" });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#endWaiting({ kind: "closed" });
    await Promise.all([...this.#slots].map((slot) => killed(slot, "closed")));
  }

  /** Gives waiting tasks to children, and starts a child when there are more tasks than that. */
  #advance(): void {
    for (const slot of this.#slots)
      if (slot.isReady && slot.ending === undefined) this.#send(slot, this.#take(slot));
    const starting = [...this.#slots].filter((slot) => !slot.isReady).length;
    const waiting = this.#lanes.reduce((sum, { length }) => sum + length, this.#shared.length);
    if (waiting > starting && this.#slots.size < this.#workers) this.#spawn();
  }

  /**
   * A child gets tasks of its lane ahead, and with them some of no lane; without any of its own, one other task when it
   * is idle.
   */
  #take({ lane, sent }: Slot<Task, Answer>): Job<Task, Answer>[] {
    const room = sent.length > MAX_SENT / 2 ? 0 : MAX_SENT - sent.length;
    const own = this.#lanes[lane].splice(0, room);
    if (own.length > 0) return [...this.#shared.splice(0, MAX_BETWEEN), ...own];
    if (sent.length > 0) return [];
    const longest = this.#lanes.reduce((a, b) => (b.length > a.length ? b : a));
    const other = this.#shared.shift() ?? longest.pop();
    return other === undefined ? [] : [other];
  }

  #send(slot: Slot<Task, Answer>, jobs: readonly Job<Task, Answer>[]): void {
    if (jobs.length === 0) return;
    const wasIdle = slot.sent.length === 0;
    slot.sent.push(...jobs);
    if (wasIdle) startClock(slot);
    hold(slot.child, true);
    slot.child.send(jobs.map(({ id, task }) => ({ id, task })) as object);
  }

  #spawn(): void {
    const taken = [...this.#slots].map((slot) => slot.lane);
    const lane = this.#lanes.findIndex((_, i) => !taken.includes(i));
    const scratch = join(tmpdir(), `t2s-${randomUUID()}`);
    const child = spawnChild(this.#entry, this.#memoryMb, scratch);
    const slot: Slot<Task, Answer> = {
      lane,
      child,
      scratch,
      isReady: false,
      sent: [],
      startedMs: 0,
    };
    this.#slots.add(slot);
    child.on("message", (message: ChildMessage<Answer>) => this.#receive(slot, message));
    child.on("error", () => child.kill("SIGKILL"));
    child.on("exit", (_code, signal) => this.#bury(slot, signal ?? "no signal"));
  }

  #receive(slot: Slot<Task, Answer>, message: ChildMessage<Answer>): void {
    if (message === "ready") {
      slot.isReady = true;
      this.#startFailures = 0;
    } else if (message.id === slot.sent[0]?.id) {
      const job = "answer" in message ? slot.sent.shift() : undefined;
      startClock(slot);
      if ("answer" in message) job?.resolve({ kind: "answer", answer: message.answer });
    }
    // A child that is being killed may still speak; its end is waited for.
    if (slot.ending === undefined && slot.sent.length === 0) hold(slot.child, false);
    this.#advance();
  }

  /** The task at work shares the fate of its child (unless it answered at the last moment); the others wait again. */
  #bury(slot: Slot<Task, Answer>, signal: string): void {
    const { lane, sent, ending, scratch } = slot;
    this.#slots.delete(slot);
    clearTimeout(slot.timer);
    rmSync(scratch, { recursive: true, force: true });
    const [job, ...ahead] = sent;
    const ms = performance.now() - slot.startedMs;
    if (ending === "closed") for (const one of sent) one.resolve({ kind: "closed" });
    else if (ending !== undefined && ending.job !== job) this.#lanes[lane].unshift(...sent);
    else {
      this.#lanes[lane].unshift(...ahead);
      job?.resolve(ending === undefined ? { kind: "died", ms, signal } : { kind: ending.kind, ms });
    }
    if (!slot.isReady && ++this.#startFailures >= MAX_START_FAILURES)
      this.#endWaiting({ kind: "no-process" });
    if (!this.#isClosed) this.#advance();
  }

  #endWaiting(end: TaskEnd<Answer>): void {
    for (const queue of [this.#shared, ...this.#lanes])
      for (const { resolve } of queue.splice(0)) resolve(end);
  }
}

/** The time of the first sent task runs from now. */
function startClock<Task, Answer>(slot: Slot<Task, Answer>): void {
  clearTimeout(slot.timer);
  const [job] = slot.sent;
  slot.startedMs = performance.now();
  slot.timer = job && setTimeout(() => void killed(slot, { job, kind: "timeout" }), job.timeoutMs);
}

/** Kills a child for a reason and waits until it is gone. */
function killed<Task, Answer>(
  slot: Slot<Task, Answer>,
  reason: Slot<Task, Answer>["ending"],
): Promise<void> {
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
function spawnChild(entry: string, memoryMb: number, scratch: string): ChildProcess {
  const flags = [`--max-old-space-size=${OLD_SPACE_MB}`, "--disable-warning=ExperimentalWarning"];
  const limits = `ulimit -c 0; ulimit -f ${MAX_TEMPORARY_FILE_BLOCKS}; ulimit -v ${memoryMb * 1024} 2>/dev/null; exec "$0" "$@"`;
  const useShell = process.platform !== "win32" && existsSync(SHELL);
  return fork(entry, [String(process.pid), scratch], {
    env: {},
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    execPath: useShell ? SHELL : process.execPath,
    execArgv: useShell ? ["-c", limits, process.execPath, ...flags] : flags,
  });
}
