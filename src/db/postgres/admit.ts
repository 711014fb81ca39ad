/**
 * What never reaches a PostgreSQL server: more or less than one statement, one that does not begin as a query, and calls
 * of functions that have effects. What writes in other ways the server refuses by itself, in its read-only transaction.
 * Judges by tokens, and by the server's own catalog, where each function says whether it has effects (VOLATILE). It does
 * not hide tables or settings: whoever may run SQL here may read what the role may read.
 */
import { MAX_SQL_BYTES } from "../driver.ts";
import type { Permissions, RunFailure, RunLimits } from "../run-result.ts";
import type { Functions } from "./catalog.ts";
import { type Token, tokensOf } from "./tokens.ts";

export type Refusal = { readonly reason: RunFailure; readonly message: string };

const READING_WORDS: ReadonlySet<string> = new Set(["select", "with", "values", "table"]);

/** Why the text is not sent; undefined when it is. */
export function refusalOf(
  sql: string,
  functions: Functions,
  { boundLengths, permissions }: Pick<RunLimits, "boundLengths" | "permissions">,
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
  const strange =
    permissions && tokens.find((_, i) => isStrange(tokens, i, functions, permissions));
  return strange && refuse("not-readonly", `${strange.text} is not permitted`);
}

const isSign = (token: Token | undefined, sign: string): boolean =>
  token?.kind === "sign" && token.text === sign;
const isSemicolon = (token: Token): boolean => isSign(token, ";");

function isRefusedCall(
  tokens: readonly Token[],
  at: number,
  { refused, ofRows }: Functions,
): boolean {
  const { kind, text } = tokens[at];
  if (kind !== "word" || !refused.has(text)) return false;
  return isSign(tokens[at + 1], "(") || (isSign(tokens[at - 1], ".") && ofRows.has(text));
}

/** What may stand before a bracket though a function is called so: operators, and types with a length. */
export const NO_CALLS: ReadonlySet<string> = new Set(
  "like overlaps bit bpchar char date float4 float8 int2 int4 int8 interval numeric text time timestamp timestamptz timetz varbit varchar".split(
    " ",
  ),
);
/** Types whose values are names of the catalog, or say who is who. */
const CATALOG_TYPE =
  /^_?(?:reg(?:class|collation|config|dictionary|namespace|oper|operator|proc|procedure|role|type)|aclitem)$/;

/** Of a statement with permissions: a function that they do not list, or a type that tells names. */
function isStrange(
  tokens: readonly Token[],
  at: number,
  { names, ofRows }: Functions,
  permissions: Permissions,
): boolean {
  const { kind, text } = tokens[at];
  if (kind !== "word") return false;
  if (CATALOG_TYPE.test(text)) return true;
  const isListed = NO_CALLS.has(text) || permissions.functions.includes(text);
  if (isSign(tokens[at + 1], "(")) return names.has(text) && !isListed;
  return isSign(tokens[at - 1], ".") && ofRows.has(text) && !isListed;
}
