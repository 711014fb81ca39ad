/**
 * How varied questions are, by their pairs of neighbouring words: distinct-2 is the share of different pairs among all.
 * Words are in lower case, without the marks around them; "24-113" and "3.5" are one word. Knows no language.
 */

/** The neighbouring words of a text. */
export function bigramsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+(?:[-'’./][\p{L}\p{N}]+)*/gu) ?? [];
  return words.slice(1).map((word, index) => `${words[index]} ${word}`);
}

/** Different pairs of words ÷ pairs of words; comparable between samples of equal size only. */
export function distinct2(texts: readonly string[]): number {
  const all = texts.flatMap(bigramsOf);
  return all.length === 0 ? 0 : new Set(all).size / all.length;
}

/** The share of a text's word pairs that are not among `known`. */
export function newShare(text: string, known: ReadonlySet<string>): number {
  const bigrams = bigramsOf(text);
  return bigrams.filter((bigram) => !known.has(bigram)).length / Math.max(1, bigrams.length);
}
