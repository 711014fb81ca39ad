/** What a schema does not speak of: no name, comment or sentence of knowledge has the words. Knows no wording. */
import type { Database } from "../../schema/schema.ts";
import { singularOf } from "./english.ts";
import { splitName } from "./names.ts";

/** Whether none of the telling words of a phrase stands in a name or comment of the schema. */
export function absenceIn(database: Database): (words: string) => boolean {
  const texts = [
    ...database.knowledge,
    ...database.tables.flatMap((table) => [
      table.name,
      table.comment ?? "",
      ...table.columns.flatMap(({ name, comment }) => [name, comment ?? ""]),
    ]),
  ];
  const known = new Set(texts.flatMap(splitName).map(stem));
  const whole = texts
    .join(" ")
    .toLowerCase()
    .replace(/[^a-z]/g, "");
  return (words) =>
    words
      .split(/[^A-Za-z]+/)
      .filter((word) => word.length > 2 && !COMMON.has(word.toLowerCase()))
      .every((word) => !known.has(stem(word)) && !(word.length > 5 && whole.includes(stem(word))));
}

/** Words that say too little to count: "phone number" is absent where only other numbers are. */
const COMMON = new Set(
  "number date code name level status type rate period points account address order orders job".split(
    " ",
  ),
);
const stem = (word: string): string => singularOf(word.toLowerCase()).replace(/(ing|ed|e)$/, "");
