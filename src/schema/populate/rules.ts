/**
 * What the CHECKs of a table ask of its columns, as far as it can be kept by construction: values to choose from, bounds,
 * patterns, lengths, and which column is at least as large as another. What is not understood gives no rule; whether
 * a row is right, SQLite decides. Knows no row.
 */
import {
  type Cursor,
  cursorOn,
  isName,
  isNext,
  lexScript,
  nameOf,
  peek,
  splitAtCommas,
  take,
  takeGroup,
} from "../ddl/tokens.ts";

export type Scalar = number | string;

export type ColumnRule = {
  values?: readonly Scalar[];
  /** Never these. */
  not?: readonly Scalar[];
  min?: Scalar;
  max?: Scalar;
  isMinOpen?: boolean;
  isMaxOpen?: boolean;
  /** A pattern of GLOB. */
  glob?: string;
  minLength?: number;
  maxLength?: number;
  isFilled?: boolean;
};

/** `low` is at most `high`, or less. */
export type Order = { readonly low: string; readonly high: string; readonly isStrict: boolean };

export type Rules = {
  /** By lower-case column name. */
  readonly columns: ReadonlyMap<string, ColumnRule>;
  readonly orders: readonly Order[];
};

type Operand =
  | { readonly kind: "column"; readonly name: string }
  | { readonly kind: "length"; readonly name: string }
  | { readonly kind: "literal"; readonly value: Scalar }
  | { readonly kind: "unknown" };

type Condition =
  | { readonly kind: "and" | "or"; readonly parts: readonly Condition[] }
  | { readonly kind: "rule"; readonly name: string; readonly rule: ColumnRule }
  | { readonly kind: "order"; readonly order: Order }
  | { readonly kind: "null"; readonly name: string }
  | { readonly kind: "unknown" };

const UNKNOWN: Condition = { kind: "unknown" };

/** The rules of all checks together. */
export function rulesOf(checks: readonly string[]): Rules {
  const columns = new Map<string, ColumnRule>();
  const orders: Order[] = [];
  const add = (condition: Condition): void => {
    if (condition.kind === "and") condition.parts.forEach(add);
    if (condition.kind === "order") orders.push(condition.order);
    if (condition.kind !== "rule") return;
    const known = columns.get(condition.name) ?? {};
    columns.set(condition.name, merged(known, condition.rule));
  };
  for (const check of checks) add(simplified(parseCheck(check)));
  return { columns, orders };
}

function merged(a: ColumnRule, b: ColumnRule): ColumnRule {
  const values =
    a.values && b.values
      ? a.values.filter((value) => b.values?.includes(value))
      : (a.values ?? b.values);
  const not = [...(a.not ?? []), ...(b.not ?? [])];
  const isHigher = b.min !== undefined && (a.min === undefined || b.min > a.min);
  const isLower = b.max !== undefined && (a.max === undefined || b.max < a.max);
  const low = isHigher ? b : a;
  const high = isLower ? b : a;
  return {
    ...a,
    ...b,
    ...(values && { values }),
    ...(not.length > 0 && { not }),
    ...(low.min !== undefined && { min: low.min, isMinOpen: low.isMinOpen }),
    ...(high.max !== undefined && { max: high.max, isMaxOpen: high.isMaxOpen }),
  };
}

function parseCheck(check: string): Condition {
  return parseOr(cursorOn(lexScript(check, "sqlite")));
}

function parseOr(cursor: Cursor): Condition {
  const parts = [parseAnd(cursor)];
  while (take(cursor, "or")) parts.push(parseAnd(cursor));
  return parts.length === 1 ? parts[0] : { kind: "or", parts };
}

function parseAnd(cursor: Cursor): Condition {
  const parts = [parseTerm(cursor)];
  while (take(cursor, "and")) parts.push(parseTerm(cursor));
  return parts.length === 1 ? parts[0] : { kind: "and", parts };
}

function parseTerm(cursor: Cursor): Condition {
  if (take(cursor, "not")) {
    parseTerm(cursor);
    return UNKNOWN;
  }
  const start = cursor.at;
  const group = takeGroup(cursor);
  if (group !== undefined && isTermEnd(cursor)) return parseOr(cursorOn(group));
  cursor.at = start;
  const left = parseOperand(cursor);
  const condition = parsePredicate(cursor, left);
  if (isTermEnd(cursor)) return condition;
  while (!isTermEnd(cursor)) if (takeGroup(cursor) === undefined) cursor.at++;
  return UNKNOWN;
}

const isTermEnd = (cursor: Cursor): boolean =>
  peek(cursor) === undefined || isNext(cursor, "and") || isNext(cursor, "or");

function parseOperand(cursor: Cursor): Operand {
  const group = takeGroup(cursor);
  if (group !== undefined) {
    const inner = cursorOn(group);
    const operand = parseOperand(inner);
    return peek(inner) === undefined ? operand : { kind: "unknown" };
  }
  const sign = take(cursor, "-") ? -1 : 1;
  const token = peek(cursor);
  if (token === undefined) return { kind: "unknown" };
  cursor.at++;
  if (token.kind === "number") return { kind: "literal", value: sign * Number(token.text) };
  if (token.kind === "string") return { kind: "literal", value: token.value };
  if (!isName(token)) return { kind: "unknown" };
  if (token.kind === "word" && /^(true|false)$/.test(token.value))
    return { kind: "literal", value: token.value === "true" ? 1 : 0 };
  if (!isNext(cursor, "(")) return { kind: "column", name: nameOf(token).toLowerCase() };
  const inner = cursorOn(takeGroup(cursor) ?? []);
  const argument = parseOperand(inner);
  const isColumn = argument.kind === "column" && peek(inner) === undefined;
  if (isColumn && /^(upper|lower|trim)$/.test(token.value)) return argument;
  return isColumn && token.value === "length"
    ? { kind: "length", name: argument.name }
    : { kind: "unknown" };
}

function parsePredicate(cursor: Cursor, left: Operand): Condition {
  const isNot = take(cursor, "not");
  if (take(cursor, "is")) return parseNullTest(cursor, left);
  if (take(cursor, "in")) return parseList(cursor, left, isNot);
  if (take(cursor, "between")) {
    const low = parseOperand(cursor);
    if (!take(cursor, "and")) return UNKNOWN;
    const high = parseOperand(cursor);
    if (isNot) return UNKNOWN;
    return { kind: "and", parts: [compared(left, ">=", low), compared(left, "<=", high)] };
  }
  if (take(cursor, "glob") || take(cursor, "like")) return parsePattern(cursor, left, isNot);
  const operator = peek(cursor)?.text ?? "";
  if (!/^(=|==|<>|!=|<|<=|>|>=)$/.test(operator)) return UNKNOWN;
  cursor.at++;
  if (operator === "=") take(cursor, "=");
  return compared(left, operator, parseOperand(cursor));
}

function parseNullTest(cursor: Cursor, left: Operand): Condition {
  const isFilled = take(cursor, "not");
  if (!take(cursor, "null") || left.kind !== "column") return UNKNOWN;
  return isFilled
    ? { kind: "rule", name: left.name, rule: { isFilled: true } }
    : { kind: "null", name: left.name };
}

function parseList(cursor: Cursor, left: Operand, isNot: boolean): Condition {
  const items = splitAtCommas(takeGroup(cursor) ?? []).map((part) => parseOperand(cursorOn(part)));
  const values = items.flatMap((item) => (item.kind === "literal" ? item.value : []));
  if (left.kind !== "column" || values.length !== items.length) return UNKNOWN;
  return { kind: "rule", name: left.name, rule: isNot ? { not: values } : { values } };
}

/** LIKE without letters is GLOB in other signs; `%` and `_` alone say something on the length. */
function parsePattern(cursor: Cursor, left: Operand, isNot: boolean): Condition {
  const isLike = cursor.tokens[cursor.at - 1].value === "like";
  const pattern = parseOperand(cursor);
  if (left.kind !== "column" || pattern.kind !== "literal" || isNot) return UNKNOWN;
  const text = String(pattern.value);
  const glob = isLike ? text.replaceAll("%", "*").replaceAll("_", "?") : text;
  return { kind: "rule", name: left.name, rule: { glob } };
}

const MIRRORED: Readonly<Record<string, string>> = { "<": ">", ">": "<", "<=": ">=", ">=": "<=" };

function compared(left: Operand, operator: string, right: Operand): Condition {
  if (left.kind === "literal") {
    if (right.kind === "literal") return UNKNOWN;
    return compared(right, MIRRORED[operator] ?? operator, left);
  }
  if (left.kind === "column" && right.kind === "column")
    return ordered(left.name, operator, right.name);
  if (right.kind !== "literal" || left.kind === "unknown") return UNKNOWN;
  const { value } = right;
  if (left.kind === "length") return lengthRule(left.name, operator, Number(value));
  return { kind: "rule", name: left.name, rule: boundOf(operator, value) };
}

function ordered(left: string, operator: string, right: string): Condition {
  const isStrict = !operator.includes("=");
  if (operator.startsWith(">"))
    return { kind: "order", order: { low: right, high: left, isStrict } };
  if (operator.startsWith("<") && operator !== "<>")
    return { kind: "order", order: { low: left, high: right, isStrict } };
  return UNKNOWN;
}

function boundOf(operator: string, value: Scalar): ColumnRule {
  if (operator === "<>" || operator === "!=") return { not: [value] };
  if (operator === ">" || operator === ">=") return { min: value, isMinOpen: operator === ">" };
  if (operator === "<" || operator === "<=") return { max: value, isMaxOpen: operator === "<" };
  return { values: [value] };
}

function lengthRule(name: string, operator: string, length: number): Condition {
  const open = operator.includes("=") ? 0 : 1;
  const rule: ColumnRule = operator.startsWith(">")
    ? { minLength: length + open }
    : operator === "<" || operator === "<="
      ? { maxLength: length - open }
      : operator === "=" || operator === "=="
        ? { minLength: length, maxLength: length }
        : { minLength: 1 };
  return { kind: "rule", name, rule };
}

/** `a = 1 OR a = 2` → values; `a IS NULL OR …` → what a filled cell must be; other alternatives are not followed. */
function simplified(condition: Condition): Condition {
  if (condition.kind === "and") return { kind: "and", parts: condition.parts.map(simplified) };
  if (condition.kind !== "or") return condition;
  const parts = condition.parts
    .flatMap((part) => (part.kind === "or" ? part.parts : [part]))
    .map(simplified)
    .filter(({ kind }) => kind !== "null");
  if (parts.length === 1) return parts[0];
  const names = new Set(parts.map((part) => (part.kind === "rule" ? part.name : undefined)));
  const [name] = names;
  const values = parts.flatMap((part) => (part.kind === "rule" ? (part.rule.values ?? []) : []));
  const isList =
    names.size === 1 &&
    name !== undefined &&
    parts.every((part) => part.kind === "rule" && part.rule.values !== undefined);
  return isList ? { kind: "rule", name, rule: { values } } : UNKNOWN;
}

/** A random text of a GLOB pattern. */
export function textOfGlob(glob: string, int: (low: number, high: number) => number): string {
  let text = "";
  for (const [, set, sign] of glob.matchAll(/\[([^\]]+)\]|([^])/g)) {
    if (set !== undefined) text += memberOf(set, int);
    else if (sign === "?") text += String.fromCharCode(int(97, 122));
    else if (sign === "*") text += Array.from({ length: int(2, 5) }, () => int(0, 9)).join("");
    else text += sign;
  }
  return text;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz -_.";

/** A character that a class such as `A-Z0-9` or `^0-9` has. */
function memberOf(set: string, int: (low: number, high: number) => number): string {
  const isNegated = /^[\^!]/.test(set);
  const body = isNegated ? set.slice(1) : set;
  const members = new Set<string>();
  for (let i = 0; i < body.length; i++) {
    const isRange = body[i + 1] === "-" && i + 2 < body.length;
    const end = isRange ? body.charCodeAt(i + 2) : body.charCodeAt(i);
    for (let code = body.charCodeAt(i); code <= end; code++) members.add(String.fromCharCode(code));
    if (isRange) i += 2;
  }
  const choice = isNegated ? [...ALPHABET].filter((letter) => !members.has(letter)) : [...members];
  return choice[int(0, choice.length - 1)] ?? "";
}
