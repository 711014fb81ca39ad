/** SQL text before it is judged: without comments, and without the name of the one schema that all tables are in. */
import type { Dialect } from "../sql/dialect.ts";
import { lexSql, nameOfToken, type SqlToken } from "../sql/lexer.ts";

/** What is judged is what runs, and the parser keeps comments in its tree. */
export function withoutComments(sql: string, dialect: Dialect): string {
  const comments = lexSql(sql, dialect).filter(({ kind }) => kind === "comment");
  return without(sql, comments, " ");
}

/**
 * The text with `schema.` taken out before names of tables. In other places it stays: it may be an alias, and if it is
 * none, the parser meets it, and it is refused.
 */
export function withoutSchema(sql: string, dialect: Dialect, schema: string): string {
  const tokens = lexSql(sql, dialect);
  const spans = placesOfTables(tokens).flatMap((i) => {
    const { kind, text, start } = tokens[i];
    const name =
      kind === "word" ? text.toLowerCase() : kind === "name" ? nameOfToken(tokens[i]) : "";
    const dot = tokens[i + 1];
    return name === schema && dot?.text === "." ? [{ start, end: dot.end }] : [];
  });
  return without(sql, spans, "");
}

/** Words that end the clause before them. */
const CLAUSES =
  /^(?:select|where|group|having|window|order|limit|offset|fetch|for|union|intersect|except)$/;

/** After these a word is a name, or belongs to WITHIN GROUP. */
const BEFORE_NO_CLAUSE: ReadonlySet<string> = new Set([".", "as", "within"]);

/** Where sources may begin: after the FROM of a SELECT, after JOIN, and after the commas and brackets of such a clause. */
function placesOfTables(tokens: readonly SqlToken[]): number[] {
  const places: number[] = [];
  const outer: string[] = [];
  let clause = "";
  let isPlace = false;
  tokens.forEach(({ kind, text }, i) => {
    if (isPlace) places.push(i);
    const before = tokens[i - 1]?.text.toLowerCase() ?? "";
    const isWord = kind === "word" && !BEFORE_NO_CLAUSE.has(before);
    const word = isWord || kind === "sign" ? text.toLowerCase() : "";
    // not that of EXTRACT (year FROM …), nor of IS DISTINCT FROM
    const isFrom = word === "from" && clause === "select" && before !== "distinct";
    if (word === "(") {
      outer.push(clause);
      clause = isPlace ? "from" : "";
    } else if (word === ")") clause = outer.pop() ?? "";
    else if (isFrom || CLAUSES.test(word) || (isPlace && word === "values")) clause = word;
    isPlace = isFrom || (clause === "from" && /^(?:join|,|\()$/.test(word));
  });
  return places;
}

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
