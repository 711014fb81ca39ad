/**
 * How answers on one schema are kept right, whatever model writes them: a grammar while it writes, columns bound by the
 * schema and conditions that the question says added afterwards, a look at the names in the end, a choice where there are
 * several, another round for one that cannot run. Knows no model.
 */
import { type Constraint, createConstraint } from "../constrain/constraint.ts";
import { gbnfOf } from "../constrain/gbnf.ts";
import type { Database } from "../schema/schema.ts";
import { withShownNames } from "../schema/shown-names.ts";
import type { CellIndex } from "../link/cells.ts";
import { createBinder } from "../sql/bind.ts";
import type { Choose } from "./choose.ts";
import { type Complete, createCompleter } from "./complete.ts";
import { createCredibility } from "./credibility.ts";
import type { FindProblems } from "./repair.ts";
import { unknownNames } from "../sql/names.ts";

/** What keeps answers right on one schema. */
export type Decoding = {
  /** A finished statement with its columns bound, and with what it lacks of the question. */
  readonly finish: Complete;
  /**
   * Tried one after the other, as long as the bound answer names what the schema has not, or refuses for want of what it
   * has. The first leaves joins to `bind`, because a model that is forced to join what its list named often joins badly;
   * the second leaves nothing, and does not refuse.
   */
  readonly constraints: readonly Constraint[];
  /** The first of them as GBNF, for a server that takes it instead. */
  readonly grammar?: string;
  /** Whether every table and column of a statement exists. */
  hasKnownNames(sql: string): boolean;
  /** Whether a refusal may be right: it lacks no table that is there. */
  isCredible(refusal: string): boolean;
  /** Answers that the model writes for each question, for `choose` to take one. */
  readonly candidates: number;
  readonly choose?: Choose;
  /** Finds the answers to ask for once more. */
  readonly findProblems?: FindProblems;
  /** The same for a question that is shown a part of the schema: its answer names nothing else. */
  on(part: Database): Decoding;
};

/** As predict.decode, predict.bind and predict.complete. */
export type DecodingOptions = {
  /** "greedy", "grammar" or "candidates:4". */
  readonly decode: string;
  readonly bind: "schema" | "none";
  readonly complete: "question" | "none";
  /** Whose business the grammar is: this process's (the default), a server's that takes it as GBNF, or nobody's. */
  readonly keeper?: "process" | "server" | "none";
};

/** What predict.decode may be. */
export const DECODE: RegExp = /^(greedy|grammar|candidates:([2-9]|[1-5]\d|6[0-4]))$/;

/** The same with one answer for each question. */
export const oneAnswer = (decode: string): string => (decode === "greedy" ? decode : "grammar");

/** Answers for each question; one unless candidates are wanted. */
export const candidatesOf = (decode: string): number => Number(DECODE.exec(decode)?.[2] ?? 1);

/** What knows the database's rows. */
export type DecodingParts = {
  /** By which the values that a question names are found. */
  readonly cells?: CellIndex;
  readonly choose?: Choose;
  readonly findProblems?: FindProblems;
};

/** Built once per schema. */
export function createDecoding(
  database: Database,
  options: DecodingOptions,
  parts: DecodingParts = {},
): Decoding {
  const { dialect, tables } = database;
  const { decode, keeper = "process" } = options;
  const { choose, findProblems } = parts;
  const isKept = (by: DecodingOptions["keeper"]) => decode !== "greedy" && keeper === by;
  const shown = withShownNames(database).tables;
  return {
    finish: createFinish(database, options, parts.cells),
    constraints: isKept("process")
      ? [
          createConstraint(shown, dialect, { isStrict: false }),
          createConstraint(shown, dialect, { mayRefuse: false }),
        ]
      : [],
    ...(isKept("server") && { grammar: gbnfOf(shown, dialect) }),
    candidates: choose ? candidatesOf(decode) : 1,
    ...(choose && { choose }),
    ...(findProblems && { findProblems }),
    isCredible: createCredibility(tables),
    on: (part) => createDecoding(part, options, parts),
    hasKnownNames: (sql) => hasKnownNames(sql, database),
  };
}

function hasKnownNames(sql: string, { dialect, tables }: Database): boolean {
  const unknown = unknownNames(sql, dialect, tables);
  return unknown !== undefined && unknown.tables.length + unknown.columns.length === 0;
}

/** What is added may need a qualifier or a join: hence bound before and after, and nothing added where nothing is bound. */
function createFinish(
  database: Database,
  { bind, complete }: DecodingOptions,
  cells?: CellIndex,
): Complete {
  if (bind === "none") return (_, sql) => sql;
  const bound = createBinder(database.dialect, database.tables);
  if (complete === "none") return (_, sql) => bound(sql);
  const completed = createCompleter(database, cells);
  return (question, sql) => {
    const first = bound(sql);
    const whole = completed(question, first);
    if (whole === first) return first;
    const last = bound(whole);
    return hasKnownNames(last, database) ? last : first;
  };
}
