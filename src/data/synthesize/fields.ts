/** Columns → fields: what they are for and how people call them. Knows no other table than their own. */
import type { Column, Table } from "../../schema/schema.ts";
import { type ColumnNotes, nounPhraseOf, parseColumnComment } from "./comments.ts";
import { isPreposition } from "./english.ts";
import { acronymsOf, wordsOf } from "./names.ts";
import { participleOf } from "./participles.ts";
import { isAdditive, isMoney, type Role, roleOf } from "./roles.ts";
import type { Samples } from "./samples.ts";
import type { Field } from "./vocabulary.ts";

/** What the links say of a table's columns, by name. */
type Keys = Readonly<
  Record<"isKeyLike" | "isReference" | "isDivision", (column: string) => boolean>
>;

/** All columns of a table with their roles and phrases. */
export function fieldsOf(
  table: Table,
  samples: ReadonlyMap<string, Samples>,
  { isKeyLike, isReference, isDivision }: Keys,
): Field[] {
  const acronyms = acronymsOf(table.columns.map(({ name }) => name));
  const drafts = table.columns.map((column) => {
    const own = samples.get(column.name) ?? { frequent: [], spread: [] };
    const values = own.frequent.map(({ value }) => value);
    const notes = parseColumnComment(column.comment, new Set(values.map(String)));
    const words = wordsOf(column.name, acronyms);
    const role = roleOf({
      table,
      column,
      words,
      notes,
      samples: own,
      isKeyLike: isKeyLike(column.name),
    });
    return { column, own, values, notes, words, role };
  });
  return drafts.map(({ column, own, values, notes, words, role }): Field => {
    const allWords = [...words, ...(notes.description?.split(/\W+/) ?? [])];
    const filled = table.rowCount - column.nullCount;
    return {
      table: table.name,
      name: column.name,
      column,
      role,
      phrases: phrasesOf(column, words, role, notes, values, isDivision(column.name)),
      isDivision: role === "key" && isDivision(column.name),
      notes,
      samples: own,
      isNumeric: values.length > 0 && values.every((value) => typeof value === "number"),
      isAdditive: role === "measure" && isAdditive(allWords),
      isMoney: role === "measure" && isMoney(allWords, own.spread),
      hasTime:
        (role === "date" || role === "month") && values.some((value) => String(value).length > 10),
      isSerial:
        role === "key" &&
        column.primaryKey > 1 &&
        !isReference(column.name) &&
        values.every((value) => typeof value === "number"),
      isUnique: filled > 0 && column.distinctCount === filled,
      picksRow: isReference(column.name) || (filled > 0 && column.distinctCount === filled),
    };
  });
}

/** Names of columns that are keys somewhere, those that name nothing ("id") left out. */
export function keyNamesOf(tables: readonly Table[]): Set<string> {
  const names = tables.flatMap((table) => [
    ...table.columns.filter(({ primaryKey }) => primaryKey > 0).map(({ name }) => name),
    ...table.foreignKeys.flatMap(({ columns }) => columns),
  ]);
  return new Set(names.filter((name) => !/^(name|title|year|code)$/i.test(name)));
}

/** Columns that begin the keys of several tables, such as a company's number: they divide all data into a few parts. */
export function divisionsOf(tables: readonly Table[]): Set<string> {
  const counts = new Map<string, number>();
  for (const { columns } of tables) {
    const first = columns.find(({ primaryKey }) => primaryKey === 1);
    const isComposite = columns.some(({ primaryKey }) => primaryKey > 1);
    if (first && isComposite && first.distinctCount <= MOST_DIVISIONS)
      counts.set(first.name, (counts.get(first.name) ?? 0) + 1);
  }
  return new Set([...counts].filter(([, count]) => count >= LEAST_DIVIDED).map(([name]) => name));
}

const MOST_DIVISIONS = 30;
const LEAST_DIVIDED = 3;

/** Best first: words of the name, the comment's noun phrase, what was done on a date. */
function phrasesOf(
  column: Column,
  words: readonly string[],
  role: Role,
  notes: ColumnNotes,
  values: readonly (number | string)[],
  isDivision: boolean,
): string[] {
  let main = words
    .filter((word) => !(role === "flag" && /^(yn|flag|is|has)$/i.test(word)))
    .join(" ");
  const last = words[words.length - 1] ?? "";
  const isNumbered = values.every((value) => /\d/.test(String(value)));
  const isNumber = role === "key" || role === "ident";
  const isSpoken =
    role === "key" && (isDivision || values.every((value) => typeof value === "string"));
  if (
    isNumber &&
    !isSpoken &&
    !/^(ID|key|number|code|name|year|date|group|line|month|to)$/i.test(last)
  )
    main = `${main} ${isNumbered ? "number" : "code"}`;
  if (isNumber && isPreposition(last))
    main = `${words.join("-")} ${isNumbered ? "number" : "code"}`;
  if (role === "flag") main = `${main} flag`;
  if (main === "term date") main = "termination date";
  const noted = nounPhraseOf(notes.description);
  const done = role === "date" ? participleOf(main) : undefined;
  const dated = done && !/^(dated|placed|born)$/.test(done) ? [`date ${done}`] : [];
  return [
    ...new Set([
      main === "" ? column.name : main,
      ...notes.synonyms,
      ...(noted ? [noted] : []),
      ...dated,
    ]),
  ];
}
