/**
 * SQL over several lines for people to read: a line for each clause, queries in parentheses indented, long lines wrapped
 * between tokens. No token is changed. Knows no dialect but SQLite's tokens.
 */
import { lexSql, type SqlToken } from "./lexer.ts";

const CLAUSES = /^(?:FROM|WHERE|GROUP|HAVING|ORDER|LIMIT|UNION|INTERSECT|EXCEPT|WINDOW|VALUES)$/i;
const JOINS = /^(?:LEFT|RIGHT|FULL|INNER|OUTER|CROSS|NATURAL|JOIN)$/i;
const INDENT = "  ";

/** The lines of a text; those longer than `width` are wrapped where a token ends. */
export function formatSql(sql: string, width = 100): string[] {
  const tokens = lexSql(sql);
  /** For each open parenthesis: whether it holds a query. */
  const open: boolean[] = [];
  const lines: string[] = [];
  let line = "";
  const end = () => {
    if (line.trim() !== "") lines.push(line.trimEnd());
    line = INDENT.repeat(open.filter(Boolean).length);
  };
  tokens.forEach((token, index) => {
    const before: SqlToken | undefined = tokens[index - 1];
    if (token.text === ")" && open.pop()) end();
    if (
      before?.text.startsWith("--") ||
      ((open.at(-1) ?? true) ? startsLine(token, before, tokens[index + 1]) : false)
    )
      end();
    const gap = before === undefined || before.end === token.start ? "" : " ";
    if (line.trim() !== "" && line.length + gap.length + token.text.length > width) {
      end();
      line += INDENT;
    }
    line += line.trim() === "" ? token.text : gap + token.text;
    if (token.text === "(") {
      open.push(/^(?:SELECT|WITH|VALUES)$/i.test(tokens[index + 1]?.text ?? ""));
      if (open.at(-1)) end();
    }
  });
  end();
  return lines;
}

function startsLine(token: SqlToken, before?: SqlToken, after?: SqlToken): boolean {
  if (token.kind !== "word" || before === undefined) return false;
  if (JOINS.test(token.text)) return !JOINS.test(before.text) && after?.text !== "(";
  const isSecondSelect = /^SELECT$/i.test(token.text) && before.text !== "(";
  return CLAUSES.test(token.text) || isSecondSelect;
}

/** The text in one line, without its comments. */
export function oneLineSql(sql: string): string {
  const tokens = lexSql(sql).filter(({ kind }) => kind !== "comment");
  return tokens
    .map(
      ({ text, start }, index) =>
        (index === 0 || tokens[index - 1].end === start ? "" : " ") + text,
    )
    .join("");
}
