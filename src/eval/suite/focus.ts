/**
 * What a gold looks at: for each of its SELECTs over plain tables, the rows that it reads, the columns that it names and
 * the values that it compares them with. Perturbed databases change rows there, because elsewhere no query can tell.
 * Works on the tree; opens no database.
 */
import type { Table } from "../../schema/schema.ts";
import type { ColumnUse, Scope, Source } from "../../sql/scope.ts";
import { bodyOf, isNode, listOf, printSql, type SqlNode, walk } from "../../sql/tree.ts";
import { identifier } from "./change.ts";
import { sameName } from "./columns.ts";
import {
  datesOfPattern,
  isDate,
  matchOf,
  nearDates,
  nearNumbers,
  nearPatterns,
} from "./literals.ts";
import { parseGold } from "./parse-gold.ts";

/** One comparison, seen from one of its columns. */
export type Atom = {
  readonly column: string;
  /** Values at which the comparison turns, as text; null for NULL. */
  readonly values: readonly (string | null)[];
  /** What stands in it, patterns left out. */
  readonly literals: readonly string[];
  /** Numbers in it: distances from the other columns and dates. */
  readonly numbers: readonly number[];
  readonly dates: readonly string[];
  /** The other columns in it: which part, which column. */
  readonly others: readonly { readonly part: number; readonly column: string }[];
};

/** One table of a FROM. */
export type Part = {
  readonly table: Table;
  readonly atoms: readonly Atom[];
  /** Columns that the query names. */
  readonly used: readonly string[];
};

export type Focus = {
  readonly parts: readonly Part[];
  /** Gives the columns of all parts, one joined row each time. */
  readonly witnessSql: string;
  /** Columns of GROUP BY: which part, which column. */
  readonly groups: readonly { readonly part: number; readonly column: string }[];
  /** Numbers that COUNT is compared with. */
  readonly groupSizes: readonly number[];
};

/** Most joined rows that are fetched for a SELECT. */
const MAX_WITNESSES = 40;

/** The SELECTs of a statement whose sources are all tables of the schema. */
export function focusesOf(sql: string, tables: readonly Table[]): Focus[] {
  const { statement, columns, sources } = parseGold(sql, tables);
  const uses = new Map(columns.map((use) => [use.node, use]));
  const known = new Map(tables.map((table) => [table.name.toLowerCase(), table]));
  const scopeOf = new Map(sources.map((source) => [source.node, source.scope]));
  const focuses: Focus[] = [];
  walk(statement, (node) => {
    const select = bodyOf(node, "select");
    const first = isNode(select?.from) ? listOf(select.from.expressions)[0] : undefined;
    const scope = scopeOf.get(bodyOf(first, "table") ?? {});
    if (select !== undefined && scope !== undefined) {
      const focus = focusOf(select, scope, uses, known);
      if (focus !== undefined) focuses.push(focus);
    }
  });
  return focuses;
}

type Uses = ReadonlyMap<SqlNode, ColumnUse>;

function focusOf(
  select: SqlNode,
  scope: Scope,
  uses: Uses,
  known: ReadonlyMap<string, Table>,
): Focus | undefined {
  const tables = scope.sources.map(({ table, query }) =>
    query === undefined ? known.get(table?.toLowerCase() ?? "") : undefined,
  );
  const isPlain = (table: Table | undefined): table is Table => table?.kind === "table";
  if (!tables.every(isPlain)) return undefined;
  const comparisons = comparisonsOf(select);
  const own = [...uses.values()].filter((use) => use.source?.scope === scope);
  const parts = tables.map((table, i): Part => {
    const source = scope.sources[i];
    return {
      table,
      atoms: comparisons.flatMap((node) => atomsOf(node, source, table, uses)),
      used: [...new Set(own.filter((use) => use.source === source).map(({ name }) => name))],
    };
  });
  return {
    parts,
    witnessSql: witnessSqlOf(select, scope),
    groups: groupsOf(select, scope, uses),
    groupSizes: groupSizesOf(comparisons),
  };
}

const COMPARISONS = new Set([
  "eq",
  "neq",
  "lt",
  "lte",
  "gt",
  "gte",
  "like",
  "in",
  "between",
  "is_null",
]);

/** The comparisons of a SELECT, without those of queries inside it. */
function comparisonsOf(select: SqlNode): SqlNode[] {
  const found: SqlNode[] = [];
  walk(select, (node) => {
    if ("select" in node) return false;
    const [kind] = Object.keys(node);
    if (COMPARISONS.has(kind) && isNode(node[kind])) found.push(node);
    return true;
  });
  return found;
}

/** Columns, literals of a comparison, queries inside it left out. */
function leavesOf(node: SqlNode, uses: Uses): { columns: ColumnUse[]; literals: SqlNode[] } {
  const columns: ColumnUse[] = [];
  const literals: SqlNode[] = [];
  walk(node, (inner) => {
    if ("select" in inner) return false;
    const use = uses.get(bodyOf(inner, "column") ?? {});
    const literal = bodyOf(inner, "literal");
    if (use !== undefined) columns.push(use);
    if (literal !== undefined) literals.push(literal);
    return true;
  });
  return { columns, literals };
}

function atomsOf(node: SqlNode, source: Source, table: Table, uses: Uses): Atom[] {
  const { columns, literals } = leavesOf(node, uses);
  const texts = literals.map((literal) => String(literal.value));
  return columns
    .filter((use) => use.source === source)
    .map((use) => ({
      column: use.name,
      values: "is_null" in node ? [null] : texts.flatMap((text) => turningPoints(text, node)),
      literals: "like" in node ? [] : texts,
      numbers: texts.map(Number).filter((number) => Number.isFinite(number)),
      dates: texts.filter(isDate),
      others: columns
        .filter((other) => other !== use && other.source?.scope === source.scope)
        .flatMap((other) => {
          const part = other.source === undefined ? -1 : source.scope.sources.indexOf(other.source);
          return part < 0 ? [] : [{ part, column: other.name }];
        }),
    }))
    .filter(({ column }) => table.columns.some(({ name }) => sameName(name, column)));
}

/** A literal and the values beside it. */
function turningPoints(text: string, node: SqlNode): string[] {
  if ("like" in node) {
    const patterns = [text, ...nearPatterns(text)];
    const matches = patterns.flatMap((pattern) => [matchOf(pattern), matchOf(pattern, "x")]);
    return [...datesOfPattern(text), ...matches];
  }
  if (isDate(text)) return [text, ...nearDates(text)];
  return text !== "" && Number.isFinite(Number(text)) ? [text, ...nearNumbers(text)] : [text];
}

function groupsOf({ group_by: group }: SqlNode, scope: Scope, uses: Uses): Focus["groups"] {
  return listOf(isNode(group) ? group.expressions : null).flatMap((term) => {
    const use = uses.get(bodyOf(term, "column") ?? {});
    const part = use?.source === undefined ? -1 : scope.sources.indexOf(use.source);
    return use === undefined || part < 0 ? [] : [{ part, column: use.name }];
  });
}

function groupSizesOf(comparisons: readonly SqlNode[]): number[] {
  return comparisons.flatMap((node) => {
    const body = Object.values(node)[0];
    if (!isNode(body) || ![body.left, body.right].some((side) => bodyOf(side, "count"))) return [];
    return [body.left, body.right]
      .map((side) => Number(bodyOf(side, "literal")?.value))
      .filter((size) => Number.isInteger(size));
  });
}

/** The SELECT's FROM and WHERE, with all columns of its tables. */
function witnessSqlOf(select: SqlNode, { sources }: Scope): string {
  const expressions = sources.map(({ alias }) => ({
    star: { table: identifier(alias), except: null, replace: null, rename: null },
  }));
  const statement: SqlNode = {
    select: {
      ...select,
      expressions,
      distinct: false,
      group_by: null,
      having: null,
      order_by: null,
      offset: null,
      limit: { this: { literal: { literal_type: "number", value: String(MAX_WITNESSES) } } },
    },
  };
  return printSql(statement, "sqlite");
}
