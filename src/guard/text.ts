/** SQL text before it is judged: without comments, and without the name of the one schema that all tables are in. */
import type { Dialect } from "../sql/dialect.ts";
import { lexSql, nameOfToken, type SqlToken } from "../sql/lexer.ts";

/** What is judged is what runs, and the parser keeps comments in its tree. */
export function withoutComments(sql: string, dialect: Dialect): string {
  const comments = lexSql(sql, dialect).filter(({ kind }) => kind === "comment");
  return without(sql, comments, " ");
}

/** The text with `schema.` taken out before names of tables: after FROM, JOIN and their commas and brackets. */
export function withoutSchema(sql: string, dialect: Dialect, schema: string): string {
  const tokens = lexSql(sql, dialect);
  const isSchema = ({ kind, text }: SqlToken, i: number): boolean => {
    const name =
      kind === "word" ? text.toLowerCase() : kind === "name" ? nameOfToken(tokens[i]) : "";
    return name === schema && tokens[i + 1]?.text === "." && mayPrecedeTable(tokens[i - 1]);
  };
  const spans = tokens.flatMap((token, i) =>
    isSchema(token, i) ? [{ start: token.start, end: tokens[i + 1].end }] : [],
  );
  return without(sql, spans, "");
}

/** `FROM s.t`, `JOIN s.t`, `, s.t`, `(s.t`. In other places the parser meets the qualifier, and it is refused. */
const mayPrecedeTable = (token: SqlToken | undefined): boolean =>
  /^(?:from|join|,|\()$/i.test(token?.text ?? "");

/** What of PostgreSQL's own the parser would take for something else, in a word; undefined when there is nothing. */
export function mistakable(sql: string): string | undefined {
  for (const { kind, text } of lexSql(sql, "postgres")) {
    if (kind === "illegal") return "a spelling whose end is easily mistaken";
    if (kind === "word" && text.toLowerCase() === "table") return "TABLE"; // a column with an alias
  }
  return undefined;
}

type Span = { readonly start: number; readonly end: number };

function without(sql: string, spans: readonly Span[], instead: string): string {
  let text = "";
  let end = 0;
  for (const span of spans) {
    text += sql.slice(end, span.start) + instead;
    end = span.end;
  }
  return text + sql.slice(end);
}
