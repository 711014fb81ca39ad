/**
 * What a server's catalog says that decides what a statement may read and call: relations, what views read, who descends
 * from whom, functions and their effects. Read on a lane's connection and kept for a minute.
 */
import type { Client } from "pg";
import { tokensOf } from "./tokens.ts";

export type Relation = {
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  /** As pg_class.relkind: r table, p partitioned, f foreign, v view, m materialized view. */
  readonly kind: string;
  /** "all" of its columns the role may read, "some", or "none". */
  readonly mayRead: "all" | "some" | "none";
  /** What it is a partition of, or inherits from. */
  readonly parents: readonly string[];
  /** Of a view: the relations that it names. The server's own are not listed. */
  readonly reads: readonly string[];
  /** Of a view: its query, every name with its schema. */
  readonly definition: string;
  /** Of a view: rows that it leaves out must not be told by errors. */
  readonly isBarrier: boolean;
};

export type Functions = {
  /** All names, with a schema or without. */
  readonly names: ReadonlySet<string>;
  /** Those with effects, and those that run SQL out of a text. */
  readonly refused: ReadonlySet<string>;
  /** Those that may be called as if they were a column: `row.name`. */
  readonly ofRows: ReadonlySet<string>;
};

export type Catalog = {
  readonly relations: ReadonlyMap<string, Relation>;
  /** By name: the relation that the name means without its schema. */
  readonly visible: ReadonlyMap<string, Relation>;
  /** By nameWithSchema. */
  readonly byName: ReadonlyMap<string, Relation>;
  readonly functions: Functions;
  /** Names of functions that policies of row level security call. */
  readonly calledByPolicies: ReadonlySet<string>;
};

/** A relation's name under which a catalog finds it, whatever schemas are looked up. */
export const nameWithSchema = (schema: unknown, name: unknown): string =>
  `${String(schema)}\n${String(name)}`;

/** Volatile only because they give another value each time. */
const HARMLESS = ["random", "clock_timestamp", "timeofday", "gen_random_uuid"];

/** An aggregate has the effects of the functions that it is made of. */
const FUNCTIONS_SQL = `
  SELECT p.proname,
    bool_or((p.provolatile = 'v' OR p.proname ~ '_to_xml' OR EXISTS (
      SELECT FROM pg_catalog.pg_aggregate JOIN pg_catalog.pg_proc f
        ON f.oid IN (aggtransfn, aggfinalfn, aggcombinefn, aggmtransfn, aggmfinalfn)
      WHERE aggfnoid = p.oid AND f.provolatile = 'v'))
      AND p.proname NOT IN (${HARMLESS.map((name) => `'${name}'`).join(", ")}))::int,
    bool_or(p.pronargs - p.pronargdefaults <= 1 AND p.pronargs >= 1 AND t.typtype IN ('c', 'p', 'd'))::int
  FROM pg_catalog.pg_proc AS p LEFT JOIN pg_catalog.pg_type AS t ON t.oid = p.proargtypes[0]
  GROUP BY 1`;

const RELATIONS_SQL = `
  SELECT c.oid::text, n.nspname::text, c.relname::text, c.relkind::text,
    CASE WHEN has_table_privilege(c.oid, 'SELECT') THEN 'all'
      WHEN has_any_column_privilege(c.oid, 'SELECT') THEN 'some' ELSE 'none' END,
    ARRAY(SELECT inhparent::text FROM pg_catalog.pg_inherits WHERE inhrelid = c.oid),
    ARRAY(SELECT DISTINCT refobjid::text FROM pg_catalog.pg_rewrite r
      JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
      WHERE r.ev_class = c.oid AND refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND refobjid <> c.oid),
    CASE WHEN c.relkind = 'v' THEN pg_catalog.pg_get_viewdef(c.oid) ELSE '' END,
    COALESCE('security_barrier=true' = ANY (c.reloptions), false)
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

const POLICIES_SQL = `SELECT pg_catalog.pg_get_expr(polqual, polrelid) FROM pg_catalog.pg_policy WHERE polqual IS NOT NULL`;

const rowsOf = async <T extends unknown[]>(client: Client, text: string): Promise<T[]> =>
  (await client.query<T>({ text, rowMode: "array" })).rows;

export async function readFunctions(client: Client): Promise<Functions> {
  const rows = await rowsOf<[string, number, number]>(client, FUNCTIONS_SQL);
  const having = (column: 1 | 2) => new Set(rows.flatMap((row) => (row[column] ? [row[0]] : [])));
  return { names: new Set(rows.map(([name]) => name)), refused: having(1), ofRows: having(2) };
}

/** Names with their schema are asked for, so that a view's query means the same under any search_path. */
export async function readCatalog(
  client: Client,
  schemas: readonly string[],
  functions: Functions,
): Promise<Catalog> {
  await client.query("BEGIN READ ONLY; SET LOCAL search_path TO ''");
  const rows = await rowsOf<
    [string, string, string, string, Relation["mayRead"], string[], string[], string, boolean]
  >(client, RELATIONS_SQL);
  const policies = await rowsOf<[string]>(client, POLICIES_SQL);
  await client.query("ROLLBACK");
  const relations = rows.map(
    ([id, schema, name, kind, mayRead, parents, reads, definition, isBarrier]): Relation => ({
      id,
      schema,
      name,
      kind,
      mayRead,
      parents,
      reads,
      definition,
      isBarrier,
    }),
  );
  const visible = new Map<string, Relation>();
  for (const schema of [...schemas].reverse())
    for (const relation of relations)
      if (relation.schema === schema) visible.set(relation.name, relation);
  return {
    relations: new Map(relations.map((relation) => [relation.id, relation])),
    visible,
    byName: new Map(relations.map((it) => [nameWithSchema(it.schema, it.name), it])),
    functions,
    calledByPolicies: new Set(policies.flatMap(([text]) => callsIn(text) ?? [])),
  };
}

/** Every word of a text that a bracket follows, as the server folds it; undefined for a text that cannot be read. */
export function callsIn(sql: string): string[] | undefined {
  const tokens = tokensOf(sql);
  return tokens?.flatMap(({ kind, text }, i) => {
    const next = tokens[i + 1];
    return kind === "word" && next?.kind === "sign" && next.text === "(" ? [text] : [];
  });
}
