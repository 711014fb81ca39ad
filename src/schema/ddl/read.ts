/**
 * Scripts → tables: statements of any dialect read into drafts, the drafts put together, names made unique. What makes
 * no difference is passed over, what is not understood is counted and explained, and neither stops the rest.
 */
import { UserError } from "../../base/errors.ts";
import type { DdlTable, DdlView, LeftOut } from "./ddl.ts";
import { detectDialect, type ScriptDialect } from "./dialect.ts";
import { type DraftTable, qualified, type QualifiedName, type Reading } from "./draft.ts";
import {
  copyColumns,
  type DraftView,
  type Indexed,
  readComment,
  readExtendedProperty,
  readIndex,
  readType,
  readView,
  type Remark,
  viewText,
} from "./others.ts";
import { completeKeys, createNaming, finished, type Naming } from "./finish.ts";
import type { Script } from "./scripts.ts";
import { type Statement, statementsOf } from "./statements.ts";
import { readAlteration, readTable } from "./tables.ts";
import { type Cursor, cursorOn, isNext, isWord, peek, take, takeOneOf } from "./tokens.ts";
import { takeQualifiedName } from "./draft.ts";

/** What scripts say, with what was passed over. */
export type Ddl = {
  readonly dialect: ScriptDialect;
  readonly tables: readonly DdlTable[];
  readonly views: readonly DdlView[];
  readonly leftOut: readonly LeftOut[];
};

type Found = Reading & {
  readonly tables: DraftTable[];
  readonly views: DraftView[];
  readonly indexes: Indexed[];
  readonly remarks: Remark[];
  readonly leftOut: LeftOut[];
  /** Statements that are no part of a schema, by what they are. */
  readonly passedOver: Map<string, number>;
};

/** Reads the scripts. Raises UserError("ddl-invalid") when no table comes out. */
export function readDdl(
  scripts: readonly Script[],
  {
    dialect = detectDialect(scripts.map(({ text }) => text).join("\n")),
  }: { readonly dialect?: ScriptDialect } = {},
): Ddl {
  const leftOut: LeftOut[] = [];
  const found: Found = {
    dialect,
    types: new Map(),
    note: (what, reason) => void leftOut.push({ what, reason }),
    tables: [],
    views: [],
    indexes: [],
    remarks: [],
    leftOut,
    passedOver: new Map(),
  };
  const statements = scripts.flatMap((script) => statementsOf(script, dialect));
  const later = statements.filter((statement) => !readEarly(statement, found));
  const changes = later.filter((statement) => !readTables(statement, found));
  const naming = createNaming(found.tables, found.note);
  takeOver(found, naming);
  for (const statement of changes) readChange(statement, found, naming);
  applyChanges(found, naming);
  completeKeys(naming);
  for (const [what, count] of found.passedOver)
    found.note(`${count} ${what}`, "no part of the tables");
  const tables = naming.tables.flatMap((table) => finished(table, naming, found.note) ?? []);
  if (tables.length === 0)
    throw new UserError(
      "ddl-invalid",
      `${placesOf(scripts)} no CREATE TABLE that can be read (${statements.length} statements, read as ${dialect})`,
    );
  return { dialect, tables, views: viewsOf(found, naming), leftOut };
}

const placesOf = (scripts: readonly Script[]): string =>
  scripts.length === 1 ? `${scripts[0].file} has` : `${scripts.length} files have`;

/** Types come first: tables name them wherever they stand. */
function readEarly({ tokens }: Statement, found: Found): boolean {
  const cursor = cursorOn(tokens);
  if (!take(cursor, "create") || !takeOneOf(cursor, "type", "domain")) return false;
  readType(cursor, found);
  return true;
}

const TABLE_WORDS = ["global", "local", "temp", "temporary", "unlogged", "external", "foreign"];

function readTables(statement: Statement, found: Found): boolean {
  const cursor = cursorOn(statement.tokens);
  // IF NOT EXISTS (…) CREATE TABLE …
  if (isNext(cursor, "if")) cursor.at = Math.max(0, createAt(statement));
  if (!take(cursor, "create")) return false;
  take(cursor, "or", "replace");
  while (takeOneOf(cursor, ...TABLE_WORDS) !== undefined);
  if (!take(cursor, "table")) return false;
  const table = readTable(cursor, statement, found);
  if (table !== undefined) addTable(table, found);
  return true;
}

const createAt = ({ tokens }: Statement): number =>
  tokens.findIndex((token, i) => isWord(token, "create") && isWord(tokens[i + 1], "table"));

function addTable(table: DraftTable, found: Found): void {
  const isTemporary = table.name.name.startsWith("#");
  const isKnown = found.tables.some(({ name }) => isSame(name, table.name));
  if (isTemporary) found.note(qualified(table.name), "is a temporary table");
  else if (isKnown)
    found.note(`${qualified(table.name)} (${table.place})`, "is there twice; the first one counts");
  else found.tables.push(table);
}

const isSame = (a: QualifiedName, b: QualifiedName): boolean => qualified(a) === qualified(b);

/** Columns of LIKE and INHERITS; parents first, which are mostly written first. */
function takeOver({ tables, note }: Found, naming: Naming): void {
  for (const table of tables)
    for (const name of table.copies) {
      const from = naming.find(name, table.name);
      if (from === undefined)
        note(qualified(table.name), `its model ${qualified(name)} is not there`);
      else copyColumns(table, from);
    }
}

type ChangeReader = (cursor: Cursor, statement: Statement, found: Found, naming: Naming) => void;

const READERS: Readonly<Record<string, ChangeReader>> = {
  alter: readAlter,
  create: readCreate,
  comment(cursor, _, found) {
    const remark = take(cursor, "comment", "on") ? readComment(cursor) : undefined;
    if (remark === undefined) countAs("comments on other things", found);
    else found.remarks.push(remark);
  },
  exec: readExec,
  execute: readExec,
  insert: (_, __, found) => countAs("INSERT statements (rows are made, not taken over)", found),
  copy: (_, __, found) => countAs("COPY statements (rows are made, not taken over)", found),
};

/** Statements of no interest: they say nothing on what tables are. */
const SILENT = new Set(
  `set use go begin commit start drop grant revoke pragma print end if else declare analyze vacuum lock unlock select rollback
  delete update truncate deny connect whenever prompt spool raiserror return reindex checkpoint release savepoint do call
  ; with`.split(/\s+/),
);

function readChange(statement: Statement, found: Found, naming: Naming): void {
  const cursor = cursorOn(statement.tokens);
  const first = peek(cursor)?.value ?? "";
  const reader = Object.hasOwn(READERS, first) ? READERS[first] : undefined;
  if (reader !== undefined) return reader(cursor, statement, found, naming);
  if (SILENT.has(first) || /^[;\p{P}]$/u.test(first)) return;
  const text = statement.text.replace(/\s+/g, " ").slice(0, 60);
  found.note(`${statement.place}: ${text}`, "is no statement that is known");
}

const countAs = (what: string, { passedOver }: Found): void =>
  void passedOver.set(what, (passedOver.get(what) ?? 0) + 1);

function readAlter(cursor: Cursor, _: Statement, found: Found, naming: Naming): void {
  cursor.at++;
  if (isNext(cursor, "view")) return readCreatedView(cursor, found);
  if (!take(cursor, "table")) {
    if (!isNext(cursor, "database") && !isNext(cursor, "sequence"))
      countAs(`ALTER ${(peek(cursor)?.text ?? "").toUpperCase()} statements`, found);
    return;
  }
  take(cursor, "only");
  take(cursor, "if", "exists");
  take(cursor, "only");
  const name = takeQualifiedName(cursor);
  const table = name && naming.find(name);
  if (table !== undefined) readAlteration(cursor, table, found);
  else if (name !== undefined)
    found.note(`ALTER TABLE ${qualified(name)}`, "there is no such table");
}

const ROUTINE_WORDS = [
  "procedure",
  "proc",
  "function",
  "trigger",
  "event",
  "package",
  "rule",
  "aggregate",
];
const SILENT_OBJECTS = ["schema", "database", "sequence", "extension", "user", "role", "login"];
const INDEX_WORDS = [
  "unique",
  "clustered",
  "nonclustered",
  "columnstore",
  "fulltext",
  "spatial",
  "bitmap",
  "primary",
  "xml",
];

function readCreate(cursor: Cursor, statement: Statement, found: Found): void {
  cursor.at++;
  const head = statement.tokens
    .slice(1, 30)
    .map(({ value, kind }) => (kind === "word" ? value : ""));
  const object = head.find((word) =>
    [
      ...ROUTINE_WORDS,
      ...SILENT_OBJECTS,
      ...INDEX_WORDS,
      "index",
      "view",
      "virtual",
      "synonym",
    ].includes(word),
  );
  if (object === "view") {
    while (!isNext(cursor, "view")) cursor.at++;
    return readCreatedView(cursor, found);
  }
  if (object === "index" || (object !== undefined && INDEX_WORDS.includes(object))) {
    const index = readIndex(cursor, found);
    if (index !== undefined) found.indexes.push(index);
  } else if (object !== undefined && ROUTINE_WORDS.includes(object))
    countAs("procedures, functions and triggers", found);
  else if (object === undefined || !SILENT_OBJECTS.includes(object)) {
    const text = statement.text.replace(/\s+/g, " ").slice(0, 60);
    found.note(`${statement.place}: ${text}`, "is of a kind that SQLite does not have here");
  }
}

function readCreatedView(cursor: Cursor, { views }: Found): void {
  cursor.at++;
  const view = readView(cursor);
  if (view === undefined) return;
  // Dumps create a stand-in first: the last definition counts.
  const known = views.findIndex(({ name }) => isSame(name, view.name));
  if (known === -1) views.push(view);
  else views[known] = view;
}

function readExec(cursor: Cursor, _: Statement, found: Found): void {
  const remark = readExtendedProperty(cursor);
  if (remark !== undefined) found.remarks.push(remark);
  else countAs("EXEC statements", found);
}

function applyChanges({ indexes, remarks, note }: Found, naming: Naming): void {
  for (const { table: name, columns } of indexes) {
    const table = naming.find(name);
    if (table === undefined) note(`a unique index of ${qualified(name)}`, "there is no such table");
    else if (columns !== undefined) table.uniques.push([...columns]);
  }
  for (const { table: name, column, text } of remarks) {
    const table = naming.find(name);
    const target =
      column === undefined
        ? table
        : table?.columns.find((one) => one.name.toLowerCase() === column.toLowerCase());
    if (target !== undefined) target.comment = text;
  }
}

function viewsOf({ views }: Found, naming: Naming): DdlView[] {
  const tableName = (schema: string | undefined, name: string) => {
    const isDefault = schema === undefined || /^(dbo|public|main)$/i.test(schema);
    const table = naming.find(isDefault ? { name } : { schema, name });
    if (table !== undefined) return naming.nameOf(table);
    return views.some((view) => view.name.name.toLowerCase() === name.toLowerCase())
      ? name
      : undefined;
  };
  return views.map((view) => ({ name: view.name.name, select: viewText(view, tableName) }));
}
