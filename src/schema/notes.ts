/**
 * What a person wrote about a schema (notes.yaml): descriptions and synonyms of tables and columns, and rules that hold
 * for the whole. A description replaces the DDL's comment. What `t2s schema notes` wrote stands beside it: `profile` says
 * what the data show, `guess: true` that nobody has accepted the description yet; neither reaches a prompt.
 *
 *     knowledge: [Amounts are in euros.]
 *     tables:
 *       ORD:
 *         description: orders
 *         terms: ["backlog = AMT where STAT = 'O'"]
 *         columns: { STAT: { description: "O open, C closed", synonyms: [state] } }
 *
 * Terms are the house's words with their SQL: pairs are written with them; no prompt shows them.
 */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { messageOf, nearestName, UserError } from "../base/errors.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { Column, Database, Table } from "./schema.ts";

export type Note = {
  readonly description?: string;
  readonly synonyms: readonly string[];
  /** A description that the program proposed and nobody has accepted. */
  readonly guess?: string;
};

export type Notes = {
  readonly knowledge: readonly string[];
  readonly tables: Readonly<Record<string, TableNote>>;
};

type TableNote = Note & {
  readonly columns: Readonly<Record<string, Note>>;
  readonly terms: readonly string[];
};

const NOTE_KEYS = ["description", "synonyms", "guess", "profile"];

/** Reads notes.yaml; an empty file has no notes. Raises UserError("config-invalid") that names the place. */
export function readNotes(file: string): Notes {
  try {
    return parseNotes(readFileSync(file, "utf8"), file);
  } catch (error) {
    throw error instanceof UserError ? error : unreadable(file, error);
  }
}

/** The same of a text; `file` names it in errors. */
export function parseNotes(text: string, file: string): Notes {
  const wrong = (place: string, got: unknown, wanted: string): never => {
    throw new UserError(
      "config-invalid",
      `${file}: ${place} is ${JSON.stringify(got)}; ${wanted} is wanted`,
    );
  };
  const mapping = (value: unknown, place: string, keys?: readonly string[]) => {
    if (value === undefined || value === null) return {};
    if (typeof value !== "object" || Array.isArray(value)) return wrong(place, value, "a mapping");
    const unknown = keys && Object.keys(value).find((key) => !keys.includes(key));
    if (keys !== undefined && unknown !== undefined) {
      const nearest = nearestName(unknown, keys) ?? keys.join(", ");
      wrong(
        place,
        { [unknown]: (value as Record<string, unknown>)[unknown] },
        `the key ${nearest}`,
      );
    }
    return value as Record<string, unknown>;
  };
  const sentences = (value: unknown, place: string): string[] => {
    if (value === undefined || value === null) return [];
    const isList = Array.isArray(value) && value.every((item) => typeof item === "string");
    return isList ? value.map(oneLine) : wrong(place, value, "a list of texts");
  };
  const note = (value: unknown, place: string, keys: readonly string[]): Note => {
    if (typeof value === "string") return { description: oneLine(value), synonyms: [] };
    const { description, synonyms, guess, profile } = mapping(value, place, keys);
    for (const [key, text] of Object.entries({ description, profile }))
      if (text !== undefined && typeof text !== "string")
        return wrong(`${place}.${key}`, text, "a text");
    if (guess !== undefined && typeof guess !== "boolean")
      return wrong(`${place}.guess`, guess, "true or false");
    const text = typeof description === "string" ? oneLine(description) : undefined;
    if (guess === true) return { synonyms: [], ...(text !== undefined && { guess: text }) };
    return {
      synonyms: sentences(synonyms, `${place}.synonyms`),
      ...(text !== undefined && { description: text }),
    };
  };

  const root = mapping(parseYaml(text, file), "the file", ["knowledge", "tables"]);
  const tables = Object.entries(mapping(root.tables, "tables")).map(([name, value]) => {
    const place = `tables.${name}`;
    const own = typeof value === "string" ? {} : mapping(value, place);
    const columns = Object.entries(mapping(own.columns, `${place}.columns`)).map(
      ([column, inner]) => [column, note(inner, `${place}.columns.${column}`, NOTE_KEYS)] as const,
    );
    const table = note(value, place, [...NOTE_KEYS, "columns", "terms"]);
    const terms = sentences(own.terms, `${place}.terms`);
    return [name, { ...table, terms, columns: Object.fromEntries(columns) }] as const;
  });
  return {
    knowledge: sentences(root.knowledge, "knowledge"),
    tables: Object.fromEntries(tables),
  };
}

const oneLine = (text: string) => text.replace(/\s+/g, " ").trim();

function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw unreadable(file, error);
  }
}

const unreadable = (file: string, error: unknown): UserError =>
  new UserError("config-invalid", `${file} cannot be read: ${messageOf(error)}`, { cause: error });

/**
 * The schema with the notes in its comments and knowledge. Raises UserError("config-invalid") for a note on a table or
 * column that is not there; with `isPartial` (a schema of chosen tables) notes on other tables are passed over.
 */
export function applyNotes(
  database: Database,
  notes: Notes,
  { isPartial = false }: { readonly isPartial?: boolean } = {},
): Database {
  const present = new Set(database.tables.map(({ name }) => name.toLowerCase()));
  const entries = Object.entries(notes.tables);
  const relevant = isPartial
    ? entries.filter(([name]) => present.has(name.toLowerCase()))
    : entries;
  const tableNotes = matched(relevant, database.tables, "table");
  const tables = database.tables.map((table): Table => {
    const note = tableNotes.get(table);
    if (note === undefined) return table;
    const columnNotes = matched(
      Object.entries(note.columns),
      table.columns,
      `column ${table.name}.`,
    );
    const columns = table.columns.map((column): Column =>
      withNote(column, columnNotes.get(column)),
    );
    const { terms } = note;
    return { ...withNote(table, note), columns, ...(terms.length > 0 && { terms }) };
  });
  const whole = { ...database, tables, knowledge: [...database.knowledge, ...notes.knowledge] };
  return { ...whole, fingerprint: fingerprintOf(whole) };
}

/** Notes by what they are about; names compare without case. */
function matched<N, T extends { readonly name: string }>(
  notes: readonly (readonly [string, N])[],
  targets: readonly T[],
  kind: string,
): Map<T, N> {
  return new Map(
    notes.map(([name, note]) => {
      const target = targets.find((one) => one.name.toLowerCase() === name.toLowerCase());
      if (target !== undefined) return [target, note];
      const nearest = nearestName(
        name,
        targets.map((one) => one.name),
      );
      throw new UserError(
        "config-invalid",
        `notes describe ${kind}${kind.endsWith(".") ? "" : " "}${name}, which the schema does not have${nearest === undefined ? "" : `; is ${nearest} meant?`}`,
      );
    }),
  );
}

function withNote<T extends { readonly comment?: string }>(target: T, note: Note | undefined): T {
  if (note === undefined) return target;
  const description = note.description ?? target.comment ?? "";
  const synonyms = note.synonyms.length === 0 ? "" : `also ${note.synonyms.join(", ")}`;
  const comment = [description, synonyms].filter((part) => part !== "").join("; ");
  return comment === "" ? target : { ...target, comment };
}
