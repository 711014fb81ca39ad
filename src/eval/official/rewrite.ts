/**
 * What Spider's execution evaluator does to the text of SQL before it runs it: steps X1 to X6 of docs/evaluation.md,
 * quirks included. Knows no database.
 */

/** X1, for predictions: every "value" is a 1, also inside of names. */
export const plugValues = (sql: string): string => sql.replaceAll("value", "1");

/** X2: operators that were torn apart. */
export const joinOperators = (sql: string): string =>
  sql.replaceAll("> =", ">=").replaceAll("< =", "<=").replaceAll("! =", "!=");

/** Comments and quoted text of any kind, words with what makes them parameters, and the signs that end a statement. */
const PIECE =
  /(?:--|# )[^\r\n]*|\/\*[^]*?\*\/|'(?:''|\\'|[^'])*'|"(?:""|\\"|[^"])*"|`(?:``|[^`])*`|(?<![\p{L}\p{N}_\])])\[[^\][]+\]|[$:?@#\\]?[\p{L}\p{N}_]+|[;()]/gu;

/**
 * X3: the first statement, up to a semicolon outside of brackets, without the word `distinct`, wherever that stands
 * outside of quotes and comments.
 */
export function dropDistinct(sql: string): string {
  let depth = 0;
  let kept = "";
  let end = 0;
  for (const { 0: piece, index } of sql.matchAll(PIECE)) {
    const isDistinct = piece.toLowerCase() === "distinct";
    kept += sql.slice(end, isDistinct ? index : index + piece.length);
    end = index + piece.length;
    if (piece === "(") depth++;
    if (piece === ")") depth--;
    if (piece === ";" && depth <= 0) return kept;
  }
  return kept + sql.slice(end);
}

/** X4, of a gold after X3: its row order counts, be it for a sub-query or a literal that says so. */
export const asksForOrder = (goldSql: string): boolean =>
  goldSql.toLowerCase().includes("order by");

/** X6: the year is always 2020. */
export const fixYear = (sql: string): string =>
  sql.replace(/YEAR\s*\(\s*CURDATE\s*\(\s*\)\s*\)\s*/gi, "2020");
