/** Which pairs are looked at, in which order, and how far a review is. Knows no terminal and no page. */
import { UserError } from "../../base/errors.ts";
import type { Database } from "../../schema/schema.ts";
import type { Rejection } from "../clean.ts";
import type { Example, Split } from "../example.ts";
import { tablesOf } from "../versions/diff.ts";
import { byId, type Decision, decisionsOn } from "./decisions.ts";

/** A pair to look at. */
export type ReviewItem = {
  readonly example: Example;
  /** Why cleaning set it aside; such a pair can be fixed or rejected, not accepted. */
  readonly setAside?: string;
  /** The decision on it as it stands, if there is one. */
  readonly decision?: Decision;
};

const CHECKS = ["executed", "rows", "discriminating"] as const;

/** How far the review of a pair is: what was decided, or that cleaning set it aside, or nothing yet. */
export const STATES = ["open", "accepted", "fixed", "rejected", "set-aside"] as const;
export type ReviewState = (typeof STATES)[number];

const STATE_OF: Readonly<Record<Decision["decision"], ReviewState>> = {
  accept: "accepted",
  fix: "fixed",
  reject: "rejected",
};

/** A decision goes before what an earlier one has made of the pair. */
export function stateOf({ example, setAside, decision }: ReviewItem): ReviewState {
  if (decision !== undefined) return STATE_OF[decision.decision];
  return setAside === undefined ? (example.review ?? "open") : "set-aside";
}

export type ReviewFilter = {
  readonly split?: Split;
  /** The beginning of source.method. */
  readonly method?: string;
  readonly table?: string;
  readonly id?: string;
  /** Pairs without a decision, or with one. */
  readonly decided?: boolean;
  /** A check that is not met; "any": what cleaning set aside. */
  readonly failed?: "any" | (typeof CHECKS)[number];
};

/** `split=test`, `method=…`, `table=…`, `id=…`, `unreviewed`, `reviewed`, `failed`, `failed=rows`. Raises `usage`. */
export function parseFilter(texts: readonly string[]): ReviewFilter {
  return Object.assign({}, ...texts.map(parseOne)) as ReviewFilter;
}

function parseOne(text: string): ReviewFilter {
  const [key, ...rest] = text.split("=");
  const value = rest.join("=");
  if (text === "unreviewed" || text === "reviewed") return { decided: text === "reviewed" };
  if (text === "failed") return { failed: "any" };
  const allowed: Readonly<Record<string, readonly string[] | undefined>> = {
    split: ["train", "dev", "test"],
    failed: CHECKS,
    method: undefined,
    table: undefined,
    id: undefined,
  };
  const isKnown = Object.hasOwn(allowed, key) && value !== "";
  if (isKnown && (allowed[key]?.includes(value) ?? true)) return { [key]: value };
  throw new UserError(
    "usage",
    `--filter is ${text}; split=train|dev|test, method=…, table=…, id=…, unreviewed, reviewed, failed or failed=${CHECKS.join("|")} is wanted`,
  );
}

/** A project's pairs, and what was decided about them. */
export type ReviewPairs = {
  readonly kept: readonly Example[];
  readonly rejected: readonly Rejection[];
  readonly decisions: readonly Decision[];
};

/** Every pair there is to decide about, with its decision: those that cleaning kept, and those that it set aside. */
export function allItems({ kept, rejected, decisions }: ReviewPairs): ReviewItem[] {
  const groups = byId(decisions);
  const aside = rejected.map(({ example, code, reason }) =>
    code === "rejected-in-review" ? { example } : { example, setAside: reason },
  );
  return [...kept.map((example) => ({ example })), ...aside].map((item): ReviewItem => {
    const decision = decisionsOn(item.example, groups.get(item.example.id) ?? [])[0];
    return decision ? { ...item, decision } : item;
  });
}

/**
 * The pairs that the filter lets through; rejected ones too. What cleaning set aside comes only where a failed check or an
 * id is asked for.
 */
export function reviewItems(
  pairs: ReviewPairs,
  { table, ...filter }: ReviewFilter,
  database: Database,
): ReviewItem[] {
  const withAside = filter.failed !== undefined || filter.id !== undefined;
  return allItems(pairs).filter(
    (item) =>
      (withAside || item.setAside === undefined) &&
      passes(item, filter) &&
      (table === undefined || hasName(tablesOf(item.example, database), table)),
  );
}

/** Whether a table is among those that a pair names, in any case. */
export const hasName = (names: readonly string[], table: string): boolean =>
  names.some((name) => name.toLowerCase() === table.toLowerCase());

/** Whether a filter lets a pair through, as far as that can be told without reading its SQL. */
export function passes(
  { example, setAside, decision }: ReviewItem,
  { split, method, id, decided, failed }: Omit<ReviewFilter, "table">,
): boolean {
  const isDecided = decision !== undefined || example.review !== undefined;
  return (
    (split === undefined || example.split === split) &&
    (method === undefined || example.source.method.startsWith(method)) &&
    (id === undefined || example.id === id) &&
    (decided === undefined || isDecided === decided) &&
    (failed === undefined || hasFailed(example, setAside, failed))
  );
}

function hasFailed(
  { kind, checks }: Example,
  setAside: string | undefined,
  failed: NonNullable<ReviewFilter["failed"]>,
): boolean {
  if (failed === "any") return setAside !== undefined;
  return kind === "answer" && !checks[failed];
}

/** The first pair without a decision; the number of pairs where all have one. */
export function firstOpen(items: readonly ReviewItem[]): number {
  const index = items.findIndex(
    ({ decision, example }) => decision === undefined && example.review === undefined,
  );
  return index < 0 ? items.length : index;
}
