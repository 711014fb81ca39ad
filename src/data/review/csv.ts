/**
 * Comma-separated text as spreadsheets read and write it (RFC 4180): cells with commas, quotes or line ends in double
 * quotes. Reading also takes the semicolon of other countries' spreadsheets, and the tab.
 */

/** Rows as text; with a byte order mark, by which spreadsheets know UTF-8. */
export const csvOf = (rows: readonly (readonly string[])[]): string =>
  `\uFEFF${rows.map((row) => `${row.map(quoted).join(",")}\r\n`).join("")}`;

const quoted = (cell: string): string =>
  /[",;\t\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

export type CsvRow = {
  /** From 1; of its first line. */
  readonly line: number;
  readonly cells: readonly string[];
};

/** The rows of a text; blank lines are left out. The separator is the one that its first line has most of. */
export function parseCsv(text: string): CsvRow[] {
  const body = text.replace(/^\uFEFF/, "");
  const [head] = body.split(/\r?\n/, 1);
  const separator = [",", ";", "\t"]
    .map((sign) => ({ sign, count: head.split(sign).length }))
    .sort((a, b) => b.count - a.count)[0].sign;
  const cell = new RegExp(`"((?:[^"]|"")*)"|([^${separator}\\r\\n]*)`, "y");
  const rows: CsvRow[] = [];
  let line = 1;
  for (let at = 0; at < body.length;) {
    const cells: string[] = [];
    const first = line;
    for (;;) {
      cell.lastIndex = at;
      const [whole, inQuotes, plain] = cell.exec(body) ?? [""];
      cells.push(inQuotes?.replaceAll('""', '"') ?? plain ?? "");
      line += whole.split("\n").length - 1;
      at += whole.length;
      if (body[at] !== separator) break;
      at++;
    }
    const end = /\r\n|\r|\n|$/y;
    end.lastIndex = at;
    const [ended] = end.exec(body) ?? [undefined];
    at += ended === undefined ? restOfLine(body, at, cells) : ended.length;
    line++;
    if (cells.join("").trim() !== "") rows.push({ line: first, cells });
  }
  return rows;
}

/** Text after a closing quote belongs to no cell: it is added to the last one, where a check of the row will see it. */
function restOfLine(body: string, at: number, cells: string[]): number {
  const [rest] = /^[^\r\n]*(?:\r\n|\r|\n)?/.exec(body.slice(at)) ?? [""];
  cells[cells.length - 1] += rest.trimEnd();
  return rest.length;
}
