/**
 * Binds columns by the schema: a small model often names the right column at the wrong table, or forgets the join that
 * would bring its table in. Where a SELECT names a column that none of its tables has, the nearest table along foreign
 * keys that has it is joined, and the joins are derived anew from the keys. A statement whose names are all right is left
 * as it is, and so is what cannot be repaired: sub-queries in FROM, a table that stands twice, a column that no table has.
 */
import { compactSql } from "./compact.ts";
import type { Dialect } from "./dialect.ts";
import { quoteName } from "./quote.ts";
import { type Resolution, resolveNames } from "./resolve.ts";
import type { ColumnUse, NamedTable, Scope } from "./scope.ts";
import {
  bodyOf,
  isNode,
  listOf,
  mapChildren,
  parseSql,
  parseStatement,
  printSql,
  type SqlNode,
  type SqlValue,
  walk,
} from "./tree.ts";

/** A table with its foreign keys; a schema's tables fit. */
export type JoinableTable = NamedTable & {
  readonly foreignKeys: readonly {
    readonly columns: readonly string[];
    readonly refTable: string;
    readonly refColumns: readonly string[];
  }[];
};

/** A step along a foreign key, in either direction: the table it leads to and what follows ON. */
type Edge = { readonly to: string; readonly on: string };
type Graph = ReadonlyMap<string, readonly Edge[]>;

type Schema = {
  readonly dialect: Dialect;
  /** By lower-case name. */
  readonly tables: ReadonlyMap<string, JoinableTable>;
  readonly columns: ReadonlyMap<string, ReadonlySet<string>>;
  readonly graph: Graph;
};

const MAX_REPAIRS = 8;
/** A table further away than this has nothing to do with the question. */
const MAX_DISTANCE = 3;

export type BindSql = (sql: string) => string;

/** A function that repairs statements on one schema; text that does not parse comes back as it is. */
export function createBinder(dialect: Dialect, tables: readonly JoinableTable[]): BindSql {
  const schema: Schema = {
    dialect,
    tables: new Map(tables.map((table) => [lower(table.name), table])),
    columns: new Map(
      tables.map(({ name, columns }) => [
        lower(name),
        new Set(columns.map((column) => lower(column.name))),
      ]),
    ),
    graph: graphOf(dialect, tables),
  };
  return (sql) => {
    const parsed = parseSql(sql, dialect);
    if (!parsed.ok || parsed.statements.length !== 1) return sql;
    let statement = parsed.statements[0];
    for (let repairs = 0; repairs < MAX_REPAIRS; repairs++) {
      const repaired = repairOne(statement, schema);
      if (repaired === undefined) return repairs === 0 ? sql : finish(statement, schema);
      statement = repaired;
    }
    return finish(statement, schema);
  };
}

const finish = (statement: SqlNode, { dialect, tables }: Schema): string =>
  compactSql(printSql(statement, dialect), dialect, [...tables.values()]);

const lower = (name: string) => name.toLowerCase();

/** Every foreign key in both directions. */
function graphOf(dialect: Dialect, tables: readonly JoinableTable[]): Graph {
  const known = new Set(tables.map(({ name }) => lower(name)));
  const edges = tables.flatMap((table) =>
    table.foreignKeys
      .filter(({ refTable }) => known.has(lower(refTable)))
      .flatMap(({ columns, refTable, refColumns }) => {
        const column = (owner: string, name: string) =>
          `${quoteName(owner, dialect)}.${quoteName(name, dialect)}`;
        const on = columns
          .map((name, i) => `${column(table.name, name)} = ${column(refTable, refColumns[i])}`)
          .join(" AND ");
        const [from, to] = [lower(table.name), lower(refTable)];
        return [
          { from, to, on },
          { from: to, to: from, on },
        ];
      }),
  );
  return Map.groupBy(edges, ({ from }) => from);
}

/** What changes at one SELECT. */
type Repair = {
  readonly select: SqlNode;
  /** The new FROM with its joins. */
  readonly source: SqlNode;
  /** The table of every column that the SELECT or a query inside it takes from FROM, by the column's node. */
  readonly tableOf: ReadonlyMap<SqlNode, string>;
};

/** The statement with its first repairable SELECT repaired, or undefined when there is none. */
function repairOne(statement: SqlNode, schema: Schema): SqlNode | undefined {
  const resolution = resolveNames(statement, [...schema.tables.values()]);
  const troubled = new Set(
    resolution.columns.filter(({ unknown }) => unknown).map(({ scope }) => scope),
  );
  const badJoins = new Set(
    resolution.usings.filter(({ unknown }) => unknown).map(({ join }) => join),
  );
  let repair: Repair | undefined;
  walk(statement, (node) => {
    const scope = repair ? undefined : scopeOf(node, resolution);
    const isBroken =
      scope &&
      (troubled.has(scope) || listOf(node.joins).some((join) => badJoins.has(join as SqlNode)));
    if (isBroken) repair = repairOf(node, scope, resolution, schema);
  });
  return repair && (applied(statement, repair, schema) as SqlNode);
}

/** The scope of a SELECT that reads from tables alone, each once, joined by inner joins. */
function scopeOf(select: SqlNode, { sources }: Resolution): Scope | undefined {
  if (!("joins" in select) || !("expressions" in select)) return undefined;
  const first = bodyOf(listOf(bodyOf(select, "from")?.expressions)[0], "table");
  const scope = sources.find(({ node }) => node === first)?.scope;
  const names = scope?.sources.map(({ table }) => table?.toLowerCase()) ?? [];
  const isSimple = !names.includes(undefined) && new Set(names).size === names.length;
  const isInner = listOf(select.joins).every((join) => isNode(join) && join.kind === "Inner");
  return isSimple && isInner ? scope : undefined;
}

function repairOf(
  select: SqlNode,
  scope: Scope,
  { columns }: Resolution,
  schema: Schema,
): Repair | undefined {
  const inJoins = new Set<SqlNode>();
  walk(select.joins, (node) => void inJoins.add(node));
  const tableOf = new Map<SqlNode, string>();
  const reading = scope.sources.map(({ table }) => lower(table ?? ""));
  for (const use of columns) {
    if (inJoins.has(use.node)) continue;
    const table = tableOfUse(use, scope, reading, schema);
    if (table === undefined) return undefined;
    if (table !== "") tableOf.set(use.node, table);
  }
  const source = sourceOf([reading[0], ...tableOf.values()], schema);
  return source && { select, source, tableOf };
}

/**
 * The table that a column is taken from: one of FROM, else the nearest that has it. Empty for what is none of this
 * SELECT's business; undefined when no table will do.
 */
function tableOfUse(
  use: ColumnUse,
  scope: Scope,
  reading: readonly string[],
  { tables, columns, graph }: Schema,
): string | undefined {
  if (use.source !== undefined && !use.unknown)
    return use.source.scope === scope ? lower(use.source.table ?? "") : "";
  if (use.scope !== scope || use.expression !== undefined || use.literal) return "";
  const name = lower(use.name);
  const has = (table: string) => columns.get(table)?.has(name) ?? false;
  const named = scope.sources.find(({ alias }) => alias === use.qualifier)?.table ?? use.qualifier;
  if (has(lower(named))) return lower(named);
  const near = reading.find(has);
  if (near !== undefined) return near;
  const owners = [...tables.keys()].filter(has);
  const distances = owners.map(
    (owner) => pathBetween(new Set(reading), owner, graph)?.length ?? Infinity,
  );
  const least = Math.min(...distances);
  return least <= MAX_DISTANCE ? owners[distances.indexOf(least)] : undefined;
}

/** The shortest way along foreign keys from one of `starts` to a table (breadth first); empty when it is one of them. */
function pathBetween(
  starts: ReadonlySet<string>,
  goal: string,
  graph: Graph,
): readonly Edge[] | undefined {
  const seen = new Set(starts);
  let paths: (readonly [string, readonly Edge[]])[] = [...starts].map((start) => [start, []]);
  while (paths.length > 0) {
    const found = paths.find(([table]) => table === goal);
    if (found !== undefined) return found[1];
    paths = paths.flatMap(([table, path]) =>
      (graph.get(table) ?? []).flatMap((edge): (readonly [string, readonly Edge[]])[] => {
        if (seen.has(edge.to)) return [];
        seen.add(edge.to);
        return [[edge.to, [...path, edge]]];
      }),
    );
  }
  return undefined;
}

/** FROM and JOINs over the tables: from the first, each of the others by the shortest way from those that are joined. */
function sourceOf(
  wanted: readonly string[],
  { tables, graph, dialect }: Schema,
): SqlNode | undefined {
  const joined = new Set([wanted[0]]);
  const spell = (name: string) => quoteName(tables.get(name)?.name ?? name, dialect);
  let text = `SELECT 1 FROM ${spell(wanted[0])}`;
  for (const table of wanted) {
    const path = pathBetween(joined, table, graph);
    if (path === undefined) return undefined;
    for (const { to, on } of path) {
      joined.add(to);
      text += ` JOIN ${spell(to)} ON ${on}`;
    }
  }
  return bodyOf(parseStatement(text, dialect), "select");
}

function applied(value: SqlValue, repair: Repair, schema: Schema): SqlValue {
  const inner = mapChildren(value, (child) => applied(child, repair, schema));
  if (value === repair.select) {
    const { from, joins } = repair.source;
    return { ...(inner as SqlNode), from, joins };
  }
  const column = isNode(value) ? bodyOf(value, "column") : undefined;
  const table = column && repair.tableOf.get(column);
  if (column === undefined || table === undefined) return inner;
  const name = schema.tables.get(table)?.name ?? table;
  return { column: { ...column, table: { name, quoted: true, trailing_comments: [] } } };
}
