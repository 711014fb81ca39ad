/**
 * A question in other words that mean the same: turns of phrase are exchanged one by one, so that the manners of asking
 * multiply. Values of cells are left alone. Knows only what the composed questions look like.
 */
import type { Rng } from "../../base/rng.ts";
import { capitalise, pluralOf } from "./english.ts";
import { thesaurus } from "./thesaurus.ts";

/** Words of questions → words that mean the same and that the schema does not use. */
export type Synonyms = ReadonlyMap<string, readonly string[]>;

/** The synonyms that a schema leaves room for; `isAbsent` says that no name or comment has a word. */
export function synonymsFor(isAbsent: (words: string) => boolean): Synonyms {
  const free = Object.entries(thesaurus).flatMap(([word, others]): [string, string[]][] => {
    const absent = others.filter(isAbsent);
    return absent.length > 0 ? [[word, absent]] : [];
  });
  return new Map(
    free.flatMap(([word, others]): [string, string[]][] => [
      [word, others],
      [pluralOf(word), others.map(pluralOf)],
    ]),
  );
}

/** Each match is exchanged with this probability, for one of the texts drawn at random. */
type Rule = {
  readonly pattern: RegExp;
  readonly texts: readonly string[];
  readonly probability: number;
};

const rule = (pattern: RegExp, probability: number, ...texts: string[]): Rule => ({
  pattern,
  texts,
  probability,
});

/** Figures with their separators, signs and thousands. */
const FIGURE = String.raw`(\$?-?\d[\d,.]*\d?k?)`;
const figure = (before: string, flags = "g") => new RegExp(`${before} ${FIGURE}(?![-\\d])`, flags);

const rules: readonly Rule[] = [
  rule(/^What is the /i, 0.5, "What's the ", "Tell me the ", "I'd like to know the "),
  rule(
    /^What are the /i,
    0.5,
    "Tell me the ",
    "I'd like to know the ",
    "Could you give me the ",
    "Let me see the ",
  ),
  rule(
    /^(Show|List|Give|Find|Get|Display|Return|Please list)( me)? (?=the |all )/i,
    0.6,
    "Pull up ",
    "Let me see ",
    "Get me ",
    "I'd like ",
    "We need ",
    "Could I have ",
  ),
  rule(/ do we have(?=[?.]?$)/, 0.5, " exist", " are there", " have we got", " are on record"),
  rule(/ are there(?=[?.]?$)/, 0.4, " do we have", " exist", " are on record"),
  rule(/\b(The |the |)number of (different|distinct|unique) /g, 0.4, "$1count of $2 "),
  rule(/\bthe number of (?!days)/g, 0.3, "the count of ", "the total number of "),
  rule(/^number of (?!days)/i, 0.3, "count of ", "total number of ", "how many "),
  rule(/\b(different|distinct|unique) /g, 0.35, "different ", "distinct ", "unique "),
  rule(/\baverage /g, 0.3, "mean ", "avg ", "average "),
  rule(
    /\b(highest|largest|maximum) (?![\w ]* first)/g,
    0.4,
    "greatest ",
    "biggest ",
    "top ",
    "highest ",
    "largest ",
  ),
  rule(
    /\b(lowest|smallest|minimum) (?![\w ]* first)/g,
    0.4,
    "least ",
    "smallest ",
    "lowest ",
    "min ",
  ),
  rule(/\b(most recent|latest) /g, 0.4, "newest ", "latest ", "most recent "),
  rule(/\b(earliest|oldest) (?![\w ]* first)/g, 0.4, "first ", "earliest ", "oldest "),
  rule(
    / for (?:each|every) (?=[^,?]*\??$)/,
    0.6,
    " per ",
    " by ",
    " in every ",
    " broken down by ",
    " split by ",
  ),
  rule(/ per (?!unit)(?=[^,]*$)/, 0.25, " for each ", " broken down by ", " split by "),
  rule(
    /, (?:no repeats|each once|without repeats)/,
    0.6,
    ", without duplicates",
    ", no duplicates",
    ", every one once",
    ", only once each",
    ", unique ones only",
  ),
  rule(
    /, highest first/,
    0.4,
    ", in descending order",
    ", starting with the highest",
    ", going down",
    ", biggest first",
  ),
  rule(
    /, lowest first/,
    0.4,
    ", in ascending order",
    ", starting with the lowest",
    ", going up",
    ", smallest first",
  ),
  rule(
    /\bfrom highest to lowest|\bin descending order/,
    0.4,
    "in descending order",
    "from high to low",
    "starting with the highest",
  ),
  rule(
    /\bfrom lowest to highest|\bin ascending order/,
    0.4,
    "in ascending order",
    "from low to high",
    "starting with the lowest",
  ),
  rule(
    /\b(?:sorted|ordered) by /,
    0.4,
    "arranged by ",
    "ranked by ",
    "in order of ",
    "listed by ",
    "sorted by ",
  ),
  rule(
    /,? (?:together with|and|with) (?:that|the) figure(?: itself)?/,
    0.5,
    " and show that figure",
    ", with the number",
    " along with the value",
    " plus the figure",
    ", figure included",
  ),
  rule(
    figure("\\bof (?:more|greater|higher) than"),
    0.7,
    "above $1",
    "over $1",
    "beyond $1",
    "exceeding $1",
    "higher than $1",
    "> $1",
  ),
  rule(figure("\\bof (?:less|lower) than"), 0.7, "below $1", "under $1", "lower than $1"),
  rule(
    figure("(?<!\\bno )\\b(?:over|above|more than|greater than|higher than)"),
    0.4,
    "over $1",
    "above $1",
    "exceeding $1",
  ),
  rule(
    figure("(?<!\\bno )\\b(?:under|below|less than|lower than)"),
    0.4,
    "under $1",
    "below $1",
    "lower than $1",
  ),
  rule(figure("\\bof (?:at least|no less than)"), 0.5, "of at least $1", "of $1 or more"),
  rule(figure("\\b(?<!of )at least"), 0.4, "$1 or more", "at least $1"),
  rule(
    figure("\\bof (?:at most|no more than)"),
    0.5,
    "of at most $1",
    "of $1 or less",
    "of up to $1",
  ),
  rule(
    new RegExp(`\\bbetween ${FIGURE} and ${FIGURE}(?![-\\d])`, "g"),
    0.5,
    "from $1 to $2",
    "between $1 and $2 inclusive",
  ),
  rule(/\bafter (?=\d|[A-Z])/g, 0.3, "later than ", "after "),
  rule(/\bbefore (?=\d|[A-Z])/g, 0.35, "earlier than ", "prior to ", "before "),
  rule(
    /\b(?:in|during) (?=\d{4}\b(?!-))/g,
    0.4,
    "during ",
    "within ",
    "in the year ",
    "throughout ",
  ),
  rule(/ located in /g, 0.5, " based in ", " in ", " from ", " situated in "),
  rule(
    / (?:named|called) (?=\uE000)/g,
    0.4,
    " by the name of ",
    " named ",
    " called ",
    " with the name ",
  ),
  rule(/\bwhose (?=[a-z ]+ (?:is|are|was|starts|begins|contains|includes) )/g, 0.1, "where the "),
  rule(
    / that have (no|at least one of the) /g,
    0.4,
    " having $1 ",
    " which have $1 ",
    " that have $1 ",
  ),
  rule(
    / without (?!any |repeats|duplicates)/g,
    0.35,
    " lacking ",
    " without any ",
    " that have no ",
  ),
  rule(
    /\bWhich ([^?]+?) are there\? (?:Show|Give|I need) (?:the )?/,
    0.6,
    "Which are the $1? I need the ",
    "For $1: ",
    "Looking for $1. Show the ",
    "$1, with their ",
  ),
];

/** Words at the end that belong to speech and change nothing. */
const CLOSINGS = [", please", " please", ", thanks"];

/** How often a word is exchanged for a synonym. */
const SYNONYM = 0.12;

/** Rewords a question. Texts in `values` stay as they are. */
export function reword(
  question: string,
  values: readonly string[],
  synonyms: Synonyms,
  rng: Rng,
): string {
  const kept = values
    .filter((value) => value !== "" && question.includes(value))
    .sort((a, b) => b.length - a.length);
  let text = kept.reduce((whole, value, index) => whole.replaceAll(value, markOf(index)), question);
  for (const { pattern, texts, probability } of rules)
    if (rng.next() < probability && pattern.test(text)) {
      pattern.lastIndex = 0;
      text = text.replace(pattern, rng.pick(texts));
    }
  text = text.replace(/\b[a-z]{3,}\b/g, (word) => {
    const others = synonyms.get(word);
    return others && rng.next() < SYNONYM ? rng.pick(others) : word;
  });
  text = manner(tidy(text), rng);
  return kept.reduce((whole, value, index) => whole.replaceAll(markOf(index), value), text);
}

/** Private-use characters: the first says that a value stands here, the second which. */
const markOf = (index: number): string => `\uE000${String.fromCharCode(0xe100 + index)}`;

const tidy = (text: string): string =>
  text
    .replace(/\b(an?) (?=[a-z])(?=(\w))/g, (_, __, first: string) =>
      /[aeio]/.test(first) ? "an " : "a ",
    )
    .replace(/\b(of|where the|having a|show a) (of|the|an?) /g, "$1 ")
    .replace(/\b(is|where the [a-z ]+?) of (?=at|up|no|\$?-?\d)/g, "$1 ")
    .replace(/ {2,}/g, " ")
    .trim();

/** Telegraph style, small letters, a word after: as people type. */
function manner(text: string, rng: Rng): string {
  const roll = rng.next();
  if (roll < 0.3) return bare(text, rng);
  if (roll < 0.304) return text.replace(/([?.]?)$/, `${rng.pick(CLOSINGS)}$1`);
  return text;
}

/** Without articles and what goes without saying. */
function bare(text: string, rng: Rng): string {
  const short = text
    .replace(
      /^(What is|What are|Show me|Show|List|Give me|Tell me|I need|Find|Get me|Get) (the |all )?/i,
      "",
    )
    .replace(/\b(?:the|an?) (?=[a-z])/g, "")
    .replace(/\b(?:that|who|which) are (?=[a-z])/g, "")
    .replace(/[.]$/, "");
  return rng.next() < 0.5 ? capitalise(short) : short;
}
