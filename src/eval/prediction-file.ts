/**
 * Scores a file of predicted SQL against gold in Spider's form, on databases laid out as Spider's are. The output is the
 * JSON that other programs read (docs/evaluation.md). Knows no model.
 */
import { existsSync, readFileSync } from "node:fs";
import { UserError } from "../base/errors.ts";
import { readSpiderItems, spiderDatabaseFile, type SpiderItem } from "../data/spider.ts";
import { createExecutor, type Executor } from "../db/executor.ts";
import { openTrusted } from "../db/sqlite.ts";
import { type Hardness, hardnessOf } from "../sql/hardness.ts";
import { unknownNames } from "../sql/names.ts";
import type { NamedTable } from "../sql/scope.ts";
import { wilsonInterval } from "./statistics.ts";
import { createStrictScorer, type StrictReason, type StrictScore } from "./strict.ts";

export type PredictionFiles = {
  /** JSON: [{db_id, question, query}]. */
  readonly gold: string;
  /** One predicted SQL a line, in the order of the gold. */
  readonly predictions: string;
  /** Folder that holds DB/DB.sqlite for every db_id. */
  readonly databases: string;
};

export type ErrorClass =
  | Exclude<StrictReason, "ok" | "ok-permuted" | "ok-empty" | "gold-invalid">
  /** The model refused an answerable question. */
  | "refused"
  /** Does not run, and names a table or column that does not exist. */
  | "unknown-names";

export type PredictionItem = {
  readonly index: number;
  readonly dbId: string;
  readonly hardness: Hardness | "unparsed";
  /** null where the gold is invalid. */
  readonly verdicts: { readonly strict: 0 | 1 | null };
  readonly errorClass: ErrorClass | null;
  readonly flags: StrictScore["flags"];
};

export type PredictionReport = {
  /** Items with a valid gold. */
  readonly n: number;
  readonly modes: {
    readonly strict: {
      /** Fraction, with its 95 % interval (Wilson). */
      readonly score: number;
      readonly low: number;
      readonly high: number;
      /** The fraction whose columns stand in the gold's order. */
      readonly sameColumnOrder: number;
      /** Right items whose result is empty on both sides. */
      readonly vacuous: number;
      /** Items left out because their gold does not run. */
      readonly goldInvalid: number;
    };
  };
  readonly items: readonly PredictionItem[];
};

export type PredictionOptions = {
  /** The caller closes it; without one, one is made and closed. */
  readonly executor?: Executor;
  readonly timeoutMs?: number;
  readonly onProgress?: (done: number, total: number) => void;
};

type Scored = { readonly item: PredictionItem; readonly reason: StrictReason };

/** Scores every line. Raises UserError for files that are missing, not of their form, or of different length. */
export async function scorePredictionFile(
  files: PredictionFiles,
  { executor, timeoutMs, onProgress }: PredictionOptions = {},
): Promise<PredictionReport> {
  const golds = readSpiderItems(files.gold);
  const predictions = readPredictions(files.predictions, golds);
  const fileOf = (dbId: string) => spiderDatabaseFile(files.databases, dbId);
  const tablesOf = tableReader();
  for (const { db_id } of golds) fileOf(db_id);
  const runner = executor ?? createExecutor();
  const scorer = createStrictScorer(runner, timeoutMs === undefined ? {} : { timeoutMs });
  let done = 0;
  try {
    const scored = await Promise.all(
      golds.map(async ({ db_id: dbId, query }, index): Promise<Scored> => {
        const sql = predictions[index];
        const score = await scorer.score(fileOf(dbId), query, sql);
        onProgress?.(++done, golds.length);
        const isValid = score.reason !== "gold-invalid";
        const item: PredictionItem = {
          index,
          dbId,
          hardness: hardnessOrUnparsed(query),
          verdicts: { strict: isValid ? score.verdict : null },
          errorClass: errorClassOf(score, sql, () => tablesOf(fileOf(dbId))),
          flags: score.flags,
        };
        return { item, reason: score.reason };
      }),
    );
    return reportOf(scored);
  } finally {
    if (executor === undefined) await runner.close();
  }
}

function reportOf(scored: readonly Scored[]): PredictionReport {
  const valid = scored.filter(({ reason }) => reason !== "gold-invalid");
  const withReason = (...reasons: StrictReason[]) =>
    valid.filter(({ reason }) => reasons.includes(reason)).length;
  const n = valid.length;
  const right = withReason("ok", "ok-permuted", "ok-empty");
  const [low, high] = wilsonInterval(right, n);
  return {
    n,
    modes: {
      strict: {
        score: n === 0 ? 0 : right / n,
        low,
        high,
        sameColumnOrder: n === 0 ? 0 : withReason("ok", "ok-empty") / n,
        vacuous: withReason("ok-empty"),
        goldInvalid: scored.length - n,
      },
    },
    items: scored.map(({ item }) => item),
  };
}

const REFUSAL = /^\s*--\s*cannot answer\b/i;

function errorClassOf(
  { verdict, reason }: StrictScore,
  sql: string,
  tables: () => readonly NamedTable[],
): ErrorClass | null {
  if (verdict === 1 || reason === "gold-invalid") return null;
  if (REFUSAL.test(sql)) return "refused";
  if (reason !== "exec-error") return reason as ErrorClass;
  const unknown = unknownNames(sql, "sqlite", tables());
  const count = (unknown?.tables.length ?? 0) + (unknown?.columns.length ?? 0);
  return count > 0 ? "unknown-names" : "exec-error";
}

/** Tables and columns of a file, read once and only when something did not run. */
function tableReader(): (file: string) => readonly NamedTable[] {
  const known = new Map<string, readonly NamedTable[]>();
  return (file) => {
    const found = known.get(file);
    if (found !== undefined) return found;
    const connection = openTrusted(file);
    const rows = connection
      .prepare(
        `SELECT s.name AS tableName, c.name AS columnName FROM sqlite_schema s, pragma_table_xinfo(s.name) c
         WHERE s.type IN ('table', 'view')`,
      )
      .all() as { tableName: string; columnName: string }[];
    connection.close();
    const tables = Object.entries(Object.groupBy(rows, ({ tableName }) => tableName)).map(
      ([name, columns = []]) => ({
        name,
        columns: columns.map((row) => ({ name: row.columnName })),
      }),
    );
    known.set(file, tables);
    return tables;
  };
}

function hardnessOrUnparsed(sql: string): Hardness | "unparsed" {
  try {
    return hardnessOf(sql, "sqlite");
  } catch {
    return "unparsed";
  }
}

/** The lines, without blanks at the ends and without a database name behind a tab. */
function readPredictions(file: string, golds: readonly SpiderItem[]): string[] {
  if (!existsSync(file)) throw new UserError("not-found", `there is no ${file}`);
  const lines = readFileSync(file, "utf8")
    .replace(/\r?\n$/, "")
    .split(/\r?\n/);
  if (lines.length !== golds.length)
    throw new UserError(
      "data-invalid",
      `${file} has ${lines.length} lines; the gold has ${golds.length} items: one line for each is wanted`,
    );
  return lines.map((line, i) => {
    const suffix = `\t${golds[i].db_id}`;
    return (line.endsWith(suffix) ? line.slice(0, -suffix.length) : line).trim();
  });
}
