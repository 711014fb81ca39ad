/**
 * A query in SQLite's SQL as PostgreSQL writes it: for the queries of synthesis, which are drawn in one dialect. Dates are
 * dates there and no texts, LIKE tells capitals apart, names are quoted unless they are in lower case, NULL is the largest
 * value, round() takes no double. What has no counterpart stays as it is: the server refuses it, and no pair comes of it.
 */
import { respellNot } from "./compact.ts";
import { isPlainName } from "./quote.ts";
import { resolveNames } from "./resolve.ts";
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

export type TypedTable = {
  readonly name: string;
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly nullCount: number;
  }[];
};

type TypedColumn = TypedTable["columns"][number];
/** The body of a `column` node → the schema's column. */
type Columns = ReadonlyMap<SqlNode, TypedColumn>;

/** The writer for one schema. Text that does not parse comes back as it was. */
export function createPostgresWriter(tables: readonly TypedTable[]): (sql: string) => string {
  const typed = new Map(
    tables.flatMap(({ name, columns }) =>
      columns.map((column) => [keyOf(name, column.name), column] as const),
    ),
  );
  return (sql) => {
    const parsed = parseSql(sql, "sqlite");
    if (!parsed.ok || parsed.statements.length !== 1) return sql;
    const [statement] = parsed.statements;
    const columns = new Map(
      resolveNames(statement, tables).columns.flatMap(({ node, name, source }) => {
        const column = typed.get(keyOf(source?.table ?? "", name));
        return column === undefined ? [] : [[node, column] as const];
      }),
    );
    return respellNot(printSql(rewrite(statement, columns) as SqlNode, "postgres"));
  };
}

const keyOf = (table: string, column: string): string => `${table}\n${column}`.toLowerCase();

/** The type of a bare column. */
const columnIn = (value: SqlValue | undefined, columns: Columns): TypedColumn | undefined =>
  columns.get(bodyOf(value, "column") ?? {});
const isDay = (column: TypedColumn | undefined): boolean => column?.type === "date";
const isTime = (column: TypedColumn | undefined): boolean =>
  isDay(column) || column?.type.startsWith("timestamp") === true;

function rewrite(value: SqlValue, columns: Columns): SqlValue {
  if (!isNode(value)) return mapChildren(value, (child) => rewrite(child, columns));
  const inside = (child: SqlValue) => rewrite(child, columns);
  return (
    likeOf(value, columns, inside) ??
    partOfDate(value, columns, inside) ??
    daysBetween(value, columns, inside) ??
    wholeDay(value, columns, inside) ??
    rounded(value, columns, inside) ??
    spelled(mapChildren(nullsLast(value, columns), inside) as SqlNode)
  );
}

type Rule = (
  value: SqlNode,
  columns: Columns,
  inside: (child: SqlValue) => SqlValue,
) => SqlValue | undefined;

/** LIKE and NOT LIKE: a year, a month or a day of a date; ILIKE for texts. */
const likeOf: Rule = (value, columns, inside) => {
  const isNegated = bodyOf(value, "not") !== undefined;
  const like = bodyOf(isNegated ? bodyOf(value, "not")?.this : value, "like");
  if (like === undefined) return undefined;
  const [x, pattern] = [inside(like.left), textIn(like.right)];
  if (!isTime(columnIn(like.left, columns)))
    return fill(isNegated ? "x NOT ILIKE y" : "x ILIKE y", { x, y: inside(like.right) });
  const [, year, month, day] = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?-?%$/.exec(pattern ?? "") ?? [];
  if (year === undefined) return undefined;
  const is = isNegated ? "<>" : "=";
  if (day !== undefined) return fill(`CAST(x AS DATE) ${is} '${year}-${month}-${day}'`, { x });
  return month === undefined
    ? fill(`EXTRACT(YEAR FROM x) ${is} ${year}`, { x })
    : fill(`TO_CHAR(x, 'YYYY-MM') ${is} '${year}-${month}'`, { x });
};

/** substr(date, 1, 4 | 7 | 10). */
const partOfDate: Rule = (value, columns, inside) => {
  const substring = bodyOf(value, "substring");
  if (substring === undefined || !isTime(columnIn(substring.this, columns))) return undefined;
  const form = {
    "4": "EXTRACT(YEAR FROM x)",
    "7": "TO_CHAR(x, 'YYYY-MM')",
    "10": "CAST(x AS DATE)",
  }[textIn(substring.length) ?? ""];
  return form && textIn(substring.start) === "1"
    ? fill(form, { x: inside(substring.this) })
    : undefined;
};

/** julianday(a) - julianday(b): days between two dates are their difference. */
const daysBetween: Rule = (value, columns, inside) => {
  const difference = bodyOf(value, "sub");
  const sides = [difference?.left, difference?.right].map((side) => argumentOf(side, "julianday"));
  const [x, y] = sides.map((side) => side && asDay(side, columns, inside));
  return x && y && fill("x - y", { x, y });
};

/** date(x). */
const wholeDay: Rule = (value, columns, inside) => {
  const argument = argumentOf(value, "date");
  return argument && asDay(argument, columns, inside);
};

const asDay = (
  value: SqlValue,
  columns: Columns,
  inside: (child: SqlValue) => SqlValue,
): SqlValue =>
  isDay(columnIn(value, columns)) ? inside(value) : fill("CAST(x AS DATE)", { x: inside(value) });

/** round(double, digits) is round(numeric, digits). */
const rounded: Rule = (value, columns, inside) => {
  const call = bodyOf(value, "function");
  const [x, y] = listOf(call?.args);
  if (String(call?.name).toUpperCase() !== "ROUND" || y === undefined) return undefined;
  return hasColumn(x, columns, ({ type }) => /^(?:double|real|float)/.test(type))
    ? fill("ROUND(CAST(x AS NUMERIC), y)", { x: inside(x), y: inside(y) })
    : undefined;
};

/** ORDER BY … DESC puts NULL first, unless it says otherwise. */
function nullsLast(value: SqlNode, columns: Columns): SqlNode {
  if (value.desc !== true || value.nulls_first !== null) return value;
  const mayBeNull = hasColumn(value.this, columns, ({ nullCount }) => nullCount > 0);
  return mayBeNull ? { ...value, nulls_first: false } : value;
}

function hasColumn(
  value: SqlValue,
  columns: Columns,
  holds: (column: TypedColumn) => boolean,
): boolean {
  let found = false;
  walk(value, (node) => {
    if (bodyOf(node, "count") !== undefined) return false;
    const column = columns.get(node);
    found ||= column !== undefined && holds(column);
    return !found;
  });
  return found;
}

/** Names with their quotes, and CAST to a double, which SQLite calls REAL. */
function spelled(node: SqlNode): SqlNode {
  if (typeof node.name === "string" && typeof node.quoted === "boolean" && !("args" in node))
    return { ...node, quoted: node.quoted || !isPlainName(node.name, "postgres") };
  return node.real_spelling === true ? { ...node, real_spelling: false } : node;
}

const textIn = (value: SqlValue | undefined): string | undefined => {
  const text = bodyOf(value, "literal")?.value;
  return typeof text === "string" ? text : undefined;
};

/** The argument of a call of that function with one. */
function argumentOf(value: SqlValue | undefined, name: string): SqlValue | undefined {
  const call = bodyOf(value, "function");
  const [argument, second] = listOf(call?.args);
  return String(call?.name).toLowerCase() === name && second === undefined ? argument : undefined;
}

/** An expression out of its text, with trees in the place of the columns x and y. */
function fill(text: string, places: { readonly x: SqlValue; readonly y?: SqlValue }): SqlValue {
  const select = bodyOf(parseStatement(`SELECT ${text}`, "postgres"), "select");
  const put = (value: SqlValue): SqlValue => {
    const name = bodyOf(bodyOf(value, "column"), "name")?.name;
    return name === "x" || name === "y" ? (places[name] ?? null) : mapChildren(value, put);
  };
  return put(listOf(select?.expressions)[0]);
}
