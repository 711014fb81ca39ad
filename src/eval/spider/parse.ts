/**
 * The parser of Spider's official script, its gaps and slips included: published hardness and exact set match are
 * defined by what it reads, so it is written for equality with it and used for nothing else. Much of SQL is outside its
 * grammar, and much that is no SQL is inside. Knows no database file. (test-suite-sql-eval, process_sql.py)
 */
import { accept, acceptOne, expectToken, peek, take, Unparsed } from "./cursor.ts";
import {
  parseColumnUnit,
  parseTable,
  parseValueUnit,
  type Reader,
  type Scope,
} from "./parse-units.ts";
import type { SpiderSchema } from "./schema.ts";
import { spiderTokens } from "./tokens.ts";
import {
  AGGREGATES,
  type ColumnUnit,
  COMPARISONS,
  type Condition,
  type ConditionList,
  type Connector,
  type SelectItem,
  SET_OPERATIONS,
  type SpiderSql,
  type TableUnit,
  type Value,
  type ValueUnit,
} from "./tree.ts";

const CLAUSE_WORDS: ReadonlySet<string | undefined> = new Set(
  "select from where group order limit intersect union except".split(" "),
);
const JOIN_WORDS: ReadonlySet<string | undefined> = new Set(["join", "on", "as"]);
const CONNECTORS: readonly Connector[] = ["and", "or"];
const DIRECTIONS = ["asc", "desc"] as const;

/** What Python's float reads, in lower case. */
const NUMBER =
  /^[+-]?(?:(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?|inf|infinity|nan)$/;

/** SELECTs within SELECTs. Python's own limit on recursion is reached soon after. */
const MAX_DEPTH = 200;

/** Reads a statement. null where the official parser fails ("unparsed"). */
export function parseSpiderSql(text: string, schema: SpiderSchema): SpiderSql | null {
  const tokens = spiderTokens(text);
  if (tokens === null) return null;
  try {
    return parseSql({ tokens, at: 0, schema, meanings: meaningsOf(tokens, schema), depth: 0 });
  } catch (error) {
    if (error instanceof Unparsed) return null;
    throw error;
  }
}

/** Every `x as y` of the statement, wherever it stands; of two with the same y the last counts. */
function meaningsOf(tokens: readonly string[], schema: SpiderSchema): Map<string, string> {
  const meanings = new Map<string, string>();
  tokens.forEach((token, at) => {
    if (token !== "as") return;
    if (at === 0 || at === tokens.length - 1) throw new Unparsed("an alias without both sides");
    meanings.set(tokens[at + 1], tokens[at - 1]);
  });
  for (const table of schema.tables.keys()) {
    if (meanings.has(table)) throw new Unparsed(`${table} is both alias and table`);
    meanings.set(table, table);
  }
  return meanings;
}

/** FROM is read first, for its tables are the scope of all other clauses. What follows the statement is left. */
function parseSql(reader: Reader): SpiderSql {
  if (++reader.depth > MAX_DEPTH) throw new Unparsed("nested too deeply");
  const fromAt = reader.tokens.indexOf("from", reader.at);
  if (fromAt < 0) throw new Unparsed("no FROM");
  const isBlock = accept(reader, "(");
  const selectAt = reader.at;
  reader.at = fromAt + 1;
  const { scope, ...from } = parseFrom(reader);
  const select = parseSelect({ ...reader, at: selectAt }, scope);
  const body = { select, from, ...parseClauses(reader, scope) };
  skipSemicolons(reader);
  if (isBlock) expectToken(reader, ")");
  skipSemicolons(reader);
  const operation = acceptOne(reader, SET_OPERATIONS);
  const operand = operation === undefined ? null : parseSql(reader);
  reader.depth--;
  return {
    ...body,
    intersect: operation === "intersect" ? operand : null,
    union: operation === "union" ? operand : null,
    except: operation === "except" ? operand : null,
  };
}

function parseClauses(
  reader: Reader,
  scope: Scope,
): Pick<SpiderSql, "where" | "groupBy" | "having" | "orderBy" | "hasLimit"> {
  return {
    where: accept(reader, "where") ? parseConditions(reader, scope) : [],
    groupBy: accept(reader, "group") ? parseGroupBy(reader, scope) : [],
    having: accept(reader, "having") ? parseConditions(reader, scope) : [],
    orderBy: accept(reader, "order") ? parseOrderBy(reader, scope) : null,
    hasLimit: accept(reader, "limit") && parseLimit(reader),
  };
}

function parseSelect(reader: Reader, scope: Scope): SpiderSql["select"] {
  expectToken(reader, "select");
  const isDistinct = accept(reader, "distinct");
  const items: SelectItem[] = [];
  while (hasMore(reader) && !CLAUSE_WORDS.has(peek(reader))) {
    const aggregate = acceptOne(reader, AGGREGATES) ?? "none";
    items.push({ aggregate, unit: parseValueUnit(reader, scope) });
    accept(reader, ",");
  }
  return { isDistinct, items };
}

/** Tables one after another; an ON sees those named so far. */
function parseFrom(reader: Reader): SpiderSql["from"] & { readonly scope: Scope } {
  const units: TableUnit[] = [];
  const on: (Condition | Connector)[] = [];
  const scope: string[] = [];
  while (hasMore(reader)) {
    const isBlock = accept(reader, "(");
    if (peek(reader) === "select") units.push({ kind: "sql", sql: parseSql(reader) });
    else {
      accept(reader, "join");
      const { id, name } = parseTable(reader);
      units.push({ kind: "table", id });
      scope.push(name);
    }
    if (accept(reader, "on")) {
      if (on.length > 0) on.push("and");
      for (const element of parseConditions(reader, scope)) on.push(element);
    }
    if (isBlock) expectToken(reader, ")");
    if (endsClause(reader)) break;
  }
  return { units, on, scope };
}

function parseConditions(reader: Reader, scope: Scope): ConditionList {
  const list: (Condition | Connector)[] = [];
  while (hasMore(reader)) {
    list.push(parseCondition(reader, scope));
    if (endsClause(reader) || JOIN_WORDS.has(peek(reader))) break;
    const connector = acceptOne(reader, CONNECTORS);
    if (connector !== undefined) list.push(connector);
  }
  return list;
}

function parseCondition(reader: Reader, scope: Scope): Condition {
  const unit = parseValueUnit(reader, scope);
  const isNegated = accept(reader, "not");
  const comparison = acceptOne(reader, COMPARISONS);
  if (comparison === undefined) throw new Unparsed(`${peek(reader)} is no comparison`);
  const value = parseValue(reader, scope);
  if (comparison !== "between") return { isNegated, comparison, unit, value, secondValue: null };
  expectToken(reader, "and");
  return { isNegated, comparison, unit, value, secondValue: parseValue(reader, scope) };
}

function parseValue(reader: Reader, scope: Scope): Value {
  const isBlock = accept(reader, "(");
  const value =
    peek(reader) === "select"
      ? ({ kind: "sql", sql: parseSql(reader) } as const)
      : (parseLiteral(reader) ?? parseColumnValue(reader, scope, isBlock));
  if (isBlock) expectToken(reader, ")");
  return value;
}

function parseLiteral(reader: Reader): Value | undefined {
  const token = take(reader);
  if (token.includes('"')) return { kind: "text", text: token };
  if (NUMBER.test(token)) return { kind: "number", number: String(numberOf(token)) };
  reader.at--;
  return undefined;
}

const numberOf = (token: string): number =>
  Number(token.replaceAll("_", "").replace(/inf(?:inity)?/, "Infinity"));

/**
 * A column on the right-hand side takes all tokens up to the next clause, connector `and`, comma or bracket, of which
 * only its own are read: in `a = b or c = 3` the rest is lost. In brackets it cannot be read.
 */
function parseColumnValue(reader: Reader, scope: Scope, isBlock: boolean): Value {
  if (isBlock) throw new Unparsed("a column in brackets as a value");
  const { tokens, at } = reader;
  let end = at;
  while (end < tokens.length && !endsColumnValue(tokens[end])) end++;
  const unit = parseColumnUnit({ ...reader, tokens: tokens.slice(at, end), at: 0 }, scope);
  reader.at = end;
  return { kind: "column", unit };
}

const endsColumnValue = (token: string): boolean =>
  token === "," ||
  token === ")" ||
  token === "and" ||
  CLAUSE_WORDS.has(token) ||
  JOIN_WORDS.has(token);

function parseGroupBy(reader: Reader, scope: Scope): ColumnUnit[] {
  expectToken(reader, "by");
  const units: ColumnUnit[] = [];
  while (hasMore(reader) && !endsClause(reader)) {
    units.push(parseColumnUnit(reader, scope));
    if (!accept(reader, ",")) break;
  }
  return units;
}

function parseOrderBy(reader: Reader, scope: Scope): NonNullable<SpiderSql["orderBy"]> {
  expectToken(reader, "by");
  const units: ValueUnit[] = [];
  let direction: (typeof DIRECTIONS)[number] = "asc";
  while (hasMore(reader) && !endsClause(reader)) {
    units.push(parseValueUnit(reader, scope));
    direction = acceptOne(reader, DIRECTIONS) ?? direction;
    if (!accept(reader, ",")) break;
  }
  return { direction, units };
}

/** One token is skipped, whatever it is. */
function parseLimit(reader: Reader): true {
  take(reader);
  return true;
}

const hasMore = (reader: Reader): boolean => peek(reader) !== undefined;

function endsClause(reader: Reader): boolean {
  const token = peek(reader);
  return CLAUSE_WORDS.has(token) || token === ")" || token === ";";
}

function skipSemicolons(reader: Reader): void {
  while (accept(reader, ";"));
}
