/**
 * How answers on one schema are kept right, whatever model writes them: a grammar while it writes, columns bound by the
 * schema afterwards, a look at the names in the end, and a choice where there are several. Knows no model.
 */
import { type Constraint, createConstraint } from "../constrain/constraint.ts";
import type { Database } from "../schema/schema.ts";
import { type BindSql, createBinder } from "../sql/bind.ts";
import type { Choose } from "./choose.ts";
import { unknownNames } from "../sql/names.ts";

/** What keeps answers right on one schema. */
export type Decoding = {
  readonly bind: BindSql;
  /**
   * Tried one after the other, as long as the bound answer names what the schema has not. The first leaves joins to
   * `bind`, because a model that is forced to join what its list named often joins badly; the second leaves nothing.
   */
  readonly constraints: readonly Constraint[];
  /** Whether every table and column of a statement exists. */
  hasKnownNames(sql: string): boolean;
  /** Answers that the model writes for each question, for `choose` to take one. */
  readonly candidates: number;
  readonly choose?: Choose;
  /** The same for a question that is shown a part of the schema: its answer names nothing else. */
  on(part: Database): Decoding;
};

/** As predict.decode and predict.bind. */
export type DecodingOptions = {
  /** "greedy", "grammar" or "candidates:4". */
  readonly decode: string;
  readonly bind: "schema" | "none";
};

/** What predict.decode may be. */
export const DECODE: RegExp = /^(greedy|grammar|candidates:([2-9]|[1-5]\d|6[0-4]))$/;

/** The same with one answer for each question. */
export const oneAnswer = (decode: string): string => (decode === "greedy" ? decode : "grammar");

/** Answers for each question; one unless candidates are wanted. */
export const candidatesOf = (decode: string): number => Number(DECODE.exec(decode)?.[2] ?? 1);

/** Built once per schema. */
export function createDecoding(
  { dialect, tables }: Database,
  { decode, bind }: DecodingOptions,
  choose?: Choose,
): Decoding {
  const constraint = (isStrict: boolean) => createConstraint(tables, dialect, { isStrict });
  return {
    bind: bind === "schema" ? createBinder(dialect, tables) : (sql) => sql,
    constraints: decode === "greedy" ? [] : [constraint(false), constraint(true)],
    candidates: choose ? candidatesOf(decode) : 1,
    ...(choose && { choose }),
    on: (part) => createDecoding(part, { decode, bind }, choose),
    hasKnownNames(sql) {
      const unknown = unknownNames(sql, dialect, tables);
      return unknown !== undefined && unknown.tables.length + unknown.columns.length === 0;
    },
  };
}
