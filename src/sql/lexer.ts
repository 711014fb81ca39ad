/**
 * SQLite's tokens, comments included (sqlite.org/lang.html; tokenize.c), or PostgreSQL's. Every character of the text but
 * blanks belongs to a token, and no text is refused: what the database would not read becomes a token of kind "illegal",
 * and so does what is spelled so that its end is easily mistaken (PostgreSQL's E'…', U&"…", $tag$…$tag$, comments in comments).
 */
import type { Dialect } from "./dialect.ts";

export type SqlToken = {
  readonly kind:
    | "word"
    | "name"
    | "string"
    | "number"
    | "parameter"
    | "sign"
    | "comment"
    | "illegal";
  /** As written; a quoted name with its quotes. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
};

const PATTERNS: readonly (readonly [SqlToken["kind"], RegExp])[] = [
  ["comment", /--[^\n]*|\/\*[^]*?(?:\*\/|$)/y],
  ["string", /[xX]'[0-9a-fA-F]*'|'(?:[^']|'')*'/y],
  ["name", /"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]/y],
  ["number", /0[xX][0-9a-fA-F]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ["parameter", /\?\d*|[:@$][A-Za-z0-9_$\u0080-\uffff]+/y],
  ["word", /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y],
  ["sign", /->>|->|<=|>=|<>|!=|==|<<|>>|\|\||[-+*/%&|~=<>(),;.]/y],
];

const POSTGRES_PATTERNS: typeof PATTERNS = [
  ["illegal", /\/\*(?:(?!\*\/)[^])*\/\*[^]*/y],
  ["comment", /--[^\n\r]*|\/\*[^]*?(?:\*\/|$)/y],
  ["illegal", /[eE]'|[uU]&["']|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y],
  ["string", /[nNbBxX]?'(?:[^']|'')*'/y],
  ["name", /"(?:[^"]|"")*"/y],
  ["number", /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ["parameter", /\$\d+/y],
  ["word", /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y],
  ["sign", /::|->>|->|<=|>=|<>|!=|\|\||[-+*/%&|~=<>(),;.[\]:^@#!]/y],
];

/** The tokens of a text, in order. */
export function lexSql(sql: string, dialect: Dialect = "sqlite"): SqlToken[] {
  const patterns = dialect === "postgres" ? POSTGRES_PATTERNS : PATTERNS;
  const tokens: SqlToken[] = [];
  for (let at = 0; at < sql.length;) {
    if (/\s/.test(sql[at])) {
      at++;
      continue;
    }
    const token = tokenAt(sql, at, patterns);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

function tokenAt(sql: string, start: number, patterns: typeof PATTERNS): SqlToken {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = start;
    const text = pattern.exec(sql)?.[0];
    if (text !== undefined) return { kind, text, start, end: start + text.length };
  }
  return { kind: "illegal", text: sql[start], start, end: start + 1 };
}

/** The name that a word or a quoted name means. */
export function nameOfToken({ kind, text }: SqlToken): string {
  if (kind === "string") return text.slice(1, -1).replaceAll("''", "'");
  if (kind !== "name") return text;
  const [open] = text;
  const inner = text.slice(1, -1);
  return open === "[" ? inner : inner.replaceAll(open + open, open);
}
