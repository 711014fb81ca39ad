/**
 * PostgreSQL's values as cells. Values come as text and are read by their type:
 * smallint, integer, bigint, oid: bigint. real, double precision: number. boolean: the text `true` or `false`. bytea: bytes.
 * numeric: bigint where there is no decimal point; else number where that is exact (15 digits) or where it is a quotient
 * (more than 10 decimals); else the exact text. Everything else keeps the server's text, which is ISO 8601 for dates and
 * times (by the settings of connection.ts), JSON for json, `{…}` for arrays. NaN is the text `NaN`.
 */
import type { SqlCell } from "../run-result.ts";

/** Object ids of pg_catalog.pg_type: fixed for ever. */
const TYPES = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  oid: 26,
  float4: 700,
  float8: 701,
  numeric: 1700,
} as const;

type ReadText = (text: string) => SqlCell;

const readers: ReadonlyMap<number, ReadText> = new Map<number, ReadText>([
  [TYPES.bool, (text) => (text === "t" ? "true" : "false")],
  [TYPES.bytea, (text) => new Uint8Array(Buffer.from(text.slice(2), "hex"))],
  [TYPES.int8, BigInt],
  [TYPES.int2, BigInt],
  [TYPES.int4, BigInt],
  [TYPES.oid, BigInt],
  [TYPES.float4, readReal],
  [TYPES.float8, readReal],
  [TYPES.numeric, readNumeric],
]);

const EXACT_DIGITS = 15;
const QUOTIENT_DECIMALS = 10;

function readReal(text: string): SqlCell {
  return text === "NaN" ? text : Number(text);
}

function readNumeric(text: string): SqlCell {
  if (/^-?\d+$/.test(text)) return BigInt(text);
  const decimals = text.length - text.indexOf(".") - 1;
  const digits = text.replace(/^-?0*\.?0*|\./g, "").length;
  return digits <= EXACT_DIGITS || decimals > QUOTIENT_DECIMALS ? readReal(text) : text;
}

/** The reader of a column's values by its type's object id. */
export const readerOf = (typeId: number): ReadText => readers.get(typeId) ?? ((text) => text);
