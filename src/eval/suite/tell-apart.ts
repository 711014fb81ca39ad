/**
 * Which neighbours a database tells apart from their gold: those whose result strict mode would call wrong. Runs SQL
 * through an executor on connections that stay open, because a suite asks many small questions of few files.
 */
import type { Executor, RunResult } from "../../db/executor.ts";
import { identifyCells } from "../strict-cells.ts";
import { matchRows } from "../strict-match.ts";
import { type GoldResult, tiedGold } from "../strict-order.ts";

/** How a neighbour's result stands to its gold's. "fails" = it does not run here. */
export type Outcome = "same" | "differs" | "fails";

/** A gold and the neighbours that are asked about. */
export type Question = { readonly gold: string; readonly neighbours: readonly string[] };

export type Answers =
  | { readonly ok: true; readonly outcomes: readonly Outcome[] }
  /** The gold itself does not run here. */
  | { readonly ok: false; readonly message: string };

/** Results of golds beyond these limits are not compared. */
const LIMITS = { timeoutMs: 5000, maxRows: 50_000, overflow: "fail", connection: "kept" } as const;
/** Questions under way at the same time. */
const AHEAD = 8;

export type TellApartOptions = {
  readonly onProgress?: (done: number, total: number) => void;
  /** Asked before each question; what comes after a true is left out. */
  readonly isOver?: () => boolean;
};

/** Answers in the order of the questions; undefined for those that were left out. */
export async function tellApart(
  executor: Executor,
  file: string,
  questions: readonly Question[],
  { onProgress, isOver = () => false }: TellApartOptions = {},
): Promise<(Answers | undefined)[]> {
  const answers = questions.map((): Answers | undefined => undefined);
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    while (next < questions.length && !isOver()) {
      const at = next++;
      answers[at] = await answerOf(executor, file, questions[at]);
      onProgress?.(++done, questions.length);
    }
  };
  await Promise.all(Array.from({ length: AHEAD }, work));
  return answers;
}

async function answerOf(
  executor: Executor,
  file: string,
  { gold, neighbours }: Question,
): Promise<Answers> {
  const run = (sql: string) => executor.run(file, sql, LIMITS);
  const own = await run(gold);
  if (!own.ok) return { ok: false, message: own.message };
  const tied = await tiedGold(gold, own, run);
  // One row more than the gold has is enough to know that the numbers differ.
  const limits = { ...LIMITS, maxRows: tied.count + 1, overflow: "truncate" } as const;
  const results = await Promise.all(neighbours.map((sql) => executor.run(file, sql, limits)));
  return { ok: true, outcomes: results.map((result) => outcomeOf(tied, result)) };
}

function outcomeOf(gold: GoldResult, result: RunResult): Outcome {
  if (!result.ok) return "fails";
  if (result.rows.length !== gold.count || result.columns.length !== gold.columns.length)
    return "differs";
  const [rows, others] = identifyCells([gold.rows, result.rows]);
  const { groups, offset, count, columns } = gold;
  const compared = { rows, groups, offset, count, columnCount: columns.length };
  return matchRows(compared, others, columns.length).reason.startsWith("ok") ? "same" : "differs";
}
