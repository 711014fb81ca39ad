/**
 * Binds columns by the schema: a small model often names the right column at the wrong table, or forgets the join that
 * would bring its table in. Where a SELECT names a column that none of its tables has, the nearest table along foreign
 * keys that has it is joined, and the joins are derived anew from the keys. A table that does not exist becomes the one
 * whose name and columns fit; a name that several tables of FROM have is given the first of them. A statement whose names
 * are all right is left as it is, and so is what cannot be repaired: sub-queries in FROM, a table that stands twice, a
 * column that no table has.
 */
import { compactSql } from "./compact.ts";
import type { Dialect } from "./dialect.ts";
import { quoteName } from "./quote.ts";
import { type Resolution, resolveNames } from "./resolve.ts";
import type { ColumnUse, NamedTable, Scope, Source } from "./scope.ts";
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
      if (repaired === undefined)
        return repairs === 0 && !isAmbiguous(statement, schema) ? sql : finish(statement, schema);
      statement = repaired;
    }
    return finish(statement, schema);
  };
}

const finish = (statement: SqlNode, { dialect, tables }: Schema): string =>
  compactSql(printSql(statement, dialect), dialect, [...tables.values()]);

/** Whether a bare name stands for columns of several tables of its FROM: SQL's error, which a qualifier cures. */
const isAmbiguous = (statement: SqlNode, { tables, dialect }: Schema): boolean =>
  resolveNames(statement, [...tables.values()], dialect).columns.some(
    ({ source, qualifier, name }) => {
      if (source === undefined || qualifier !== "" || source.scope.using.has(lower(name)))
        return false;
      return source.scope.sources.filter(({ outputs }) => outputs?.has(lower(name))).length > 1;
    },
  );

const lower = (name: string) => name.toLowerCase();

/** Every foreign key in both directions, those that follow from two of them included. */
function graphOf(dialect: Dialect, tables: readonly JoinableTable[]): Graph {
  const known = new Map(tables.map((table) => [lower(table.name), table]));
  const edges = tables.flatMap((table) =>
    [...table.foreignKeys, ...impliedKeys(table, known)]
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

type ForeignKey = JoinableTable["foreignKeys"][number];

/**
 * Keys through other tables whose columns the table holds itself: a phase's (job, phase) of a cost whose phase belongs to
 * a job gives the cost a key to the job.
 */
function impliedKeys(
  { foreignKeys }: JoinableTable,
  known: ReadonlyMap<string, JoinableTable>,
): ForeignKey[] {
  const found = new Map<string, ForeignKey>();
  const keyOf = ({ columns, refTable }: ForeignKey) => lower([refTable, ...columns].join());
  const own = new Set(foreignKeys.map(keyOf));
  const follow = (key: ForeignKey) => {
    const held = key.refColumns.map(lower);
    for (const next of known.get(lower(key.refTable))?.foreignKeys ?? []) {
      const at = next.columns.map((column) => held.indexOf(lower(column)));
      if (at.includes(-1)) continue;
      const implied = { ...next, columns: at.map((i) => key.columns[i]) };
      if (own.has(keyOf(implied)) || found.has(keyOf(implied))) continue;
      found.set(keyOf(implied), implied);
      follow(implied);
    }
  };
  foreignKeys.forEach(follow);
  return [...found.values()];
}

/** What changes at one SELECT. */
type Repair = {
  readonly select: SqlNode;
  /** The new FROM with its joins. */
  readonly source: SqlNode;
  /** Where every column that the SELECT or a query inside it takes from FROM is found, by the column's node. */
  readonly places: ReadonlyMap<SqlNode, Place>;
};

/** A column of a table, both in lower case. */
type Place = { readonly table: string; readonly column: string };

/** The statement with its first repairable SELECT repaired, or undefined when there is none. */
function repairOne(statement: SqlNode, schema: Schema): SqlNode | undefined {
  const resolution = resolveNames(statement, [...schema.tables.values()], schema.dialect);
  const troubled = new Set([
    ...resolution.columns.filter(({ unknown }) => unknown).map(({ scope }) => scope),
    ...resolution.sources.filter((source) => isMissing(source, schema)).map(({ scope }) => scope),
  ]);
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
  return repair && (applied(statement, repair) as SqlNode);
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
  const uses = columns.filter(({ node }) => !inJoins.has(node));
  const reading = tablesRead(scope, uses, schema);
  if (reading === undefined) return undefined;
  const places = new Map<SqlNode, Place>();
  for (const use of uses) {
    const place = placeOf(use, scope, reading, schema);
    if (place === undefined) return undefined;
    if (place !== "outside") places.set(use.node, place);
  }
  const [first] = reading.values();
  const source = sourceOf([first, ...[...places.values()].map(({ table }) => table)], schema);
  return source && { select, source, places };
}

/** A table that the schema does not have. */
const isMissing = ({ table, query }: Source, { tables }: Schema): boolean =>
  table !== undefined && query === undefined && !tables.has(lower(table));

/** The tables of FROM in order; one that does not exist is replaced, undefined where nothing fits. */
function tablesRead(
  scope: Scope,
  uses: readonly ColumnUse[],
  schema: Schema,
): ReadonlyMap<Source, string> | undefined {
  const mentioned = new Set(
    uses.filter((use) => use.scope === scope).map(({ name }) => lower(name)),
  );
  const fitOf = (name: string, columns: ReadonlySet<string>, missing: string) =>
    [...columns].filter((column) => mentioned.has(column)).length + 2 * likeness(name, missing);
  const read = new Map<Source, string>();
  for (const source of scope.sources) {
    const name = lower(source.table ?? "");
    const fits = [...schema.columns].map(
      ([table, columns]) => [table, fitOf(table, columns, name)] as const,
    );
    const best = fits.reduce((most, fit) => (fit[1] > most[1] ? fit : most), ["", 0]);
    const table = isMissing(source, schema) ? best[0] : name;
    if (table === "" || (table !== name && best[1] < LEAST_FIT)) return undefined;
    read.set(source, table);
  }
  return read;
}

/** Of a replaced table: one column that is mentioned, or half of the name, is the least that must agree. */
const LEAST_FIT = 1;

/** Of a column that no table has: names less alike than this mean different things. */
const LEAST_LIKENESS = 0.8;

/** How alike two names are, from 0 to 1: the share of common pairs of letters (Dice). */
function likeness(a: string, b: string): number {
  const pairs = (text: string) => new Set(Array.from(text.slice(1), (c, i) => text[i] + c));
  const [left, right] = [pairs(a), pairs(b)];
  const common = [...left].filter((pair) => right.has(pair)).length;
  return (2 * common) / Math.max(1, left.size + right.size);
}

/** Where a column of FROM is found; "outside" for what is none of this SELECT's business, undefined for nowhere. */
function placeOf(
  use: ColumnUse,
  scope: Scope,
  reading: ReadonlyMap<Source, string>,
  schema: Schema,
): Place | "outside" | undefined {
  const column = lower(use.name);
  const known = use.source && reading.get(use.source);
  if (known !== undefined && schema.columns.get(known)?.has(column))
    return { table: known, column };
  const isForeign = use.source !== undefined && use.source.scope !== scope && !use.unknown;
  if (isForeign || use.scope !== scope || use.expression !== undefined || use.literal)
    return "outside";
  const named = scope.sources.find(({ alias }) => alias === use.qualifier);
  const meant = (named && reading.get(named)) ?? use.qualifier;
  const table = ownerOf(column, meant, [...reading.values()], schema);
  return table === undefined
    ? likestPlace(column, [...reading.values()], schema)
    : { table, column };
}

/** The table that has a column: the one that was meant, else the first of FROM, else the nearest along foreign keys. */
function ownerOf(
  column: string,
  meant: string,
  reading: readonly string[],
  { columns, graph }: Schema,
): string | undefined {
  const owners = [...columns.keys()].filter((table) => columns.get(table)?.has(column));
  const first = [meant, ...reading].find((table) => owners.includes(table));
  if (first !== undefined) return first;
  const starts = new Set(reading);
  const distances = owners.map((owner) => pathBetween(starts, owner, graph)?.length ?? Infinity);
  const least = Math.min(...distances);
  return least <= MAX_DISTANCE ? owners[distances.indexOf(least)] : undefined;
}

/** The column of FROM whose name is nearly the same: `Document_Text` for `DocumentText`. */
function likestPlace(
  name: string,
  reading: readonly string[],
  { columns }: Schema,
): Place | undefined {
  const places = reading.flatMap((table) =>
    [...(columns.get(table) ?? [])].map((column) => ({ table, column })),
  );
  const alike = places.map(({ column }) => likeness(name, column));
  const most = Math.max(...alike);
  return most >= LEAST_LIKENESS ? places[alike.indexOf(most)] : undefined;
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

function applied(value: SqlValue, repair: Repair): SqlValue {
  const inner = mapChildren(value, (child) => applied(child, repair));
  if (value === repair.select) {
    const { from, joins } = repair.source;
    return { ...(inner as SqlNode), from, joins };
  }
  const column = isNode(value) ? bodyOf(value, "column") : undefined;
  const place = column && repair.places.get(column);
  if (column === undefined || place === undefined) return inner;
  const identifier = (name: string) => ({ name, quoted: true, trailing_comments: [] });
  return {
    column: { ...column, name: identifier(place.column), table: identifier(place.table) },
  };
}
