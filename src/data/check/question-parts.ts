/** A question as the checks of a statement's filters read it, once. */
import { type DateParts, datesIn } from "../../link/dates.ts";
import { numbersIn } from "../../link/numbers.ts";
import { stem, wordsOf } from "../../link/words.ts";
import type { Filter } from "./filters.ts";

export type QuestionParts = {
  readonly text: string;
  readonly words: readonly string[];
  /** Letters and digits alone, so that `e-mail` is `email`. */
  readonly squeezed: string;
  readonly numbers: readonly number[];
  readonly dates: readonly DateParts[];
};

/** Its letters and digits alone. */
export const squeeze = (text: string): string => wordsOf(text).join("");

export const readQuestion = (text: string): QuestionParts => ({
  text,
  words: wordsOf(text).map(stem),
  squeezed: squeeze(text),
  numbers: numbersIn(text),
  dates: datesIn(text),
});

/** Texts up to this length may be codes that everybody knows. */
export const SHORT_CODE = 2;

/** A filter's column in one spelling. */
export const columnOf = ({ table = "", column = "" }: Pick<Filter, "table" | "column">): string =>
  `${table}.${column}`.toLowerCase();
