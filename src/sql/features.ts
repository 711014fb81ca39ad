/** What a statement is made of, read from its tree: the features that reports and statistics count by. Knows no schema. */
import { lexSql } from "./lexer.ts";
import { resolveNames } from "./resolve.ts";
import {
  AGGREGATES,
  bodyOf,
  isNode,
  listOf,
  parseSql,
  setOperationOf,
  type SqlNode,
  walk,
} from "./tree.ts";

/** Which parts of SQL a statement uses. */
export type SqlFeatures = {
  /** Names of FEATURES; empty for one table with plain conditions. */
  readonly features: readonly string[];
  /** Different tables that are read. */
  readonly tables: number;
  /** Conditions of the first WHERE, outside of brackets. */
  readonly conditions: number;
};

const hasAny = (node: SqlNode, kinds: readonly string[]): boolean =>
  kinds.some((kind) => isNode(node[kind]));

/** What a node of the tree shows; a rule sees every node. */
const rules: readonly (readonly [string, (node: SqlNode) => boolean])[] = [
  ["join", (node) => sourcesOf(bodyOf(node, "select")) > 1],
  ["group", (node) => isNode(node.group_by)],
  ["having", (node) => isNode(node.having)],
  ["order", (node) => isNode(node.order_by)],
  ["limit", (node) => isNode(node.limit)],
  ["aggregate", (node) => hasAny(node, AGGREGATES)],
  ["distinct", (node) => ["select", ...AGGREGATES].some((kind) => isDistinct(node, kind))],
  ["nested", (node) => isNode(node.with) || holdsSelect(bodyOf(node, "select"))],
  ["set operation", (node) => setOperationOf(node) !== undefined],
  ["like", (node) => hasAny(node, ["like", "i_like", "glob"])],
  ["or", (node) => isNode(node.or)],
  ["negation", (node) => hasAny(node, ["not", "neq"]) || node.not === true],
  ["null", (node) => isNode(node.is_null)],
  ["case", (node) => hasAny(node, ["case", "if_func"])],
  ["date", isDate],
  ["arithmetic", (node) => hasAny(node, ["add", "sub", "mul", "div"])],
  ["ratio", (node) => isNode(node.div)],
  ["window", (node) => isNode(node.window_function)],
];

const DATE_FUNCTION =
  /^(date|datetime|time|julianday|strftime|unixepoch|timediff|current_date|current_timestamp|now)$/i;
const DATE_KINDS = ["year", "month", "day", "date_trunc", "date_diff", "extract"];
const DATE_TEXT = /^\d{4}-\d\d(-\d\d|$|%)/;

/** A function of dates, or text that is the start of an ISO date. */
function isDate(node: SqlNode): boolean {
  const name = bodyOf(node, "function")?.name;
  const value = bodyOf(node, "literal")?.value;
  return (
    (typeof name === "string" && DATE_FUNCTION.test(name)) ||
    (typeof value === "string" && DATE_TEXT.test(value)) ||
    hasAny(node, DATE_KINDS)
  );
}

/** The names, in the order in which reports show them. */
export const FEATURES: readonly string[] = rules.map(([name]) => name);

/** The features of a statement; undefined for text that does not parse. */
export function featuresOf(sql: string): SqlFeatures | undefined {
  const parsed = parseSql(sql, "sqlite");
  if (!parsed.ok || parsed.statements.length === 0) return undefined;
  const found = new Set<string>();
  walk(parsed.statements, (node) => {
    for (const [name, holds] of rules) if (holds(node)) found.add(name);
  });
  return {
    features: FEATURES.filter((name) => found.has(name)),
    tables: tablesOf(parsed.statements).size,
    conditions: conditionsIn(sql),
  };
}

/** The AND of BETWEEN joins no conditions. */
function conditionsIn(sql: string): number {
  let [depth, count, isBetween] = [0, 0, false];
  for (const token of lexSql(sql)) {
    const word = token.text.toUpperCase();
    depth += word === "(" ? 1 : word === ")" ? -1 : 0;
    if (depth !== 0 || token.kind === "string") continue;
    if (count > 0 && /^(GROUP|ORDER|LIMIT|HAVING|UNION|INTERSECT|EXCEPT)$/.test(word)) break;
    if (word === "WHERE") count = 1;
    else if (word === "BETWEEN") isBetween = true;
    else if (word === "AND" && isBetween) isBetween = false;
    else if (count > 0 && (word === "AND" || word === "OR")) count++;
  }
  return count;
}

const tablesOf = (statements: readonly SqlNode[]): ReadonlySet<string> =>
  new Set(
    statements.flatMap((statement) =>
      resolveNames(statement).sources.flatMap(({ table }) => table?.toLowerCase() ?? []),
    ),
  );

const sourcesOf = (select: SqlNode | undefined): number =>
  listOf(bodyOf(select, "from")?.expressions).length + listOf(select?.joins).length;

const isDistinct = (node: SqlNode, kind: string): boolean => bodyOf(node, kind)?.distinct === true;

function holdsSelect(select: SqlNode | undefined): boolean {
  let holds = false;
  if (select !== undefined)
    walk(select, (node) => {
      holds ||= isNode(node.select);
      return !holds;
    });
  return holds;
}
