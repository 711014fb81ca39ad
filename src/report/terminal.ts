/** Tables for a terminal: columns as wide as their longest cell, numbers flush right. */

/** Rows of text under a head; `numeric` names the columns that are set flush right. */
export function terminalTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numeric: readonly number[] = [],
): string {
  const widths = head.map((cell, index) =>
    Math.max(cell.length, ...rows.map((row) => row[index].length)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, index) =>
        numeric.includes(index) ? cell.padStart(widths[index]) : cell.padEnd(widths[index]),
      )
      .join("  ")
      .trimEnd();
  return [line(head), widths.map((width) => "─".repeat(width)).join("  "), ...rows.map(line)].join(
    "\n",
  );
}
