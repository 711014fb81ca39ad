/** Why a pair is set aside, and what is said of one that is kept: the closed lists of rejected.jsonl and warnings.jsonl. */

export type RejectionCode =
  | "does-not-run"
  | "unknown-name"
  | "empty"
  | "not-mentioned"
  | "id-taken"
  | "repeats"
  | "near-duplicate"
  | "contradicts"
  | "shares-template"
  | "shares-question"
  | "rejected-in-review";

/** What each reason means, for people. */
export const rejectionMeanings: Readonly<Record<RejectionCode, string>> = {
  "does-not-run": "The database refuses the SQL, or it hits a limit.",
  "unknown-name": "The SQL names a table or column that the schema in use does not have.",
  empty:
    "A pair made by program or model returns nothing, though it does not ask for what is absent.",
  "not-mentioned": "The SQL filters on a value, number or date that the question does not say.",
  "id-taken": "Another pair has the id.",
  repeats: "The same question with an answer that is the same.",
  "near-duplicate": "The same SQL for a question that differs in a word or two.",
  contradicts: "The same question with another result or refusal.",
  "shares-template": "A training pair whose SQL template or refusal stands in test or dev.",
  "shares-question": "A training pair whose question stands in test or dev.",
  "rejected-in-review": "A person rejected it.",
};

/** What may be wrong with a pair that is kept. */
export type WarningCode =
  | "maybe-not-mentioned"
  | "empty"
  | "nearly-contradicts"
  | "round-trip-differs"
  | "unstyled";

/** What each warning means, for people. */
export const warningMeanings: Readonly<Record<WarningCode, string>> = {
  "maybe-not-mentioned": "A filter that the question says in other words, or not at all.",
  empty: "A pair that a person brought returns nothing.",
  "nearly-contradicts": "Nearly the same question as another pair, with another result.",
  "round-trip-differs":
    "A model that was asked the question, and to put the SQL into words, disagrees both ways.",
  unstyled:
    "A training pair whose SQL stays as it was written: in the style of training it might mean something else.",
};

/** A code with what it is about. */
export type Finding<Code> = {
  readonly code: Code;
  /** In words. */
  readonly reason: string;
};
