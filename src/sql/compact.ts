/**
 * The one style in which SQL is trained and shown: names as the schema spells them, no alias and no qualifier that is not
 * needed, `USING` where the joined columns bear one name, literals in single quotes. The result returns what the
 * statement returned. A small model writes fewer tokens this way and has no alias to lose. What cannot be rewritten
 * with certainty stays as it was.
 */
import type { Dialect } from "./dialect.ts";
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

/** Columns joined by USING: the sources that hold one and the same value under the name. */
type Merged = Map<Scope, Map<string, Set<Source>>>;

type Lookup = {
  readonly dialect: Dialect;
  readonly uses: ReadonlyMap<SqlNode, ColumnUse>;
  readonly sources: ReadonlyMap<SqlNode, Source>;
  /** Sources that keep their alias. */
  readonly aliased: ReadonlySet<Source>;
  /** Joins that get USING, with its columns. */
  readonly usings: ReadonlyMap<SqlNode, readonly string[]>;
  readonly merged: Merged;
  /** Scopes that speak of an outer one: there, a name that both have is qualified. */
  readonly correlated: ReadonlySet<Scope>;
  /** Lower-case table → its spelling and the spelling of its columns. */
  readonly spelling: ReadonlyMap<string, Spelling>;
};
type Spelling = { readonly name: string; readonly columns: ReadonlyMap<string, string> };

/** One statement in compact style. Raises UserError("data-invalid") for text that is not one statement. */
export function compactSql(sql: string, dialect: Dialect, tables: readonly NamedTable[]): string {
  const statement = parseStatement(sql, dialect);
  const { columns, sources } = resolveNames(statement, tables);
  const bySource = new Map(sources.map((source) => [source.node, source]));
  const uses = new Map(columns.map((use) => [use.node, use]));
  const lookup: Lookup = {
    dialect,
    uses,
    sources: bySource,
    aliased: aliasedSources(sources, columns),
    correlated: new Set(
      columns.flatMap(({ scope, source }) => (source && source.scope !== scope ? scope : [])),
    ),
    ...joinsByUsing(statement, dialect, bySource, uses),
    spelling: new Map(tables.map((table) => [table.name.toLowerCase(), spellingOf(table)])),
  };
  const text = printSql(rewrite(statement, lookup) as SqlNode, dialect);
  return dialect === "sqlite" ? respell(text) : text;
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
): Pick<Lookup, "usings" | "merged"> {
  const usings = new Map<SqlNode, readonly string[]>();
  const merged: Merged = new Map();
  walk(statement, (select) => {
    if (!("joins" in select) || !("expressions" in select)) return;
    const hasStar = listOf(select.expressions).some((item) => bodyOf(item, "star")?.table === null);
    for (const join of listOf(select.joins).filter(isNode)) {
      const right = sources.get(bodyOf(join.this, "table") ?? {});
      if (right === undefined || hasStar || dialect === "tsql") continue;
      const groups = merged.get(right.scope) ?? new Map<string, Set<Source>>();
      merged.set(right.scope, groups);
      const names =
        listOf(join.using).length > 0
          ? listOf(join.using).map((name) => nameIn(name).toLowerCase())
          : namesOfEquations(join, right, uses);
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
  return { usings, merged };
}

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
): string[] | undefined {
  if (kind !== "Inner" && kind !== "Left") return undefined;
  const conjunction = bodyOf(on, "and");
  if (conjunction !== undefined) {
    const [a, b] = [conjunction.left, conjunction.right].map((side) =>
      namesOfEquations({ on: side, kind }, right, uses),
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
  return other?.scope === right.scope && leftHolders(right, name).includes(other)
    ? [name]
    : undefined;
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
  const names = lookup.usings.get(value);
  if (names !== undefined) {
    const right = lookup.sources.get(bodyOf(value.this, "table") ?? {});
    const columns = spelling.get(right?.table?.toLowerCase() ?? "")?.columns;
    const using = names.map((name) => identifier(columns?.get(name) ?? name, dialect));
    return { ...(inside() as SqlNode), on: null, using, use_inner_keyword: false };
  }
  if ("explicit_asc" in value) return { ...(inside() as SqlNode), explicit_asc: false };
  if ("use_inner_keyword" in value)
    return { ...(inside() as SqlNode), use_inner_keyword: false, use_outer_keyword: false };
  return inside();
}

function rewriteColumn(node: SqlNode, use: ColumnUse, lookup: Lookup): SqlValue {
  const { source, scope, name } = use;
  const { dialect, spelling, aliased } = lookup;
  if (use.literal) return { literal: { literal_type: "string", value: name } };
  if (source === undefined || use.unknown || use.expression !== undefined) return node;
  const table = spelling.get(source.table?.toLowerCase() ?? "");
  const spelled = table?.columns.get(name.toLowerCase());
  const isRenamed = aliased.has(source) || table === undefined;
  const qualifier = isRenamed
    ? (use.node.table ?? source.node.alias ?? null)
    : identifier(table.name, dialect);
  return {
    column: {
      ...use.node,
      name: spelled === undefined ? use.node.name : identifier(spelled, dialect),
      table: needsQualifier(source, scope, name.toLowerCase(), lookup) ? qualifier : null,
    },
  };
}

/** Whether the bare name would mean another column, or several. */
function needsQualifier(
  source: Source,
  scope: Scope,
  name: string,
  { merged, correlated }: Lookup,
): boolean {
  const holdersIn = (at: Scope) =>
    at.sources.filter(({ outputs }) => outputs === undefined || outputs.has(name));
  const outer: Scope[] = [];
  for (let at = scope.parent; at !== undefined; at = at.parent) outer.push(at);
  if (source.scope !== scope) return [scope, ...outer].flatMap(holdersIn).length > 1;
  if (correlated.has(scope) && outer.flatMap(holdersIn).length > 0) return true;
  const holders = holdersIn(scope);
  const group = merged.get(scope)?.get(name);
  return holders.length > 1 && !(group && holders.every((holder) => group.has(holder)));
}

const identifier = (name: string, dialect: Dialect): SqlNode => ({
  name,
  quoted: !isPlainName(name, dialect),
  trailing_comments: [],
});
