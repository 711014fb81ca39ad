/**
 * Whether a drafted pair may be kept: its SQL runs, gives rows that say something, and every neighbour query gives
 * another result. Knows no wording.
 */
import { createHash } from "node:crypto";
import type { RunResult, SqlCell } from "../../db/run-result.ts";
import type { Draft } from "./draw.ts";
import type { RunMany } from "./samples.ts";

export type Reason =
  /** The shape found nothing to ask in this schema. */
  | "nothing-to-ask"
  | "does-not-run"
  | "no-rows"
  /** NULL or zero alone, or groups of one row each: nothing was counted or added up. */
  | "says-nothing"
  | "too-many-rows"
  /** A neighbour query gives the same result. */
  | "not-discriminating"
  /** LIMIT cuts through equal values. */
  | "cut-through-tie"
  /** Names so odd that the parser gives up, though the database does not. */
  | "unparsed"
  | "repeated-sql"
  | "repeated-question"
  | "too-long"
  | "excluded-template";

export type Verdict =
  | { readonly ok: true; readonly rows: number; readonly ms: number }
  | { readonly ok: false; readonly reason: Reason; readonly message?: string };

const MAX_ROWS = 1500;

/** Verdicts in the order of the drafts; two rounds of statements for all of them together. */
export async function verify(drafts: readonly Draft[], run: RunMany): Promise<Verdict[]> {
  const results = await run(drafts.map(({ sql }) => sql));
  const first = drafts.map((draft, index) => verdictOf(draft.sql, results[index]));
  const probes = drafts.map(({ neighbours, tie }, index) =>
    first[index].ok ? [...(tie ? [tie] : []), ...new Set(neighbours)] : [],
  );
  const answers = await run(probes.flat());
  let at = 0;
  return drafts.map((draft, index) => {
    const verdict = first[index];
    const own = answers.slice(at, (at += probes[index].length));
    if (!verdict.ok) return verdict;
    const [tie, neighbours] = draft.tie ? [own[0], own.slice(1)] : [undefined, own];
    if (tie && !differ(tie)) return { ok: false, reason: "cut-through-tie" };
    const digest = digestOf(results[index], draft.isOrdered);
    const isTold = neighbours.every(
      (other) => !other.ok || digestOf(other, draft.isOrdered) !== digest,
    );
    return isTold ? verdict : { ok: false, reason: "not-discriminating" };
  });
}

function verdictOf(sql: string, result: RunResult): Verdict {
  if (!result.ok) return { ok: false, reason: "does-not-run", message: result.message };
  const { rows, ms, truncated } = result;
  if (rows.length === 0) return { ok: false, reason: "no-rows" };
  if (truncated || rows.length > MAX_ROWS) return { ok: false, reason: "too-many-rows" };
  const isEmpty = (cell: SqlCell) => cell === null || cell === 0n || cell === 0;
  if (rows.length === 1 && rows[0].every(isEmpty)) return { ok: false, reason: "says-nothing" };
  if (rows.every((row) => row.every((cell) => cell === null)))
    return { ok: false, reason: "says-nothing" };
  if (
    /COUNT\((\*|DISTINCT [^)]*)\).* GROUP BY/.test(sql) &&
    rows.every((row) => row[row.length - 1] === 1n)
  )
    return { ok: false, reason: "says-nothing" };
  return { ok: true, rows: rows.length, ms };
}

/** The two rows on both sides of a LIMIT differ, or there is only one. */
const differ = (result: RunResult): boolean =>
  result.ok && (result.rows.length < 2 || String(result.rows[0][0]) !== String(result.rows[1][0]));

/** Rows as a multiset, or as a list when their order counts. */
export function digestOf(result: RunResult, isOrdered: boolean): string {
  if (!result.ok) return "";
  const rows = result.rows.map((row) => row.map(cellText).join("\u001f"));
  const hash = createHash("sha1");
  for (const row of isOrdered ? rows : rows.sort()) hash.update(row).update("\u001e");
  return hash.digest("hex");
}

const cellText = (cell: SqlCell): string =>
  cell === null ? "\u0000" : typeof cell === "number" ? cell.toPrecision(12) : String(cell);
