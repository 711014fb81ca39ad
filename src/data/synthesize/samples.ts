/**
 * Real values of every column, read through the caller's `RunMany`: the frequent ones, and an even spread of numbers and
 * dates. Bounded by the first 20,000 rows of a table. Knows no wording.
 */
import type { RunResult } from "../../db/run-result.ts";
import { quoteName } from "./select.ts";
import type { Cell, Column, Database, Table } from "../../schema/schema.ts";

/** Runs read-only statements; results in the order of the statements. SQL that fails is a value, not an error. */
export type RunMany = (sqls: readonly string[]) => Promise<readonly RunResult[]>;

export type Value = number | string;

export type Samples = {
  /** Most frequent first, with how often. */
  readonly frequent: readonly { readonly value: Value; readonly count: number }[];
  /** Smallest to largest, evenly spread over the rows; empty for what has no order worth using. */
  readonly spread: readonly Value[];
};

const ROWS = 20_000;
const FREQUENT = 200;
const SPREAD = 24;
/** Dates of one table that are set against each other. */
const DATES = 20;
const BATCH = 64;

/** Samples of all columns, by table name and column name. Tables without rows are left out. */
export async function readSamples(
  database: Database,
  run: RunMany,
): Promise<Map<string, Map<string, Samples>>> {
  const tables = database.tables.filter((table) => table.kind === "table" && table.rowCount > 0);
  const columns = tables.flatMap((table) =>
    table.columns
      .filter(({ nullCount }) => nullCount < table.rowCount)
      .map((column) => ({ table, column })),
  );
  const sqls = columns.flatMap(({ table, column }) => [
    frequentSql(table, column),
    spreadSql(table, column),
  ]);
  const results: RunResult[] = [];
  for (let i = 0; i < sqls.length; i += BATCH)
    results.push(...(await run(sqls.slice(i, i + BATCH))));
  const samples = new Map(tables.map((table) => [table.name, new Map<string, Samples>()]));
  columns.forEach(({ table, column }, index) => {
    const frequent = valuesOf(results[2 * index]);
    samples.get(table.name)?.set(column.name, {
      frequent: frequent.map(([value, count]) => ({ value, count: Number(count) })),
      spread: valuesOf(results[2 * index + 1]).map(([value]) => value),
    });
  });
  return samples;
}

/** What the rows of each table are called, up to 200 a table; nothing for a table without a label. */
export async function readLabels(
  entities: readonly {
    readonly name: string;
    readonly label: readonly { readonly name: string }[];
  }[],
  run: RunMany,
): Promise<Value[][][]> {
  const results = await run(
    entities.map(({ name, label }) => {
      const columns =
        label.length > 0 ? label.map((field) => quoteName(field.name)).join(", ") : "NULL";
      return `SELECT ${columns} FROM ${quoteName(name)} GROUP BY ${columns} ORDER BY ${columns} LIMIT 200`;
    }),
  );
  return results.map((result) =>
    result.ok ? result.rows.map(plainValues).filter((row) => row !== undefined) : [],
  );
}

/** `a\nb` for every two date columns of a table of which a mostly lies before b. */
export async function readDateOrder(
  entities: readonly {
    readonly name: string;
    readonly fields: readonly { readonly name: string; readonly role: string }[];
  }[],
  run: RunMany,
): Promise<Set<string>[]> {
  const pairs = entities.flatMap((entity, index) => {
    const dates = entity.fields.filter(({ role }) => role === "date").slice(0, DATES);
    return dates.flatMap((a) =>
      dates
        .filter((b) => b !== a)
        .map((b) => ({ index, table: entity.name, a: a.name, b: b.name })),
    );
  });
  const results = await run(
    pairs.map(({ table, a, b }) => {
      const [x, y] = [quoteName(a), quoteName(b)];
      return `SELECT SUM(CASE WHEN ${x} < ${y} THEN 1 WHEN ${x} > ${y} THEN -1 ELSE 0 END) FROM (SELECT ${x}, ${y} FROM ${quoteName(table)} LIMIT ${ROWS}) AS held`;
    }),
  );
  const orders = entities.map(() => new Set<string>());
  pairs.forEach(({ index, a, b }, at) => {
    const result = results[at];
    if (result.ok && Number(result.rows[0]?.[0] ?? 0) > 0) orders[index].add(`${a}\n${b}`);
  });
  return orders;
}

/** The cells of a row, if all can stand in a question. */
function plainValues(row: readonly Cell[]): Value[] | undefined {
  const values = row.map((cell) => (typeof cell === "bigint" ? Number(cell) : cell));
  const isPlain = (cell: Cell): cell is Value =>
    typeof cell === "number" || (typeof cell === "string" && isPlainText(cell));
  return values.every(isPlain) ? values : undefined;
}

const source = (table: Table, column: Column): string => {
  const name = quoteName(column.name);
  return `(SELECT ${name} AS v FROM ${quoteName(table.name)} WHERE ${name} IS NOT NULL LIMIT ${ROWS}) AS held`;
};

const frequentSql = (table: Table, column: Column): string =>
  `SELECT v, COUNT(*) FROM ${source(table, column)} GROUP BY v ORDER BY COUNT(*) DESC, v LIMIT ${FREQUENT}`;

const spreadSql = (table: Table, column: Column): string =>
  `SELECT MIN(v) FROM (SELECT v, NTILE(${SPREAD}) OVER (ORDER BY v) AS part FROM ${source(table, column)}) AS parts GROUP BY part ORDER BY 1`;

/** Rows whose first cell can stand in SQL and in a question. */
function valuesOf(result: RunResult): [Value, Value][] {
  if (!result.ok) return [];
  return result.rows.flatMap(([cell, count]): [Value, Value][] => {
    const value = typeof cell === "bigint" ? Number(cell) : cell;
    if (typeof value === "number" && Number.isSafeInteger(Math.round(value)))
      return [[value, Number(count ?? 0)]];
    return typeof value === "string" && isPlainText(value) ? [[value, Number(count ?? 0)]] : [];
  });
}

/** Short, in one line, no quotes that a question would garble, valid UTF-8. */
const isPlainText = (text: string): boolean =>
  text.length > 0 && text.length <= 60 && text.trim() === text && !/["\n\r\t\\\uFFFD]/.test(text);
