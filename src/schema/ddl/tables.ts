/** CREATE TABLE, and the parts of ALTER TABLE that change what a table is. */
import { ddlComments } from "../ddl-comments.ts";
import { takeColumn, takeOptions, takeReference } from "./columns.ts";
import { type DraftTable, qualified, type Reading, takeQualifiedName } from "./draft.ts";
import { literalOf, toSqlite } from "./expression.ts";
import type { Statement } from "./statements.ts";
import {
  type Cursor,
  cursorOn,
  type DdlToken,
  isName,
  isNext,
  isWord,
  nameOf,
  namesIn,
  peek,
  splitAtCommas,
  take,
  takeGroup,
  takeOneOf,
} from "./tokens.ts";
import { takeType } from "./types.ts";

/** The table that stands behind CREATE TABLE, or nothing with a note. */
export function readTable(
  cursor: Cursor,
  { text, place }: Statement,
  reading: Reading,
): DraftTable | undefined {
  take(cursor, "if", "not", "exists");
  const name = takeQualifiedName(cursor);
  if (name === undefined) {
    reading.note(place, "CREATE TABLE without a name");
    return undefined;
  }
  const table: DraftTable = {
    name,
    place,
    columns: [],
    primaryKey: [],
    uniques: [],
    checks: [],
    foreignKeys: [],
    copies: [],
  };
  if (take(cursor, "partition", "of") || isNext(cursor, "as") || isNext(cursor, "select")) {
    const reason = isNext(cursor, "as")
      ? "is made of a query's rows"
      : "holds a part of a table that is there";
    reading.note(qualified(name), reason);
    return undefined;
  }
  if (take(cursor, "like")) addCopy(cursor, table);
  const isClosed = readBody(cursor, table, reading);
  if (!isClosed)
    reading.note(
      `${qualified(name)} (${place})`,
      "its bracket is not closed; read as far as it goes",
    );
  readTableOptions(cursor, table);
  addComments(table, text);
  return table;
}

function addCopy(cursor: Cursor, table: DraftTable): void {
  const copied = takeQualifiedName(cursor);
  if (copied !== undefined) table.copies.push(copied);
}

function readBody(cursor: Cursor, table: DraftTable, reading: Reading): boolean {
  const group = takeGroup(cursor);
  if (group === undefined) return true;
  for (const item of splitAtCommas(group)) readItem(cursorOn(item), table, reading);
  return isWord(cursor.tokens[cursor.at - 1], ")") || group.length === 0;
}

/** One entry between the commas of a table's brackets. */
export function readItem(cursor: Cursor, table: DraftTable, reading: Reading): void {
  if (!readConstraint(cursor, table, reading)) takeColumn(cursor, table, reading);
}

function readConstraint(cursor: Cursor, table: DraftTable, reading: Reading): boolean {
  const start = cursor.at;
  if (
    take(cursor, "constraint") &&
    !/^(primary|unique|foreign|check|default)$/.test(wordAt(cursor))
  )
    cursor.at++;
  if (take(cursor, "primary", "key")) {
    table.primaryKey = keyColumns(cursor) ?? table.primaryKey;
    return true;
  }
  if (isUnique(cursor)) return readUnique(cursor, table, reading);
  if (take(cursor, "foreign", "key")) {
    if (!isNext(cursor, "(")) cursor.at++;
    const columns = namesIn(takeGroup(cursor) ?? []) ?? [];
    if (take(cursor, "references")) takeReference(cursor, table, columns);
    return true;
  }
  if (isNext(cursor, "check") && isGroupAhead(cursor)) {
    while (!isNext(cursor, "(")) cursor.at++;
    table.checks.push(toSqlite(takeGroup(cursor) ?? []));
    return true;
  }
  if (isOtherItem(cursor, table, reading)) return true;
  cursor.at = start;
  return false;
}

const wordAt = (cursor: Cursor): string => peek(cursor)?.value ?? "";
const isGroupAhead = (cursor: Cursor): boolean =>
  peek(cursor, 1)?.text === "(" || isWord(peek(cursor, 1), "not");

/** UNIQUE as a constraint: a bracket comes soon. A column may be called unique too, if it is quoted. */
const isUnique = (cursor: Cursor): boolean =>
  isNext(cursor, "unique") && [1, 2, 3, 4].some((ahead) => peek(cursor, ahead)?.text === "(");

function readUnique(cursor: Cursor, table: DraftTable, reading: Reading): boolean {
  const columns = keyColumns(cursor);
  if (columns !== undefined) table.uniques.push(columns);
  else reading.note(`${qualified(table.name)}: a unique index`, "is over expressions; not kept");
  return true;
}

/** The columns in the next bracket; what stands before it is the index's name and kind. */
function keyColumns(cursor: Cursor): string[] | undefined {
  while (peek(cursor) !== undefined && !isNext(cursor, "(")) cursor.at++;
  return namesIn(takeGroup(cursor) ?? []);
}

/** Plain indexes, periods, exclusions: they hold no rule that rows could break here. */
function isOtherItem(cursor: Cursor, table: DraftTable, { dialect, note }: Reading): boolean {
  const hasIndexes = dialect === "mysql" || dialect === "tsql";
  if (
    hasIndexes &&
    /^(index|key|fulltext|spatial)$/.test(wordAt(cursor)) &&
    peek(cursor)?.kind === "word"
  )
    return readInlineIndex(cursor, table);
  if (take(cursor, "period", "for")) return true;
  if (dialect === "postgres" && take(cursor, "like")) {
    addCopy(cursor, table);
    return true;
  }
  if (dialect !== "postgres" || !isNext(cursor, "exclude")) return false;
  note(`${qualified(table.name)}: EXCLUDE`, "SQLite has no exclusion constraints");
  return true;
}

function readInlineIndex(cursor: Cursor, table: DraftTable): boolean {
  const isUniqueIndex = cursor.tokens
    .slice(cursor.at, cursor.at + 4)
    .some((token) => isWord(token, "unique"));
  const columns = isUniqueIndex ? keyColumns(cursor) : undefined;
  if (columns !== undefined) table.uniques.push(columns);
  return true;
}

/** Behind the brackets: parents and a comment count, storage does not. */
function readTableOptions(cursor: Cursor, table: DraftTable): void {
  while (peek(cursor) !== undefined) {
    if (take(cursor, "inherits")) {
      for (const parent of splitAtCommas(takeGroup(cursor) ?? [])) addCopy(cursorOn(parent), table);
    } else if (take(cursor, "comment")) {
      take(cursor, "=");
      const token = peek(cursor);
      if (token?.kind === "string") table.comment = token.value;
    } else cursor.at++;
  }
}

/** Comments of the text, where no COMMENT clause says something. */
function addComments(table: DraftTable, text: string): void {
  const comments = ddlComments(text);
  table.comment ??= comments.table;
  for (const column of table.columns)
    column.comment ??= comments.columns.get(column.name.toLowerCase());
}

/** What an ALTER TABLE adds to its table. Changes of storage, owners and triggers are passed over. */
export function readAlteration(cursor: Cursor, table: DraftTable, reading: Reading): void {
  if (!take(cursor, "with", "check")) take(cursor, "with", "nocheck");
  for (const action of splitAtCommas(cursor.tokens.slice(cursor.at))) {
    const inner = cursorOn(action);
    if (take(inner, "add")) readAddition(inner, table, reading);
    else if (takeOneOf(inner, "alter", "modify", "change")) readColumnChange(inner, table, reading);
    else if (isConstraintStart(inner)) readAddition(inner, table, reading);
  }
}

/** T-SQL lists several constraints behind one ADD. */
const isConstraintStart = (cursor: Cursor): boolean => isNext(cursor, "constraint");

function readAddition(cursor: Cursor, table: DraftTable, reading: Reading): void {
  if (isDefaultFor(cursor)) return readDefaultFor(cursor, table);
  if (take(cursor, "column")) take(cursor, "if", "not", "exists");
  if (isNext(cursor, "partition") || isNext(cursor, "period")) return;
  const group = isNext(cursor, "(") ? takeGroup(cursor) : undefined;
  if (group === undefined) return readItem(cursor, table, reading);
  for (const item of splitAtCommas(group)) readItem(cursorOn(item), table, reading);
}

const isDefaultFor = ({ tokens, at }: Cursor): boolean =>
  tokens.slice(at, at + 3).some((token) => isWord(token, "default")) &&
  tokens.some((token) => isWord(token, "for"));

/** `CONSTRAINT x DEFAULT (0) FOR [column]`. */
function readDefaultFor(cursor: Cursor, table: DraftTable): void {
  while (!take(cursor, "default")) cursor.at++;
  const end = cursor.tokens.findIndex((token, i) => i > cursor.at && isWord(token, "for"));
  const value = literalOf(cursor.tokens.slice(cursor.at, end));
  const column = columnOf(table, cursor.tokens[end + 1]);
  if (column !== undefined && value !== undefined) column.default = value;
}

const columnOf = (table: DraftTable, token: DdlToken | undefined) =>
  table.columns.find(
    ({ name }) => isName(token) && name.toLowerCase() === nameOf(token).toLowerCase(),
  );

/** `ALTER [COLUMN] a SET NOT NULL`, `ALTER COLUMN a NVARCHAR(50) NOT NULL`, `MODIFY a INT NOT NULL AUTO_INCREMENT`. */
function readColumnChange(cursor: Cursor, table: DraftTable, reading: Reading): void {
  take(cursor, "column");
  const column = columnOf(table, peek(cursor));
  if (column === undefined) return;
  cursor.at++;
  if (take(cursor, "set", "not", "null")) column.notNull = true;
  else if (take(cursor, "drop", "not", "null")) column.notNull = false;
  else if (take(cursor, "set", "default")) {
    const literal = literalOf(cursor.tokens.slice(cursor.at));
    if (literal !== undefined) column.default = literal;
  } else if (take(cursor, "add", "generated")) table.uniques.push([column.name]);
  else if (reading.dialect !== "postgres" && isName(peek(cursor)) && !isNext(cursor, "add")) {
    const type = takeType(cursor, reading);
    if (type !== undefined) column.type = type.text;
    takeOptions(cursor, table, column, reading);
  }
}
