/**
 * Values and conditions within a SELECT: which terminals they may consist of. What stands in brackets as a SELECT is read
 * by the grammar (grammar.ts), which gives itself along.
 */
import type { OpenKind } from "./expected.ts";
import { either, holds, type Reader } from "./reader.ts";
import {
  columnsIn,
  namesIn,
  type Naming,
  type Place,
  promise,
  qualifiersIn,
  type Scope,
} from "./scope.ts";

/** Deepest nesting of sub-queries and brackets. */
export const MAX_DEPTH = 4;
export const COMPARISONS: readonly string[] = ["=", "<>", "!=", "<", ">", "<=", ">="];
/** Signs that go on from a value. */
export const ARITHMETIC: readonly string[] = ["+", "-", "*", "/", "||"];
const OPERANDS: readonly OpenKind[] = ["number", "string"];
export const TYPES: readonly string[] = ["INTEGER", "REAL", "TEXT", "FLOAT", "NUMERIC"];
const POSTGRES_TYPES = ["INTEGER", "DOUBLE PRECISION", "TEXT", "NUMERIC", "DECIMAL", "DATE"];
/** What EXTRACT takes out of a date. */
const DATE_PARTS = ["YEAR", "QUARTER", "MONTH", "DAY"];

/** Fewest and most arguments of functions. */
type Functions = Readonly<Record<string, readonly [number, number]>>;
const COMMON_FUNCTIONS: Functions = {
  ABS: [1, 1],
  ROUND: [1, 2],
  LENGTH: [1, 1],
  LOWER: [1, 1],
  UPPER: [1, 1],
  TRIM: [1, 1],
  SUBSTR: [2, 3],
  REPLACE: [3, 3],
  COALESCE: [2, 4],
  NULLIF: [2, 2],
};
/** The functions that are admitted. */
export const FUNCTIONS: Functions = {
  ...COMMON_FUNCTIONS,
  INSTR: [2, 2],
  IFNULL: [2, 2],
  DATE: [1, 3],
  JULIANDAY: [1, 3],
  STRFTIME: [2, 3],
};
const POSTGRES_FUNCTIONS: Functions = { ...COMMON_FUNCTIONS, TO_CHAR: [2, 2], STRPOS: [2, 2] };
export const AGGREGATES: readonly string[] = ["COUNT", "SUM", "AVG", "MIN", "MAX"];
export const bothCases = (names: readonly string[]): string[] =>
  names.flatMap((name) => [name, name.toLowerCase()]);
const functionNames = new Set(bothCases(Object.keys(FUNCTIONS)));
const postgresNames = new Set(bothCases(Object.keys(POSTGRES_FUNCTIONS)));
const aggregateNames = new Set(bothCases(AGGREGATES));
/** Names that a `(` follows without a blank. */
export const isFunctionName = (text: string): boolean =>
  functionNames.has(text) ||
  postgresNames.has(text) ||
  aggregateNames.has(text) ||
  text === "CAST" ||
  text === "EXTRACT";

/** What reading an expression needs: the terminals, the names, and how a SELECT is read. */
export type Parse = Naming & {
  readonly reader: Reader;
  /** Reads on after SELECT; `wanted` is the number of its columns. Gives its first arm. */
  query(parent: Scope | undefined, wanted: number | undefined, depth: number): Scope;
};

const isPostgres = ({ schema }: Parse): boolean => schema.dialect === "postgres";

type Kind = "value" | "condition";
type Wanted = Kind | "either";

/** Takes an expression; says what it was. */
export function expression(parse: Parse, place: Place, wanted: Wanted): Kind {
  const { reader } = parse;
  let kind = operand(parse, place, wanted);
  for (;;) {
    if (kind === "value") {
      if (reader.accept(...ARITHMETIC)) {
        operand(parse, place, "value");
        continue;
      }
      if (wanted === "value" || !comparison(parse, place, wanted === "condition")) return kind;
      kind = "condition";
    } else if (wanted !== "value" && reader.accept("AND", "OR")) {
      return expression(parse, place, "condition");
    } else return kind;
  }
}

function value(parse: Parse, place: Place): void {
  expression(parse, place, "value");
}

/** What makes a condition of a value; whether one stands here. */
function comparison(parse: Parse, place: Place, isNeeded: boolean): boolean {
  const { reader } = parse;
  const likes = isPostgres(parse) ? ["LIKE", "ILIKE"] : ["LIKE"];
  const words = [...COMPARISONS, "IS", "NOT", "IN", ...likes, "BETWEEN"];
  let word = isNeeded ? reader.need(words, [], ["=", "IS"]).text : reader.accept(...words);
  if (word === undefined) return false;
  if (word === "NOT") word = reader.need(["IN", ...likes, "BETWEEN"]).text;
  if (word === "IS") {
    reader.accept("NOT");
    reader.need(["NULL"]);
  } else if (likes.includes(word)) reader.need([], ["string"]);
  else if (word === "BETWEEN") {
    value(parse, place);
    reader.need(["AND"]);
    value(parse, place);
  } else if (word === "IN") members(parse, place);
  else value(parse, place);
  return true;
}

function members(parse: Parse, { scope, depth }: Place): void {
  const { reader } = parse;
  reader.need(["("]);
  const nested = depth < MAX_DEPTH ? ["SELECT"] : [];
  if (reader.need(nested, ["string", "number"], []).text === "SELECT")
    parse.query(scope, 1, depth + 1);
  else while (reader.accept(",")) reader.need([], ["string", "number"]);
  reader.need([")"]);
}

function operand(parse: Parse, place: Place, wanted: Wanted): Kind {
  const { reader } = parse;
  const { scope, depth, aggregates } = place;
  const names = namesIn(place, parse);
  const words = either(
    wanted === "value" ? [] : ["NOT", "EXISTS"],
    aggregates ? aggregateNames : [],
    isPostgres(parse) ? postgresNames : functionNames,
    isPostgres(parse) ? ["EXTRACT"] : [],
    ["CASE", "CAST", "NULL", "("],
    // two of them would begin a comment
    reader.before() === "-" ? [] : ["-"],
  );
  const token = reader.need(depth > MAX_DEPTH ? names : either(names, words), OPERANDS, names);
  const { kind, text } = token;
  if (kind !== "fixed" || text === "NULL") return "value";
  const inner = { ...place, depth: depth + 1 };
  if (text === "NOT") {
    expression(parse, place, "condition");
    return "condition";
  }
  if (text === "EXISTS") {
    reader.need(["("]);
    reader.need(["SELECT"]);
    parse.query(scope, undefined, depth + 1);
    reader.need([")"]);
    return "condition";
  }
  if (text === "(") return brackets(parse, inner, wanted);
  if (text === "CASE") cases(parse, inner);
  else if (text === "-") reader.need([], ["number"]);
  else if (text === "CAST") {
    reader.need(["("]);
    value(parse, inner);
    reader.need(["AS"]);
    reader.need(isPostgres(parse) ? POSTGRES_TYPES : TYPES);
    reader.need([")"]);
  } else if (text === "EXTRACT" && isPostgres(parse)) {
    reader.need(["("]);
    reader.need(DATE_PARTS);
    reader.need(["FROM"]);
    value(parse, inner);
    reader.need([")"]);
  } else if (!holds(names, text) || (holds(words, text) && opensCall(reader)))
    call(parse, text, inner);
  else column(parse, place, text);
  return "value";
}

/** Whether a name that is a column's and a function's is the function's here. */
function opensCall(reader: Reader): boolean {
  reader.offer(["("]);
  return reader.next() === "(";
}

function brackets(parse: Parse, place: Place, wanted: Wanted): Kind {
  const { reader } = parse;
  let kind: Kind = "value";
  if (reader.accept("SELECT")) parse.query(place.scope, 1, place.depth);
  else kind = expression(parse, place, wanted === "value" ? "value" : "either");
  reader.need([")"]);
  return kind;
}

function cases(parse: Parse, place: Place): void {
  const { reader } = parse;
  reader.need(["WHEN"]);
  do {
    expression(parse, place, "condition");
    reader.need(["THEN"]);
    value(parse, place);
  } while (reader.accept("WHEN"));
  if (reader.accept("ELSE")) value(parse, place);
  reader.need(["END"]);
}

function call(parse: Parse, name: string, place: Place): void {
  const { reader } = parse;
  reader.need(["("]);
  const rows = { ...place, aggregates: false, outputs: false, isOwn: true };
  if (aggregateNames.has(name)) {
    place.scope.hasAggregate = true;
    const isCount = name.toUpperCase() === "COUNT";
    if (!(isCount && reader.accept("*"))) {
      reader.accept("DISTINCT");
      value(parse, rows);
    }
  } else {
    const functions = isPostgres(parse) ? POSTGRES_FUNCTIONS : FUNCTIONS;
    const [fewest, most] = functions[name.toUpperCase()];
    for (let count = 1; ; count++) {
      value(parse, place);
      if (count < fewest) reader.need([","]);
      else if (count === most || !reader.accept(",")) break;
    }
  }
  reader.need([")"]);
}

/** A name was read: a column, or a table with its column after a dot. */
function column(parse: Parse, place: Place, text: string): void {
  const { reader } = parse;
  const { scope, isOwn } = place;
  const owner = qualifiersIn(place, parse).get(text);
  const isColumn = columnsIn(place, parse).has(text);
  const isQualified =
    owner !== undefined &&
    (isColumn ? reader.accept(".") !== undefined : reader.need(["."]) !== undefined);
  if (isQualified) promise(scope, { column: reader.need(owner).text, table: text, isOwn });
  else if (!(place.outputs && scope.outputs.has(text))) promise(scope, { column: text, isOwn });
}
