/** One column of a CREATE TABLE or an ALTER TABLE, with the constraints that stand behind it. */
import type { DraftColumn, DraftTable, Reading } from "./draft.ts";
import { qualified, takeQualifiedName } from "./draft.ts";
import { literalOf, takeCast, toSqlite } from "./expression.ts";
import { quoteName, quoteValue } from "../../sql/quote.ts";
import {
  type Cursor,
  type DdlToken,
  isName,
  isNext,
  nameOf,
  namesIn,
  peek,
  take,
  takeGroup,
  takeOneOf,
} from "./tokens.ts";
import { familyOf, takeType } from "./types.ts";

/** Reads a column into the table. What is not understood is noted and passed over. */
export function takeColumn(cursor: Cursor, table: DraftTable, reading: Reading): void {
  const token = peek(cursor);
  const place = qualified(table.name);
  if (!isName(token) && token?.kind !== "string") {
    const text = cursor.tokens.map((one) => one.text).join(" ");
    return reading.note(`${place}: ${text.slice(0, 60)}`, "is no column and no constraint");
  }
  const name = nameOf(token);
  cursor.at++;
  const type = takeType(cursor, reading);
  const column: DraftColumn = { name, type: type?.text ?? "", notNull: false };
  if (table.columns.some((one) => one.name.toLowerCase() === name.toLowerCase()))
    return reading.note(`${place}.${name}`, "is there twice; the first one counts");
  table.columns.push(column);
  if (type?.values !== undefined && type.values.length > 0)
    table.checks.push(listCheck(name, type.values));
  if (column.type !== "" && familyOf(column.type) === undefined)
    reading.note(`${place}.${name}`, `its type ${column.type} is not known; filled by its name`);
  takeOptions(cursor, table, column, reading);
}

const listCheck = (name: string, values: readonly string[]): string =>
  `${quoteName(name, "sqlite")} IN ( ${values.map(quoteValue).join(" , ")} )`;

/** The rest of a column's definition. */
export function takeOptions(
  cursor: Cursor,
  table: DraftTable,
  column: DraftColumn,
  reading: Reading,
): void {
  for (let token = peek(cursor); token !== undefined; token = peek(cursor)) {
    if (takeKeyOption(cursor, table, column) || takeValueOption(cursor, table, column)) continue;
    if (takeIrrelevant(cursor)) continue;
    cursor.at++;
    takeGroup(cursor);
    reading.note(
      `${qualified(table.name)}.${column.name}: ${token.text}`,
      "not understood; passed over",
    );
  }
}

function takeKeyOption(cursor: Cursor, table: DraftTable, column: DraftColumn): boolean {
  if (take(cursor, "constraint")) {
    cursor.at++;
    return true;
  }
  if (take(cursor, "not", "null")) {
    column.notNull = true;
    return true;
  }
  if (take(cursor, "primary", "key") || take(cursor, "key")) {
    table.primaryKey = [column.name];
    takeIndexOptions(cursor);
    return true;
  }
  if (take(cursor, "unique")) {
    take(cursor, "key");
    table.uniques.push([column.name]);
    takeIndexOptions(cursor);
    return true;
  }
  take(cursor, "foreign", "key");
  if (!take(cursor, "references")) return false;
  takeReference(cursor, table, [column.name]);
  return true;
}

/** Behind REFERENCES: the table, its columns and what happens to them. */
export function takeReference(cursor: Cursor, table: DraftTable, columns: readonly string[]): void {
  const ref = takeQualifiedName(cursor);
  const refColumns = namesIn(takeGroup(cursor) ?? []) ?? [];
  if (ref !== undefined) table.foreignKeys.push({ columns, ref, refColumns });
  while (takeReferenceOption(cursor));
}

function takeReferenceOption(cursor: Cursor): boolean {
  if (isNext(cursor, "on", "delete") || isNext(cursor, "on", "update")) {
    cursor.at += 2;
    if (take(cursor, "set")) cursor.at++;
    else if (!take(cursor, "no", "action")) cursor.at++;
    takeGroup(cursor);
    return true;
  }
  if (take(cursor, "match")) return ++cursor.at > 0;
  return (
    take(cursor, "not", "for", "replication") ||
    take(cursor, "not", "deferrable") ||
    take(cursor, "not", "valid") ||
    take(cursor, "not", "enforced") ||
    take(cursor, "deferrable") ||
    take(cursor, "initially", "deferred") ||
    take(cursor, "initially", "immediate")
  );
}

/** CLUSTERED, ASC, ON CONFLICT, WITH (…), ON [PRIMARY] and the like behind a key. */
function takeIndexOptions(cursor: Cursor): void {
  for (;;) {
    if (takeOneOf(cursor, "clustered", "nonclustered", "asc", "desc", "hash", "autoincrement"))
      continue;
    if (take(cursor, "on", "conflict")) cursor.at++;
    else if (isNext(cursor, "with") && isNext({ ...cursor, at: cursor.at + 1 }, "(")) {
      cursor.at++;
      takeGroup(cursor);
    } else if (isFilegroup(cursor)) {
      cursor.at += 2;
      takeGroup(cursor);
    } else if (isNext(cursor, "using", "index", "tablespace")) cursor.at += 4;
    else if (isNext(cursor, "using")) cursor.at += 2;
    else return;
  }
}

const isFilegroup = (cursor: Cursor): boolean =>
  isNext(cursor, "on") && !/^(delete|update|conflict)$/.test(peek(cursor, 1)?.value ?? "");

function takeValueOption(cursor: Cursor, table: DraftTable, column: DraftColumn): boolean {
  if (take(cursor, "check")) {
    take(cursor, "not", "for", "replication");
    table.checks.push(toSqlite(takeGroup(cursor) ?? []));
    return true;
  }
  if (take(cursor, "default")) {
    const literal = literalOf(takeDefault(cursor));
    if (literal !== undefined) column.default = literal;
    return true;
  }
  if (isNext(cursor, "comment")) {
    cursor.at++;
    take(cursor, "=");
    column.comment = peek(cursor)?.value;
    cursor.at++;
    return true;
  }
  if (takeOneOf(cursor, "identity", "auto_increment", "autoincrement")) {
    takeGroup(cursor);
    addIdentity(table, column);
    return true;
  }
  return takeGenerated(cursor, table, column);
}

/** A counter has no value twice, whether or not a key says so. */
const addIdentity = (table: DraftTable, column: DraftColumn): void => {
  column.notNull = true;
  table.uniques.push([column.name]);
};

function takeGenerated(cursor: Cursor, table: DraftTable, column: DraftColumn): boolean {
  const isGenerated =
    take(cursor, "generated", "always") || take(cursor, "generated", "by", "default");
  if (isGenerated) take(cursor, "on", "null");
  if (isGenerated && take(cursor, "as", "identity")) {
    takeGroup(cursor);
    addIdentity(table, column);
    return true;
  }
  if (isGenerated && isNext(cursor, "as") && peek(cursor, 1)?.text !== "(") {
    // GENERATED ALWAYS AS ROW START: the times of a temporal table are values like others.
    cursor.at += 3;
    return true;
  }
  if (!take(cursor, "as")) return false;
  const inner = takeGroup(cursor) ?? takeBareExpression(cursor);
  const isStored = takeOneOf(cursor, "stored", "persisted") !== undefined;
  take(cursor, "virtual");
  column.computed = {
    expression: toSqlite(inner, { textColumns: textColumnsOf(table) }),
    isStored,
  };
  return true;
}

const textColumnsOf = ({ columns }: DraftTable): ReadonlySet<string> =>
  new Set(
    columns.filter(({ type }) => familyOf(type) === "text").map(({ name }) => name.toLowerCase()),
  );

/** T-SQL computes without brackets too. */
function takeBareExpression(cursor: Cursor): DdlToken[] {
  const start = cursor.at;
  while (
    peek(cursor) !== undefined &&
    !isNext(cursor, "persisted") &&
    !isNext(cursor, "constraint")
  )
    cursor.at++;
  return cursor.tokens.slice(start, cursor.at);
}

/** A default's value: a bracket, a literal or a call, with its casts. */
function takeDefault(cursor: Cursor): DdlToken[] {
  const start = cursor.at;
  if (takeGroup(cursor) === undefined) {
    takeOneOf(cursor, "-", "+");
    if (take(cursor, "next", "value", "for")) takeQualifiedName(cursor);
    else cursor.at++;
    takeGroup(cursor);
  }
  while (takeCast(cursor));
  const end = cursor.at;
  if (take(cursor, "at", "time", "zone")) cursor.at++;
  return cursor.tokens.slice(start, end);
}

const FLAGS = [
  "null",
  "with values",
  "not for replication",
  "rowguidcol",
  "sparse",
  "hidden",
  "visible",
  "invisible",
  "filestream",
  "persisted",
  "virtual",
  "stored",
  "enforced",
  "not enforced",
  "deferrable",
  "not deferrable",
  "initially deferred",
  "initially immediate",
  "enable",
  "disable",
  "validate",
  "unicode",
  "ascii",
].map((words) => words.split(" "));
const WITH_ONE_WORD = ["storage", "compression", "column_format", "charset", "srid"];

/** What makes no difference to the values. */
function takeIrrelevant(cursor: Cursor): boolean {
  if (FLAGS.some((words) => take(cursor, ...words))) return true;
  if (take(cursor, "collate")) return takeQualifiedName(cursor) !== undefined;
  if (take(cursor, "character", "set") || takeOneOf(cursor, ...WITH_ONE_WORD)) {
    take(cursor, "=");
    return ++cursor.at > 0;
  }
  if (take(cursor, "on", "update")) {
    cursor.at++;
    takeGroup(cursor);
    return true;
  }
  if (takeOneOf(cursor, "masked", "encrypted")) {
    take(cursor, "with");
    takeGroup(cursor);
    return true;
  }
  const before = cursor.at;
  takeIndexOptions(cursor);
  return cursor.at > before;
}
