/**
 * What a file gives as the answer → SQL or a refusal. SQL that stands alone is taken as it is; else it is taken out of a
 * Markdown fence, or out of the prose around it. Runs nothing.
 */
import { parseAnswer } from "../../prompt/answer.ts";
import { refusalOf } from "../../sql/admission.ts";
import type { Dialect } from "../../sql/dialect.ts";
import { lexSql } from "../../sql/lexer.ts";
import { parseSql } from "../../sql/tree.ts";

export type ImportedAnswer =
  | { readonly sql: string }
  | { readonly refusal: string }
  | { readonly reason: string };

const REASONS: Readonly<Record<NonNullable<ReturnType<typeof refusalOf>>, string>> = {
  "empty-sql": "no SQL",
  "multi-statement": "more than one statement",
  "not-readonly": "no reading query",
  "unbound-parameter": "a parameter without a value",
};

/** Reads the answer of one record. */
export function readAnswer(text: string, dialect: Dialect): ImportedAnswer {
  const answer = parseAnswer(text);
  if (answer.kind === "refuse")
    return answer.refusal === ""
      ? { reason: "a refusal without its reason" }
      : { refusal: answer.refusal };
  const sql = sqlIn(text.trim(), dialect);
  const fault = faultOf(sql);
  if (fault !== undefined) return { reason: REASONS[fault] };
  return isConstantText(sql) ? { reason: "a text instead of a query" } : { sql };
}

/** PostgreSQL's casts (`total::float`) are no parameters. */
const faultOf = (sql: string) => refusalOf(sql.replace(/::\s*(?=[a-z])/gi, " "));

/** The SQL in `text`; empty where there is none. */
function sqlIn(text: string, dialect: Dialect): string {
  if (faultOf(text) === undefined) return withoutProse(text, dialect);
  const fences = [...text.matchAll(/```\w*\s*\n?([^]*?)(?:```|$)/g)].map((fence) =>
    fence[1].trim(),
  );
  const fenced = fences.find((content) => faultOf(content) === undefined);
  if (fenced !== undefined) return fenced;
  const start = startOfSql(text);
  if (start === undefined) return faultOf(text) === "not-readonly" && !isSql(text) ? "" : text;
  return withoutProse(firstStatement(text.slice(start)), dialect);
}

/** Where a query begins: at the start of the text or of a line, behind a colon, or in capitals, before anywhere else. */
function startOfSql(text: string): number | undefined {
  const starts = [
    ...text.matchAll(/\bSELECT\b|\bWITH\s+(?:RECURSIVE\s+)?["\w]+\s*(?:\([^)]*\)\s*)?AS\s*\(/gi),
  ];
  const isSure = ({ 0: word, index }: RegExpExecArray) =>
    /(?:^|[\n:`])\s*$/.test(text.slice(0, index)) || /^(?:SELECT|WITH)/.test(word);
  return (starts.find(isSure) ?? starts[0])?.index;
}

/** Up to the first `;`, unless another statement follows it. */
function firstStatement(text: string): string {
  const end = lexSql(text).find((token) => token.text === ";")?.start;
  return end === undefined || isSql(text.slice(end + 1).trim()) ? text : text.slice(0, end);
}

const isSql = (text: string): boolean =>
  /^(?:select|with|values|insert|update|delete|create|drop|alter|replace|merge)\b/i.test(text);

/** Prose behind a blank line goes, where the whole does not parse and what stands before the line does. */
function withoutProse(sql: string, dialect: Dialect): string {
  const blank = /\n\s*\n/.exec(sql);
  if (blank === null || parseSql(sql, dialect).ok) return sql.trim();
  const before = sql.slice(0, blank.index).trim();
  return parseSql(before, dialect).ok ? before : sql.trim();
}

/** `SELECT 'I do not know'`: a refusal in another form, without a reason that could be learnt. */
const isConstantText = (sql: string): boolean =>
  /^select\s+'(?:[^'\\]|''|\\.)*'(?:\s+as\s+\w+)?\s*;?$/i.test(sql.trim());
