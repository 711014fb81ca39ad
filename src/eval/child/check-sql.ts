/**
 * Runs one gold on its database and on a copy with reversed rows, and says what is wrong with it. Runs in a child process.
 * The findings are described in docs/evaluation.md.
 */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { messageOf } from "../../base/errors.ts";
import { runSql } from "../../db/child/run-sql.ts";
import type { RunLimits, RunResult } from "../../db/run-result.ts";
import { isNondeterministic, outlineOf, refusalOf } from "../../sql/admission.ts";
import type { CheckTask, GoldFinding, GoldOutcome } from "../score-task.ts";
import { type CellRows, identifyCells } from "../strict-cells.ts";
import { matchRows } from "../strict-match.ts";
import { type GoldResult, isTieDependent, tiedGold } from "../strict-order.ts";

const LIMITS: RunLimits = {
  maxRows: 1_000_000,
  maxBytes: 256 * 2 ** 20,
  overflow: "fail",
  access: "read",
  connection: "fresh",
  boundLengths: true,
  doubleQuotedLiterals: true,
  prepareOnly: false,
};
/** What has run for longer gives the next statement a time limit of its own. */
const STEP_MS = 50;

/** `step` is called between statements with a time limit each. Never fails. */
export async function checkSql(task: CheckTask, step: () => void): Promise<GoldOutcome> {
  try {
    return await outcomeOf(task, step);
  } catch (error) {
    return { findings: ["fails"], message: messageOf(error), rows: 0, ms: 0 };
  }
}

async function outcomeOf(
  { file, copy, sql, slowMs, isBrief }: CheckTask,
  step: () => void,
): Promise<GoldOutcome> {
  const run = async (on: string, text: string): Promise<RunResult> => {
    const result = runSql(on, text, LIMITS);
    if (result.ms > STEP_MS) step();
    return result;
  };
  const refusal = refusalOf(sql);
  if (refusal !== undefined) return { findings: ["fails"], message: refusal, rows: 0, ms: 0 };
  const result = await run(file, sql);
  const { ms } = result;
  const slow: GoldFinding[] = ms > slowMs ? ["slow"] : [];
  if (!result.ok) return { findings: ["fails", ...slow], message: result.message, rows: 0, ms };
  const found: GoldFinding[] = result.rows.length === 0 ? [...slow, "empty"] : slow;
  const outcome = { rows: result.rows.length, ms, resultId: resultIdOf(result.rows) };
  if (isNondeterministic(sql)) return { ...outcome, findings: [...found, "nondeterministic"] };
  if (isBrief) return { ...outcome, findings: [...found, "order-unverified"] };
  const tied = await tiedGold(sql, result, (text) => run(file, text));
  const reversed = copy === undefined ? undefined : await run(copy, sql);
  return { ...outcome, findings: [...found, ...orderFindings(sql, tied, reversed)] };
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

/** Whether strict mode would take the second result for right; rows of one spelling need no comparison of cells. */
function isSame(gold: GoldResult, other: Extract<RunResult, { ok: true }>): boolean {
  if (hasSameTexts(gold, other.rows)) return true;
  const [rows, otherRows] = identifyCells([gold.rows, other.rows]);
  const { groups, offset, count, columns } = gold;
  const wanted = { rows, groups, offset, count, columnCount: columns.length };
  const { reason } = matchRows(wanted, otherRows, other.columns.length);
  return reason === "ok" || reason === "ok-empty";
}

/** Whether the returned rows are spelled alike, in any order within a group of tied rows. */
function hasSameTexts({ rows, groups, offset, count }: GoldResult, others: CellRows): boolean {
  if (others.length !== count) return false;
  const inGroups = (texts: readonly string[]) =>
    [...Map.groupBy(texts.keys(), (i) => groups[offset + i]).values()].map((group) =>
      group.map((i) => texts[i]).sort(),
    );
  const [wanted, found] = [rows.slice(offset, offset + count), others].map((some) =>
    inGroups(some.map(textOfRow)),
  );
  return isDeepStrictEqual(wanted, found);
}

const textOfRow = (row: CellRows[number]): string =>
  row.map((cell) => `${typeof cell} ${String(cell)}`).join("\u001f");

function resultIdOf(rows: CellRows): string {
  const hash = createHash("sha256");
  for (const text of rows.map(textOfRow).sort()) hash.update(`${text}\u001e`);
  return hash.digest("hex");
}
