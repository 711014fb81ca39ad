/** Repeats what failed for a passing reason, with growing waits. Knows nothing of what it repeats. */
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, UserError } from "../base/errors.ts";

/** A failure that another attempt may overcome. */
export class Transient extends Error {}

export type RetryOptions = {
  /** Attempts in a row without progress before it gives up. */
  readonly attempts?: number;
  /** Wait before the first repetition; doubled each time. */
  readonly retryDelayMs?: number;
  readonly signal?: AbortSignal;
};

/** `progress` is any number that grows while attempts get further. Raises network (naming `url`), or what is not Transient. */
export async function retry<T>(
  url: string,
  action: () => Promise<T>,
  { attempts = 5, retryDelayMs = 1000, signal }: RetryOptions,
  progress: () => number = () => 0,
): Promise<T> {
  for (let failures = 0; ; failures++) {
    const before = progress();
    try {
      return await action();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Transient)) throw error;
      if (progress() > before) failures = 0;
      if (failures + 1 >= attempts)
        throw new UserError("network", `${url}: ${error.message}`, { cause: error });
    }
    await sleep(retryDelayMs * 2 ** failures, undefined, { signal });
  }
}

/** A failed fetch as Transient, with the reason that fetch hides in its cause. */
export const asTransient = (error: unknown): Transient =>
  new Transient(messageOf((error as Error).cause ?? error), { cause: error });
