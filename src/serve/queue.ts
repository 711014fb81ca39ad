/** Bounds on what is done at once: a queue that refuses when it is full, and a count of requests a minute. */
import { UserError } from "../base/errors.ts";

/** Refused now; worth another try after `seconds`. */
export class RetryLater extends UserError {
  readonly seconds: number;
  constructor(code: "overloaded" | "rate-limited", message: string, seconds: number) {
    super(code, message);
    this.seconds = Math.max(1, Math.ceil(seconds));
  }
}

export type Queue = {
  /**
   * Does the work when it is its turn. Raises overloaded when too many wait; with an aborted signal, the signal's reason,
   * and the place in the queue is free again.
   */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  counts(): { readonly running: number; readonly waiting: number };
};

/** `concurrency` pieces of work at once; of further ones `maxWaiting` wait. */
export function createQueue(concurrency: number, maxWaiting: number): Queue {
  const waiting: (() => void)[] = [];
  let running = 0;
  /** Of the last pieces of work, smoothed. */
  let usualSeconds = 1;

  const turn = (signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const begin = () => {
        signal?.removeEventListener("abort", leave);
        running++;
        resolve();
      };
      const leave = () => {
        waiting.splice(waiting.indexOf(begin), 1);
        reject(signal?.reason);
      };
      if (running < concurrency) return begin();
      signal?.addEventListener("abort", leave, { once: true });
      waiting.push(begin);
    });

  return {
    async run(work, signal) {
      signal?.throwIfAborted();
      if (running >= concurrency && waiting.length >= maxWaiting)
        throw new RetryLater(
          "overloaded",
          `${running} requests are being answered and ${waiting.length} wait`,
          (usualSeconds * (waiting.length + 1)) / concurrency,
        );
      await turn(signal);
      const startedMs = performance.now();
      try {
        return await work();
      } finally {
        usualSeconds = 0.8 * usualSeconds + (0.2 * (performance.now() - startedMs)) / 1000;
        running--;
        waiting.shift()?.();
      }
    },
    counts: () => ({ running, waiting: waiting.length }),
  };
}

const MINUTE_MS = 60_000;
/** Who asked nothing for a minute is forgotten when so many are known. */
const MAX_KNOWN = 10_000;

/** Counts requests of someone, one if not said; raises rate-limited beyond `perMinute` (0: no limit), and counts none then. */
export type RateLimit = (who: string, perMinute: number, count?: number) => void;

/** A bucket for each asker: full at first, and filled evenly. */
export function createRateLimit(now: () => number = () => performance.now()): RateLimit {
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  return (who, perMinute, count = 1) => {
    if (perMinute === 0) return;
    const atMs = now();
    const last = buckets.get(who) ?? { tokens: perMinute, atMs };
    const filled = last.tokens + ((atMs - last.atMs) * perMinute) / MINUTE_MS;
    const tokens = Math.min(perMinute, filled);
    if (tokens < count)
      throw new RetryLater(
        "rate-limited",
        `more than ${perMinute} requests a minute`,
        ((count - tokens) * 60) / perMinute,
      );
    buckets.delete(who);
    buckets.set(who, { tokens: tokens - count, atMs });
    for (const [key, bucket] of buckets) {
      if (buckets.size <= MAX_KNOWN || atMs - bucket.atMs < MINUTE_MS) break;
      buckets.delete(key);
    }
  };
}
