/**
 * A project's pairs as a page lists them: filtered, in parts, each with how far its review is. What was read is kept until
 * one of the files changes. Knows no HTTP.
 */
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { stampOf } from "../base/files.ts";
import type { Example, Split } from "../data/example.ts";
import { contentOf, type Decision } from "../data/review/decisions.ts";
import {
  allItems,
  hasName,
  passes,
  type ReviewItem,
  type ReviewState,
  stateOf,
  STATES,
} from "../data/review/queue.ts";
import { type Counts, countBy } from "../data/stats/counts.ts";
import { tablesOf } from "../data/versions/diff.ts";
import type { Database } from "../schema/schema.ts";
import { readReview } from "./review.ts";
import type { StageContext } from "./run.ts";
import { loadDatabase } from "./stages/schema.ts";

export type PairQuery = {
  readonly split?: Split;
  readonly state?: ReviewState;
  /** One that the pair's SQL names, in any case. */
  readonly table?: string;
  /** The beginning of source.method. */
  readonly method?: string;
  /** Somewhere in question, SQL, reason or id, in any case. */
  readonly text?: string;
  readonly id?: string;
  readonly offset: number;
  readonly limit: number;
};

export type ListedPair = Pick<
  Example,
  | "id"
  | "question"
  | "sql"
  | "refusal"
  | "evidence"
  | "kind"
  | "hardness"
  | "split"
  | "source"
  | "checks"
> & {
  /** See contentOf. */
  readonly content: string;
  readonly state: ReviewState;
  /** A decision that the pairs on disk do not show yet: the stage clean applies it. */
  readonly isWaiting: boolean;
  readonly setAside?: string;
  readonly decision?: Omit<Decision, "id" | "content">;
  /** That its SQL names. */
  readonly tables: readonly string[];
};

export type PairList = {
  /** Pairs that the filters let through. */
  readonly total: number;
  readonly pairs: readonly ListedPair[];
  /** Of all pairs, whatever the filters are. */
  readonly states: Readonly<Record<ReviewState, number>>;
  readonly methods: Counts;
  readonly tables: readonly string[];
  readonly waiting: number;
};

export type PairLists = {
  /** Raises not-found when there are no pairs. */
  list(query: PairQuery): Promise<PairList>;
  /** All pairs there are to decide about. Raises not-found when there are none. */
  items(): Promise<readonly ReviewItem[]>;
  /** The tables that each of these pairs names, once they are known. */
  tablesIn(pairs: readonly WithSql[]): Promise<(pair: WithSql) => readonly string[]>;
};

type WithSql = Partial<Pick<Example, "sql">>;

/** Statements read between two turns of the event loop: a service answers others meanwhile. */
const AT_ONCE = 10;

type Held = {
  readonly stamp: string;
  readonly database: Database;
  readonly pairs: readonly HeldPair[];
} & Pick<PairList, "states" | "methods" | "waiting">;
type HeldPair = ReviewItem & Pick<ListedPair, "state" | "isWaiting">;

/** Lists of a project, which may change while they are used. */
export function createPairLists(context: StageContext): PairLists {
  const { cleanFolder, reviewFile, snapshotFile } = context.project;
  const clean = ["train", "dev", "test", "rejected"].map((name) =>
    join(cleanFolder, `${name}.jsonl`),
  );
  let held: Held | undefined;
  let tablesOfSql = new Map<string, readonly string[]>();

  const read = async (): Promise<Held> => {
    const stamp = stampOf([...clean, reviewFile, snapshotFile]);
    if (held?.stamp === stamp) return held;
    const database = await loadDatabase(context);
    if (held?.database.fingerprint !== database.fingerprint) tablesOfSql = new Map();
    const review = readReview(context);
    const rejected = new Set(review.rejected.map(({ example }) => example));
    const pairs = allItems(review).map((item) => ({
      ...item,
      state: stateOf(item),
      isWaiting: isWaiting(item, rejected.has(item.example)),
    }));
    held = {
      stamp,
      database,
      pairs,
      states: Object.fromEntries(
        STATES.map((state) => [state, pairs.filter((pair) => pair.state === state).length]),
      ) as PairList["states"],
      methods: countBy(pairs, ({ example }) => methodOf(example)),
      waiting: pairs.filter((pair) => pair.isWaiting).length,
    };
    return held;
  };

  const tablesIn: PairLists["tablesIn"] = async (pairs) => {
    const { database } = await read();
    const known = tablesOfSql;
    const unread = new Set(pairs.map(({ sql = "" }) => sql).filter((sql) => !known.has(sql)));
    let count = 0;
    for (const sql of unread) {
      known.set(sql, tablesOf({ sql }, database));
      if (++count % AT_ONCE === 0) await setImmediate();
    }
    return ({ sql = "" }) => known.get(sql) ?? tablesOf({ sql }, database);
  };

  const naming = async (table: string, pairs: readonly HeldPair[]): Promise<HeldPair[]> => {
    const tablesOfPair = await tablesIn(pairs.map(({ example }) => example));
    return pairs.filter(({ example }) => hasName(tablesOfPair(example), table));
  };

  return {
    tablesIn,
    items: async () => (await read()).pairs,
    async list({ offset, limit, state, text, table, ...filter }) {
      const { pairs, database, states, methods, waiting } = await read();
      const matching = pairs.filter(
        (pair) =>
          (state === undefined || pair.state === state) &&
          passes(pair, filter) &&
          (text === undefined || holds(pair.example, text.toLowerCase())),
      );
      const found = table === undefined ? matching : await naming(table, matching);
      const page = found.slice(offset, offset + limit);
      const tablesOfPair = await tablesIn(page.map(({ example }) => example));
      return {
        total: found.length,
        pairs: page.map((pair) => listed(pair, tablesOfPair(pair.example))),
        states,
        methods,
        tables: database.tables.map(({ name }) => name),
        waiting,
      };
    },
  };
}

function listed(
  { example, decision, ...review }: HeldPair,
  tables: ListedPair["tables"],
): ListedPair {
  const { id, question, sql, refusal, evidence, kind, hardness, split, source, checks } = example;
  const pair = { id, question, sql, refusal, evidence, kind, hardness, split, source, checks };
  const content = contentOf(example);
  return { ...pair, ...review, content, tables, ...(decision && { decision: shown(decision) }) };
}

const shown = ({ id: _id, content: _content, ...decision }: Decision): ListedPair["decision"] =>
  decision;

const methodOf = ({ source }: Example): string => source.method.replace(/:.*/, "");

function isWaiting({ example, decision }: ReviewItem, isRejected: boolean): boolean {
  if (decision === undefined) return false;
  if (decision.decision === "accept") return example.review !== "accepted";
  return decision.decision === "fix" || !isRejected;
}

const holds = ({ id, question, sql, refusal = "" }: Example, text: string): boolean =>
  [id, question, sql, refusal].some((part) => part.toLowerCase().includes(text));
