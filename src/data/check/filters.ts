/**
 * The literals by which a statement chooses rows: those that WHERE, HAVING and ON compare something with, and the LIMIT.
 * Literals within an expression (a factor, the text of a CASE) choose nothing. Knows no question.
 */
import type { Dialect } from "../../sql/dialect.ts";
import { resolveNames } from "../../sql/resolve.ts";
import type { ColumnUse, NamedTable } from "../../sql/scope.ts";
import {
  COMPARISONS,
  bodyOf,
  isNode,
  listOf,
  nameIn,
  parseSql,
  type SqlNode,
  type SqlValue,
  walk,
} from "../../sql/tree.ts";

export type Filter = {
  readonly literal: string | number;
  readonly operator: string;
  /** The column that is compared, when there is one. */
  readonly table?: string;
  readonly column?: string;
};

const OPERATORS = { ...COMPARISONS, i_like: "LIKE" };

/** In the order of the text; nothing for a text that does not parse. */
export const filtersOf = (
  sql: string,
  dialect: Dialect,
  tables: readonly NamedTable[],
): readonly Filter[] => collect(sql, dialect, tables, filtersIn);

/** A column that must be NULL, or must not. */
export type NullTest = Required<Pick<Filter, "table" | "column">> & { readonly isNull: boolean };

/** The filters of a statement, and the columns of tables that it asks to be NULL or not. */
export const testsOf = (
  sql: string,
  dialect: Dialect,
  tables: readonly NamedTable[],
): readonly (Filter | NullTest)[] =>
  collect(sql, dialect, tables, (node, uses) => [
    ...filtersIn(node, uses),
    ...nullTestsIn(node, uses),
  ]);

function collect<T>(
  sql: string,
  dialect: Dialect,
  tables: readonly NamedTable[],
  read: (node: SqlNode, uses: Uses) => readonly T[],
): readonly T[] {
  const parsed = parseSql(sql, dialect);
  if (!parsed.ok) return [];
  return parsed.statements.flatMap((statement) => {
    const uses = new Map(
      resolveNames(statement, tables, dialect).columns.map((use) => [use.node, use]),
    );
    const found: T[] = [];
    walk(statement, (node) => {
      if ("case" in node) return false;
      found.push(...read(node, uses));
      return true;
    });
    return found;
  });
}

function nullTestsIn(node: SqlNode, uses: Uses): NullTest[] {
  const test = bodyOf(node, "is_null");
  const column = test && firstColumn(test.this, uses);
  const table = column?.source?.table;
  return column && table ? [{ table, column: column.name, isNull: test.not !== true }] : [];
}

type Uses = ReadonlyMap<SqlNode, ColumnUse>;

function filtersIn(node: SqlNode, uses: Uses): Filter[] {
  const limit = literalOf(node.limit ?? null, uses);
  const limits = limit === undefined ? [] : [{ literal: limit, operator: "LIMIT" }];
  return [...limits, ...comparisonsOf(node, uses)];
}

function comparisonsOf(node: SqlNode, uses: Uses): Filter[] {
  for (const [kind, operator] of Object.entries(OPERATORS)) {
    const body = bodyOf(node, kind);
    if (body !== undefined)
      return [
        ...compared(body.left, [body.right], operator, uses),
        ...compared(body.right, [body.left], operator, uses),
      ];
  }
  const list = bodyOf(node, "in");
  if (list !== undefined) return compared(list.this, listOf(list.expressions), "IN", uses);
  const between = bodyOf(node, "between");
  if (between === undefined) return [];
  return compared(between.this, [between.low, between.high], "BETWEEN", uses);
}

/** One filter for each literal that `subject` is compared with. */
function compared(
  subject: SqlValue,
  values: readonly SqlValue[],
  operator: string,
  uses: Uses,
): Filter[] {
  if (literalOf(subject, uses) !== undefined) return [];
  const column = firstColumn(subject, uses);
  return values.flatMap((value): Filter[] => {
    const literal = literalOf(value, uses);
    if (literal === undefined) return [];
    return [{ literal, operator, ...(column && { column: column.name, ...tableOf(column) }) }];
  });
}

const tableOf = ({ source }: ColumnUse) =>
  source?.table === undefined ? {} : { table: source.table };

function firstColumn(value: SqlValue, uses: Uses): ColumnUse | undefined {
  let found: ColumnUse | undefined;
  walk(value, (node) => {
    const column = bodyOf(node, "column");
    found ??= column && uses.get(column);
    return found === undefined;
  });
  return found;
}

/** A text, a number with its sign, or double-quoted text that is no column; `{this}` of a LIMIT is looked into. */
function literalOf(value: SqlValue, uses: Uses): string | number | undefined {
  if (!isNode(value)) return undefined;
  const literal = bodyOf(value, "literal");
  if (literal !== undefined) {
    const text = String(literal.value);
    return literal.literal_type === "number" ? Number(text) : text;
  }
  const negated = bodyOf(value, "neg");
  if (negated !== undefined) {
    const inner = literalOf(negated.this, uses);
    return typeof inner === "number" ? -inner : undefined;
  }
  const column = bodyOf(value, "column");
  if (column !== undefined) return uses.get(column)?.literal ? nameIn(column.name) : undefined;
  return "this" in value && Object.keys(value).length <= 2
    ? literalOf(value.this, uses)
    : undefined;
}
