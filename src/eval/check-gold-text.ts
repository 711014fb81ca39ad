/** The check of golds in words: one line to stand beside every score, and the whole for `--check-gold`. */
import { terminalTable } from "../report/terminal.ts";
import type { GoldCheck } from "./check-gold.ts";
import { GOLD_FINDINGS, type GoldFinding } from "./score-task.ts";

type Words = { readonly short: string; readonly long: string };

const words: Readonly<Record<GoldFinding, Words>> = {
  fails: {
    short: "fail",
    long: "do not run, or are not one reading statement: they score nothing",
  },
  slow: { short: "are slow", long: "run so long that a time limit may decide" },
  empty: { short: "return nothing", long: "return no row: any query that returns none is right" },
  ties: { short: "cut ties", long: "cut tied rows by LIMIT: only strict accepts each of them" },
  "row-order": {
    short: "depend on the order of rows",
    long: "return other rows when the tables are stored in the opposite order",
  },
  "order-unverified": {
    short: "have an order that could not be checked",
    long: "may depend on the order of rows: this could not be found out",
  },
  nondeterministic: { short: "read the clock or chance", long: "may return other rows each time" },
  same: { short: "repeat an earlier gold", long: "repeat the gold of an earlier question" },
};

/** Those that are named even when there are none. */
const ALWAYS: readonly GoldFinding[] = ["fails", "empty"];
const MOST_LISTED = 20;

/** "Golds: 507, 275 of them different; 0 fail, 46 return nothing, 24 cut ties". */
export function goldCheckLine({ n, distinct, counts }: GoldCheck): string {
  const named = GOLD_FINDINGS.filter(
    (finding) => finding !== "same" && (ALWAYS.includes(finding) || counts[finding] > 0),
  );
  const parts = named.map((finding) => `${counts[finding]} ${words[finding].short}`);
  return `Golds: ${n}, ${distinct} of them different; ${parts.join(", ")}`;
}

/** The line, the findings with what they mean, and the items of each but repeats. */
export function goldCheckText(check: GoldCheck): string {
  const rows = GOLD_FINDINGS.map((finding) => [
    finding,
    String(check.counts[finding]),
    words[finding].long,
  ]);
  const lists = GOLD_FINDINGS.filter(
    (finding) => finding !== "same" && check.counts[finding] > 0,
  ).map((finding) => listOf(check, finding));
  const table = terminalTable(["finding", "golds", ""], rows, [1]);
  return [goldCheckLine(check), table, ...lists].join("\n\n");
}

function listOf({ items }: GoldCheck, finding: GoldFinding): string {
  const found = items.filter(({ findings }) => findings.includes(finding));
  const lines = found
    .slice(0, MOST_LISTED)
    .map(({ index, dbId, ms, message }) =>
      finding === "slow"
        ? `  ${index} ${dbId}: ${(ms / 1000).toFixed(1)} s`
        : `  ${index} ${dbId}${message === undefined ? "" : `: ${message}`}`,
    );
  const rest = found.length - lines.length;
  return [`${finding}:`, ...lines, ...(rest > 0 ? [`  … and ${rest} more`] : [])].join("\n");
}
