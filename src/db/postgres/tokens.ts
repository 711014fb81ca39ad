/**
 * PostgreSQL's tokens, as far as telling statements apart and finding the calls of functions needs them
 * (postgresql.org/docs/15/sql-syntax-lexical.html, with standard_conforming_strings on, which connection.ts sets).
 * Comments are left out. No text is refused: the server says what is wrong with it.
 */
export type Token = {
  readonly kind: "word" | "string" | "parameter" | "sign";
  /** Words as the server folds them: in lower case, or as they stand between double quotes. */
  readonly text: string;
  readonly isQuoted?: boolean;
};

const PATTERNS: readonly (readonly [Token["kind"] | "blank" | "escaped-name", RegExp])[] = [
  ["blank", /[ \t\n\r\f\v]+|--[^\n\r]*/y],
  ["string", /[eE]'(?:[^'\\]|''|\\[^])*(?:'|$)/y],
  ["escaped-name", /[uU]&"(?:[^"]|"")*(?:"|$)/y],
  ["string", /(?:[nNbBxX]|[uU]&)?'(?:[^']|'')*(?:'|$)/y],
  ["string", /\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[^]*?(?:\$\1\$|$)/y],
  ["parameter", /\$\d+/y],
  ["word", /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ["word", /"(?:[^"]|"")*(?:"|$)/y],
  ["sign", /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
];

/**
 * Tokens, or undefined for what nobody needs who means well: a name with Unicode escapes (`U&"…"`), and a string with
 * escapes (`E'…'`) that goes on in the next line, where a backslash before a quote decides about all that follows.
 */
export function tokensOf(sql: string): Token[] | undefined {
  const tokens: Token[] = [];
  for (let at = 0; at < sql.length;) {
    if (sql.startsWith("/*", at)) {
      at = endOfComment(sql, at);
      continue;
    }
    const [kind, text] = matchAt(sql, at);
    at += text.length;
    const isContinued = kind === "string" && text.startsWith("'") && isEscapes(tokens.at(-1));
    if (kind === "escaped-name" || isContinued) return undefined;
    if (kind === "word" && text.startsWith('"'))
      tokens.push({ kind, text: text.slice(1, -1).replaceAll('""', '"'), isQuoted: true });
    else if (kind !== "blank") tokens.push({ kind, text: kind === "word" ? folded(text) : text });
  }
  return tokens;
}

const isEscapes = (token: Token | undefined): boolean =>
  token?.kind === "string" && /^e'/i.test(token.text);

function matchAt(sql: string, at: number): readonly [(typeof PATTERNS)[number][0], string] {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const [text] = pattern.exec(sql) ?? [];
    if (text) return [kind, text];
  }
  return ["sign", sql[at]];
}

const folded = (word: string): string => word.replace(/[A-Z]+/g, (part) => part.toLowerCase());

/** Comments nest. */
function endOfComment(sql: string, start: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = start;
  let depth = 0;
  for (let match = edge.exec(sql); match; match = edge.exec(sql)) {
    depth += match[0] === "/*" ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return sql.length;
}
