/**
 * Which parts of a schema the pairs use: tables, columns, foreign keys, paths of two keys. A template is read once,
 * however many pairs share it.
 */
import type { Database, ForeignKey, Table } from "../../schema/schema.ts";
import { featuresOf } from "../../sql/features.ts";
import { type JoinedTable, joinedTables } from "../../sql/joins.ts";
import { namesOf } from "../../sql/names.ts";
import type { Example } from "../example.ts";

/** What one statement uses, in the schema's own spelling. */
export type Use = {
  readonly tables: readonly string[];
  /** `Table.Column`. */
  readonly columns: readonly string[];
  readonly features: readonly string[];
  /** Keys and paths as joinGraphOf names them. */
  readonly keys: readonly string[];
  readonly paths: readonly string[];
};

export type Key = { readonly name: string; readonly table: string; readonly key: ForeignKey };
export type JoinGraph = {
  readonly keys: readonly Key[];
  /** `A – B – C`: two keys that meet in B. */
  readonly paths: readonly string[];
};

/** The foreign keys of a schema and the paths of two of them. */
export function joinGraphOf({ tables }: Pick<Database, "tables">): JoinGraph {
  const keys = tables.flatMap(({ name: table, foreignKeys }) =>
    foreignKeys.map((key) => ({
      name: `${table}(${key.columns.join(", ")}) → ${key.refTable}`,
      table,
      key,
    })),
  );
  const paths = tables.flatMap(({ name: middle }) => {
    const ends = new Set(keys.flatMap((key) => otherEnd(key, middle) ?? []));
    const sorted = [...ends].sort();
    return sorted.flatMap((a, i) => sorted.slice(i + 1).map((b) => pathName(a, middle, b)));
  });
  return { keys, paths };
}

const pathName = (a: string, middle: string, b: string) =>
  a < b ? `${a} – ${middle} – ${b}` : `${b} – ${middle} – ${a}`;

/** The other table of a key that touches `table`; a key from a table to itself leads nowhere else. */
function otherEnd({ table: from, key }: Key, table: string): string | undefined {
  if (from === key.refTable) return undefined;
  return from === table ? key.refTable : key.refTable === table ? from : undefined;
}

/** What each answer uses; undefined for SQL that does not parse. */
export function usesOf(
  answers: readonly Pick<Example, "sql" | "templateId">[],
  database: Pick<Database, "tables" | "dialect">,
  graph: JoinGraph = joinGraphOf(database),
): Map<string, Use | undefined> {
  const spelling = spellingOf(database.tables);
  const byTemplate = new Map(answers.map(({ templateId, sql }) => [templateId, sql]));
  return new Map(
    [...byTemplate].map(([templateId, sql]) => [templateId, useOf(sql, database, graph, spelling)]),
  );
}

type Spelling = ReadonlyMap<string, string>;
const spellingOf = (tables: readonly Table[]): Spelling =>
  new Map(
    tables.flatMap(({ name, columns }) => [
      [name.toLowerCase(), name],
      ...columns.map((column): [string, string] => {
        const full = `${name}.${column.name}`;
        return [full.toLowerCase(), full];
      }),
    ]),
  );

function useOf(
  sql: string,
  { dialect, tables }: Pick<Database, "tables" | "dialect">,
  graph: JoinGraph,
  spelling: Spelling,
): Use | undefined {
  const names = namesOf(sql, dialect, tables);
  if (names === undefined) return undefined;
  const spelled = (name: string) => spelling.get(name.toLowerCase()) ?? [];
  return {
    tables: names.tables.flatMap(spelled),
    columns: names.columns.flatMap(({ table, column }) =>
      table === undefined ? [] : spelled(`${table}.${column}`),
    ),
    features: featuresOf(sql)?.features ?? [],
    ...joinsOf(joinedTables(sql, dialect, tables), graph),
  };
}

function joinsOf(
  joined: readonly JoinedTable[],
  { keys }: JoinGraph,
): { keys: string[]; paths: string[] } {
  const named = (name: string) =>
    joined.filter(({ table }) => table.toLowerCase() === name.toLowerCase());
  const used = (joined.length < 2 ? [] : keys).flatMap((key) =>
    named(key.table).flatMap((from) =>
      named(key.key.refTable)
        .filter((to) => from !== to && isJoinedBy(key.key, from, to))
        .map((to) => ({ key, from, to })),
    ),
  );
  const paths = used.flatMap((one, i) =>
    used.slice(i + 1).flatMap((two) => {
      const middle = [one.from, one.to].find((table) => table === two.from || table === two.to);
      if (middle === undefined) return [];
      const name = middle === one.from ? one.key.table : one.key.key.refTable;
      const ends = [otherEnd(one.key, name), otherEnd(two.key, name)];
      const [a, b] = ends;
      return a === undefined || b === undefined || a === b ? [] : [pathName(a, name, b)];
    }),
  );
  return {
    keys: [...new Set(used.map(({ key }) => key.name))],
    paths: [...new Set(paths)],
  };
}

const isJoinedBy = (key: ForeignKey, from: JoinedTable, to: JoinedTable): boolean =>
  key.columns.every((column, i) => {
    const one = from.classes.get(column.toLowerCase());
    return one !== undefined && one === to.classes.get(key.refColumns[i].toLowerCase());
  });
