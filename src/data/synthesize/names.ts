/**
 * Names of tables and columns → words: camelCase, snake_case and the abbreviations that databases share. Knows no
 * particular database.
 */
import { longForm } from "../../schema/abbreviations.ts";

/** Kept in capitals within a phrase. */
const ACRONYMS = new Set(
  "id ap ar gl pr po hr it vat gst url sku isbn ssn ip sql gdp gpa iban usd eur uk us eu tv dna ph api pin zip ceo".split(
    " ",
  ),
);

/** "XYEndDate" → ["XY", "End", "Date"]; "order_details" → ["order", "details"]. */
export const splitName = (name: string): string[] =>
  name.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+|[^\p{L}\p{N}_\s.\-/]+/gu) ?? [name];

/**
 * The words of a name, abbreviations expanded. `acronyms` says what capitals of this database stand for
 * ("CT" → "cost type").
 */
export function wordsOf(name: string, acronyms: ReadonlyMap<string, string> = new Map()): string[] {
  const pieces = splitName(name);
  return pieces.flatMap((piece) => {
    const lower = piece.toLowerCase();
    const known = acronyms.get(piece);
    if (known !== undefined) return known.split(" ");
    const long = longForm(lower);
    if (long !== undefined) return long.split(" ");
    if (ACRONYMS.has(lower)) return [piece.toUpperCase()];
    const isAcronym =
      /^\p{Lu}{2,3}$/u.test(piece) && pieces.length > 1 && name !== name.toUpperCase();
    return [isAcronym ? piece : lower];
  });
}

/** True when a name says nothing to a reader: capitals or consonants only, four letters or so. */
export function isCryptic(name: string): boolean {
  const letters = name.replace(/[^A-Za-z]/g, "");
  if (letters.length > 6 || letters === "") return false;
  return (
    !/[aeiouy]/i.test(letters) ||
    (letters === letters.toUpperCase() && letters.length <= 5 && name.length > 1)
  );
}

/** Capitals that start the name of one column and are the initials of another of the same table: STName beside ServiceType. */
export function acronymsOf(columnNames: readonly string[]): Map<string, string> {
  const result = new Map<string, string>();
  for (const name of columnNames) {
    const words = wordsOf(name);
    if (words.length < 2) continue;
    const initials = splitName(name)
      .map((piece) => piece[0].toUpperCase())
      .join("");
    if (initials.length >= 2 && initials.length <= 4) result.set(initials, words.join(" "));
  }
  return result;
}
