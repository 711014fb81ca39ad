/**
 * What every command shares: results on standard output (one JSON document with --json), everything else on standard
 * error, and one line for an error. Knows no command.
 */
import { resolve } from "node:path";
import type { Command } from "commander";
import { errorTable, messageOf, UserError } from "../base/errors.ts";
import { createProgress, type Progress, silent } from "../base/progress.ts";

export type Io = {
  readonly json: boolean;
  readonly projectFolder: string;
  readonly progress: Progress;
  /** Aborts at the first Ctrl-C; the second ends the process at once. */
  readonly signal: AbortSignal;
  /** The command's result: `value` for programs, `text` for people. */
  result(value: unknown, text: string): void;
};

export type GlobalOptions = {
  readonly json?: boolean;
  readonly project: string;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
};

/** The streams and settings of one command. */
export function ioOf(command: Command): Io {
  const options = command.optsWithGlobals<GlobalOptions>();
  const progress = options.quiet ? silent : createProgress(process.stderr);
  const abort = new AbortController();
  abortOnCtrlC(abort, progress);
  return {
    json: options.json === true,
    projectFolder: resolve(options.project),
    progress,
    signal: abort.signal,
    result: (value, text) =>
      void process.stdout.write(options.json ? `${JSON.stringify(value, null, 2)}\n` : `${text}\n`),
  };
}

/** A launcher passes on the signal that a terminal gave to both: what comes so soon after the first is the same one. */
const SAME_SIGNAL_MS = 1000;

function abortOnCtrlC(abort: AbortController, progress: Progress): void {
  let firstMs: number | undefined;
  process.on("SIGINT", () => {
    if (firstMs === undefined) {
      firstMs = performance.now();
      progress.note("stopping when the step at hand is done; Ctrl-C once more ends at once");
      abort.abort(new UserError("stopped", "stopped by Ctrl-C; what is finished is kept"));
    } else if (performance.now() - firstMs > SAME_SIGNAL_MS) {
      process.removeAllListeners("SIGINT");
      process.kill(process.pid, "SIGINT");
    }
  });
}

/** One line with the code and what to do; the stack only with --verbose. */
export function describeError(error: unknown, verbose: boolean): string {
  const stack =
    verbose && error instanceof Error
      ? `\n${error.stack}${error.cause ? `\ncaused by: ${messageOf(error.cause)}` : ""}`
      : "";
  if (error instanceof UserError)
    return `error ${error.code}: ${error.message}. ${errorTable[error.code].toDo}${stack}`;
  return `error internal: ${messageOf(error)}. This is a fault of text2sql-tuner; run again with --verbose to see where.${stack}`;
}
