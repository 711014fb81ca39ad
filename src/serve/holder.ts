/**
 * What is being served, a schema and a model, replaced while requests run: each request keeps what it began with, and a
 * model that was replaced is closed when the last request that began with it has ended.
 */
import type { Database } from "../schema/schema.ts";
import type { ServedModel } from "../predict/served-model.ts";
import type { Reader } from "./keys.ts";
import { createViews, type ReaderView, type ViewOptions } from "./reader-view.ts";

export type Holding = {
  readonly database: Database;
  /** The model, or why there is none. */
  readonly model: ServedModel | { readonly missing: string };
};

/** What is served after a reload. */
export type Reloaded = { readonly model: string; readonly run: string | null };

export type Held = Holding & {
  readonly viewFor: (reader: Reader) => ReaderView;
  /** Call it once, when the request has ended. */
  readonly release: () => void;
};

export type Holder = {
  current(): Holding & Pick<Held, "viewFor">;
  /** For one request. */
  take(): Held;
  /** From now on requests take this. */
  replace(next: Holding): void;
  /** When all models that were replaced are closed, and the last one is. */
  close(): Promise<void>;
};

export function createHolder(first: Holding, options: ViewOptions): Holder {
  const open = (holding: Holding) => ({
    ...holding,
    viewFor: createViews(holding.database, options),
    users: 0,
    isReplaced: false,
  });
  let now = open(first);
  const closing: Promise<void>[] = [];
  const closeUnused = (one: typeof now): void => {
    if (one.isReplaced && one.users === 0 && "close" in one.model) closing.push(one.model.close());
  };
  return {
    current: () => now,
    take() {
      const taken = now;
      taken.users++;
      const release = () => {
        taken.users--;
        closeUnused(taken);
      };
      return { ...taken, release };
    },
    replace(next) {
      const before = now;
      now = open(next);
      before.isReplaced = true;
      closeUnused(before);
    },
    async close() {
      now.isReplaced = true;
      closeUnused(now);
      await Promise.all(closing);
    },
  };
}
