/** The summary of a soak by kind, as text. */
import { type BatchOutcome, SOAK_MODES } from "./batch.ts";

const REASONS = 6;

export function logOf(
  outcomes: readonly BatchOutcome[],
  failures: readonly string[],
  { seed, seconds }: { readonly seed: number; readonly seconds: number },
): string {
  const groups = [...Map.groupBy(outcomes, ({ item }) => item.kind)];
  const rows = groups
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, group]) => [kind, String(group.length), ...rightOf(group), reasonsOf(group)]);
  const head = ["kind", "n", ...SOAK_MODES, "most frequent reasons in strict mode"];
  return [
    `npm run soak -- evaluate --seed ${seed}   (${seconds} s)`,
    `Fuzzed predictions on Spider's databases: how many are right in each mode, and why not.`,
    `"control" is the gold itself beside what is dangerous.`,
    "",
    ...table([head, ...rows]),
    "",
    failures.length === 0
      ? "No failure: every item has its verdict, every control is right, no file is new or changed, no process is left."
      : `${failures.length} failures:`,
    ...failures,
    "",
  ].join("\n");
}

const scoredOf = (group: readonly BatchOutcome[]) =>
  group.flatMap((outcome) => ("scored" in outcome ? [outcome.scored] : []));

const rightOf = (group: readonly BatchOutcome[]): string[] =>
  SOAK_MODES.map((mode) =>
    String(scoredOf(group).filter(({ verdicts }) => verdicts[mode] === 1).length),
  );

function reasonsOf(group: readonly BatchOutcome[]): string {
  const counts = new Map<string, number>();
  for (const { reasons } of scoredOf(group)) {
    const reason = reasons.strict ?? "none";
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, REASONS)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(", ");
}

/** Columns of equal width; the last one is as long as it is. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join("  ")
      .trimEnd(),
  );
}
