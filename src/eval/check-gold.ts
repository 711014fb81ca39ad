/**
 * What is wrong with golds, before anything is scored with them: a score on golds that fail, return nothing or depend on
 * chance says less than it seems to. Knows no prediction. The findings are described in docs/evaluation.md.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../base/errors.ts";
import type { NamedTable } from "../sql/scope.ts";
import { canonicalOf } from "../sql/template.ts";
import { writeReversedCopy } from "./reversed-copy.ts";
import type { ScoreRunner } from "./score-runner.ts";
import { GOLD_FINDINGS, type GoldFinding, type GoldOutcome } from "./score-task.ts";
import type { GoldItem } from "./sources/gold.ts";

export type GoldCheckItem = {
  readonly index: number;
  readonly id: string;
  readonly dbId: string;
  readonly findings: readonly GoldFinding[];
  /** Why it fails. */
  readonly message?: string;
  /** Index of the first question with the same gold. */
  readonly sameAs?: number;
  readonly rows: number;
  readonly ms: number;
};

export type GoldCheck = {
  /** Questions with a gold. */
  readonly n: number;
  /** Questions that are to be refused: there is nothing to check. */
  readonly refusals: number;
  /** Golds that are not "same". */
  readonly distinct: number;
  readonly counts: Readonly<Record<GoldFinding, number>>;
  /** Golds with a finding, in the order of the file. */
  readonly items: readonly GoldCheckItem[];
};

export type GoldCheckOptions = {
  readonly runner: ScoreRunner;
  /** The database file of an item. */
  readonly fileOf: (dbId: string) => string;
  /** With tables, equal golds are found in spite of other qualifiers. */
  readonly tablesOf?: (dbId: string) => readonly NamedTable[];
  readonly timeoutMs?: number;
  /** A gold that runs longer is slow. */
  readonly slowMs?: number;
  /** A larger database is not copied, and its golds count as "order-unverified". */
  readonly maxCopyBytes?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
};

/** Databases that are checked at the same time: while one is checked, the next one is copied. */
const AT_ONCE = 2;

/**
 * Runs every gold on its database and on a copy with reversed rows, in the system's folder for temporary files. With an
 * aborted signal, raises its reason.
 */
export async function checkGolds(
  golds: readonly GoldItem[],
  options: GoldCheckOptions,
): Promise<GoldCheck> {
  const answerable = golds.filter(({ refusal }) => refusal === undefined);
  const folder = mkdtempSync(join(tmpdir(), "t2s-gold-"));
  const checked: Checked[] = [];
  const add = (found: readonly Checked[]) => {
    checked.push(...found);
    options.onProgress?.(checked.length, answerable.length);
  };
  try {
    // the largest first, so that none of it is left when all else is done
    const databases = [...Map.groupBy(answerable, (gold) => gold.dbId)]
      .map(([dbId, group]) => ({ dbId, group, bytes: statSync(options.fileOf(dbId)).size }))
      .sort((a, b) => b.bytes - a.bytes)
      .values();
    const lanes = Array.from({ length: AT_ONCE }, async (_, lane) => {
      for (const { dbId, group } of databases)
        await checkDatabase(dbId, group, join(folder, `${lane}.sqlite`), options, add);
    });
    await Promise.allSettled(lanes); // a copy must not go while a lane still reads it
    await Promise.all(lanes);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  checked.sort((a, b) => a.gold.index - b.gold.index);
  return summaryOf(withRepeats(checked, options.tablesOf), golds.length - answerable.length);
}

/** Every text of a database's golds is checked once, whoever asks with it. */
async function checkDatabase(
  dbId: string,
  golds: readonly GoldItem[],
  target: string,
  options: GoldCheckOptions,
  add: (checked: readonly Checked[]) => void,
): Promise<void> {
  const { runner, timeoutMs = 30_000, slowMs = 1000, signal } = options;
  signal?.throwIfAborted();
  const file = options.fileOf(dbId);
  const copy = reversedCopy(file, target, options);
  const texts = [...Map.groupBy(golds, ({ sql }) => sql)];
  await Promise.all(
    texts.map(async ([sql, own]) => {
      const outcome = await runner.check({ mode: "check", file, copy, sql, slowMs }, timeoutMs);
      signal?.throwIfAborted();
      add(own.map((gold) => ({ gold, ...outcome })));
    }),
  );
  if (copy !== undefined) rmSync(copy);
}

/** None of a large database, and none where SQLite does not let its tables be written (virtual ones). */
function reversedCopy(
  file: string,
  target: string,
  { maxCopyBytes = 256 * 2 ** 20 }: GoldCheckOptions,
): string | undefined {
  if (statSync(file).size > maxCopyBytes) return undefined;
  try {
    writeReversedCopy(file, target);
    return target;
  } catch {
    rmSync(target, { force: true });
    return undefined;
  }
}

type Checked = GoldOutcome & { readonly gold: GoldItem };

/** Two golds of one database are the same when their results and their canonical forms are. */
function withRepeats(
  checked: readonly Checked[],
  tablesOf: GoldCheckOptions["tablesOf"],
): GoldCheckItem[] {
  const sameAs = new Map<GoldItem, number>();
  const withResult = checked.filter(({ resultId }) => resultId !== undefined);
  const groups = Map.groupBy(withResult, ({ gold, resultId }) => `${resultId} ${gold.dbId}`);
  for (const group of groups.values()) {
    const formOf = createForms(group, tablesOf);
    const first = new Map<string, number>();
    for (const { gold } of group) {
      const form = formOf(gold.sql);
      const known = first.get(form);
      if (known === undefined) first.set(form, gold.index);
      else sameAs.set(gold, known);
    }
  }
  return checked.map(({ gold, findings, message, rows, ms }): GoldCheckItem => {
    const { index, id, dbId } = gold;
    const same = sameAs.get(gold);
    return {
      index,
      id,
      dbId,
      findings: same === undefined ? findings : [...findings, "same"],
      ...(message !== undefined && { message }),
      ...(same !== undefined && { sameAs: same }),
      rows,
      ms,
    };
  });
}

/** Canonical forms take time, and only texts that differ need them. */
function createForms(
  group: readonly Checked[],
  tablesOf: GoldCheckOptions["tablesOf"],
): (sql: string) => string {
  const texts = new Set(group.map(({ gold }) => gold.sql));
  if (texts.size === 1) return (sql) => sql;
  const tables = tablesOf?.(group[0].gold.dbId);
  const forms = new Map([...texts].map((sql) => [sql, canonicalFormOf(sql, tables)]));
  return (sql) => forms.get(sql) ?? sql;
}

/** Text that does not parse is its own form. */
function canonicalFormOf(sql: string, tables: readonly NamedTable[] | undefined): string {
  try {
    return canonicalOf(sql, "sqlite", tables);
  } catch (error) {
    if (error instanceof UserError) return sql;
    throw error;
  }
}

function summaryOf(items: readonly GoldCheckItem[], refusals: number): GoldCheck {
  const count = (finding: GoldFinding) =>
    items.filter(({ findings }) => findings.includes(finding)).length;
  const counts = Object.fromEntries(
    GOLD_FINDINGS.map((finding) => [finding, count(finding)]),
  ) as Record<GoldFinding, number>;
  return {
    n: items.length,
    refusals,
    distinct: items.length - counts.same,
    counts,
    items: items.filter(({ findings }) => findings.length > 0),
  };
}
