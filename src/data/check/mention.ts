/**
 * Whether a question says what its SQL filters on. A literal counts as said by its words in any form, a spelled or
 * rounded number, a date in any spelling or a word of time. What only a comment or the knowledge explains (a code, a
 * flag, today's date) is not demanded. Certain is only what no reading of the question explains.
 */
import type { CellIndex } from "../../link/cells.ts";
import { datesIn, isDateText, isPlacedInTime } from "../../link/dates.ts";
import { numbersIn } from "../../link/numbers.ts";
import { isStopWord, likeness, nameWords, stem, wordsOf } from "../../link/words.ts";
import type { Column, Database, Table } from "../../schema/schema.ts";
import {
  type QuestionParts,
  columnOf,
  readQuestion,
  SHORT_CODE,
  squeeze,
} from "./question-parts.ts";
import { type Filter, filtersOf } from "./filters.ts";

export type Omission = {
  readonly filter: Filter;
  /** False: the question may say it in words that only a reader knows. */
  readonly isCertain: boolean;
  /** A cell of the same column that the question names. */
  readonly saidInstead?: string;
};

/**
 * The filters of which the question says nothing. With `cells` also those that say another value of the column than the
 * question does.
 */
export function omissionsOf(
  question: string,
  sql: string,
  database: Database,
  cells?: CellIndex,
): Omission[] {
  const asked = readQuestion(question);
  const filters = filtersOf(sql, database.dialect, database.tables);
  const others = otherCells(question, filters, cells);
  return filters.flatMap((filter): Omission[] => {
    const said = saysFilter(asked, filter, explanationsOf(filter, database));
    const other = isWhole(asked, filter) ? undefined : others.get(columnOf(filter));
    if (other !== undefined) return [{ filter, isCertain: true, saidInstead: other }];
    return said === "yes" ? [] : [{ filter, isCertain: said === "no" }];
  });
}

/** By column: a cell that the question names word for word and no filter asks for. */
function otherCells(
  question: string,
  filters: readonly Filter[],
  cells: CellIndex | undefined,
): ReadonlyMap<string, string> {
  const texts = filters.filter(
    ({ literal, operator }) => typeof literal === "string" && operator === "=",
  );
  if (cells === undefined || texts.length === 0) return new Map();
  const asked = filters.map(({ literal }) => squeeze(String(literal)));
  const columns = new Set(texts.map(columnOf));
  return new Map(
    cells
      .match(question)
      .filter(({ how, cell }) => (how === "exact" || how === "case") && cell.length > SHORT_CODE)
      .filter(({ cell }) => !asked.some((text) => text.includes(squeeze(cell))))
      .map((match) => [columnOf(match), match.cell] as const)
      .filter(([column]) => columns.has(column)),
  );
}

const isWhole = ({ squeezed }: QuestionParts, { literal, operator }: Filter) =>
  typeof literal === "number" ||
  operator !== "=" ||
  squeezed.includes(squeeze(literal)) ||
  literal.length <= SHORT_CODE;

type Said = "yes" | "maybe" | "no";

/** What the schema says of a filter: the comments of its column and table, and the knowledge. */
type Explanations = { readonly comments: readonly string[]; readonly column?: Column };

function explanationsOf({ table, column }: Filter, database: Database): Explanations {
  const same = (a: string, b: string | undefined) => a.toLowerCase() === b?.toLowerCase();
  const ofTable: Table | undefined = database.tables.find(({ name }) => same(name, table));
  const ofColumn = ofTable?.columns.find(({ name }) => same(name, column));
  return {
    comments: [ofColumn?.comment, ofTable?.comment, ...database.knowledge].filter(
      (text) => text !== undefined,
    ),
    ...(ofColumn && { column: ofColumn }),
  };
}

function saysFilter(asked: QuestionParts, filter: Filter, explanations: Explanations): Said {
  const { literal } = filter;
  if (typeof literal === "number") return saysNumber(asked, literal, filter, explanations);
  const text = literal.replace(/^[%*_]+|[%*_]+$/g, "").trim();
  if (isDateText(literal) || isDateText(text)) return saysDate(asked, text, explanations);
  return saysText(asked, text, explanations);
}

/** Values that stand for yes, no or nothing. */
const FLAGS: ReadonlySet<string> = new Set(
  "y n t f yes no true false on off null none unknown n/a na".split(" "),
);
const LONG_CODE = 4;
/** The least share of a text's words that a question must have. */
const LEAST_SHARE = 0.5;

function saysText(asked: QuestionParts, text: string, { comments }: Explanations): Said {
  if (text.length <= SHORT_CODE || FLAGS.has(text.toLowerCase())) return "yes";
  const squeezed = squeeze(text);
  if (squeezed === "" || asked.squeezed.includes(squeezed)) return "yes";
  const initials = wordsOf(text)
    .map(([first]) => first)
    .join("");
  if (initials.length > 1 && asked.words.includes(initials)) return "yes";
  if (/^[\d.]+$/.test(text) && asked.numbers.includes(Number(text))) return "yes";
  const words = nameWords(text)
    .filter((word) => !isStopWord(word))
    .map(stem);
  const said = words.filter((word) => asked.words.some((other) => areRelated(word, other)));
  if (words.length > 0 && said.length / words.length >= LEAST_SHARE) return "yes";
  if (comments.some((comment) => wordsOf(comment).includes(text.toLowerCase()))) return "yes";
  const isCode = text.length <= LONG_CODE || /^[^a-z]*$/.test(text);
  const isHinted = words.some((word) => asked.words.some((other) => beginAlike(word, other)));
  return isCode || said.length > 0 || isHinted || words.length === 0 ? "maybe" : "no";
}

/** Alike, or with four letters or three quarters of the shorter in common at the beginning (`French`, `Franc`; `American`, `America`). */
function areRelated(a: string, b: string): boolean {
  if (isStopWord(b)) return a === b;
  if (likeness(a, b) > 0) return true;
  const short = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < short && a[shared] === b[shared]) shared++;
  return shared >= 4 || (shared >= 3 && shared >= 0.75 * short);
}

/** Perhaps a country and its people: `French` of France, `Spanish` of Spain. */
const beginAlike = (a: string, b: string) =>
  a.length >= 4 && b.length >= 4 && a.slice(0, 2) === b.slice(0, 2);

/** Words that say two or more, or none. */
const SOME =
  /\b(more than|multiple|several|many|various|different|another|both|repeated|duplicates?|exactly|only|any|no|without|never|except|other)\b/i;

function saysNumber(
  { text, numbers, dates }: QuestionParts,
  literal: number,
  { operator, column }: Filter,
  { comments, column: described }: Explanations,
): Said {
  const size = Math.abs(literal);
  if (size <= 1) return "yes";
  const forms = [size, size - 1, size + 1, size / 100, size * 100, size / 1000, size * 1000];
  const isSaid = numbers.some((n) => forms.some((form) => Math.abs(form - n) < 1e-9 * (1 + n)));
  if (isSaid || dates.some(({ year }) => year === size)) return "yes";
  if (size === 2 && SOME.test(text)) return "yes";
  const isExplained = comments.some((comment) => numbersIn(comment).includes(size));
  if (isExplained && operator !== "LIMIT") return "yes";
  const isCode = /^(=|<>|IN)$/.test(operator) && size < 10 && described !== undefined;
  const isYear = size >= 1500 && size <= 2200 && isPlacedInTime(text);
  return isCode || isYear || (column === undefined && size <= 2) ? "maybe" : "no";
}

/** By its year or its month; a word of time is enough, since today's date is knowledge. */
function saysDate(asked: QuestionParts, text: string, { comments }: Explanations): Said {
  if (asked.text.includes(text)) return "yes";
  const [wanted = {}] = datesIn(text.replace(/-$/, ""));
  const isSaid = asked.dates.some(
    ({ year, month, quarter }) =>
      (year !== undefined && (year === wanted.year || Math.abs(year - (wanted.year ?? 0)) === 1)) ||
      (year === undefined && (month === wanted.month || quarter !== undefined)),
  );
  if (isSaid || (asked.dates.length === 0 && isPlacedInTime(asked.text))) return "yes";
  return isPlacedInTime(asked.text) || comments.some((comment) => comment.includes(text))
    ? "maybe"
    : "no";
}
