/**
 * SQL as models are trained to write it: compact.ts, with the proof that nothing was lost on the way. The parser reads
 * some SQL wrongly and keeps some as bare text; a statement that does not read the same after rewriting, by its values,
 * functions, operators and canonical form, stays as it was written, with the reason. Opens no database: only executing
 * both tells for certain.
 */
import { UserError } from "../base/errors.ts";
import { compactSql } from "./compact.ts";
import type { Dialect } from "./dialect.ts";
import { explicitJoins } from "./explicit-joins.ts";
import { lexSql, nameOfToken, type SqlToken } from "./lexer.ts";
import { plain } from "./plain.ts";
import { resolveNames } from "./resolve.ts";
import type { NamedTable } from "./scope.ts";
import { canonicalOf, canonicalOfTree } from "./template.ts";
import { parseStatement, type SqlNode, walk } from "./tree.ts";

export type StyledSql = {
  readonly sql: string;
  /** Why the statement stands as it was written; absent when it is in the style. */
  readonly unstyled?: string;
};

/**
 * One statement in the style of training text: keywords in capitals, names as the schema spells them, no alias and no
 * qualifier that is not needed, explicit joins with USING where it fits, `<>`, single quotes, no comment, no needless
 * parentheses, no semicolon at the end. `tables` are those of the schema that the statement is written for.
 */
export function trainingStyle(
  sql: string,
  dialect: Dialect,
  tables: readonly NamedTable[],
): StyledSql {
  const written = sql.trim().replace(/[;\s]+$/, "");
  try {
    const styled = compactSql(written, dialect, tables);
    const unstyled = styled === written ? undefined : problemOf(written, styled, dialect, tables);
    return unstyled === undefined ? { sql: styled } : { sql: written, unstyled };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { sql: written, unstyled: error.message };
  }
}

function problemOf(
  written: string,
  styled: string,
  dialect: Dialect,
  tables: readonly NamedTable[],
): string | undefined {
  const statement = parseStatement(written, dialect);
  if (hasBareText(statement)) return "a part of it is not understood";
  const unknown = resolveNames(statement, tables, dialect).columns.find((use) => use.unknown);
  if (unknown !== undefined && unknown.qualifier !== "")
    return `no table has the column ${unknown.name}`;
  for (const [what, valuesOf] of Object.entries(CONTENTS))
    if (valuesOf(written) !== valuesOf(styled)) return `its ${what} would change`;
  const before = canonicalOfTree(explicitJoins(plain(statement), tables), dialect, tables);
  const after = canonicalOf(styled, dialect, tables);
  const names = joinedNames(styled);
  return bare(before, names) === bare(after, names) ? undefined : "its meaning may change";
}

/** Lower-case names of the columns that USING joins. */
const joinedNames = (sql: string): string[] =>
  [...sql.matchAll(/\bUSING \(([^)]*)\)/g)].flatMap(([, list]) => list.toLowerCase().split(", "));

/** Of a joined column both sides are one: the canonical form says which was named. */
const bare = (canonical: string, names: readonly string[]): string =>
  canonical.replace(/(?:\w+|"[^"]+")\.(\w+|"[^"]+")/g, (whole, name: string) =>
    names.includes(name) ? name : whole,
  );

/** Text that the parser carries along unread: names in it would not be resolved. */
function hasBareText(statement: SqlNode): boolean {
  let found = false;
  walk(statement, (node) => {
    found ||= "raw" in node;
  });
  return found;
}

/** What must be the same before and after, in any order. */
const CONTENTS: Readonly<Record<string, (sql: string) => string>> = {
  values: (sql) => picked(sql, valueAt),
  operators: (sql) => picked(sql, operatorAt),
  functions: (sql) => picked(sql, functionAt),
  types: (sql) => picked(sql, typeAt),
};

/** A token between its neighbours → what it counts as. */
type Pick = (
  token: SqlToken,
  before: SqlToken | undefined,
  after: SqlToken | undefined,
) => string | undefined;

/** What counts, in alphabetical order. */
function picked(sql: string, pick: Pick): string {
  const tokens = lexSql(sql).filter(({ kind }) => kind !== "comment");
  const chosen = tokens.flatMap((token, i) => pick(token, tokens[i - 1], tokens[i + 1]) ?? []);
  return chosen.sort().join(" ");
}

/** A number, in quotes or not (`INTERVAL 10 DAY` is `INTERVAL '10' DAY`); the canonical form compares other texts. */
const valueAt: Pick = (token) => {
  const value = nameOfToken(token);
  return /^\d/.test(value) && Number.isFinite(Number(value)) ? value : undefined;
};

const operatorAt: Pick = ({ kind, text }) =>
  kind === "sign" && /^(?:[-+*/%&|~]|\|\||<<|>>|->>?)$/.test(text) ? text : undefined;

/** Words that stand before a bracket without being called. */
const NO_FUNCTIONS: ReadonlySet<string> = new Set(
  `all and any as between by case distinct else except exists filter from having in intersect interval into join like
  limit not on or over select set some then top union using values when where`.split(/\s+/),
);

/** Postgres writes a cast as `a::type`, which the lexer reads as a sign and a parameter. */
const isCast = (token: SqlToken | undefined) => token?.kind === "illegal" && token.text === ":";

const functionAt: Pick = (token, _before, after) => {
  if (isCast(token)) return "cast";
  const name = token.text.toLowerCase();
  if (token.kind !== "word" || after?.text !== "(" || NO_FUNCTIONS.has(name)) return undefined;
  return name === "substring" ? "substr" : name;
};

const TYPES: ReadonlySet<string> = new Set(
  `bigint bit bool boolean char date datetime decimal double float int integer nchar numeric nvarchar real signed
  smallint text time timestamp tinyint unsigned varchar`.split(/\s+/),
);

const typeAt: Pick = ({ text }, before) => {
  const type = text.toLowerCase().replace(/^:/, "");
  const isType = isCast(before) || before?.text.toLowerCase() === "as";
  return isType && TYPES.has(type) ? (SAME_TYPES[type] ?? type) : undefined;
};

const SAME_TYPES: Readonly<Record<string, string>> = { integer: "int", float: "double" };
