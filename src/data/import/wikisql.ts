/**
 * WikiSQL: {question, table_id, sql: {sel, agg, conds}} with the tables in a file of their own ({id, header, types}), or in
 * each record ({table}), as Hugging Face has it. SQL is written for the table that the project's database has: `table_ID`
 * with columns `col0` …, as in WikiSQL's own databases, whose text is in lower case; else the table's title with its header.
 */
import type { Table } from "../../schema/schema.ts";
import { quoteName, quoteValue } from "../../sql/quote.ts";
import type { Draft, Fields, Form, FormContext, LeftOut } from "./record.ts";
import { hasTexts, textOf } from "./record.ts";

const AGGREGATES: readonly string[] = ["", "MAX", "MIN", "COUNT", "SUM", "AVG"];
const OPERATORS: readonly string[] = ["=", ">", "<"];

type Condition = readonly [column: number, operator: number, value: string | number];

export const wikiSqlForm: Form = {
  help: "WikiSQL: {table_id, question, sql: {sel, agg, conds}}, with its tables by --tables",
  licence: "BSD-3-Clause",
  matches: (fields) =>
    hasTexts(fields, "question") && typeof (fields.sql as Fields | null)?.sel === "number",
  read: (fields, context) => [read(fields, context)],
};

function read(fields: Fields, { database, tables }: FormContext): Draft | LeftOut {
  const inline = fields.table as Fields | undefined;
  const tableId = textOf(fields, "table_id") || textOf(inline ?? {}, "id");
  const source = inline ?? tables.get(tableId);
  const question = textOf(fields, "question");
  const leftOut = (reason: string): LeftOut => ({ reason, question, answer: "" });
  const target = targetOf(tableId, source, database.tables);
  if (target === undefined) return leftOut(`another database: no table ${tableId}`);
  const { sel, agg, conds } = fields.sql as Fields;
  const { columns, isOriginal, table } = target;
  const conditions = conditionsOf(conds);
  const used = [sel as number, ...conditions.map(([column]) => column)];
  if (used.some((column) => columns[column] === undefined))
    return leftOut("names a column that its table does not have");
  const aggregate = AGGREGATES[Number(agg)];
  if (aggregate === undefined || conditions.some(([, operator]) => !OPERATORS[operator]))
    return leftOut("an aggregate or operator that WikiSQL does not define");
  const name = (column: number) => quoteName(columns[column], database.dialect);
  const selected = aggregate === "" ? name(sel as number) : `${aggregate}(${name(sel as number)})`;
  const where = conditions.map(
    ([column, operator, value]) =>
      `${name(column)} ${OPERATORS[operator]} ${literal(value, isNumeric(table, columns[column]), isOriginal)}`,
  );
  const answer = [
    `SELECT ${selected} FROM ${quoteName(table.name, database.dialect)}`,
    ...(where.length > 0 ? [`WHERE ${where.join(" AND ")}`] : []),
  ].join(" ");
  return { question, answer };
}

type Target = {
  readonly table: Table;
  /** By their number in the file. */
  readonly columns: readonly string[];
  readonly isOriginal: boolean;
};

function targetOf(
  tableId: string,
  source: Fields | undefined,
  tables: readonly Table[],
): Target | undefined {
  const find = (name: string) =>
    name === "" ? undefined : tables.find((table) => same(table.name, name));
  const original = find(`table_${tableId.replaceAll("-", "_")}`);
  if (original !== undefined) {
    const numbers = original.columns.map(({ name }) => Number(/^col(\d+)$/i.exec(name)?.[1]));
    const columns: string[] = [];
    original.columns.forEach(({ name }, index) => (columns[numbers[index]] = name));
    return { table: original, columns, isOriginal: true };
  }
  const titles = ["name", "page_title", "caption", "id"].map((key) => textOf(source ?? {}, key));
  const table = titles.map(find).find(Boolean);
  if (table === undefined) return undefined;
  const header = (source?.header as unknown[] | undefined) ?? [];
  const columns = header.map((title) => nameOf(table, String(title)));
  return { table, columns: columns as string[], isOriginal: false };
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const nameOf = (table: Table, title: string): string | undefined =>
  table.columns.find(({ name }) => same(name, title))?.name;

const isNumeric = (table: Table, column: string): boolean =>
  /int|real|num|dec|float|double/i.test(
    table.columns.find(({ name }) => name === column)?.type ?? "",
  );

/** A list of [column, operator, value], or as Hugging Face has it: a list for each of the three. */
function conditionsOf(conds: unknown): Condition[] {
  if (Array.isArray(conds)) return conds as Condition[];
  const { column_index, operator_index, condition } = (conds ?? {}) as Record<string, never[]>;
  return (column_index ?? []).map((column, i): Condition => [
    column,
    operator_index[i],
    condition[i],
  ]);
}

function literal(value: string | number, isNumber: boolean, isLowerCase: boolean): string {
  const number = String(value).replaceAll(",", "").trim();
  if (typeof value === "number" || (isNumber && /^-?\d+(?:\.\d+)?$/.test(number))) return number;
  return quoteValue(isLowerCase ? value.toLowerCase() : value);
}
