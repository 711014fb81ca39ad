/** The classes of wrong items, in their order of precedence (docs/error-classes.md). */
export const ERROR_CLASSES = [
  "refused",
  "not-refused",
  "empty",
  "timeout",
  "does-not-parse",
  "unknown-table",
  "unknown-column",
  "set-operation",
  "nested",
  "wrong-tables",
  "missing-join",
  "extra-join",
  "wrong-condition",
  "wrong-value",
  "wrong-grouping",
  "wrong-aggregate",
  "wrong-ordering",
  "wrong-limit",
  "distinct",
  "other-columns",
  "other",
] as const;

export type ErrorClass = (typeof ERROR_CLASSES)[number];

/** One way in which a prediction differs from its gold. */
export type Difference = {
  readonly class: ErrorClass;
  /** In words: `condition on singer.Age: > 20 where the gold has >= 20`. */
  readonly text: string;
  /** Often changes nothing, such as grouping by a key for grouping by a name: counts only where nothing else differs. */
  readonly isMinor: boolean;
};

export const difference = (
  errorClass: ErrorClass,
  text: string,
  isMinor: boolean = false,
): Difference => ({ class: errorClass, text, isMinor });
