/**
 * The record of all calls of a job, a line when a request is sent and a line when it ends: what was paid for is never
 * asked again, and what a killed process sent still counts against the limits. One process at a time may write.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import { asDiskError, readJsonLines } from "../../base/files.ts";
import type { CallFailure, Tokens } from "./teacher.ts";

/** An attempt that brought nothing. */
export type Failure = { readonly reason: CallFailure; readonly message: string };

export type Answered = { readonly text: string; readonly tokens: Tokens; readonly ms: number };

/** A request by its key: the attempts that failed, and the answer once there is one. */
export type CallRecord = { readonly failures: readonly Failure[]; readonly answer?: Answered };

type Line =
  /** The most that the request can take. */
  | { readonly key: string; readonly sent: Tokens }
  | { readonly key: string; readonly failure: Failure }
  | { readonly key: string; readonly answer: Answered }
  /** Under these limits nothing more was asked. */
  | { readonly limits: string };

/** What was asked and answered, on disk. */
export type Journal = {
  get(key: string): CallRecord | undefined;
  /** Answers by key, in the order in which they came. */
  answers(): ReadonlyMap<string, Answered>;
  /** Requests sent, with or without an answer. */
  readonly sent: number;
  /** Tokens that may have been taken: of answers as counted, of requests that ended without a word the most possible. */
  readonly atMost: Tokens;
  isSpent(limits: string): boolean;
  /** Raises disk-full. */
  add(line: Line): void;
};

/** These failures cost nothing; after the others the model may have worked. */
const FREE: readonly CallFailure[] = ["rate-limited", "server-error", "request-refused"];

/** Opens the file, or begins one at the first line. A last line that was cut in writing is removed. */
export function openJournal(path: string): Journal {
  const records = new Map<string, CallRecord>();
  const answers = new Map<string, Answered>();
  /** What the last request under a key may take, until its end is known. */
  const open = new Map<string, Tokens>();
  let [sent, input, output] = [0, 0, 0];
  let spentUnder = "";
  const take = (tokens: Tokens, sign: 1 | -1) => {
    input += sign * tokens.input;
    output += sign * tokens.output;
  };
  const settle = (key: string) => {
    const most = open.get(key);
    if (most !== undefined) take(most, -1);
    open.delete(key);
  };
  const apply = (line: Line) => {
    if ("limits" in line) {
      spentUnder = line.limits;
      return;
    }
    const { key } = line;
    const record = records.get(key) ?? { failures: [] };
    if ("sent" in line) {
      sent++;
      take(line.sent, 1);
      open.set(key, line.sent);
    } else if ("answer" in line) {
      settle(key);
      take(line.answer.tokens, 1);
      answers.set(key, line.answer);
      records.set(key, { ...record, answer: line.answer });
    } else {
      if (FREE.includes(line.failure.reason)) settle(key);
      records.set(key, { ...record, failures: [...record.failures, line.failure] });
    }
  };
  if (existsSync(path)) {
    truncateSync(path, readFileSync(path).lastIndexOf("\n") + 1);
    for (const line of readJsonLines<Line>(path)) apply(line);
  }
  return {
    get: (key) => records.get(key),
    answers: () => answers,
    get sent() {
      return sent;
    },
    get atMost() {
      return { input, output };
    },
    isSpent: (limits) => spentUnder === limits,
    add(line) {
      try {
        mkdirSync(dirname(path), { recursive: true });
        appendFileSync(path, `${JSON.stringify(line)}\n`);
      } catch (error) {
        throw asDiskError(error, path);
      }
      apply(line);
    },
  };
}
