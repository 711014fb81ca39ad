/** Why a reply or a pair of a teacher was turned down: the closed list, and the form of a line of its file. */
import type { Reason as DraftReason } from "../synthesize/verify.ts";
import type { CallFailure } from "./teacher.ts";

export type TaughtReason =
  | CallFailure
  | "prose"
  | "wrong-json"
  /** SQL or our own instructions stand in it, or it is too long or too short. */
  | "not-a-question"
  /** It did not run, and has marks of another database's SQL. */
  | "other-dialect"
  | Extract<DraftReason, "does-not-run" | "no-rows" | "says-nothing" | "too-many-rows" | "unparsed">
  /** A number, name or date of the query is no longer said. */
  | "lost-value"
  /** It says a number or name that the query does not have. */
  | "added-value"
  | "excluded-template"
  | "repeated-question"
  | "near-duplicate";

export type TaughtRejection = {
  readonly reason: TaughtReason;
  readonly message: string;
  readonly method: string;
  readonly seed: number;
  readonly question?: string;
  readonly sql?: string;
  /** The reply as it came, where it could not be read. */
  readonly text?: string;
  readonly parentId?: string;
};
