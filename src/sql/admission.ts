/**
 * Whether a text is one statement that reads, judged by its tokens alone; and the clauses of a query that decide what
 * its result means (outermost ORDER BY, LIMIT). Literals, quoted names, comments and brackets are respected. That a
 * statement truly only reads, the database's authorizer decides.
 */
import type { Dialect } from "./dialect.ts";
import { lexSql, type SqlToken } from "./lexer.ts";

export type Refusal = "empty-sql" | "multi-statement" | "not-readonly" | "unbound-parameter";

const READING_WORDS = new Set(["select", "with", "values"]);

/** Why the text is not one reading statement without parameters; undefined when it is. */
export function refusalOf(sql: string, dialect: Dialect = "sqlite"): Refusal | undefined {
  const [first, ...rest] = statementsOf(sql, dialect);
  if (first === undefined) return "empty-sql";
  if (rest.length > 0) return "multi-statement";
  const begin = dialect === "postgres" ? first.find(({ text }) => text !== "(") : first[0];
  if (!READING_WORDS.has(wordOf(begin))) return "not-readonly";
  const hasParameter = first.some(({ kind }) => kind === "parameter");
  return hasParameter || sql.includes("\0") ? "unbound-parameter" : undefined;
}

/**
 * The tokens of each statement, without comments. As SQLite has it: semicolons in front belong to nothing, and one that
 * follows the end of a statement is a statement.
 */
function statementsOf(sql: string, dialect?: Dialect): SqlToken[][] {
  const tokens = withoutComments(sql, dialect);
  const start = tokens.findIndex(({ text }) => text !== ";");
  if (start < 0) return [];
  const end = tokens.findIndex(({ text }, i) => i > start && text === ";");
  if (end < 0) return [tokens.slice(start)];
  const rest = tokens.slice(end + 1);
  return rest.length === 0 ? [tokens.slice(start, end)] : [tokens.slice(start, end), rest];
}

const withoutComments = (sql: string, dialect?: Dialect): SqlToken[] =>
  lexSql(sql, dialect).filter(({ kind }) => kind !== "comment");

/** A bare word in lower case; empty for any other token. */
export const wordOf = (token: SqlToken | undefined): string =>
  token?.kind === "word" ? token.text.toLowerCase() : "";

const CLOCK_AND_CHANCE = new Set([
  "random",
  "randomblob",
  "current_date",
  "current_time",
  "current_timestamp",
]);

/** Whether two runs may differ: chance, or the clock. */
export const isNondeterministic = (sql: string): boolean =>
  lexSql(sql).some(
    (token) => CLOCK_AND_CHANCE.has(wordOf(token)) || token.text.toLowerCase() === "'now'",
  );

/** Whether the text holds a name or string in double quotes. */
export const hasDoubleQuotes = (sql: string): boolean =>
  lexSql(sql).some(({ kind, text }) => kind === "name" && text.startsWith('"'));

/** One ORDER BY term or one item of a select list: its tokens. */
export type SqlTerm = readonly SqlToken[];

/** The outermost clauses of one query. */
export type QueryOutline = {
  /** Items of the (first) select list. */
  readonly items: readonly SqlTerm[];
  /** Where the items stand in the text; undefined for VALUES. */
  readonly itemsAt?: { readonly start: number; readonly end: number };
  readonly isDistinct: boolean;
  readonly isCompound: boolean;
  /** Terms of the outermost ORDER BY with their directions; empty without one. */
  readonly orderBy: readonly SqlTerm[];
  readonly orderByAt?: { readonly start: number; readonly end: number };
  /** Where the outermost LIMIT clause begins. */
  readonly limitAt?: number;
  /** Offset of the LIMIT clause: 0 without one, undefined when it is not a literal number. */
  readonly offset: number | undefined;
};

const AFTER_ITEMS = new Set(["from", "where", "group", "having", "window", "order", "limit"]);
const SET_OPERATORS = new Set(["union", "intersect", "except"]);

/** Reads the outline of one admitted statement. */
export function outlineOf(sql: string): QueryOutline {
  const tokens = statementsOf(sql)[0] ?? [];
  const depths = depthsOf(tokens);
  const at = (index: number) => (depths[index] === 0 ? wordOf(tokens[index]) : "");
  const find = (test: (word: string, index: number) => boolean, from = 0) =>
    tokens.findIndex((_, i) => i >= from && depths[i] === 0 && test(at(i), i));
  const endOr = (index: number) => (index < 0 ? tokens.length : index);

  const select = find((word) => word === "select");
  const quantifier = at(select + 1);
  const first = select + (quantifier === "distinct" || quantifier === "all" ? 2 : 1);
  const last = endOr(find((word) => AFTER_ITEMS.has(word) || SET_OPERATORS.has(word), first));
  const order = find((word, i) => word === "order" && wordOf(tokens[i + 1]) === "by");
  const limit = find((word) => word === "limit");
  const orderEnd = endOr(limit);
  return {
    items: select < 0 ? [] : splitByComma(tokens, depths, first, last),
    ...(select >= 0 && { itemsAt: span(tokens, first, last) }),
    isDistinct: select >= 0 && quantifier === "distinct",
    isCompound: find((word) => SET_OPERATORS.has(word)) >= 0,
    orderBy: order < 0 ? [] : splitByComma(tokens, depths, order + 2, orderEnd),
    ...(order >= 0 && { orderByAt: span(tokens, order + 2, orderEnd) }),
    ...(limit >= 0 && { limitAt: tokens[limit].start }),
    offset: limit < 0 ? 0 : literalOffset(tokens.slice(limit + 1)),
  };
}

/** Bracket depth of each token; a bracket has the depth outside it. */
function depthsOf(tokens: readonly SqlToken[]): number[] {
  let depth = 0;
  return tokens.map(({ text }) => {
    if (text === ")") depth--;
    return text === "(" ? depth++ : depth;
  });
}

const span = (tokens: readonly SqlToken[], first: number, end: number) => ({
  start: tokens[first]?.start ?? 0,
  end: tokens[end - 1]?.end ?? 0,
});

function splitByComma(
  tokens: readonly SqlToken[],
  depths: readonly number[],
  first: number,
  end: number,
): SqlTerm[] {
  const terms: SqlToken[][] = [[]];
  for (let i = first; i < end; i++)
    if (depths[i] === 0 && tokens[i].text === ",") terms.push([]);
    else terms[terms.length - 1].push(tokens[i]);
  return terms;
}

/** `LIMIT n`, `LIMIT n OFFSET m` and `LIMIT m, n` with plain integers. */
function literalOffset(clause: readonly SqlToken[]): number | undefined {
  const [count, separator, second, ...rest] = clause;
  const number = (token: SqlToken | undefined) =>
    token !== undefined && /^\d{1,15}$/.test(token.text) ? Number(token.text) : undefined;
  if (number(count) === undefined || rest.length > 0) return undefined;
  if (separator === undefined) return 0;
  if (number(second) === undefined) return undefined;
  if (separator.text === ",") return number(count);
  return wordOf(separator) === "offset" ? number(second) : undefined;
}
