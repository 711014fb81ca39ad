/** A pair as text for a terminal: question, SQL, result rows, checks, source. What a cell holds cannot steer the terminal. */
import type { ReviewItem } from "../../data/review/queue.ts";
import type { RunResult, SqlCell } from "../../db/run-result.ts";
import { terminalTable } from "../../report/terminal.ts";
import { formatSql } from "../../sql/format.ts";

const MOST_ROWS = 10;
const WIDEST_CELL = 30;

/** Control and direction characters as they are written in code. */
const printable = (text: string): string =>
  text.replace(
    /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** All that is known of a pair, `width` columns wide. */
export function pairText(
  { example, setAside, decision }: ReviewItem,
  result: RunResult | undefined,
  width: number,
): string {
  const { question, sql, refusal, evidence, kind, checks, source, split } = example;
  const lines = [
    ...wrap(printable(question), width),
    ...(evidence ? wrap(`evidence: ${printable(evidence)}`, width) : []),
    "",
    ...(kind === "refuse"
      ? [`-- cannot answer: ${printable(refusal ?? "")}`]
      : formatSql(sql, width).map(printable)),
    "",
    ...(result === undefined ? [] : [resultText(result, width), ""]),
    kind === "refuse"
      ? "checks: a refusal is not executed"
      : `checks: ${checks.executed ? "executed" : "does not run"}, ${checks.rows} rows, ${checks.ms} ms, ${checks.discriminating ? "told apart from its neighbours" : "not compared with neighbours"}`,
    `source: ${[source.method, source.model, source.parentId && `from ${source.parentId}`].filter(Boolean).join(", ")}; ${split}`,
    ...(setAside === undefined ? [] : [`set aside: ${setAside}`]),
    ...(example.review === undefined ? [] : [`review: ${example.review}`]),
    ...(decision === undefined
      ? []
      : [
          `decision: ${decision.decision}${decision.reason ? `, ${printable(decision.reason)}` : ""}`,
        ]),
  ];
  return lines.join("\n");
}

/** The first rows as a table, or why there are none. */
export function resultText(result: RunResult, width: number): string {
  if (!result.ok) return `does not run: ${printable(result.message)}`;
  const cellText = (text: string) =>
    text.length > WIDEST_CELL ? `${text.slice(0, WIDEST_CELL - 1)}…` : text;
  const rows = result.rows
    .slice(0, MOST_ROWS)
    .map((row) => row.map((cell) => cellText(show(cell))));
  const head = result.columns.map((name) => cellText(printable(name)));
  const shown = columnsThatFit(head, rows, width);
  const cut = (row: readonly string[]) => row.slice(0, shown);
  const numeric = head.flatMap((_, index) => (result.rows.every(isNumberAt(index)) ? index : []));
  const more = [
    ...(result.rows.length > MOST_ROWS
      ? [`${result.rows.length - MOST_ROWS}${result.truncated ? " and more" : ""} more rows`]
      : []),
    ...(shown < head.length ? [`${head.length - shown} more columns`] : []),
  ];
  const table = terminalTable(
    cut(head),
    rows.map(cut),
    numeric.filter((index) => index < shown),
  );
  return [table, ...(rows.length === 0 ? ["(no rows)"] : []), ...more.map((it) => `… ${it}`)].join(
    "\n",
  );
}

const isNumberAt = (index: number) => (row: readonly SqlCell[]) =>
  typeof row[index] === "number" || typeof row[index] === "bigint";

function columnsThatFit(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): number {
  let used = 0;
  const fits = head.findIndex((cell, index) => {
    used += Math.max(cell.length, ...rows.map((row) => row[index].length)) + 2;
    return used > width + 2;
  });
  return Math.max(1, fits < 0 ? head.length : fits);
}

function show(cell: SqlCell): string {
  if (cell === null) return "NULL";
  if (cell instanceof Uint8Array) return `x'${Buffer.from(cell).toString("hex")}'`;
  return printable(String(cell));
}

/** Words in lines of at most `width`; a longer word has a line of its own. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
