/** A table while its statements are being read: columns first, constraints as they come, references still by name. */
import type { ScriptDialect } from "./dialect.ts";
import type { DdlColumn } from "./ddl.ts";
import { type Cursor, isName, isNext, nameOf, peek } from "./tokens.ts";

export type QualifiedName = { readonly schema?: string; readonly name: string };

export type DraftColumn = { -readonly [key in keyof DdlColumn]: DdlColumn[key] };

export type DraftTable = {
  readonly name: QualifiedName;
  readonly place: string;
  comment?: string;
  readonly columns: DraftColumn[];
  primaryKey: string[];
  readonly uniques: string[][];
  readonly checks: string[];
  readonly foreignKeys: {
    readonly columns: readonly string[];
    readonly ref: QualifiedName;
    readonly refColumns: readonly string[];
  }[];
  /** Tables whose columns it takes over (LIKE, INHERITS). */
  readonly copies: QualifiedName[];
};

/** What the readers of statements share. */
export type Reading = {
  readonly dialect: ScriptDialect;
  note(what: string, reason: string): void;
  /** Lower-case names of CREATE TYPE and CREATE DOMAIN → what they stand for. */
  readonly types: Map<string, DraftType>;
};

export type DraftType = {
  readonly text: string;
  /** The values of an enumeration. */
  readonly values?: readonly string[];
};

const DEFAULT_SCHEMAS: ReadonlySet<string> = new Set(["dbo", "public", "main"]);

/** `[db].[schema].[name]` with any quotes; the default schema counts as none. */
export function takeQualifiedName(cursor: Cursor): QualifiedName | undefined {
  const parts: string[] = [];
  for (;;) {
    const token = peek(cursor);
    if (!isName(token) && token?.kind !== "string") break;
    parts.push(nameOf(token));
    cursor.at++;
    if (!isNext(cursor, ".")) break;
    while (isNext(cursor, ".")) cursor.at++;
  }
  const name = parts.at(-1);
  const schema = parts.at(-2);
  if (name === undefined) return undefined;
  return schema === undefined || DEFAULT_SCHEMAS.has(schema.toLowerCase())
    ? { name }
    : { schema, name };
}

export const qualified = ({ schema, name }: QualifiedName): string =>
  schema === undefined ? name : `${schema}.${name}`;
