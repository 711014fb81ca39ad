/** Statements beside tables: types, indexes, comments, views. */
import {
  type DraftTable,
  qualified,
  type QualifiedName,
  type Reading,
  takeQualifiedName,
} from "./draft.ts";
import { toSqlite } from "./expression.ts";
import {
  type Cursor,
  type DdlToken,
  isWord,
  namesIn,
  peek,
  take,
  takeGroup,
  takeOneOf,
} from "./tokens.ts";
import { takeType } from "./types.ts";

/** `CREATE TYPE mood AS ENUM (…)`, `CREATE TYPE dbo.Name FROM nvarchar(50)`, `CREATE DOMAIN d AS text CHECK (…)`. */
export function readType(cursor: Cursor, reading: Reading): void {
  const name = takeQualifiedName(cursor);
  if (name === undefined) return;
  const isNamed = takeOneOf(cursor, "as", "from") !== undefined;
  if (take(cursor, "enum")) {
    const values = (takeGroup(cursor) ?? []).filter(({ kind }) => kind === "string");
    reading.types.set(name.name.toLowerCase(), {
      text: "TEXT",
      values: values.map(({ value }) => value),
    });
    return;
  }
  const isComposite = peek(cursor)?.text === "(" || take(cursor, "table");
  const type = isNamed && isComposite ? { text: "TEXT" } : takeType(cursor, reading);
  if (type === undefined) return;
  reading.types.set(name.name.toLowerCase(), type);
  const check = cursor.tokens.findIndex((token) => isWord(token, "check"));
  if (check !== -1) reading.note(`type ${qualified(name)}: CHECK`, "rules of types are not kept");
}

export type Indexed = { readonly table: QualifiedName; readonly columns?: readonly string[] };

/** What a unique index stands on; nothing for other indexes. The cursor stands behind CREATE. */
export function readIndex(cursor: Cursor, reading: Reading): Indexed | undefined {
  if (!take(cursor, "unique")) return undefined;
  while (peek(cursor) !== undefined && !take(cursor, "on")) cursor.at++;
  take(cursor, "only");
  const table = takeQualifiedName(cursor);
  if (take(cursor, "using")) cursor.at++;
  const columns = namesIn(takeGroup(cursor) ?? []);
  const where = cursor.tokens.findIndex((token, i) => i >= cursor.at && isWord(token, "where"));
  if (table === undefined) return undefined;
  if (columns !== undefined && (where === -1 || isNotNull(cursor.tokens.slice(where + 1))))
    return { table, columns };
  const reason = columns === undefined ? "is over expressions" : "holds for some rows only";
  reading.note(`a unique index of ${qualified(table)}`, `${reason}; not kept`);
  return undefined;
}

/** `[a] IS NOT NULL`: SQLite's unique indexes are like that anyway. */
const isNotNull = (tokens: readonly DdlToken[]): boolean =>
  /^\(*\S+ is not null\)*$/i.test(
    tokens
      .filter(({ text }) => text !== "(" && text !== ")")
      .slice(0, 4)
      .map(({ value }) => value)
      .join(" "),
  );

export type Remark = {
  readonly table: QualifiedName;
  readonly column?: string;
  readonly text: string;
};

/** `COMMENT ON TABLE t IS '…'`, `COMMENT ON COLUMN s.t.c IS '…'`. The cursor stands behind COMMENT ON. */
export function readComment(cursor: Cursor): Remark | undefined {
  const kind = takeOneOf(cursor, "table", "column");
  if (kind === undefined) return undefined;
  const start = cursor.at;
  const end = cursor.tokens.findIndex((token, i) => i > start && isWord(token, "is"));
  const text = cursor.tokens[end + 1];
  if (end === -1 || text?.kind !== "string") return undefined;
  const last = cursor.tokens[end - 1];
  const isColumn = kind === "column";
  const table = takeQualifiedName({
    tokens: cursor.tokens.slice(0, isColumn ? end - 2 : end),
    at: start,
  });
  if (table === undefined) return undefined;
  const column = last.kind === "name" ? last.value : last.text;
  return { table, text: text.value, ...(isColumn && { column }) };
}

const POSITIONS =
  "name value level0type level0name level1type level1name level2type level2name".split(" ");

/** `EXEC sp_addextendedproperty 'MS_Description', N'…', 'SCHEMA', 'dbo', 'TABLE', 't', 'COLUMN', 'c'`, also with @names. */
export function readExtendedProperty(cursor: Cursor): Remark | undefined {
  const called = cursor.tokens.findIndex(({ value }) =>
    /^sp_(?:add|update)extendedproperty$/i.test(value),
  );
  if (called === -1) return undefined;
  const given = new Map<string, string>();
  let position = 0;
  for (let at = called + 1; at < cursor.tokens.length; at++) {
    const token = cursor.tokens[at];
    const isNamed = token.text.startsWith("@") && isWord(cursor.tokens[at + 1], "=");
    const value = isNamed ? cursor.tokens[at + 2] : token;
    if (isWord(token, ",")) continue;
    given.set(isNamed ? token.value.slice(1) : POSITIONS[position++], textOf(value));
    if (isNamed) at += 2;
  }
  const isDescription = given.get("name")?.toLowerCase() === "ms_description";
  const table = given.get("level1name");
  const text = given.get("value");
  if (!isDescription || !table || !text || given.get("level1type")?.toLowerCase() !== "table")
    return undefined;
  const schema = given.get("level0name");
  const isDefault = schema === undefined || schema.toLowerCase() === "dbo";
  const column = given.get("level2name");
  if (column && given.get("level2type")?.toLowerCase() !== "column") return undefined;
  return {
    table: { name: table, ...(!isDefault && { schema }) },
    text,
    ...(column && { column }),
  };
}

const textOf = (token: DdlToken | undefined): string =>
  token === undefined || isWord(token, "null")
    ? ""
    : token.kind === "word"
      ? token.text
      : token.value;

export type DraftView = { readonly name: QualifiedName; readonly tokens: readonly DdlToken[] };

/** The name of a view and its SELECT with what stands before AS. The cursor stands behind VIEW. */
export function readView(cursor: Cursor): DraftView | undefined {
  take(cursor, "if", "not", "exists");
  const name = takeQualifiedName(cursor);
  if (name === undefined) return undefined;
  if (peek(cursor)?.text !== "(" && !take(cursor, "as"))
    while (peek(cursor) !== undefined && !take(cursor, "as")) cursor.at++;
  return { name, tokens: cursor.tokens.slice(cursor.at) };
}

/** The view's text in SQLite's words: table names without their schemas. */
export const viewText = (
  { tokens }: DraftView,
  tableName: (schema: string | undefined, name: string) => string | undefined,
): string =>
  toSqlite(
    tokens.filter(({ text }) => text !== ";"),
    { tableName },
  ).replace(/\s*WITH (?:(?:CASCADED|LOCAL) )?CHECK OPTION$|\s*WITH (?:NO )?DATA$/i, "");

/** For tables that take over another's columns. */
export function copyColumns(table: DraftTable, from: DraftTable): void {
  const missing = from.columns.filter(
    ({ name }) => !table.columns.some((one) => one.name.toLowerCase() === name.toLowerCase()),
  );
  table.columns.unshift(...missing.map((column) => ({ ...column })));
  if (table.primaryKey.length === 0) table.primaryKey = [...from.primaryKey];
  table.checks.push(...from.checks);
}
