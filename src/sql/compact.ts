/**
 * The one style in which SQL is trained and shown: names as the schema spells them, no alias and no qualifier that is not
 * needed, `JOIN` for every comma, `USING` where the joined columns bear one name, literals in single quotes, no comment
 * and no parentheses that change nothing. The result returns what the statement returned. A small model writes fewer
 * tokens this way and has no alias to lose. What cannot be rewritten with certainty stays as it was.
 */
import type { Dialect } from "./dialect.ts";
import { explicitJoins } from "./explicit-joins.ts";
import { plain } from "./plain.ts";
import { isPlainName } from "./quote.ts";
import { resolveNames } from "./resolve.ts";
import type { ColumnUse, NamedTable, Scope, Source } from "./scope.ts";
import {
  bodyOf,
  isNode,
  listOf,
  mapChildren,
  nameIn,
  parseStatement,
  printSql,
  type SqlNode,
  type SqlValue,
  walk,
} from "./tree.ts";

/** Columns joined by USING: the sources that hold one and the same value under the name, from the left. */
type Merged = Map<Scope, Map<string, Set<Source>>>;

type Lookup = {
  readonly dialect: Dialect;
  readonly uses: ReadonlyMap<SqlNode, ColumnUse>;
  readonly sources: ReadonlyMap<SqlNode, Source>;
  /** Bodies of `T.*` with the source that T names. */
  readonly stars: ReadonlyMap<SqlNode, Source>;
  /** Sources that keep their alias. */
  readonly aliased: ReadonlySet<Source>;
  /** Joins that get USING, with its columns. */
  readonly usings: ReadonlyMap<SqlNode, readonly string[]>;
  readonly merged: Merged;
  /** Sources whose rows may be missing (LEFT JOIN): their columns are NULL there, the joined column is not. */
  readonly optional: ReadonlySet<Source>;
  /** Scopes with RIGHT, FULL or NATURAL joins: names are qualified there as they were. */
  readonly asWritten: ReadonlySet<Scope>;
  /** Scopes that speak of an outer one: there, a name that both have is qualified. */
  readonly correlated: ReadonlySet<Scope>;
  /** Lower-case table → its spelling and the spelling of its columns. */
  readonly spelling: ReadonlyMap<string, Spelling>;
};
type Spelling = { readonly name: string; readonly columns: ReadonlyMap<string, string> };

/** One statement in compact style. Raises UserError("data-invalid") for text that is not one statement. */
export function compactSql(sql: string, dialect: Dialect, tables: readonly NamedTable[]): string {
  const statement = explicitJoins(plain(parseStatement(sql, dialect)), tables);
  const { columns, sources, stars } = resolveNames(statement, tables, dialect);
  const bySource = new Map(sources.map((source) => [source.node, source]));
  const uses = new Map(columns.map((use) => [use.node, use]));
  const lookup: Lookup = {
    dialect,
    uses,
    sources: bySource,
    stars,
    aliased: aliasedSources(sources, columns),
    correlated: new Set(
      columns.flatMap(({ scope, source }) => (source && source.scope !== scope ? scope : [])),
    ),
    ...joinsByUsing(statement, dialect, bySource, uses),
    spelling: new Map(tables.map((table) => [table.name.toLowerCase(), spellingOf(table)])),
  };
  const text = printSql(rewrite(statement, lookup) as SqlNode, dialect);
  return dialect === "sqlite" ? respell(text) : dialect === "postgres" ? respellNot(text) : text;
}

/** The printer writes `NOT a IN (…)` and `SUBSTRING(…)`; people write `a NOT IN (…)` and, in SQLite, `substr(…)`. */
const respell = (sql: string): string =>
  sql.replace(
    /('(?:[^']|'')*'|"(?:[^"]|"")*")|\bNOT ([\w."]+) (IN|LIKE|BETWEEN)\b|\b(SUBSTRING|JULIANDAY|STRFTIME|DATE|DATETIME)\(/g,
    (text, literal, operand, word, name) => {
      if (literal !== undefined) return text;
      if (operand !== undefined) return `${operand} NOT ${word}`;
      return `${name === "SUBSTRING" ? "substr" : name.toLowerCase()}(`;
    },
  );

/** `a NOT IN (…)` alone, for a dialect whose functions the printer spells as people do. */
export const respellNot = (sql: string): string =>
  sql.replace(
    /('(?:[^']|'')*')|\bNOT ((?:\w+|"(?:[^"]|"")*")(?:\.(?:\w+|"(?:[^"]|"")*"))?) (IN|I?LIKE|BETWEEN)\b|"(?:[^"]|"")*"/g,
    (text, literal, operand, word) =>
      literal !== undefined || operand === undefined ? text : `${operand} NOT ${word}`,
  );

const spellingOf = ({ name, columns }: NamedTable): Spelling => ({
  name,
  columns: new Map(columns.map((column) => [column.name.toLowerCase(), column.name])),
});

/** A table that stands twice in its FROM, or that hides an outer one which is spoken of inside, keeps its alias. */
function aliasedSources(sources: readonly Source[], uses: readonly ColumnUse[]): Set<Source> {
  const isTwin = (a: Source, b: Source) =>
    a !== b && a.table !== undefined && a.table.toLowerCase() === b.table?.toLowerCase();
  const aliased = new Set(
    sources.filter((source) => source.scope.sources.some((other) => isTwin(source, other))),
  );
  for (const { scope, source } of uses) {
    if (source === undefined) continue;
    for (let at: Scope | undefined = scope; at !== source.scope && at; at = at.parent)
      for (const inner of at.sources) if (isTwin(inner, source)) aliased.add(inner);
  }
  return aliased;
}

function joinsByUsing(
  statement: SqlNode,
  dialect: Dialect,
  sources: ReadonlyMap<SqlNode, Source>,
  uses: ReadonlyMap<SqlNode, ColumnUse>,
): Pick<Lookup, "usings" | "merged" | "optional" | "asWritten"> {
  const usings = new Map<SqlNode, readonly string[]>();
  const merged: Merged = new Map();
  const optional = new Set<Source>();
  const asWritten = new Set<Scope>();
  walk(statement, (select) => {
    if (!("joins" in select) || !("expressions" in select)) return;
    const hasStar = listOf(select.expressions).some((item) => bodyOf(item, "star")?.table === null);
    const joins = listOf(select.joins).filter(isNode);
    const isPlain = joins.every(({ kind }) => PLAIN_JOINS.includes(kind as string));
    for (const join of joins) {
      const right = sources.get(bodyOf(join.this, "table") ?? {});
      if (right === undefined) continue;
      if (join.kind === "Left") optional.add(right);
      if (!isPlain) asWritten.add(right.scope);
      if (hasStar || dialect === "tsql" || !isPlain) continue;
      const groups = merged.get(right.scope) ?? new Map<string, Set<Source>>();
      merged.set(right.scope, groups);
      const names =
        listOf(join.using).length > 0
          ? listOf(join.using).map((name) => nameIn(name).toLowerCase())
          : namesOfEquations(join, right, uses, optional);
      const isSafe = (name: string) => {
        const holders = leftHolders(right, name);
        const group = groups.get(name);
        return holders.length === 1 || (group && holders.every((source) => group.has(source)));
      };
      if (names === undefined || names.length === 0 || !names.every(isSafe)) continue;
      for (const name of names)
        groups.set(
          name,
          new Set([...(groups.get(name) ?? []), ...leftHolders(right, name), right]),
        );
      usings.set(join, names);
    }
  });
  return { usings, merged, optional, asWritten };
}

const PLAIN_JOINS: readonly string[] = ["Inner", "Left", "Cross"];

/** The sources before `right` that have the column. */
const leftHolders = (right: Source, name: string): Source[] =>
  right.scope.sources
    .slice(0, right.scope.sources.indexOf(right))
    .filter(({ outputs }) => outputs === undefined || outputs.has(name));

/** The names that an ON equates with themselves, or undefined when it says anything else. */
function namesOfEquations(
  { on, kind }: SqlNode,
  right: Source,
  uses: ReadonlyMap<SqlNode, ColumnUse>,
  optional: ReadonlySet<Source>,
): string[] | undefined {
  if (kind !== "Inner" && kind !== "Left") return undefined;
  const conjunction = bodyOf(on, "and");
  if (conjunction !== undefined) {
    const [a, b] = [conjunction.left, conjunction.right].map((side) =>
      namesOfEquations({ on: side, kind }, right, uses, optional),
    );
    return a && b && [...a, ...b];
  }
  const equation = bodyOf(on, "eq");
  const [a, b] = [equation?.left, equation?.right].map((side) =>
    uses.get(bodyOf(side, "column") ?? {}),
  );
  const name = a?.name.toLowerCase();
  if (!a?.source || !b?.source || name === undefined || name !== b.name.toLowerCase())
    return undefined;
  const other = a.source === right ? b.source : b.source === right ? a.source : undefined;
  const isHere = other?.scope === right.scope && !optional.has(other);
  return isHere && leftHolders(right, name).includes(other) ? [name] : undefined;
}

function rewrite(value: SqlValue, lookup: Lookup): SqlValue {
  const inside = () => mapChildren(value, (child) => rewrite(child, lookup));
  if (!isNode(value)) return inside();
  const { dialect, spelling } = lookup;
  const use = lookup.uses.get(bodyOf(value, "column") ?? {});
  if (use !== undefined) return rewriteColumn(value, use, lookup);
  const source = lookup.sources.get(value);
  if (source?.table !== undefined && "alias" in value) {
    const table = spelling.get(source.table.toLowerCase());
    if (table === undefined) return inside();
    const kept = lookup.aliased.has(source) && isNode(value.alias);
    return {
      ...value,
      name: identifier(table.name, dialect),
      alias: kept ? value.alias : null,
      alias_explicit_as: kept,
    };
  }
  const starred = lookup.stars.get(value);
  if (starred !== undefined) return { ...value, table: qualifierOf(starred, value.table, lookup) };
  const names = lookup.usings.get(value);
  if (names !== undefined) {
    const { scope } = lookup.sources.get(bodyOf(value.this, "table") ?? {}) ?? {};
    const using = names.map((name) => {
      const [first] = (scope && lookup.merged.get(scope)?.get(name)) ?? [];
      return identifier(spelled(first, name, lookup) ?? name, dialect);
    });
    return { ...withoutKeywords(inside() as SqlNode), on: null, using };
  }
  if ("explicit_asc" in value) return { ...(inside() as SqlNode), explicit_asc: false };
  if ("use_inner_keyword" in value) return withoutKeywords(inside() as SqlNode);
  return inside();
}

/** INNER and OUTER say nothing that JOIN, LEFT, RIGHT and FULL do not. */
const withoutKeywords = (join: SqlNode): SqlNode => ({
  ...join,
  use_inner_keyword: false,
  use_outer_keyword: false,
});

function rewriteColumn(node: SqlNode, use: ColumnUse, lookup: Lookup): SqlValue {
  const { source, scope, name } = use;
  if (use.literal) return { literal: { literal_type: "string", value: name } };
  if (source === undefined || use.expression !== undefined) return node;
  if (name === "*")
    return { column: { ...use.node, table: qualifierOf(source, use.node.table, lookup) } };
  if (use.unknown) return node;
  const key = name.toLowerCase();
  const isQualified = needsQualifier(use, source, lookup);
  const [first] = (!isQualified && lookup.merged.get(scope)?.get(key)) || [source];
  const spelling = spelled(first, key, lookup);
  return {
    column: {
      ...use.node,
      name: spelling === undefined ? use.node.name : identifier(spelling, lookup.dialect),
      table: isQualified ? qualifierOf(source, use.node.table, lookup) : null,
    },
  };
}

/** A column as the schema spells it. */
const spelled = (source: Source | undefined, name: string, { spelling }: Lookup) =>
  spelling.get(source?.table?.toLowerCase() ?? "")?.columns.get(name);

/** What stands before the dot: the table's name, or the alias that it keeps. */
function qualifierOf(
  source: Source,
  written: SqlValue,
  { aliased, spelling, dialect }: Lookup,
): SqlValue {
  const table = spelling.get(source.table?.toLowerCase() ?? "");
  return aliased.has(source) || table === undefined
    ? (written ?? source.node.alias ?? null)
    : identifier(table.name, dialect);
}

/** Whether the bare name would mean another column, or several. */
function needsQualifier(
  { scope, qualifier, name: written }: ColumnUse,
  source: Source,
  { merged, correlated, optional, asWritten }: Lookup,
): boolean {
  const name = written.toLowerCase();
  const holdersIn = (at: Scope) =>
    at.sources.filter(({ outputs }) => outputs === undefined || outputs.has(name));
  const outer: Scope[] = [];
  for (let at = scope.parent; at !== undefined; at = at.parent) outer.push(at);
  if (asWritten.has(source.scope)) return qualifier !== "";
  if (source.scope !== scope) return [scope, ...outer].flatMap(holdersIn).length > 1;
  if (correlated.has(scope) && outer.flatMap(holdersIn).length > 0) return true;
  const holders = holdersIn(scope);
  const group = merged.get(scope)?.get(name);
  const isOne = group && !optional.has(source) && holders.every((holder) => group.has(holder));
  return holders.length > 1 && !isOne;
}

const identifier = (name: string, dialect: Dialect): SqlNode => ({
  name,
  quoted: !isPlainName(name, dialect),
  trailing_comments: [],
});
