/**
 * English text and names as comparable words: names split at capitals, digits and underscores, plurals cut to their
 * singular, words that carry no meaning of their own left out. Knows no schema.
 */

/** Words that a question needs for its grammar alone. Negations, comparisons and prepositions of time are not among them. */
const STOP: ReadonlySet<string> = new Set(
  `a an the of in on at to for by with and or is are was were be been am do does did has have had what which who whom whose
  where how many much show list give find get tell display return me us our their its his her it that this these those there all
  please i we you can could would will shall each every any some as from into than then so s t`.split(
    /\s+/,
  ),
);

/** Whether a question needs the word for its grammar alone. */
export const isStopWord = (word: string): boolean => STOP.has(word);

/** The words of a text in lower case, accents removed; digits count as letters. */
export const wordsOf = (text: string): string[] =>
  plain(text).match(/[\p{L}\p{N}]+(?:\.\d+)?/gu) ?? [];

const plain = (text: string) =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/['’](?=s\b)/g, " ")
    .replace(/(?<=\d),(?=\d{3}\b)/g, "")
    .toLowerCase();

/** `hireDate`, `HIRE_DATE`, `XMLFile`, `line2` → their words. */
export const nameWords = (name: string): string[] =>
  wordsOf(
    name
      .replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
      .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
      .replace(/(\p{L})(\d)/gu, "$1 $2")
      .replaceAll("_", " "),
  );

/** The singular of a plural; other words as they are. */
export function stem(word: string): string {
  if (word.length <= 3 || /(?:ss|us|is)$/.test(word)) return word;
  if (word.endsWith("ies") && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?:ch|sh|x|ss|zz|us)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith("s") ? word.slice(0, -1) : word;
}

/** The words that carry a text's meaning, as stems, in their order. */
export const contentWords = (text: string): string[] =>
  wordsOf(text)
    .filter((word) => !isStopWord(word))
    .map(stem);

/**
 * How much alike two stems are: 1 the same, 0.7 one word in two forms (`order`, `ordered`), 0.6 an abbreviation
 * (`dept`, `department`) or a slip of one letter, else 0.
 */
export function likeness(a: string, b: string): number {
  if (a === b) return 1;
  if (a[0] !== b[0]) return 0;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (short.length < 3 || /\d/.test(short)) return 0;
  let shared = 0;
  while (shared < short.length && short[shared] === long[shared]) shared++;
  if (shared >= 4 && shared >= short.length - 2 && long.length - shared <= 4) return 0.7;
  if (isAbbreviation(short, long, shared)) return 0.6;
  return short.length >= 5 && isOneSlip(short, long) ? 0.6 : 0;
}

/** `cust` of customer, `dept` of department, `qty` of quantity: the beginning, then consonants in their order. */
function isAbbreviation(short: string, long: string, shared: number): boolean {
  if (short.length > 5 || long.length < short.length + 2) return false;
  if (long.startsWith(short)) return true;
  let at = 0;
  for (const letter of long) if (letter === short[at]) at++;
  return at === short.length && !/[aeiou]/.test(short.slice(shared));
}

/** One letter added, left out, replaced, or two neighbours swapped. */
export function isOneSlip(short: string, long: string): boolean {
  if (long.length - short.length > 1) return false;
  let i = 0;
  while (i < short.length && short[i] === long[i]) i++;
  if (short.length < long.length) return short.slice(i) === long.slice(i + 1);
  const isSwap =
    short[i] === long[i + 1] &&
    short[i + 1] === long[i] &&
    short.slice(i + 2) === long.slice(i + 2);
  return isSwap || short.slice(i + 1) === long.slice(i + 1);
}
