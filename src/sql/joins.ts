/**
 * Which columns a statement sets equal across the tables it reads: by ON, WHERE, USING, NATURAL JOIN or IN (SELECT …).
 * Equality is followed through: a = b and b = c join a with c. Knows no keys.
 */
import type { Dialect } from "./dialect.ts";
import { type Resolution, resolveNames } from "./resolve.ts";
import { leftmostSelect, type NamedTable, type Source } from "./scope.ts";
import { bodyOf, listOf, parseSql, type SqlNode, type SqlValue, walk } from "./tree.ts";

/** One table in one FROM clause, with the class of equal columns that each of its joined columns belongs to. */
export type JoinedTable = {
  /** As written. */
  readonly table: string;
  /** Lower-case column → its class; the columns of one class are equal. */
  readonly classes: ReadonlyMap<string, number>;
};

/** The tables that a statement joins; those without a column set equal to another are left out. */
export function joinedTables(
  sql: string,
  dialect: Dialect,
  tables: readonly NamedTable[],
): JoinedTable[] {
  const parsed = parseSql(sql, dialect);
  return parsed.ok ? parsed.statements.flatMap((statement) => joinedIn(statement, tables)) : [];
}

type Place = { readonly source: Source; readonly column: string };

function joinedIn(statement: SqlNode, tables: readonly NamedTable[]): JoinedTable[] {
  const classes = new Map<Source, Map<string, number>>();
  const classOf = ({ source, column }: Place) => classes.get(source)?.get(column);
  const put = ({ source, column }: Place, to: number) =>
    classes.set(source, (classes.get(source) ?? new Map()).set(column, to));
  let next = 0;
  for (const [a, b] of equations(statement, resolveNames(statement, tables))) {
    const [left, right] = [classOf(a), classOf(b)];
    const to = left ?? right ?? next++;
    put(a, to);
    put(b, to);
    if (left !== undefined && right !== undefined && left !== right)
      for (const columns of classes.values())
        for (const [column, one] of columns) if (one === right) columns.set(column, to);
  }
  return [...classes].flatMap(([{ table }, columns]) =>
    table === undefined ? [] : [{ table, classes: columns }],
  );
}

function equations(statement: SqlNode, resolution: Resolution): [Place, Place][] {
  const uses = new Map(resolution.columns.map((use) => [use.node, use]));
  const found: [Place, Place][] = [];
  const placeOf = (value: SqlValue | undefined): Place[] => {
    const column = bodyOf(value, "column");
    const use = column && uses.get(column);
    return use?.source === undefined
      ? []
      : [{ source: use.source, column: use.name.toLowerCase() }];
  };
  const add = (left: readonly Place[], right: readonly Place[]) => {
    if (left.length > 0 && right.length > 0) found.push([left[0], right[0]]);
  };
  walk(statement, (node) => {
    const [equation, list] = [bodyOf(node, "eq"), bodyOf(node, "in")];
    if (equation !== undefined) add(placeOf(equation.left), placeOf(equation.right));
    const items = list && listOf(leftmostSelect(list.query)?.expressions);
    if (items?.length === 1) add(placeOf(list?.this), placeOf(items[0]));
    for (const join of listOf(node.joins)) found.push(...naturalPairs(join, resolution.sources));
  });
  for (const { name, left, right } of resolution.usings) {
    const column = name.toLowerCase();
    const first = left ?? (right && beforeIt(right).find((source) => has(source, column)));
    if (first && right)
      found.push([
        { source: first, column },
        { source: right, column },
      ]);
  }
  return found;
}

const has = ({ outputs }: Source, column: string) => outputs?.has(column) === true;

/** The sources of the same FROM that stand before this one. */
const beforeIt = (source: Source): Source[] =>
  source.scope.sources.slice(0, source.scope.sources.indexOf(source));

/** NATURAL JOIN sets equal what is named alike. */
function naturalPairs(join: SqlValue, sources: readonly Source[]): [Place, Place][] {
  const table = bodyOf((join as SqlNode).this, "table");
  const right = sources.find(({ node }) => node === table);
  if (!/^natural/i.test(String((join as SqlNode).kind)) || right === undefined) return [];
  return [...(right.outputs ?? [])].flatMap((column): [Place, Place][] => {
    const source = beforeIt(right).find((one) => has(one, column));
    return source === undefined
      ? []
      : [
          [
            { source, column },
            { source: right, column },
          ],
        ];
  });
}
