/**
 * What never reaches a PostgreSQL server: more or less than one statement, one that does not begin as a query, and calls
 * of functions that have effects. What writes in other ways the server refuses by itself, in its read-only transaction.
 * Judges by tokens, and by the server's own catalog, where each function says whether it has effects (VOLATILE). It does
 * not hide tables or settings: whoever may run SQL here may read what the role may read.
 */
import { MAX_SQL_BYTES } from "../driver.ts";
import type { RunFailure, RunLimits } from "../run-result.ts";
import { type Token, tokensOf } from "./tokens.ts";

export type Refusal = { readonly reason: RunFailure; readonly message: string };

/** Functions of a server that are not called, in the server's spelling. */
export type RefusedFunctions = {
  readonly names: ReadonlySet<string>;
  /** Of these, the ones that may be called as if they were a column: `row.name`. */
  readonly ofRows: ReadonlySet<string>;
};

/** Volatile only because they give another value each time. */
const HARMLESS = ["random", "clock_timestamp", "timeofday", "gen_random_uuid"];

/** Name, and whether its one argument is a row: functions with effects, and those that run SQL out of a text. */
export const REFUSED_FUNCTIONS_SQL: string = `
  SELECT proname, bool_or(pronargs = 1 AND typtype = 'c')::int
  FROM pg_catalog.pg_proc LEFT JOIN pg_catalog.pg_type AS t ON t.oid = proargtypes[0]
  WHERE prokind <> 'a' AND (provolatile = 'v' OR proname ~ '_to_xml')
    AND proname NOT IN (${HARMLESS.map((name) => `'${name}'`).join(", ")})
  GROUP BY proname`;

const READING_WORDS: ReadonlySet<string> = new Set(["select", "with", "values", "table"]);

/** Why the text is not sent; undefined when it is. */
export function refusalOf(
  sql: string,
  functions: RefusedFunctions,
  { boundLengths }: Pick<RunLimits, "boundLengths">,
): Refusal | undefined {
  const refuse = (reason: RunFailure, message: string): Refusal => ({ reason, message });
  if (sql.includes("\0")) return refuse("unbound-parameter", "the SQL holds a NUL character");
  if (boundLengths && sql.length > MAX_SQL_BYTES)
    return refuse("too-large", `the SQL is longer than ${MAX_SQL_BYTES} characters`);
  const all = tokensOf(sql);
  if (all === undefined) return refuse("not-readonly", "names with Unicode escapes are not taken");
  const start = all.findIndex((token) => !isSemicolon(token));
  if (start < 0) return refuse("empty-sql", "the SQL holds no statement");
  const tokens = all.slice(start);
  const end = tokens.findIndex(isSemicolon);
  if (end >= 0 && end < tokens.length - 1)
    return refuse("multi-statement", "the SQL holds more than one statement");
  const first = tokens.find((token) => !isSign(token, "("));
  if (first === undefined || first.isQuoted || !READING_WORDS.has(first.text))
    return refuse("not-readonly", "only SELECT, WITH, VALUES and TABLE read");
  if (tokens.some(({ kind }) => kind === "parameter"))
    return refuse("unbound-parameter", "the SQL holds a parameter without a value");
  const called = tokens.find((_, i) => isRefusedCall(tokens, i, functions));
  if (called !== undefined)
    return refuse("not-readonly", `${called.text} has effects (it is not STABLE or IMMUTABLE)`);
  return undefined;
}

const isSign = (token: Token | undefined, sign: string): boolean =>
  token?.kind === "sign" && token.text === sign;
const isSemicolon = (token: Token): boolean => isSign(token, ";");

function isRefusedCall(
  tokens: readonly Token[],
  at: number,
  { names, ofRows }: RefusedFunctions,
): boolean {
  const { kind, text } = tokens[at];
  if (kind !== "word") return false;
  if (isSign(tokens[at + 1], "(")) return names.has(text);
  return isSign(tokens[at - 1], ".") && ofRows.has(text);
}
