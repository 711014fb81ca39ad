/**
 * The child's side of a process pool: works on what it is sent, one task at a time, and answers. It ends when its parent
 * goes: by the closed channel, or, while a task keeps this thread busy, by a second thread that watches.
 */
import { Worker } from "node:worker_threads";
import type { ChildMessage, TaskMessage } from "../process-pool.ts";

const [, , parentPid, scratch = ""] = process.argv;

/** A folder for this process alone. It does not exist at first; what is left of it goes when this process ends. */
export const scratchFolder = (): string => scratch;

const WATCH_MS = 500;
/** The main thread may be inside SQLite for minutes: another one notices that the parent is gone. */
const watch = `
  setInterval(() => {
    if (process.ppid === ${Number(parentPid)}) return;
    require("node:fs").rmSync(${JSON.stringify(scratch)}, { recursive: true, force: true });
    process.kill(process.pid, "SIGKILL");
  }, ${WATCH_MS});
`;
/** Small bounds, or its heap would reserve more address space than this process may have. */
const resourceLimits = {
  maxOldGenerationSizeMb: 8,
  maxYoungGenerationSizeMb: 2,
  codeRangeSizeMb: 4,
};

/**
 * Serves until the parent goes, one task after the other. `answer` must not fail; `step` starts the clock of the task's
 * time limit again.
 */
export function serveTasks<Task, Answer>(
  answer: (task: Task, step: () => void) => Answer | Promise<Answer>,
): void {
  const send = (message: ChildMessage<Answer>): void => {
    process.send?.(message);
  };
  process.on("SIGINT", () => {}); // Ctrl-C in a terminal reaches every process of the group; the parent decides
  process.on("disconnect", () => process.exit(0));
  let last = Promise.resolve();
  process.on("message", (tasks: TaskMessage<Task>) => {
    for (const { id, task } of tasks)
      last = last.then(async () => {
        send({ id, answer: await answer(task, () => send({ id, step: true })) });
      });
  });
  send("ready");
  if (process.platform !== "win32") new Worker(watch, { eval: true, resourceLimits }).unref();
}
