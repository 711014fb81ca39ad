/**
 * What is wrong with golds, before anything is scored with them: a score on golds that fail, return nothing or depend on
 * chance says less than it seems to. Knows no prediction. The findings are described in docs/evaluation.md.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../base/errors.ts";
import { hashOfJson } from "../base/hash.ts";
import type { Executor, RunResult } from "../db/executor.ts";
import { isNondeterministic, outlineOf, refusalOf } from "../sql/admission.ts";
import { lexSql, nameOfToken } from "../sql/lexer.ts";
import type { NamedTable } from "../sql/scope.ts";
import { canonicalOf } from "../sql/template.ts";
import { writeReversedCopy } from "./reversed-copy.ts";
import type { GoldItem } from "./sources/gold.ts";
import { areIdentical } from "./official/cells.ts";
import { type CellRows, identifyCells } from "./strict-cells.ts";
import { matchRows } from "./strict-match.ts";
import { type GoldResult, isTieDependent, tiedGold } from "./strict-order.ts";

/** What may be said of a gold; several may hold. */
export const GOLD_FINDINGS = [
  "fails",
  "slow",
  "empty",
  "ties",
  "row-order",
  "order-unverified",
  "nondeterministic",
  "same",
] as const;
export type GoldFinding = (typeof GOLD_FINDINGS)[number];

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
  readonly executor: Executor;
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

const limits = {
  maxRows: 1_000_000,
  maxBytes: 256 * 2 ** 20,
  overflow: "fail",
  connection: "fresh",
} as const;

/**
 * Runs every gold on its database and on a copy with reversed rows (in the system's folder for temporary files, one
 * database at a time). With an aborted signal, raises its reason.
 */
export async function checkGolds(
  golds: readonly GoldItem[],
  options: GoldCheckOptions,
): Promise<GoldCheck> {
  const answerable = golds.filter(({ refusal }) => refusal === undefined);
  const folder = mkdtempSync(join(tmpdir(), "t2s-gold-"));
  const checked: Checked[] = [];
  let done = 0;
  try {
    for (const [dbId, group] of Map.groupBy(answerable, (gold) => gold.dbId)) {
      const file = options.fileOf(dbId);
      const copy = reversedCopy(file, join(folder, "reversed.sqlite"), options);
      const texts = [...Map.groupBy(group, ({ sql }) => sql)];
      const checks = texts.map(async ([sql, golds]) => {
        const outcome = await checkSql(sql, { file, copy }, options);
        for (const gold of golds) checked.push({ gold, ...outcome });
        options.onProgress?.((done += golds.length), answerable.length);
      });
      await Promise.all(checks);
      if (copy !== undefined) rmSync(copy);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  checked.sort((a, b) => a.gold.index - b.gold.index);
  return summaryOf(withRepeats(checked, options.tablesOf), golds.length - answerable.length);
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

/** What is found out of a text of SQL, whoever asks with it. */
type Outcome = Pick<GoldCheckItem, "findings" | "message" | "rows" | "ms"> & {
  /** Equal for equal results. */
  readonly resultId?: string;
};
type Checked = Outcome & { readonly gold: GoldItem };
type Files = { readonly file: string; readonly copy?: string };

async function checkSql(
  sql: string,
  { file, copy }: Files,
  { executor, timeoutMs = 30_000, slowMs = 1000, signal }: GoldCheckOptions,
): Promise<Outcome> {
  const runOn = (on: string, text: string): Promise<RunResult> => {
    signal?.throwIfAborted();
    return executor.run(on, text, { ...limits, timeoutMs });
  };
  const refusal = refusalOf(sql);
  if (refusal !== undefined) return { findings: ["fails"], message: refusal, rows: 0, ms: 0 };
  const result = await runOn(file, sql);
  const slow: GoldFinding[] = result.ms > slowMs ? ["slow"] : [];
  if (!result.ok) {
    const { message, ms } = result;
    return { findings: ["fails", ...slow], message, rows: 0, ms };
  }
  const tied = await tiedGold(sql, result, (text) => runOn(file, text));
  const reversed = copy === undefined ? undefined : await runOn(copy, sql);
  const isRandom = isNondeterministic(sql);
  const findings: GoldFinding[] = [
    ...slow,
    ...(result.rows.length === 0 ? (["empty"] as const) : []),
    ...(isRandom ? (["nondeterministic"] as const) : orderFindings(sql, tied, reversed)),
  ];
  const { rows, ms } = result;
  return { findings, rows: rows.length, ms, resultId: resultIdOf(rows) };
}

/** Whether the rows that were returned are a matter of chance. */
function orderFindings(
  sql: string,
  gold: GoldResult,
  reversed: RunResult | undefined,
): GoldFinding[] {
  const isOrdered = outlineOf(sql).orderBy.length > 0;
  const isCut = isTieDependent(gold);
  const hasChanged = reversed?.ok === true && !isSame(gold, reversed);
  const isUnverified = reversed?.ok !== true || (gold.isUnverified && isOrdered);
  return [
    ...(isCut && isOrdered ? (["ties"] as const) : []),
    ...((isCut && !isOrdered) || hasChanged ? (["row-order"] as const) : []),
    ...(isUnverified && !hasChanged ? (["order-unverified"] as const) : []),
  ];
}

/** Whether strict mode would take the second result for right; equal rows need no comparison of cells. */
function isSame(gold: GoldResult, other: Extract<RunResult, { ok: true }>): boolean {
  const returned = gold.rows.slice(gold.offset, gold.offset + gold.count);
  if (areIdentical(returned, other.rows)) return true;
  const isWhole = returned.length === gold.rows.length;
  const hasNoOrder = isWhole && gold.groups.every((group) => group === 0);
  if (hasNoOrder && resultIdOf(returned) === resultIdOf(other.rows)) return true;
  const [rows, otherRows] = identifyCells([gold.rows, other.rows]);
  const { groups, offset, count, columns } = gold;
  const wanted = { rows, groups, offset, count, columnCount: columns.length };
  const { reason } = matchRows(wanted, otherRows, other.columns.length);
  return reason === "ok" || reason === "ok-empty";
}

function resultIdOf(rows: CellRows): string {
  const texts = rows.map((row) =>
    row.map((cell) => `${typeof cell} ${String(cell)}`).join("\u001f"),
  );
  return hashOfJson(texts.sort());
}

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

/** Canonical forms take time; only texts that differ and hold the same literals need them. */
function createForms(
  group: readonly Checked[],
  tablesOf: GoldCheckOptions["tablesOf"],
): (sql: string) => string {
  const texts = new Set(group.map(({ gold }) => gold.sql));
  if (texts.size === 1) return (sql) => sql;
  const tables = tablesOf?.(group[0].gold.dbId);
  const columns = new Set(
    tables?.flatMap((table) => table.columns.map(({ name }) => name.toLowerCase())),
  );
  const alike = [...Map.groupBy(texts, (sql) => literalsIn(sql, columns)).values()];
  const forms = new Map(
    alike
      .filter(({ length }) => length > 1)
      .flatMap((sqls) => sqls.map((sql) => [sql, formOf(sql, tables)] as const)),
  );
  return (sql) => forms.get(sql) ?? sql;
}

/** Strings and numbers in any order; what stands in double quotes is a string unless it is a column. */
function literalsIn(sql: string, columns: ReadonlySet<string>): string {
  const literals = lexSql(sql).flatMap((token) => {
    if (token.kind === "number") return [String(Number(token.text))];
    const text = nameOfToken(token);
    const isString =
      token.kind === "string" || (token.kind === "name" && !columns.has(text.toLowerCase()));
    return isString ? [text] : [];
  });
  return JSON.stringify(literals.sort());
}

/** Text that does not parse is its own form. */
function formOf(sql: string, tables: readonly NamedTable[] | undefined): string {
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
