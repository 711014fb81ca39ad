/**
 * Entry of a child process of the executor: runs what it is sent, one statement at a time, and answers. It ends when its
 * parent goes: by the closed channel, or, while a statement keeps this thread busy, by a second thread that watches.
 */
import { Worker } from "node:worker_threads";
import type { ChildMessage, RunMessage } from "../run-result.ts";
import { runSql } from "./run-sql.ts";

const WATCH_MS = 500;

/** The main thread may be inside SQLite for minutes: another one notices that the parent is gone. */
const watch = `
  setInterval(() => {
    if (process.ppid !== ${Number(process.argv[2])}) process.kill(process.pid, "SIGKILL");
  }, ${WATCH_MS});
`;
/** Small bounds, or its heap would reserve more address space than this process may have. */
const resourceLimits = {
  maxOldGenerationSizeMb: 8,
  maxYoungGenerationSizeMb: 2,
  codeRangeSizeMb: 4,
};
if (process.platform !== "win32") new Worker(watch, { eval: true, resourceLimits }).unref();

const send = (message: ChildMessage): void => {
  process.send?.(message);
};
process.on("SIGINT", () => {}); // Ctrl-C in a terminal reaches every process of the group; the parent decides
process.on("disconnect", () => process.exit(0));
process.on("message", ({ id, file, sql, limits }: RunMessage) =>
  send({ id, result: runSql(file, sql, limits) }),
);
send("ready");
