/**
 * Columns and what is made of one or two of them: the leaves of the official grammar. A bare name belongs to the first
 * table of `scope` that has it. Knows no clause. (test-suite-sql-eval, process_sql.py)
 */
import { accept, acceptOne, type Cursor, expectToken, take, Unparsed } from "./cursor.ts";
import type { SpiderSchema } from "./schema.ts";
import { AGGREGATES, ARITHMETIC, type ColumnUnit, type ValueUnit } from "./tree.ts";

export type Reader = Cursor & {
  readonly schema: SpiderSchema;
  /** What each alias of the whole statement means; each table means itself. */
  readonly meanings: ReadonlyMap<string, string>;
  /** How many SELECTs the place is nested in. */
  depth: number;
};

/** Names of the tables that bare columns may belong to. */
export type Scope = readonly string[];

/**
 * `[(] aggregate ( [distinct] column )` or `[(] [distinct] column [)]`. The first form leaves the bracket that would
 * close its own optional one.
 */
export function parseColumnUnit(reader: Reader, scope: Scope): ColumnUnit {
  const isBlock = accept(reader, "(");
  const aggregate = acceptOne(reader, AGGREGATES);
  if (aggregate !== undefined) expectToken(reader, "(");
  const isDistinct = accept(reader, "distinct");
  const column = parseColumn(reader, scope);
  if (aggregate !== undefined || isBlock) expectToken(reader, ")");
  return { aggregate: aggregate ?? "none", column, isDistinct };
}

/** `[(] unit [operator unit] [)]`. */
export function parseValueUnit(reader: Reader, scope: Scope): ValueUnit {
  const isBlock = accept(reader, "(");
  const left = parseColumnUnit(reader, scope);
  const operator = acceptOne(reader, ARITHMETIC);
  const right = operator === undefined ? null : parseColumnUnit(reader, scope);
  if (isBlock) expectToken(reader, ")");
  return { operator: operator ?? "none", left, right };
}

/** The id of a table, by its name or an alias. */
export function parseTable(reader: Reader): { readonly id: string; readonly name: string } {
  const name = known(reader.meanings, take(reader));
  const id = known(reader.schema.ids, name);
  if (accept(reader, "as")) reader.at++;
  return { id, name };
}

function parseColumn(reader: Reader, scope: Scope): string {
  const { schema, meanings } = reader;
  const token = take(reader);
  const [table, column, ...rest] = token.split(".");
  if (rest.length > 0) throw new Unparsed(`${token} has more than one dot`);
  if (token === "*") return known(schema.ids, token);
  if (column !== undefined) return known(schema.ids, `${known(meanings, table)}.${column}`);
  const owner = scope.find((name) => known(schema.tables, name).includes(token));
  if (owner === undefined) throw new Unparsed(`no table in FROM has ${token}`);
  return known(schema.ids, `${owner}.${token}`);
}

function known<Meaning>(names: ReadonlyMap<string, Meaning>, name: string): Meaning {
  const meaning = names.get(name);
  if (meaning === undefined) throw new Unparsed(`unknown name ${name}`);
  return meaning;
}
