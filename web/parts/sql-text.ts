/** SQL set for reading: each clause on a line of its own. Only blanks change, and none within quotes. */
const PIECE = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|[()]|\s+|[^\s'"`[\]()]+|[[\]'"`]/g;
const CLAUSE =
  /^(?:FROM|WHERE|GROUP|HAVING|ORDER|LIMIT|UNION|INTERSECT|EXCEPT|JOIN|LEFT|INNER|RIGHT|FULL|CROSS|NATURAL)$/i;
/** The second word of a clause stays beside the first. */
const FIRST_WORD = /^(?:LEFT|RIGHT|FULL|INNER|CROSS|NATURAL|OUTER)$/i;
/** Shorter statements stay on one line. */
const LONG = 60;

export function readableSql(sql: string): string {
  if (sql.length < LONG || sql.includes("\n") || sql.includes("--") || sql.includes("/*"))
    return sql;
  let depth = 0;
  let before = "";
  let text = "";
  for (const piece of sql.match(PIECE) ?? []) {
    if (piece === "(") depth++;
    if (piece === ")") depth--;
    const isBreak =
      depth === 0 && CLAUSE.test(piece) && !FIRST_WORD.test(before) && text.endsWith(" ");
    text = isBreak ? `${text.trimEnd()}\n${piece}` : text + (/^\s/.test(piece) ? " " : piece);
    if (!/^\s/.test(piece)) before = piece;
  }
  return text;
}
