/**
 * The results of golds and predictions as a report shows them: the first rows of each, and which rows have no equal on
 * the other side. Rows are compared by strict mode's cells (strict-cells.ts); it gives no verdict.
 */
import type { Executor, RunResult, SqlCell } from "../../db/executor.ts";
import { isRefusal } from "../refusal.ts";
import type { FileItem } from "../score-file.ts";
import { identifyCells } from "../strict-cells.ts";

export type ShownRows = {
  readonly columns: readonly string[];
  /** Columns that hold numbers only. */
  readonly numeric: readonly boolean[];
  /** The first rows; null is NULL, long text is cut. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** Of the whole result, or of what was fetched where `isCut`. */
  readonly rowCount: number;
  readonly columnCount: number;
  readonly isCut: boolean;
  /** Places among the rows shown that have no equal row on the other side, and how many there are in all. */
  readonly alone: readonly number[];
  readonly aloneCount: number;
};

/** A message stands for SQL that gave no rows. */
export type ShownResult = ShownRows | { readonly message: string };
export type ShownPair = { readonly gold: ShownResult; readonly predicted: ShownResult };

export type ResultOptions = {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
};

const MOST_ROWS = 20;
const MOST_COLUMNS = 30;
const MOST_CHARACTERS = 80;
const LIMITS = { maxRows: 10_000, maxBytes: 32 * 2 ** 20, connection: "kept" } as const;

/**
 * Both results of every item, in the order of the items. What ran into a limit when it was scored is not run again. With
 * an aborted signal, raises its reason.
 */
export async function resultsOf(
  { items }: { readonly items: readonly FileItem[] },
  executor: Executor,
  fileOf: (dbId: string) => string,
  { timeoutMs = 10_000, signal, onProgress }: ResultOptions = {},
): Promise<ShownPair[]> {
  let done = 0;
  return Promise.all(
    items.map(async (item) => {
      signal?.throwIfAborted();
      const run = (sql: string) => executor.run(fileOf(item.dbId), sql, { ...LIMITS, timeoutMs });
      const unrun = reasonNotToRun(item);
      const [gold, predicted] = await Promise.all([
        isToRefuse(item) ? "The question is to be refused." : run(item.goldSql),
        unrun ?? run(item.predictedSql),
      ]);
      onProgress?.(++done, items.length);
      return shownPair(gold, predicted);
    }),
  );
}

const isToRefuse = ({ goldSql }: FileItem): boolean => goldSql === "" || isRefusal(goldSql);

function reasonNotToRun({ predictedSql, reasons, message }: FileItem): string | undefined {
  if (isRefusal(predictedSql)) return "The question was refused.";
  const limit = Object.values(reasons).find((reason) => /^(timeout|too-large)$/.test(reason));
  return limit && `Ran into a limit when it was scored: ${message ?? limit}`;
}

type Ran = RunResult | string;

function shownPair(gold: Ran, predicted: Ran): ShownPair {
  const alone = isComplete(gold) && isComplete(predicted) ? aloneIn(gold, predicted) : [[], []];
  return { gold: shown(gold, alone[0]), predicted: shown(predicted, alone[1]) };
}

type Complete = Extract<RunResult, { ok: true }>;

const isComplete = (ran: Ran): ran is Complete =>
  typeof ran === "object" && ran.ok && !ran.truncated;

/** Places of rows without an equal one; in whichever reading of the columns' order fewer are left. */
function aloneIn(gold: Complete, predicted: Complete): [number[], number[]] {
  if (gold.columns.length !== predicted.columns.length) return [[], []];
  const [goldIds, ids] = identifyCells([gold.rows, predicted.rows]);
  const readings = [
    (row: readonly number[]) => row.join(),
    (row: readonly number[]) => row.toSorted((a, b) => a - b).join(),
  ].map((keyOf): [number[], number[]] => {
    const [keys, otherKeys] = [goldIds.map(keyOf), ids.map(keyOf)];
    return [missingFrom(keys, otherKeys), missingFrom(otherKeys, keys)];
  });
  const [asWritten, anyOrder] = readings;
  return anyOrder[0].length + anyOrder[1].length < asWritten[0].length + asWritten[1].length
    ? anyOrder
    : asWritten;
}

/** Places of keys that the other list does not hold as often. */
function missingFrom(keys: readonly string[], others: readonly string[]): number[] {
  const left = new Map<string, number>();
  for (const key of others) left.set(key, (left.get(key) ?? 0) + 1);
  return keys.flatMap((key, at) => {
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    return count > 0 ? [] : [at];
  });
}

function shown(ran: Ran, alone: readonly number[]): ShownResult {
  if (typeof ran === "string") return { message: ran };
  if (!ran.ok) return { message: ran.message };
  const rows = ran.rows.slice(0, MOST_ROWS).map((row) => row.slice(0, MOST_COLUMNS));
  const columns = ran.columns.slice(0, MOST_COLUMNS);
  return {
    columns,
    numeric: columns.map((_, at) => isNumeric(rows.map((row) => row[at]))),
    rows: rows.map((row) => row.map(cellText)),
    rowCount: ran.rows.length,
    columnCount: ran.columns.length,
    isCut: ran.truncated,
    alone: alone.filter((at) => at < MOST_ROWS),
    aloneCount: alone.length,
  };
}

const isNumeric = (cells: readonly SqlCell[]): boolean =>
  cells.every((cell) => cell === null || typeof cell === "number" || typeof cell === "bigint") &&
  cells.some((cell) => cell !== null);

function cellText(cell: SqlCell): string | null {
  if (cell === null) return null;
  const text =
    cell instanceof Uint8Array ? `x'${Buffer.from(cell).toString("hex")}'` : String(cell);
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
