/**
 * Whether SQL from outside may run for someone, and as what: one statement, a query and nothing else (shape.ts), on
 * tables and columns that this reader may see, with functions of a list; where a reader sees only some rows of a table,
 * each mention of the table becomes a query for those rows. Judges text alone and opens no database: the executor's
 * authorizer is the second lock (db/child/permitted.ts). No message names what the reader may not see.
 */
import { type ErrorCode, UserError } from "../base/errors.ts";
import { refusalOf } from "../sql/admission.ts";
import type { Dialect } from "../sql/dialect.ts";
import { quoteName } from "../sql/quote.ts";
import { type Resolution, resolveNames } from "../sql/resolve.ts";
import type { NamedTable } from "../sql/scope.ts";
import {
  bodyOf,
  isNode,
  listOf,
  nameIn,
  parseSql,
  type SqlNode,
  type SqlValue,
  walk,
} from "../sql/tree.ts";
import { strangerIn } from "./shape.ts";
import { mistakable, withoutComments, withoutSchema } from "./text.ts";

export type GuardOptions = {
  readonly dialect: Dialect;
  /** Tables and views that the reader may see, with the columns that may be named. */
  readonly tables: readonly NamedTable[];
  /** In lower case. */
  readonly functions: ReadonlySet<string>;
  /** The one schema of all tables, which may stand before their names; as the database spells it. */
  readonly schema?: string;
  /** Table → the condition that its rows must meet. A condition may ask other tables that the reader sees. */
  readonly rowFilters?: Readonly<Record<string, string>>;
};

export type Refused = { readonly ok: false; readonly code: ErrorCode; readonly message: string };
/** `sql` is what to run instead of what was given. */
export type Admission = { readonly ok: true; readonly sql: string } | Refused;

export type Guard = (sql: string) => Admission;

/** Longer SQL than this nobody asks for, and the parser's time grows faster than the text. */
export const MAX_SQL_LENGTH = 10_000;

const LEXICAL = {
  "empty-sql": "there is no statement",
  "multi-statement": "there is more than one statement",
  "not-readonly": "the statement is no SELECT",
  "unbound-parameter": "the statement has a parameter without a value",
} as const;

type Policy = Omit<GuardOptions, "rowFilters"> & {
  /** By lower-case name: a query for the rows that may be seen. */
  readonly visibleRows: ReadonlyMap<string, string>;
};

const refuse = (message: string, code: ErrorCode = "sql-refused"): Refused => ({
  ok: false,
  code,
  message,
});

/**
 * A guard for one reader. Raises UserError("key-invalid") for a condition that is none, names what is not there, or
 * needs its own table to be decided.
 */
export function createGuard({ rowFilters = {}, ...options }: GuardOptions): Guard {
  const policy: Policy = { ...options, visibleRows: visibleRowsOf(rowFilters, options) };
  return (given) => {
    if (given.length > MAX_SQL_LENGTH)
      return refuse(`the statement has ${given.length} characters; ${MAX_SQL_LENGTH} are the most`);
    const sql = plainText(given, policy);
    const judged = judge(sql, policy);
    if (!judged.ok) return judged.refusal;
    if (policy.visibleRows.size === 0) return { ok: true, sql };
    const rewritten = restrictRows(sql, judged.resolution, policy);
    return rewritten !== undefined && isRestricted(rewritten, policy)
      ? { ok: true, sql: rewritten }
      : refuse(
          "the statement is written in a way that the rows to be seen cannot be told from others",
        );
  };
}

const plainText = (
  sql: string,
  { dialect, schema }: Pick<GuardOptions, "dialect" | "schema">,
): string => {
  const text = withoutComments(sql, dialect);
  return schema === undefined ? text : withoutSchema(text, dialect, schema);
};

type Judgement =
  | { readonly ok: true; readonly statement: SqlNode; readonly resolution: Resolution }
  | { readonly ok: false; readonly refusal: Refused };

function judge(sql: string, { dialect, tables, functions }: Policy): Judgement {
  const no = (message: string, code?: ErrorCode): Judgement => ({
    ok: false,
    refusal: refuse(message, code),
  });
  const lexical = refusalOf(sql, dialect);
  if (lexical !== undefined) return no(LEXICAL[lexical]);
  const mistaken = dialect === "postgres" ? mistakable(sql) : undefined;
  if (mistaken !== undefined) return no(`the statement holds ${mistaken}`);
  const parsed = parseSql(sql, dialect);
  if (!parsed.ok) return no("the statement cannot be read as SQL");
  if (parsed.statements.length !== 1) return no(LEXICAL["multi-statement"]);
  const [statement] = parsed.statements;
  const stranger = strangerIn(statement, dialect);
  if (stranger !== undefined) return no(`the statement holds ${stranger}`);
  const called = functionsOf(statement).find((name) => !functions.has(name));
  if (called !== undefined)
    return no(`the function ${called} is not among those that may be called`);
  const resolution = resolveNames(statement, tables, dialect);
  const problem = namesProblem(statement, resolution, tables);
  return problem === undefined
    ? { ok: true, statement, resolution }
    : { ok: false, refusal: problem };
}

/** Names of the functions that the parser has no kind of its own for. */
function functionsOf(statement: SqlNode): string[] {
  const names: string[] = [];
  walk(statement, (node) => {
    const called = bodyOf(node, "function") ?? bodyOf(node, "aggregate_function");
    if (called !== undefined) names.push(String(called.name).toLowerCase());
  });
  return names;
}

/** Bodies of all mentions of tables. */
function tablesIn(statement: SqlNode): SqlNode[] {
  const found: SqlNode[] = [];
  walk(statement, (node) => {
    const table = bodyOf(node, "table");
    // a column holds the name of its table under the same key
    if (table !== undefined && isNode(table.name)) found.push(table);
  });
  return found;
}

function namesProblem(
  statement: SqlNode,
  { sources, columns, usings }: Resolution,
  tables: readonly NamedTable[],
): Refused | undefined {
  const known = new Set(tables.map(({ name }) => name.toLowerCase()));
  const resolved = new Map(sources.map((source) => [source.node, source]));
  for (const node of tablesIn(statement)) {
    const source = resolved.get(node);
    if (source === undefined) return refuse("a table stands where no table is expected");
    const { table } = source;
    if (table !== undefined && !known.has(table.toLowerCase()))
      return refuse(`there is no table ${table}`, "sql-unknown-name");
  }
  const shadow = queryNames(statement).find((name) => known.has(name.toLowerCase()));
  if (shadow !== undefined)
    return refuse(`the name ${shadow} of a WITH query is that of a table; take another`);
  const unknown = [...columns, ...usings].find((use) => use.unknown);
  return unknown && refuse(`there is no column ${unknown.name}`, "sql-unknown-name");
}

/** Names that WITH clauses give. */
function queryNames(statement: SqlNode): string[] {
  const names: string[] = [];
  walk(statement, (node) => {
    for (const cte of listOf(node.ctes)) if (isNode(cte)) names.push(nameIn(cte.alias));
  });
  return names;
}

/** The text with each mention of a restricted table replaced; undefined where its place is not certain. */
function restrictRows(sql: string, { sources }: Resolution, policy: Policy): string | undefined {
  const letters = [...sql]; // the parser counts characters, not UTF-16 units
  const places = sources.flatMap(({ table, node }) => {
    const rows = table === undefined ? undefined : policy.visibleRows.get(table.toLowerCase());
    return table === undefined || rows === undefined ? [] : [{ table, rows, node }];
  });
  for (const { table, rows, node } of places.sort((a, b) => startOf(b.node) - startOf(a.node))) {
    const [start, end] = [startOf(node), endOf(node)];
    const written = letters.slice(start, end).join("");
    if (unquoted(written) !== table) return undefined;
    const alias = isNode(node.alias) ? "" : ` AS ${written}`;
    letters.splice(start, end - start, `(${rows})${alias}`);
  }
  return letters.join("");
}

const spanOf = (table: SqlNode): SqlNode | undefined => bodyOf(table.name, "span");
const startOf = (table: SqlNode): number => Number(spanOf(table)?.start ?? -1);
const endOf = (table: SqlNode): number => Number(spanOf(table)?.end ?? -1);

function unquoted(text: string): string {
  const quote = /^["`[]/.exec(text)?.[0];
  if (quote === undefined) return text;
  const inner = text.slice(1, -1);
  return quote === "[" ? inner : inner.replaceAll(quote + quote, quote);
}

/** Looks at the rewritten text afresh: every mention of a restricted table stands in the query for its visible rows. */
function isRestricted(sql: string, policy: Policy): boolean {
  const parsed = parseSql(sql, policy.dialect);
  if (!parsed.ok || parsed.statements.length !== 1) return false;
  const [statement] = parsed.statements;
  if (strangerIn(statement, policy.dialect) !== undefined) return false;
  const inside = new Set<SqlNode>();
  walk(statement, (node) => {
    const select = bodyOf(node, "select");
    const table = select && onlyTable(select);
    const name = nameIn(table?.name).toLowerCase();
    const rows = policy.visibleRows.get(name);
    if (select === undefined || table === undefined || rows === undefined) return;
    const wanted = parseSql(rows, policy.dialect);
    if (wanted.ok && sameTree(node, wanted.statements[0])) inside.add(table);
  });
  return tablesIn(statement).every(
    (table) => !policy.visibleRows.has(nameIn(table.name).toLowerCase()) || inside.has(table),
  );
}

const onlyTable = (select: SqlNode): SqlNode | undefined => {
  const sources = listOf(bodyOf(select, "from")?.expressions);
  return sources.length === 1 ? bodyOf(sources[0], "table") : undefined;
};

const sameTree = (a: SqlValue, b: SqlValue): boolean => textOf(a) === textOf(b);
const textOf = (tree: SqlValue): string =>
  JSON.stringify(tree, (key, value: unknown) => (key === "span" ? undefined : value));

/** For each restricted table the query for its visible rows; what a condition asks of other tables is restricted too. */
function visibleRowsOf(
  rowFilters: Readonly<Record<string, string>>,
  options: Omit<GuardOptions, "rowFilters">,
): ReadonlyMap<string, string> {
  const lower = new Map(
    Object.entries(rowFilters).map(([table, condition]) => [table.toLowerCase(), condition]),
  );
  const done = new Map<string, string>();
  const build = (key: string, path: readonly string[]): void => {
    const condition = plainText(lower.get(key) ?? "", options);
    const table = options.tables.find(({ name }) => name.toLowerCase() === key);
    const fail = (reason: string) =>
      new UserError("key-invalid", `the row filter of ${key}, ${condition}: ${reason}`);
    if (table === undefined) throw fail("there is no such table among those of the key");
    if (path.includes(key)) throw fail("it needs its own table to be decided");
    const select = `SELECT * FROM ${quoteName(table.name, options.dialect)} WHERE (${condition})`;
    const judged = judge(select, { ...options, visibleRows: new Map() });
    if (!judged.ok) throw fail(judged.refusal.message);
    const { statement, resolution } = judged;
    if (!isOneCondition(statement)) throw fail("it is not one condition");
    const own = onlyTable(bodyOf(statement, "select")!);
    const sources = resolution.sources.filter(({ node }) => node !== own);
    for (const { table = "" } of sources) {
      const other = table.toLowerCase();
      if (lower.has(other) && !done.has(other)) build(other, [...path, key]);
    }
    const asked = { ...resolution, sources };
    const rows = restrictRows(select, asked, { ...options, visibleRows: done });
    if (rows === undefined) throw fail("its tables cannot be told apart");
    done.set(key, rows);
  };
  for (const key of lower.keys()) if (!done.has(key)) build(key, []);
  return done;
}

/** A SELECT from one table with one condition in brackets, and no other clause. */
function isOneCondition(statement: SqlNode): boolean {
  const select = bodyOf(statement, "select");
  if (select === undefined || onlyTable(select) === undefined) return false;
  const condition = bodyOf(select, "where_clause")?.this;
  const clauses = Object.entries(select).filter(
    ([, value]) =>
      value !== null && value !== false && !(Array.isArray(value) && value.length === 0),
  );
  return (
    bodyOf(condition, "paren") !== undefined &&
    clauses.every(([key]) => ["expressions", "from", "where_clause"].includes(key))
  );
}
