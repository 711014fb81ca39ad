/**
 * What a reader may name on a PostgreSQL server, as the server's catalog has it. Most tables and views may be read as they
 * are. A table of which only some rows may be seen, and a view that reads one or reads a table that the reader does not
 * see, stand in WITH queries around the statement: there, and nowhere else, the tables behind them bear an alias that
 * nobody can guess, so that the server's plan says by which way each was reached (plan.ts).
 */
import type { Permissions } from "../run-result.ts";
import { callsIn, type Catalog, type Relation } from "./catalog.ts";
import { quoteIdentifier } from "./connection.ts";
import { tokensOf } from "./tokens.ts";

export type Frame = {
  /** Scans of these need no alias. */
  readonly direct: ReadonlySet<string>;
  /** Views that may be opened. */
  readonly views: ReadonlySet<string>;
  /** Functions that permitted views, conditions and policies call. */
  readonly functions: ReadonlySet<string>;
  /** The statement with the WITH queries that it needs, their tables under `alias`. */
  around(sql: string, alias: string): string;
};

/** Of one set of permissions; made anew when the catalog has been read again. */
export function createFrame(catalog: Catalog, permissions: Permissions): Frame {
  const { relations, visible } = catalog;
  const { tables, filters } = permissions;
  const shown = Object.keys(tables).flatMap((name) => visible.get(name) ?? []);
  const direct = new Set(
    shown.flatMap(({ id, name, kind }) =>
      kind === "v" || Object.hasOwn(filters, name) ? [] : [id],
    ),
  );
  const filtered = new Set(
    shown.flatMap(({ id, name }) => (Object.hasOwn(filters, name) ? [id] : [])),
  );
  const below = (relation: Relation, found = new Set<Relation>()): readonly Relation[] => {
    for (const id of relation.reads) {
      const read = relations.get(id);
      if (read === undefined || found.has(read)) continue;
      found.add(read);
      below(read, found);
    }
    return [...found];
  };
  const isFiltered = ({ id, parents }: Relation): boolean =>
    filtered.has(id) ||
    parents.some((parent) => relations.has(parent) && isFiltered(relations.get(parent)!));
  for (const relation of shown) {
    // what a materialized view has stored no condition reaches, and a child's rows are its parent's
    const isStored = relation.kind === "m" && below(relation).some(isFiltered);
    if (isStored || (isFiltered(relation) && !filtered.has(relation.id)))
      direct.delete(relation.id);
  }
  for (const { id, parents } of relations.values())
    if (parents.some((parent) => direct.has(parent))) descend(id);

  function descend(id: string): void {
    direct.add(id);
    for (const child of relations.values()) if (child.parents.includes(id)) descend(child.id);
  }

  const framed = new Map<string, (alias: string) => string>();
  const views = new Set<string>();
  const called: string[] = [];
  const isDirect = (relation: Relation): boolean =>
    relation.kind === "v" ? views.has(relation.id) : direct.has(relation.id);
  for (const table of shown)
    if (filtered.has(table.id)) framed.set(table.name, (alias) => rowsOf(table, alias));
  for (const view of shown.filter(({ kind }) => kind === "v")) permitView(view);

  function permitView(view: Relation): void {
    const inside = below(view);
    called.push(...[view, ...inside].flatMap(({ definition }) => callsIn(definition) ?? []));
    const isOpen = inside.every((read) => read.kind === "v" || direct.has(read.id));
    const isKept = inside.every((read) => read.mayRead === "none" || isDirect(read));
    if ((isOpen || isKept) && !inside.some(isFiltered))
      for (const { id, kind } of [view, ...inside]) {
        if (kind === "v") views.add(id);
      }
    else if (inside.every(({ mayRead }) => mayRead === "all"))
      framed.set(view.name, (alias) => queryOf(view, alias));
  }

  /** The rows of a table that may be seen. OFFSET 0 keeps what is asked of them from being asked of others. */
  function rowsOf({ schema, name }: Relation, alias: string): string {
    const columns = (tables[name] ?? []).map(quoteIdentifier).join(", ") || "*";
    const from = `${quoteIdentifier(schema)}.${quoteIdentifier(name)} AS ${quoteIdentifier(alias)}`;
    const condition = filters[name];
    return condition === undefined
      ? `SELECT * FROM ${from}`
      : `SELECT ${columns} FROM ${from} WHERE (${condition}\n) OFFSET 0`;
  }

  /** The query of a view, in which every relation that is not read as it is stands in a WITH query of its own. */
  function queryOf(view: Relation, alias: string): string {
    const hidden = view.reads.flatMap((id) => {
      const read = relations.get(id)!;
      return isDirect(read) ? [] : [read];
    });
    const restricted = hidden.filter(({ id }) => filtered.has(id)).map(({ name }) => name);
    const others = hidden
      .filter(({ id }) => !filtered.has(id))
      .map(
        (read) =>
          [read.name, read.kind === "v" ? queryOf(read, alias) : rowsOf(read, alias)] as const,
      );
    const query = withoutSchemas(view.definition.replace(/;\s*$/, ""), hidden);
    return `${withQueries([...dependencies(restricted, alias), ...others])}SELECT * FROM (${query}\n) AS ${quoteIdentifier(view.name)}${view.isBarrier ? " OFFSET 0" : ""}`;
  }

  const namedIn = (text: string): string[] =>
    (tokensOf(text) ?? []).flatMap((token) => (framed.has(token.text) ? [token.text] : []));

  /** Those of the queries that `names` need, each after what its condition asks. */
  function dependencies(names: readonly string[], alias: string): (readonly [string, string])[] {
    const made = new Map<string, string>();
    const make = (name: string): void => {
      if (made.has(name)) return;
      const condition = filters[name];
      if (condition !== undefined)
        for (const other of namedIn(condition)) if (other !== name) make(other);
      made.set(name, framed.get(name)!(alias));
    };
    for (const name of names) make(name);
    return [...made];
  }

  return {
    direct,
    views,
    functions: new Set([
      ...called,
      ...Object.values(filters).flatMap((condition) => callsIn(condition) ?? []),
      ...catalog.calledByPolicies,
    ]),
    around(sql, alias) {
      const names = namedIn(sql);
      if (names.length === 0) return sql;
      const statement = sql.replace(/;\s*$/, "");
      return `${withQueries(dependencies(names, alias))}SELECT * FROM (${statement}\n) AS answer`;
    },
  };
}

const withQueries = (queries: readonly (readonly [string, string])[]): string =>
  queries.length === 0
    ? ""
    : `WITH ${queries.map(([name, query]) => `${quoteIdentifier(name)} AS NOT MATERIALIZED (${query})`).join(", ")} `;

/** A view's query in which some relations are named without their schema, so that a WITH query stands for them. */
function withoutSchemas(query: string, relations: readonly Relation[]): string {
  let text = query;
  for (const { schema, name } of relations)
    for (const s of spellings(schema))
      for (const n of spellings(name))
        text = text.replaceAll(
          new RegExp(`((?:FROM|JOIN|,|\\()\\s*)${s}\\.(?=${n}(?![\\w$."]))`, "g"),
          "$1",
        );
  return text;
}

const spellings = (name: string): string[] =>
  [name, quoteIdentifier(name)].map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
