/**
 * Tab-separated text with a header, as spreadsheets and data frames write it: a cell that begins with a double quote ends
 * with one, and may hold tabs, line ends and doubled quotes.
 */
export type Delimited = {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The line of each row in the file, from 1. */
  readonly lines: readonly number[];
};

const CELL = /"([^"]*(?:""[^"]*)*)"(?=[\t\r\n]|$)|([^\t\r\n]*)/y;
const SEPARATOR = /\t|\r?\n|\r/y;

/** The cells of `text`. Rows need not be of one length; blank lines at the end are left out. */
export function parseTabSeparated(text: string): Delimited {
  const rows: string[][] = [[]];
  const lines = [1];
  let line = 1;
  for (let at = 0; ;) {
    CELL.lastIndex = at;
    const [whole, quoted, plain] = CELL.exec(text) ?? [""];
    rows[rows.length - 1].push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    line += whole.split("\n").length - 1;
    SEPARATOR.lastIndex = at + whole.length;
    const [separator] = SEPARATOR.exec(text) ?? [];
    if (separator === undefined) break;
    at += whole.length + separator.length;
    if (separator === "\t") continue;
    rows.push([]);
    lines.push(++line);
  }
  while (rows.length > 1 && rows[rows.length - 1].join("").trim() === "") rows.pop();
  const [header = [], ...rest] = rows;
  return { header, rows: rest, lines: lines.slice(1, rest.length + 1) };
}
