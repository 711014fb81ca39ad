/** Types of columns: how a script spells them, and which family of values each holds. Knows no value. */
import type { DraftType, Reading } from "./draft.ts";
import {
  type Cursor,
  isName,
  isNext,
  nameOf,
  peek,
  splitAtCommas,
  take,
  takeGroup,
} from "./tokens.ts";

export type Family =
  | "integer"
  | "decimal"
  | "real"
  | "text"
  | "date"
  | "datetime"
  | "time"
  | "year"
  | "boolean"
  | "uuid"
  | "json"
  | "xml"
  | "blob"
  | "address"
  | "place"
  | "interval";

const FAMILIES: Readonly<Record<Family, string>> = {
  integer:
    "int integer bigint smallint tinyint mediumint int2 int4 int8 serial bigserial smallserial serial4 serial8 signed unsigned long oid",
  decimal: "decimal numeric number money smallmoney dec fixed currency",
  real: "real float double float4 float8 binary_float binary_double",
  text: "char varchar nvarchar nchar character text ntext clob nclob longtext mediumtext tinytext string sysname name bpchar citext varchar2 nvarchar2 national native varying enum set",
  date: "date",
  datetime: "datetime datetime2 smalldatetime timestamp timestamptz datetimeoffset",
  time: "time timetz",
  year: "year",
  boolean: "bit bool boolean",
  uuid: "uniqueidentifier uuid guid",
  json: "json jsonb",
  xml: "xml",
  blob: "blob longblob mediumblob tinyblob bytea binary varbinary image raw rowversion bit_varying",
  address: "inet cidr macaddr",
  place: "geography geometry point polygon hierarchyid tsvector sql_variant vector",
  interval: "interval",
};

const BY_NAME: ReadonlyMap<string, Family> = new Map(
  Object.entries(FAMILIES).flatMap(([family, names]) =>
    names.split(" ").map((name) => [name, family as Family] as const),
  ),
);

/** The family of a type; nothing for a type that is not known. */
export function familyOf(type: string): Family | undefined {
  const [first = "", second] = type.toLowerCase().split(/[^a-z0-9_]+/);
  if (/^(tinyint\(1\)|bit\(1\))/i.test(type)) return "boolean";
  if (first === "unsigned" && second === "big") return "integer";
  return BY_NAME.get(first);
}

/** The numbers in a type's brackets: length, or precision and scale. */
export const typeArguments = (type: string): number[] =>
  /\(([^)]*)\)/.exec(type)?.[1].split(",").map(Number).filter(Number.isFinite) ?? [];

/** Words that end a column's type, or say that there is none. */
const OPTION_WORDS: ReadonlySet<string> = new Set(
  `not null default primary unique check references constraint generated as collate identity comment auto_increment
  autoincrement on key sparse rowguidcol masked encrypted hidden invisible visible storage compression filestream
  character charset virtual stored persisted with without deferrable initially`.split(/\s+/),
);
const MORE_WORDS =
  /^(varying|precision|big|int|integer|character|char|text|varchar|large|object|double|byte)$/;
/** They say nothing on the values that are made. */
const IDLE_WORDS = /^(unsigned|signed|zerofill|binary)$/;

/** Moves over a type. The values of an enumeration come with it. */
export function takeType(cursor: Cursor, reading: Reading): DraftType | undefined {
  const first = peek(cursor);
  if (!isName(first)) return undefined;
  const startsWord = first.kind === "word" && OPTION_WORDS.has(first.value);
  if (startsWord && !/^character$/.test(first.value)) return undefined;
  const words = [nameOf(first)];
  cursor.at++;
  while (take(cursor, ".")) {
    const next = peek(cursor);
    if (isName(next)) words.splice(0, 1, nameOf(next));
    cursor.at++;
  }
  takeMoreWords(cursor, words);
  const group = takeGroup(cursor);
  while (IDLE_WORDS.test(peek(cursor)?.value ?? "") || isNext(cursor, "varying")) cursor.at++;
  takeZone(cursor);
  if (takeArray(cursor)) return { text: "TEXT" };
  return typeOf(words, group, reading);
}

function takeMoreWords(cursor: Cursor, words: string[]): void {
  for (let token = peek(cursor); token?.kind === "word"; token = peek(cursor)) {
    if (MORE_WORDS.test(token.value)) words.push(nameOf(token));
    else if (!IDLE_WORDS.test(token.value)) break;
    cursor.at++;
  }
}

const takeZone = (cursor: Cursor): boolean =>
  take(cursor, "with", "time", "zone") ||
  take(cursor, "without", "time", "zone") ||
  take(cursor, "with", "local", "time", "zone");

function takeArray(cursor: Cursor): boolean {
  const start = cursor.at;
  take(cursor, "array");
  while (take(cursor, "[")) while (peek(cursor) !== undefined && !take(cursor, "]")) cursor.at++;
  while (peek(cursor)?.text === "[]") cursor.at++;
  return cursor.at > start;
}

function typeOf(
  words: readonly string[],
  group: ReturnType<typeof takeGroup>,
  { types, dialect }: Reading,
): DraftType {
  const base = words.join(" ");
  const named = types.get(base.toLowerCase());
  if (named !== undefined) return named;
  const strings = group?.filter(({ kind }) => kind === "string").map(({ value }) => value) ?? [];
  if (/^(enum|set)$/i.test(base)) return { text: "TEXT", values: strings };
  const isRowVersion = dialect === "tsql" && /^timestamp$/i.test(base);
  const numbers = splitAtCommas(group ?? []).map((part) => part[0].text);
  const size = numbers.every((text) => /^\d+$/.test(text)) && numbers.length > 0;
  const text = isRowVersion ? "ROWVERSION" : base.replace(/[^\w ]/g, "_");
  return { text: size ? `${text}(${numbers.join(",")})` : text };
}
