/**
 * Strict execution accuracy: a prediction is right when it is one reading statement and returns the gold's rows.
 * Duplicates count, order counts where the gold asks for it (but tied rows may change places), numbers compare by value,
 * names of columns do not count and their order only by a flag. Reference: docs/evaluation.md, steps S1 to S9.
 * Knows no question and no model.
 */
import { engineOf } from "../db/drivers.ts";
import type { RunFailure, RunResult, RunsSql } from "../db/executor.ts";
import { hasDoubleQuotes, isNondeterministic, outlineOf, refusalOf } from "../sql/admission.ts";
import { createGate } from "./gate.ts";
import { identifyCells } from "./strict-cells.ts";
import { type MatchReason, matchRows } from "./strict-match.ts";
import { type GoldResult, isTieDependent, tiedGold } from "./strict-order.ts";

export type StrictReason = MatchReason | RunFailure | "gold-invalid";

export type StrictFlag =
  /** Runs only where double quotes may hold a string. */
  | "dqs-literal"
  /** Reads the clock or a random number. */
  | "nondeterministic"
  /** The gold's LIMIT or OFFSET cuts through tied rows. */
  | "tie-dependent-gold"
  /** Wrong only in returning all tied rows. */
  | "tie-superset"
  /** Ties of the gold could not be found: every row has its own place. */
  | "order-unverified"
  /** Right although it does not ask for the gold's order. */
  | "lucky-order";

export type StrictScore = {
  /** 0 with reason "gold-invalid" is no verdict: the item has no valid gold. */
  readonly verdict: 0 | 1;
  readonly reason: StrictReason;
  /** The database's message where SQL failed. */
  readonly message?: string;
  readonly flags: readonly StrictFlag[];
  readonly msGold: number;
  /** Of the second run where the first hit the time limit. */
  readonly msPredicted: number;
  /** With several databases: the first one that fails. */
  readonly file?: string;
};

export type StrictOptions = {
  readonly timeoutMs?: number;
  readonly maxRows?: number;
  readonly maxBytes?: number;
};

export type StrictScorer = {
  /** Scores one prediction on one database (path or URL), or on several of one schema that must all agree. */
  score(
    files: string | readonly string[],
    goldSql: string,
    predictedSql: string,
  ): Promise<StrictScore>;
};

const MAX_CACHED_ROWS = 20_000;

type Gold =
  | { readonly ok: true; readonly result: GoldResult; readonly ms: number }
  | { readonly ok: false; readonly message: string; readonly ms: number };

/** A scorer that runs everything on `executor` and remembers the results of golds. */
export function createStrictScorer(
  executor: RunsSql,
  { timeoutMs = 30_000, maxRows = 1_000_000, maxBytes = 256 * 2 ** 20 }: StrictOptions = {},
): StrictScorer {
  const golds = new Map<string, Promise<Gold>>();
  const gate = createGate();
  const limits = { timeoutMs, maxRows, maxBytes, overflow: "fail", connection: "fresh" } as const;
  const run = (file: string, sql: string): Promise<RunResult> =>
    gate.shared(() => executor.run(file, sql, limits));

  const goldOf = (file: string, sql: string): Promise<Gold> => {
    const key = `${file}\0${sql}`;
    const known = golds.get(key);
    if (known !== undefined) return known;
    const gold = runGold(sql, isSqlite(file), (text) => runFairly(file, text));
    golds.set(key, gold);
    void gold.then((done) => {
      if (done.ok && done.result.rows.length > MAX_CACHED_ROWS) golds.delete(key);
    });
    return gold;
  };

  /** What hits a limit has a second try with nothing beside it: it may have been the fault of what ran there before. */
  const runFairly = async (file: string, sql: string): Promise<RunResult> => {
    const first = await run(file, sql);
    return first.ok || (first.reason !== "timeout" && first.reason !== "too-large")
      ? first
      : gate.alone(() => executor.run(file, sql, limits));
  };

  const scoreOn = async (file: string, goldSql: string, sql: string): Promise<StrictScore> => {
    const gold = await goldOf(file, goldSql);
    const base = { msGold: gold.ms, msPredicted: 0, flags: [] };
    if (!gold.ok) return { ...base, verdict: 0, reason: "gold-invalid", message: gold.message };
    const refusal = isSqlite(file) ? refusalOf(sql) : undefined;
    if (refusal !== undefined) return { ...base, verdict: 0, reason: refusal };
    const predicted = await runFairly(file, sql);
    const timed = { ...base, msPredicted: predicted.ms };
    if (!predicted.ok)
      return { ...timed, verdict: 0, reason: predicted.reason, message: predicted.message };
    const needsLiterals =
      isSqlite(file) && hasDoubleQuotes(sql) && !(await preparesWithoutLiterals(file, sql));
    const { verdict, reason, flags } = compare(gold.result, predicted, goldSql, sql);
    return {
      ...timed,
      verdict,
      reason,
      flags: needsLiterals ? [...flags, "dqs-literal"] : flags,
    };
  };

  const preparesWithoutLiterals = async (file: string, sql: string): Promise<boolean> => {
    const options = { ...limits, prepareOnly: true, doubleQuotedLiterals: false };
    return (await gate.shared(() => executor.run(file, sql, options))).ok;
  };

  return {
    async score(files, goldSql, predictedSql) {
      if (typeof files === "string") return scoreOn(files, goldSql, predictedSql);
      let last: StrictScore | undefined;
      for (const file of files) {
        last = { ...(await scoreOn(file, goldSql, predictedSql)), file };
        if (last.verdict === 0) return last;
      }
      if (last === undefined) throw new Error("internal: no database to score on");
      const { file: _, ...passed } = last;
      return passed;
    },
  };
}

/** Whose tokens tell what is refused; a server's executor tells by itself. */
const isSqlite = (file: string): boolean => engineOf(file) === "sqlite";

async function runGold(
  sql: string,
  isChecked: boolean,
  run: (sql: string) => Promise<RunResult>,
): Promise<Gold> {
  const refusal = isChecked ? refusalOf(sql) : undefined;
  if (refusal !== undefined) return { ok: false, message: refusal, ms: 0 };
  const result = await run(sql);
  return result.ok
    ? { ok: true, result: await tiedGold(sql, result, run), ms: result.ms }
    : { ok: false, message: result.message, ms: result.ms };
}

/** Verdict, reason and flags of two results. */
function compare(
  gold: GoldResult,
  predicted: Extract<RunResult, { ok: true }>,
  goldSql: string,
  sql: string,
): Pick<StrictScore, "verdict" | "reason" | "flags"> {
  const [rows, predictedRows] = identifyCells([gold.rows, predicted.rows]);
  const { groups, offset, count } = gold;
  const columnCount = gold.columns.length;
  const { reason, isTieSuperset } = matchRows(
    { rows, groups, offset, count, columnCount },
    predictedRows,
    predicted.columns.length,
  );
  const verdict = reason.startsWith("ok") ? 1 : 0;
  const returned = new Set(groups.slice(offset, offset + count));
  const isLucky = verdict === 1 && returned.size > 1 && outlineOf(sql).orderBy.length === 0;
  const flags: Partial<Record<StrictFlag, boolean>> = {
    "tie-dependent-gold": isTieDependent(gold),
    "tie-superset": isTieSuperset,
    "order-unverified": gold.isUnverified,
    "lucky-order": isLucky,
    nondeterministic: isNondeterministic(goldSql) || isNondeterministic(sql),
  };
  const raised = (Object.keys(flags) as StrictFlag[]).filter((flag) => flags[flag]);
  return { verdict, reason, flags: raised };
}
