/**
 * How Python writes a cell and its type, by which Spider's evaluator sorts the cells of a row: step X9 of
 * docs/evaluation.md.
 */
import type { SqlCell } from "../../db/executor.ts";

/** `5<class 'int'>`, `2.5<class 'float'>`, `None<class 'NoneType'>`, … */
export function textForm(cell: SqlCell): string {
  if (cell === null) return "None<class 'NoneType'>";
  if (typeof cell === "bigint") return `${cell}<class 'int'>`;
  if (typeof cell === "number") return `${floatText(cell)}<class 'float'>`;
  return typeof cell === "string" ? `${cell}<class 'str'>` : `${bytesText(cell)}<class 'bytes'>`;
}

/** Shortest digits that give the number back; with an exponent below 1e-4 and from 1e16. */
function floatText(real: number): string {
  if (!Number.isFinite(real)) return real > 0 ? "inf" : "-inf";
  if (real === 0) return Object.is(real, -0) ? "-0.0" : "0.0";
  const [digits, exponentText] = real.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${digits}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  return Number.isInteger(real) ? `${real}.0` : String(real);
}

const ESCAPES: Readonly<Record<number, string>> = { 9: "\\t", 10: "\\n", 13: "\\r", 92: "\\\\" };

function bytesText(bytes: Uint8Array): string {
  const quote = bytes.includes(39) && !bytes.includes(34) ? '"' : "'";
  const text = Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    if (character === quote) return `\\${quote}`;
    if (ESCAPES[byte] !== undefined) return ESCAPES[byte];
    return byte >= 32 && byte < 127 ? character : `\\x${byte.toString(16).padStart(2, "0")}`;
  });
  return `b${quote}${text.join("")}${quote}`;
}

/** Order of texts by code points, where JavaScript's own goes by UTF-16 units. */
export function byCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return rankOfUnit(x) - rankOfUnit(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others. */
const rankOfUnit = (unit: number): number =>
  unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
