/**
 * Delimited text with a header, as spreadsheets and data frames write it: a cell that begins with a double quote ends
 * with one, and may hold separators, line ends and doubled quotes. A quote that is never closed belongs to its cell; text
 * behind a closed one (`"a, "b" c",`) too, which is how files come out whose writer did not double the quotes inside.
 */
export type Separator = "\t" | "," | ";" | "|";

const SEPARATORS: readonly Separator[] = ["\t", ",", ";", "|"];

/** The separator that a header has most of. */
export const separatorOf = (header: string): Separator =>
  SEPARATORS.toSorted((a, b) => header.split(b).length - header.split(a).length)[0];

/** A table as text. */
export type Delimited = {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The line of each row in the file, from 1. */
  readonly lines: readonly number[];
};

/** The cells of `text`. Rows need not be of one length; blank lines at the end are left out. */
export function parseDelimited(text: string, separator: Separator): Delimited {
  const plainText = `[^${separator}\\r\\n]*`;
  const cell = new RegExp(
    [
      `"([^"]*(?:""[^"]*)*)"(?=[${separator}\\r\\n]|$)`,
      `"(?=[^"\\r\\n]*[${separator}])([^"\\r\\n]*"${plainText}?)"?(?=[${separator}\\r\\n]|$)`,
      `(${plainText})`,
    ].join("|"),
    "y",
  );
  const end = new RegExp(`[${separator}]|\\r?\\n|\\r`, "y");
  const rows: string[][] = [[]];
  const lines = [1];
  let line = 1;
  for (let at = 0; ;) {
    cell.lastIndex = at;
    const [whole, quoted, unescaped, plain] = cell.exec(text) ?? [""];
    rows[rows.length - 1].push(quoted?.replaceAll('""', '"') ?? unescaped ?? plain ?? "");
    line += whole.split("\n").length - 1;
    end.lastIndex = at + whole.length;
    const [found] = end.exec(text) ?? [];
    if (found === undefined) break;
    at += whole.length + found.length;
    if (found === separator) continue;
    rows.push([]);
    lines.push(++line);
  }
  while (rows.length > 1 && rows[rows.length - 1].join("").trim() === "") rows.pop();
  const [header = [], ...rest] = rows;
  return { header, rows: rest, lines: lines.slice(1, rest.length + 1) };
}

/** Rows with commas (RFC 4180), with a byte order mark, by which spreadsheets know UTF-8. */
export const csvOf = (rows: readonly (readonly string[])[]): string =>
  `\uFEFF${rows.map((row) => `${row.map(quoted).join(",")}\r\n`).join("")}`;

const quoted = (cell: string): string =>
  /[",;\t\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
