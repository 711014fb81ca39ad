/**
 * Dates as questions and cells write them: ISO, `5 March 2024`, `Mar 5, 2024`, `3/5/2024`, months, quarters, years, and
 * the words that place a question in time without naming a date.
 */

/** What is known of a date; a month alone has no year. */
export type DateParts = {
  readonly year?: number;
  /** 1 to 12. */
  readonly month?: number;
  readonly day?: number;
  /** 1 to 4. */
  readonly quarter?: number;
};

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const MONTH =
  "(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
const YEAR = "((?:1[5-9]|20|21)\\d\\d)";
const DAY = "(\\d{1,2})(?:st|nd|rd|th)?";
const QUARTERS = ["first", "second", "third", "fourth"];

type Pattern = readonly [RegExp, (match: RegExpExecArray) => DateParts];
const pattern = (source: string, read: Pattern[1]): Pattern => [
  new RegExp(`\\b${source}\\b`, "g"),
  read,
];
const monthOf = (word: string) => 1 + MONTHS.indexOf(word.slice(0, 3));
const quarterOf = (word: string) =>
  /\d/.test(word) ? Number(/\d/.exec(word)?.[0]) : 1 + QUARTERS.indexOf(word);

/** In the order in which they are tried; what one has read is not read again. */
const PATTERNS: readonly Pattern[] = [
  pattern(`${YEAR}[-/.](\\d{1,2})[-/.](\\d{1,2})`, ([, y, m, d]) => ({
    year: +y,
    month: +m,
    day: +d,
  })),
  pattern(`(\\d{1,2})[/.-](\\d{1,2})[/.-]${YEAR}`, ([, m, d, y]) =>
    +m > 12 ? { year: +y, month: +d, day: +m } : { year: +y, month: +m, day: +d },
  ),
  pattern(`${YEAR}[-/](0[1-9]|1[0-2])`, ([, y, m]) => ({ year: +y, month: +m })),
  pattern(`${DAY}(?: of)? ${MONTH}\\.?,? ${YEAR}`, ([, d, m, y]) => ({
    year: +y,
    month: monthOf(m),
    day: +d,
  })),
  pattern(`${MONTH}\\.? ${DAY},? ${YEAR}`, ([, m, d, y]) => ({
    year: +y,
    month: monthOf(m),
    day: +d,
  })),
  pattern(`${MONTH}\\.?(?: of)?,? ${YEAR}`, ([, m, y]) => ({ year: +y, month: monthOf(m) })),
  pattern(`${YEAR},? ${MONTH}(?: ${DAY})?`, ([, y, m, d]) => ({
    year: +y,
    month: monthOf(m),
    ...(d && { day: +d }),
  })),
  pattern(
    `(?:q([1-4])|(first|second|third|fourth|1st|2nd|3rd|4th) quarter)(?: of)?,?(?: ${YEAR})?`,
    ([, q, w, y]) => ({
      quarter: quarterOf(q ?? w),
      ...(y && { year: +y }),
    }),
  ),
  pattern(`${MONTH}\\.? ${DAY}`, ([, m, d]) => ({ month: monthOf(m), day: +d })),
  pattern(`${DAY}(?: of)? ${MONTH}`, ([, d, m]) => ({ month: monthOf(m), day: +d })),
  pattern(MONTH, ([, m]) => ({ month: monthOf(m) })),
  pattern(`${YEAR}s?`, ([, y]) => ({ year: +y })),
];

/** Every date that a text names, in the order of precision. */
export function datesIn(text: string): DateParts[] {
  let rest = text.toLowerCase().replace(/\s+/g, " ");
  const found: DateParts[] = [];
  for (const [expression, read] of PATTERNS)
    rest = rest.replace(expression, (...match) => {
      found.push(read(match.slice(0, -2) as unknown as RegExpExecArray));
      return " | ";
    });
  return found;
}

const IN_TIME =
  /\b(today|yesterday|tomorrow|now|nowadays|currently?|present|recent(?:ly)?|past|last|latest|this|next|previous|prior|coming|upcoming|so far|to date|overdue|late|aged?|ageing|aging|old(?:er)?|due|expired?|expir\w+|ago|since|until|yet|years?|months?|weeks?|days?|quarters?|decades?|century|fiscal|spring|summer|autumn|fall|winter|christmas|ytd|mtd)\b/i;

/** Whether a text places itself in time by a word such as `overdue` or `last month`. */
export const isPlacedInTime = (text: string): boolean => IN_TIME.test(text);

/** A cell or pattern that is a date, a time of a day on one, or the beginning of one (`2025-11%`). */
export const isDateText = (text: string): boolean =>
  /^\d{4}-\d{2}(-\d{2}([ T]\d{2}:\d{2}.*)?)?[-%]*$|^\d{1,2}[/.-]\d{1,2}[/.-]\d{4}$|^(1[5-9]|20)\d\d-?%?$/.test(
    text.trim(),
  );
