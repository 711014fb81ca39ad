/** Names of tables and columns → lower-case words: camelCase, snake_case, capitals and abbreviations. */
import { longForm } from "../abbreviations.ts";

/** "XYEndDate" → ["xy", "end", "date"]; "cust_no" → ["customer", "number"]. */
export function wordsOf(name: string): string[] {
  const pieces = name.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+/gu) ?? [name];
  return pieces.flatMap((piece) => {
    const lower = piece.toLowerCase();
    const joined =
      piece.length > 1 && longForm(lower, { isGuess: true }) === undefined
        ? JOINED.exec(lower)
        : null;
    return joined === null ? expanded(lower) : [...expanded(joined[1]), ...expanded(joined[2])];
  });
}

/** "shipname", "HIREDATE", "empno": words that nothing divides. */
const JOINED =
  /^(?!(?:up|candi|man|val|proto|user|file|sur|fore|nick)(?:date|type|name))(.+)(name|date|code|price|type)$/;

const expanded = (word: string): string[] => (longForm(word, { isGuess: true }) ?? word).split(" ");

/** What one row of a table is called: "tbl_Customers" → ["customer"]. */
export function entityOf(table: string): string[] {
  const words = wordsOf(table).filter((word) => !/^(tbl|tab|dbo|fact|dimension|tb|t)$/.test(word));
  const known = words.length > 0 ? words : [table.toLowerCase()];
  return [...known.slice(0, -1), singular(known[known.length - 1])];
}

/** The singular of a plural; other words as they are. */
export function singular(word: string): string {
  if (word.endsWith("ies") && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(ss|us|is)$/.test(word)) return word;
  if (/(ches|shes|xes|sses)$/.test(word)) return word.slice(0, -2);
  return word === "people" ? "person" : word.replace(/s$/, "");
}
