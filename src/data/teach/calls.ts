/**
 * Asks a teacher, a few requests at a time: what the journal holds is not asked again, passing failures are repeated
 * after a wait, and nothing is sent that could go beyond the limits. The limits hold for a job as a whole, interrupted
 * or not: what its journal counts, counts. Knows no question and no SQL.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../base/errors.ts";
import { hashOfJson } from "../../base/hash.ts";
import { type Failure, type Journal, openJournal } from "./journal.ts";
import type { Attempt, Teacher, TeacherRequest, Tokens } from "./teacher.ts";

/** Per million tokens, in any currency. */
export type Prices = Tokens;

/** How a teacher is asked, and how much at most. */
export type CallOptions = {
  /** Where the journal of the job stands. */
  readonly file: string;
  /** Requests at the same time. */
  readonly concurrency: number;
  readonly prices: Prices;
  /** Requests of the job at most, repetitions included; 0 means no limit. */
  readonly maxRequests: number;
  /** Cost of the job at most; 0 means no limit. */
  readonly maxCost: number;
  /** Wait after the first failed attempt, doubled after each; a server's Retry-After comes first. */
  readonly retryDelayMs?: number;
  readonly signal?: AbortSignal;
};

export type Reply = {
  /** Attempts that brought nothing, of earlier runs too. */
  readonly failures: readonly Failure[];
  /** Undefined when the attempts are used up or a limit is reached. */
  readonly text?: string;
  readonly isLimited: boolean;
};

/** What asking has taken. */
export type CallCounts = {
  /** Requests sent by this process. */
  readonly requests: number;
  /** Answers that were there already. */
  readonly cached: number;
  /** Of the answers that came now. */
  readonly tokens: Tokens;
  readonly cost: number;
};

/** A teacher behind its journal and limits. */
export type Calls = {
  /** Raises network when request after request fails; the teacher's own UserErrors; the signal's reason. */
  ask(request: TeacherRequest): Promise<Reply>;
  counts(): CallCounts;
  readonly journal: Journal;
};

const ATTEMPTS = 5;
/** So many requests in a row without an answer, each with all its attempts: the teacher is gone. */
const MOST_FAILED_IN_A_ROW = 4;
/** A longer Retry-After is not waited for. */
const LONGEST_WAIT_MS = 60_000;
/** What chat templates put around a message. */
const FRAME_TOKENS = 16;

/** What tokens cost. */
export const costOf = ({ input, output }: Tokens, prices: Prices): number =>
  (input * prices.input + output * prices.output) / 1e6;

/** No tokenizer makes more tokens of a text than it has bytes. */
const mostTokens = ({ messages, fields }: TeacherRequest, maxTokens: number): Tokens => ({
  input: messages.reduce(
    (sum, { content }) => sum + Buffer.byteLength(content) + FRAME_TOKENS,
    2 * Buffer.byteLength(JSON.stringify(fields)),
  ),
  output: maxTokens,
});

/** A rough count for forecasts and for servers that do not count: English, names and SQL have about 3.5 letters a token. */
export const estimateTokens = (text: string): number => Math.ceil(text.length / 3.5);

/** Opens the journal of a job; its closures share the counts that the limits are held against. */
export function createCalls(teacher: Teacher, options: CallOptions): Calls {
  const { concurrency, prices, maxRequests, maxCost, retryDelayMs = 1000, signal } = options;
  const journal = openJournal(options.file);
  const limits = JSON.stringify({ maxRequests, maxCost, prices });
  let isSpent = journal.isSpent(limits);
  let [requests, cached, inFlight, failedInARow, quietUntilMs] = [0, 0, 0, 0, 0];
  const spent = { input: 0, output: 0 };
  let failed: unknown;
  const waiting: (() => void)[] = [];
  const wake = () => {
    for (const resume of waiting.splice(0)) resume();
  };

  /** Waits for a lane and for room under the limits; false when there will be none. */
  async function enter(most: Tokens): Promise<boolean> {
    for (;;) {
      signal?.throwIfAborted();
      if (failed !== undefined) throw failed;
      if (isSpent || (maxRequests > 0 && journal.sent >= maxRequests)) return false;
      const atMost = costOf(journal.atMost, prices) + costOf(most, prices);
      const fits = maxCost === 0 || atMost <= maxCost;
      const quietMs = quietUntilMs - performance.now();
      if (!fits && inFlight === 0) {
        isSpent = true;
        journal.add({ limits });
        wake();
      } else if (fits && inFlight < concurrency && quietMs <= 0) {
        inFlight++;
        return true;
      } else if (fits && inFlight < concurrency) await sleep(quietMs, undefined, { signal });
      else await new Promise<void>((resolve) => waiting.push(resolve));
    }
  }

  /** One request, from its line in the journal to the next. */
  async function attempt(key: string, request: TeacherRequest, most: Tokens): Promise<Attempt> {
    try {
      journal.add({ key, sent: most });
      requests++;
      const result = await teacher.ask(request);
      if (result.ok) {
        const { text, ms, tokens = estimateOf(request, text) } = result;
        journal.add({ key, answer: { text, tokens, ms: Math.round(ms) } });
        spent.input += tokens.input;
        spent.output += tokens.output;
      } else journal.add({ key, failure: { reason: result.reason, message: result.message } });
      return result;
    } catch (error) {
      failed ??= error;
      throw error;
    } finally {
      inFlight--;
      wake();
    }
  }

  async function askAnew(key: string, request: TeacherRequest): Promise<Reply> {
    const most = mostTokens(request, teacher.maxTokens);
    const failures = [...(journal.get(key)?.failures ?? [])];
    for (let attempts = 1; ; attempts++) {
      if (!(await enter(most))) return { failures, isLimited: true };
      const result = await attempt(key, request, most);
      if (result.ok) {
        failedInARow = 0;
        return { failures, text: result.text, isLimited: false };
      }
      failures.push({ reason: result.reason, message: result.message });
      if (!result.isPassing || attempts === ATTEMPTS) {
        if (++failedInARow >= MOST_FAILED_IN_A_ROW) giveUp(result.message);
        return { failures, isLimited: false };
      }
      const waitMs = result.retryAfterMs ?? retryDelayMs * 2 ** (attempts - 1);
      const untilMs = performance.now() + Math.min(waitMs, LONGEST_WAIT_MS);
      if (result.reason === "rate-limited") quietUntilMs = Math.max(quietUntilMs, untilMs);
      else await sleep(Math.max(0, untilMs - performance.now()), undefined, { signal });
    }
  }

  function giveUp(message: string): never {
    failed = new UserError(
      "network",
      `${failedInARow} requests in a row brought no answer (the last: ${message}); ${journal.answers().size} answers are kept in ${options.file}`,
    );
    wake();
    throw failed;
  }

  signal?.addEventListener("abort", wake);
  return {
    journal,
    async ask(request) {
      const key = hashOfJson({ ...teacher.identity, ...request });
      const known = journal.get(key);
      if (known?.answer === undefined) return askAnew(key, request);
      cached++;
      return { failures: known.failures, text: known.answer.text, isLimited: false };
    },
    counts: () => ({ requests, cached, tokens: { ...spent }, cost: costOf(spent, prices) }),
  };
}

const estimateOf = ({ messages }: TeacherRequest, text: string): Tokens => ({
  input: messages.reduce((sum, { content }) => sum + estimateTokens(content) + FRAME_TOKENS, 0),
  output: estimateTokens(text),
});
