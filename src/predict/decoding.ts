/**
 * How answers on one schema are kept right, whatever model writes them: a grammar while it writes, columns bound by the
 * schema afterwards, a look at the names in the end, a choice where there are several, another round for one that cannot
 * run. Knows no model.
 */
import { type Constraint, createConstraint } from "../constrain/constraint.ts";
import { gbnfOf } from "../constrain/gbnf.ts";
import type { Database } from "../schema/schema.ts";
import { type BindSql, createBinder } from "../sql/bind.ts";
import type { Choose } from "./choose.ts";
import type { FindProblems } from "./repair.ts";
import { unknownNames } from "../sql/names.ts";

/** What keeps answers right on one schema. */
export type Decoding = {
  readonly bind: BindSql;
  /**
   * Tried one after the other, as long as the bound answer names what the schema has not. The first leaves joins to
   * `bind`, because a model that is forced to join what its list named often joins badly; the second leaves nothing.
   */
  readonly constraints: readonly Constraint[];
  /** The first of them as GBNF, for a server that takes it instead. */
  readonly grammar?: string;
  /** Whether every table and column of a statement exists. */
  hasKnownNames(sql: string): boolean;
  /** Answers that the model writes for each question, for `choose` to take one. */
  readonly candidates: number;
  readonly choose?: Choose;
  /** Finds the answers to ask for once more. */
  readonly findProblems?: FindProblems;
  /** The same for a question that is shown a part of the schema: its answer names nothing else. */
  on(part: Database): Decoding;
};

/** As predict.decode and predict.bind. */
export type DecodingOptions = {
  /** "greedy", "grammar" or "candidates:4". */
  readonly decode: string;
  readonly bind: "schema" | "none";
  /** Whose business the grammar is: this process's (the default), a server's that takes it as GBNF, or nobody's. */
  readonly keeper?: "process" | "server" | "none";
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
  { decode, bind, keeper = "process" }: DecodingOptions,
  choose?: Choose,
  findProblems?: FindProblems,
): Decoding {
  const isKept = (by: DecodingOptions["keeper"]) => decode !== "greedy" && keeper === by;
  const constraint = (isStrict: boolean) => createConstraint(tables, dialect, { isStrict });
  return {
    bind: bind === "schema" ? createBinder(dialect, tables) : (sql) => sql,
    constraints: isKept("process") ? [constraint(false), constraint(true)] : [],
    ...(isKept("server") && { grammar: gbnfOf(tables, dialect) }),
    candidates: choose ? candidatesOf(decode) : 1,
    ...(choose && { choose }),
    ...(findProblems && { findProblems }),
    on: (part) => createDecoding(part, { decode, bind, keeper }, choose, findProblems),
    hasKnownNames(sql) {
      const unknown = unknownNames(sql, dialect, tables);
      return unknown !== undefined && unknown.tables.length + unknown.columns.length === 0;
    },
  };
}
