/**
 * Writes into notes.yaml what the program found out, beside what a person wrote: comments, order and every text that is
 * there stay. Only `profile` is written anew. Knows no database.
 */
import { existsSync, readFileSync } from "node:fs";
import { type Document, isMap, isScalar, parseDocument, type YAMLMap } from "yaml";
import { UserError } from "../base/errors.ts";

export type ProposedNote = {
  readonly table: string;
  /** Left out for the table itself. */
  readonly column?: string;
  /** What the data show, in one line. */
  readonly profile: string;
  /** A description to be accepted by a person. */
  readonly guess?: string;
};

export type NotesUpdate = {
  readonly text: string;
  /** Guesses that were added. */
  readonly guesses: number;
  /** Profiles that were added or are new. */
  readonly profiles: number;
};

/** notes.yaml with the proposals in it. Raises UserError("config-invalid") for a file that is not YAML. */
export function withProposals(file: string, proposals: readonly ProposedNote[]): NotesUpdate {
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  const document = openNotes(file, before);
  const counts = { guesses: 0, profiles: 0 };
  const tables = mapAt(document, documentMap(document), "tables");
  for (const { table, column, profile, guess } of proposals) {
    const own = mapAt(document, tables, table);
    if (column === undefined) {
      counts.profiles += setProfile(own, profile);
      continue;
    }
    const columns = mapAt(document, own, "columns");
    const key = keyIn(columns, column);
    if (isScalar(columns.get(key, true)) && columns.get(key) !== null) continue;
    const note = mapAt(document, columns, column);
    if (guess !== undefined && !note.has("description") && !note.has("synonyms")) {
      note.set("description", guess);
      note.set("guess", true);
      counts.guesses++;
    }
    counts.profiles += setProfile(note, profile);
  }
  const isSame = counts.guesses + counts.profiles === 0;
  return { text: isSame ? before : document.toString({ lineWidth: 0 }), ...counts };
}

/**
 * notes.yaml with these guesses accepted: the mark goes, the description stays. `names` are `Table.Column`, or "all".
 * Raises UserError("not-found") for a name that has no guess.
 */
export function withAccepted(
  file: string,
  names: readonly string[],
): { readonly text: string; readonly accepted: readonly string[] } {
  const document = openNotes(file, existsSync(file) ? readFileSync(file, "utf8") : "");
  const guesses = guessesIn(document);
  const isWanted = (name: string) =>
    names.some((one) => one === "all" || one.toLowerCase() === name.toLowerCase());
  const unknown = names.find(
    (name) =>
      name !== "all" && !guesses.some((one) => one.name.toLowerCase() === name.toLowerCase()),
  );
  if (unknown !== undefined)
    throw new UserError("not-found", `${file} has no guess for ${unknown}; Table.Column is wanted`);
  const accepted = guesses.filter(({ name }) => isWanted(name));
  for (const { note } of accepted) note.delete("guess");
  return { text: document.toString({ lineWidth: 0 }), accepted: accepted.map(({ name }) => name) };
}

/** What a person says of a table, or of a column of it. */
export type EditedNote = {
  readonly table: string;
  readonly column?: string;
  /** Empty: there is none. */
  readonly description: string;
  readonly synonyms: readonly string[];
};

/**
 * The text of notes.yaml with one note changed: comments, order and all that it does not speak of stay; a guess is accepted.
 * Raises UserError("config-invalid") for a text that is not YAML; `file` names it.
 */
export function withNote(file: string, text: string, note: EditedNote): string {
  const document = openNotes(file, text);
  const own = mapAt(document, mapAt(document, documentMap(document), "tables"), note.table);
  const { column, description, synonyms } = note;
  const place =
    column === undefined ? own : mapAt(document, mapAt(document, own, "columns"), column);
  const set = (key: string, value: unknown, isEmpty: boolean) =>
    isEmpty ? place.delete(key) : place.set(key, document.createNode(value));
  set("description", description, description === "");
  set("synonyms", synonyms, synonyms.length === 0);
  place.delete("guess");
  return document.toString({ lineWidth: 0 });
}

function guessesIn(document: Document.Parsed): { name: string; note: YAMLMap }[] {
  const tables = document.get("tables");
  if (!isMap(tables)) return [];
  return tables.items.flatMap(({ key: table, value }) => {
    const columns = isMap(value) ? value.get("columns") : undefined;
    return (isMap(columns) ? columns.items : []).flatMap(({ key, value: note }) =>
      isMap(note) && note.get("guess") === true ? [{ name: `${table}.${key}`, note }] : [],
    );
  });
}

function openNotes(file: string, text: string): Document.Parsed {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error === undefined) return document;
  throw new UserError("config-invalid", `${file} cannot be read: ${error.message}`);
}

function documentMap(document: Document.Parsed): YAMLMap {
  if (isMap(document.contents)) return document.contents;
  const root = document.createNode({}) as YAMLMap;
  Object.assign(document, { contents: root });
  return root;
}

/** The mapping under a key, made where there is none; a text there becomes its description. */
function mapAt(document: Document.Parsed, parent: YAMLMap, name: string): YAMLMap {
  const key = keyIn(parent, name);
  const there = parent.get(key, true);
  if (isMap(there)) return there;
  const made = document.createNode({}) as YAMLMap;
  if (isScalar(there) && there.value !== null) made.set("description", there);
  parent.set(key, made);
  return made;
}

/** The key as the file spells it; names compare without case. */
const keyIn = (map: YAMLMap, name: string): unknown =>
  map.items
    .map(({ key }) => (isScalar(key) ? key.value : key))
    .find((key) => String(key).toLowerCase() === name.toLowerCase()) ?? name;

function setProfile(note: YAMLMap, profile: string): number {
  if (note.get("profile") === profile) return 0;
  note.set("profile", profile);
  return 1;
}
