/**
 * Tokens of a script in any of the four dialects, comments left out. No text is refused: a quote that never closes ends
 * at its line, so that the statements behind it are still read. Also the cursor that the readers share.
 */
import type { ScriptDialect } from "./dialect.ts";

/** A piece of a script. */
export type DdlToken = {
  readonly kind: "word" | "name" | "string" | "number" | "sign" | "illegal";
  /** As written. */
  readonly text: string;
  /** A name or a string without its quotes; a word in lower case; else as written. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
  readonly startsLine: boolean;
};

type Pattern = readonly [DdlToken["kind"] | "blank", RegExp];

const BLANKS = /\s+|--[^\n]*|\/\*[^]*?(?:\*\/|$)/y;
const STRING = /(?:[nNeEbBxX]|[uU]&|_\w+\s*)?'(?:[^']|'')*'/y;
const WORD = /[\p{L}_#@][\p{L}\p{N}_$#@]*/uy;
const NUMBER = /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const SIGN = /::|<=|>=|<>|!=|!~\*?|~\*|\|\||&&|[^]/y;

const PATTERNS: Readonly<Record<ScriptDialect, readonly Pattern[]>> = {
  sqlite: [
    ["blank", BLANKS],
    ["string", STRING],
    ["name", /"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]\n]*\]/y],
    ["number", NUMBER],
    ["word", WORD],
    ["sign", SIGN],
  ],
  tsql: [
    ["blank", BLANKS],
    ["string", STRING],
    ["name", /"(?:[^"]|"")*"|\[(?:[^\]\n]|\]\])*\]/y],
    ["number", NUMBER],
    ["word", WORD],
    ["sign", SIGN],
  ],
  postgres: [
    ["blank", BLANKS],
    ["string", /\$([A-Za-z_]\w*)?\$[^]*?\$\1\$|[eE]'(?:[^'\\]|''|\\[^])*'/y],
    ["string", STRING],
    ["name", /(?:[uU]&)?"(?:[^"]|"")*"/y],
    ["number", NUMBER],
    ["word", WORD],
    ["sign", SIGN],
  ],
  mysql: [
    // What stands in /*! … */ is run by MySQL; # begins a comment there.
    ["blank", /\s+|--(?=\s)[^\n]*|#[^\n]*|\/\*!\d*|\*\/|\/\*[^]*?(?:\*\/|$)/y],
    ["string", /(?:[nNbBxX]|_\w+\s*)?'(?:[^'\\]|''|\\[^])*'|"(?:[^"\\]|""|\\[^])*"/y],
    ["name", /`(?:[^`]|``)*`/y],
    ["number", NUMBER],
    ["word", /[\p{L}_@][\p{L}\p{N}_$@]*/uy],
    ["sign", SIGN],
  ],
};

/** A quoted text that runs over the start of another table has lost its closing quote. */
const RUNS_OVER = /\n\s*CREATE\s+TABLE\b/i;

/** The tokens of a script, comments left out. */
export function lexScript(text: string, dialect: ScriptDialect): DdlToken[] {
  const tokens: DdlToken[] = [];
  let startsLine = true;
  for (let at = 0; at < text.length;) {
    const [kind, end] = tokenAt(text, at, PATTERNS[dialect]);
    const piece = text.slice(at, end);
    if (kind !== "blank") {
      tokens.push({ kind, text: piece, value: valueOf(kind, piece), start: at, end, startsLine });
      startsLine = false;
    } else if (piece.includes("\n")) startsLine = true;
    at = end;
  }
  return tokens;
}

function tokenAt(
  text: string,
  at: number,
  patterns: readonly Pattern[],
): readonly [Pattern[0], number] {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined || found === "") continue;
    const isOpenQuote = found === "'" || found === '"' || found === "`";
    const isQuoted = kind === "string" || kind === "name";
    if (isOpenQuote || (isQuoted && !found.startsWith("$") && RUNS_OVER.test(found))) {
      const lineEnd = text.indexOf("\n", at);
      return ["illegal", lineEnd === -1 ? text.length : lineEnd];
    }
    return [kind, at + found.length];
  }
  return ["illegal", at + 1];
}

function valueOf(kind: DdlToken["kind"], text: string): string {
  if (kind === "word") return text.toLowerCase();
  if (kind === "name") return nameValue(text);
  return kind === "string" ? stringValue(text) : text;
}

function nameValue(text: string): string {
  const quoted = text.replace(/^[uU]&/, "");
  const close = quoted.at(-1) ?? "";
  return quoted.slice(1, -1).replaceAll(close + close, close);
}

function stringValue(text: string): string {
  const dollar = /^\$\w*\$/.exec(text)?.[0];
  if (dollar !== undefined) return text.slice(dollar.length, -dollar.length);
  const quote = text.at(-1) ?? "";
  const inner = text.slice(text.indexOf(quote) + 1, -1).replaceAll(quote + quote, quote);
  return /^[eE]'|^"/.test(text) ? inner.replace(/\\(.)/gs, "$1") : inner;
}

/** A place in a list of tokens that readers move on. */
export type Cursor = { readonly tokens: readonly DdlToken[]; at: number };

export const cursorOn = (tokens: readonly DdlToken[]): Cursor => ({ tokens, at: 0 });
export const peek = ({ tokens, at }: Cursor, ahead = 0): DdlToken | undefined => tokens[at + ahead];

/** Whether these words or signs come next. */
export const isNext = (cursor: Cursor, ...words: readonly string[]): boolean =>
  words.every((word, i) => isWord(peek(cursor, i), word));

export const isWord = (token: DdlToken | undefined, word: string): boolean =>
  token !== undefined && (token.kind === "word" || token.kind === "sign") && token.value === word;

/** Moves over these words if they come next. */
export function take(cursor: Cursor, ...words: readonly string[]): boolean {
  if (!isNext(cursor, ...words)) return false;
  cursor.at += words.length;
  return true;
}

/** Moves over one of these words if it comes next, and returns it. */
export function takeOneOf(cursor: Cursor, ...words: readonly string[]): string | undefined {
  const found = words.find((word) => isNext(cursor, word));
  if (found !== undefined) cursor.at++;
  return found;
}

/** Moves over a bracket and returns what stands inside; a missing end is the end of the tokens. */
export function takeGroup(cursor: Cursor): DdlToken[] | undefined {
  if (!isNext(cursor, "(")) return undefined;
  const start = cursor.at + 1;
  let depth = 0;
  do {
    if (isNext(cursor, "(")) depth++;
    if (isNext(cursor, ")")) depth--;
    cursor.at++;
  } while (depth > 0 && cursor.at < cursor.tokens.length);
  return cursor.tokens.slice(start, depth === 0 ? cursor.at - 1 : cursor.at);
}

/** The parts between commas outside brackets. */
export function splitAtCommas(tokens: readonly DdlToken[]): DdlToken[][] {
  const parts: DdlToken[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (isWord(token, "(")) depth++;
    if (isWord(token, ")")) depth--;
    if (depth === 0 && isWord(token, ",")) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.length > 0);
}

/** A name as it is written: a word keeps its case. MySQL and SQLite also take a string for a name. */
export const nameOf = (token: DdlToken): string =>
  token.kind === "name" || token.kind === "string" ? token.value : token.text;

export type NameToken = DdlToken & { readonly kind: "word" | "name" };

export const isName = (token: DdlToken | undefined): token is NameToken =>
  token !== undefined && (token.kind === "word" || token.kind === "name");

/** The names of a list such as `([a] ASC, b(10))`, or nothing when an entry is no plain column. */
export function namesIn(group: readonly DdlToken[]): string[] | undefined {
  const names = splitAtCommas(group).map((part) => {
    const [first, second] = part;
    const isPlain = isName(first) || first.kind === "string";
    const isLength = isWord(second, "(") && part[2]?.kind === "number";
    const isOrder =
      second === undefined || isLength || second.kind === "word" || second.kind === "name";
    return isPlain && isOrder ? nameOf(first) : undefined;
  });
  return names.includes(undefined) ? undefined : (names as string[]);
}
