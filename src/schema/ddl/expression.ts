/**
 * Expressions of CHECK, DEFAULT, computed columns and views in SQLite's words, token by token: casts and prefixes go,
 * functions get SQLite's names, patterns with classes become GLOB. What SQLite does not know stays as it is; whether
 * the result runs, only SQLite can say. Knows no table.
 */
import { quoteName, quoteValue } from "../../sql/quote.ts";
import {
  cursorOn,
  type Cursor,
  type DdlToken,
  isName,
  isNext,
  nameOf,
  peek,
  splitAtCommas,
  take,
  takeGroup,
} from "./tokens.ts";

const FUNCTIONS: Readonly<Record<string, string>> = {
  len: "length",
  datalength: "length",
  char_length: "length",
  character_length: "length",
  isnull: "ifnull",
  nvl: "ifnull",
  substring: "substr",
  ucase: "upper",
  lcase: "lower",
  btrim: "trim",
  ceiling: "ceil",
};

const NOW = new Set(
  "getdate getutcdate sysdatetime sysutcdatetime now curdate current_date".split(" "),
);
const DATE_PARTS: Readonly<Record<string, string>> = { year: "%Y", month: "%m", day: "%d" };

export type ExpressionOptions = {
  /** Columns of text: `+` between them joins. */
  readonly textColumns?: ReadonlySet<string>;
  /** A qualified table name as it is spelled in the result. */
  readonly tableName?: (schema: string | undefined, name: string) => string | undefined;
};

/** The expression as SQLite would write it, its tokens divided by blanks. */
export function toSqlite(tokens: readonly DdlToken[], options: ExpressionOptions = {}): string {
  const joins = options.textColumns !== undefined && isText(tokens, options.textColumns);
  const cursor = cursorOn(tokens);
  const words: string[] = [];
  while (peek(cursor) !== undefined) words.push(...nextWords(cursor, words, { ...options, joins }));
  return words.filter((word) => word !== "").join(" ");
}

type Rewriting = ExpressionOptions & { readonly joins: boolean };

function nextWords(cursor: Cursor, before: readonly string[], options: Rewriting): string[] {
  const token = peek(cursor) as DdlToken;
  if (takeCast(cursor)) return [];
  const rewritten = arrayAsList(cursor, before, options);
  if (rewritten !== undefined) return rewritten;
  const table = qualifiedTable(cursor, options);
  if (table !== undefined) return [table];
  const called = calledFunction(cursor, options);
  if (called !== undefined) return called;
  cursor.at++;
  if (isPatternSign(token)) return patternWords(cursor, token);
  if (token.kind === "string") return [quoteValue(token.value)];
  if (token.kind === "name") return [quoteName(token.value, "sqlite")];
  if (token.text === "+" && options.joins) return ["||"];
  return [token.text];
}

/** Moves over `::schema.character varying(20)[]`. */
export function takeCast(cursor: Cursor): boolean {
  if (!take(cursor, "::")) return false;
  cursor.at++;
  while (isNext(cursor, ".")) cursor.at += 2;
  while (/^(varying|precision|with|without|time|zone)$/.test(peek(cursor)?.value ?? ""))
    cursor.at++;
  takeGroup(cursor);
  while (isNext(cursor, "[")) while (peek(cursor) !== undefined && !take(cursor, "]")) cursor.at++;
  return true;
}

/** `= ANY (ARRAY['a', 'b'])` → `IN ('a', 'b')`; `<> ALL (…)` → `NOT IN (…)`. */
function arrayAsList(
  cursor: Cursor,
  before: readonly string[],
  options: ExpressionOptions,
): string[] | undefined {
  const isAny = isNext(cursor, "any", "(") && before.at(-1) === "=";
  const isAll = isNext(cursor, "all", "(") && /^(<>|!=)$/.test(before.at(-1) ?? "");
  if (!isAny && !isAll) return undefined;
  const start = cursor.at++;
  const group = takeGroup(cursor) ?? [];
  const array = group.findIndex(({ value, kind }) => kind === "word" && value === "array");
  const open = group.findIndex((token, i) => i > array && token.text === "[");
  const close = group.findIndex((token, i) => i > open && token.text === "]");
  if (array === -1 || open === -1 || close === -1) {
    cursor.at = start;
    return undefined;
  }
  (before as string[]).pop();
  const items = toSqlite(group.slice(open + 1, close), options);
  return [isAny ? "IN" : "NOT IN", "(", items, ")"];
}

function qualifiedTable(cursor: Cursor, { tableName }: ExpressionOptions): string | undefined {
  const token = peek(cursor);
  if (tableName === undefined || !isName(token)) return undefined;
  const second = peek(cursor, 2);
  const isQualified = peek(cursor, 1)?.text === "." && isName(second);
  const found = isQualified ? tableName(nameOf(token), nameOf(second)) : undefined;
  if (found !== undefined) cursor.at += 3;
  return found && quoteName(found, "sqlite");
}

function calledFunction(cursor: Cursor, options: ExpressionOptions): string[] | undefined {
  const token = peek(cursor);
  if (token?.kind !== "word" || peek(cursor, 1)?.text !== "(") return undefined;
  const start = cursor.at++;
  const group = takeGroup(cursor) ?? [];
  const parts = splitAtCommas(group).map((part) => toSqlite(part, options));
  if (NOW.has(token.value)) return ["CURRENT_TIMESTAMP"];
  const shifted = parts.length === 3 ? shiftedDate(token.value, parts) : undefined;
  if (shifted !== undefined) return [shifted];
  const datePart = DATE_PARTS[token.value];
  if (datePart !== undefined && parts.length === 1)
    return [`CAST ( strftime ( '${datePart}' , ${parts[0]} ) AS INTEGER )`];
  if (token.value === "convert" && parts.length >= 2) return [castTo(parts[0], parts[1])];
  const cast = token.value === "cast" ? /^(.*) AS (.+)$/is.exec(parts.join(" , ")) : null;
  if (cast !== null) return [castTo(cast[2], cast[1])];
  cursor.at = start;
  const name = FUNCTIONS[token.value];
  if (name === undefined) return undefined;
  cursor.at++;
  return [name];
}

/** T-SQL's DATEADD and DATEDIFF for whole days, months and years. */
function shiftedDate(name: string, [unit, a, b]: readonly string[]): string | undefined {
  const part = { yy: "year", yyyy: "year", mm: "month", dd: "day" }[unit] ?? unit.toLowerCase();
  if (!Object.hasOwn(DATE_PARTS, part)) return undefined;
  if (name === "dateadd") return `date ( ${b} , ( ${a} ) || ' ${part}s' )`;
  if (name !== "datediff") return undefined;
  if (part === "day")
    return `CAST ( julianday ( date ( ${b} ) ) - julianday ( date ( ${a} ) ) AS INTEGER )`;
  const years = `( strftime ( '%Y' , ${b} ) - strftime ( '%Y' , ${a} ) )`;
  return part === "year"
    ? years
    : `( ${years} * 12 + strftime ( '%m' , ${b} ) - strftime ( '%m' , ${a} ) )`;
}

/** A date stays text in SQLite, where a CAST would make a number of it; decimals are rounded as they would be. */
function castTo(type: string, value: string): string {
  const plain = type.replaceAll('"', "");
  const date = /^(date|datetime|timestamp)/i.exec(plain)?.[1].toLowerCase();
  if (date !== undefined) return `${date === "date" ? "date" : "datetime"} ( ${value} )`;
  const places = /^(?:decimal|numeric)\s*\(\s*\d+\s*,\s*(\d+)/i.exec(plain)?.[1];
  if (places !== undefined || /^(small)?money/i.test(plain))
    return `round ( ${value} , ${places ?? 4} )`;
  return `CAST ( ${value} AS ${plain} )`;
}

const isPatternSign = ({ kind, value }: DdlToken): boolean =>
  kind === "word" ? /^(like|regexp|rlike|ilike)$/.test(value) : /^~\*?$/.test(value);

/** `LIKE '[A-Z]%'` and simple regular expressions as GLOB; anything else as it is. */
function patternWords(cursor: Cursor, sign: DdlToken): string[] {
  const inBrackets = isNext(cursor, "(") && peek(cursor, 1)?.kind === "string" ? 1 : 0;
  const pattern = peek(cursor, inBrackets);
  if (pattern?.kind !== "string") return [sign.text];
  const isLike = sign.value === "like" || sign.value === "ilike";
  const glob = isLike ? globOfLike(pattern.value) : globOfRegex(pattern.value);
  if (glob === undefined) return [isLike ? "LIKE" : sign.text];
  cursor.at += inBrackets === 1 ? 3 : 1;
  return ["GLOB", quoteValue(glob)];
}

const globOfLike = (pattern: string): string | undefined =>
  /\[[^\]]+\]/.test(pattern) ? pattern.replaceAll("%", "*").replaceAll("_", "?") : undefined;

const REGEX_PIECE = /(\[[^\]]+\]|\\d|\\w|[A-Za-z0-9 _@:/-]|\\[.\-+()/])(?:\{(\d+)\})?/y;

/** A regular expression of classes, letters and fixed counts from ^ to $. */
function globOfRegex(pattern: string): string | undefined {
  if (!/^\^.*\$$/.test(pattern)) return undefined;
  const body = pattern.slice(1, -1);
  let glob = "";
  for (let at = 0; at < body.length; at = REGEX_PIECE.lastIndex) {
    REGEX_PIECE.lastIndex = at;
    const found = REGEX_PIECE.exec(body);
    if (found === null) return undefined;
    const [, piece, count] = found;
    const spelled = { "\\d": "[0-9]", "\\w": "[A-Za-z0-9_]" }[piece] ?? piece.replace(/^\\/, "");
    glob += spelled.repeat(Number(count ?? 1));
  }
  return glob;
}

/** Some operand outside calls and comparisons is text. */
function isText(tokens: readonly DdlToken[], textColumns: ReadonlySet<string>): boolean {
  return tokens.some(
    (token) =>
      token.kind === "string" || (isName(token) && textColumns.has(nameOf(token).toLowerCase())),
  );
}

const LITERAL = /^(?:'(?:[^']|'')*'|(?:- )?[\d.]+|true|false)$/i;

/** A DEFAULT's literal in SQLite's form; nothing for what has to be computed. */
export function literalOf(tokens: readonly DdlToken[]): string | undefined {
  const text = toSqlite(tokens).replace(/^[( ]+|[) ]+$/g, "");
  return LITERAL.test(text) ? text.replace(/^- /, "-") : undefined;
}
