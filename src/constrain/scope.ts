/**
 * Which names may stand where: the tables of a SELECT and of those around it, and the columns that its list named before
 * FROM brought their tables.
 */
import type { SpelledSchema } from "./names.ts";
import { either, type Texts } from "./reader.ts";

/** What tables may be called with AS. */
export const ALIASES: readonly string[] = ["T1", "T2", "T3", "T4", "T5", "T6"];

/** How a schema's names are read. */
export type Naming = {
  readonly schema: SpelledSchema;
  /**
   * Every column stands in a table of its FROM. Otherwise any column of the schema may stand anywhere, and sql/bind.ts
   * brings its table: a model that is kept from the column it means takes another one.
   */
  readonly isStrict: boolean;
};

/** A table of FROM, or a SELECT in its place. */
export type Source = {
  /** How a column is qualified by it. */
  readonly name: string;
  /** The table that it is; none for a SELECT. */
  readonly table?: string;
  readonly columns: ReadonlySet<string>;
};

/** A column that was named before FROM, with its table or alias if that was named. */
type Promised = { readonly table?: string; readonly column: string; readonly isOwn?: boolean };

/** One SELECT: its tables once they are known, and the columns that were named before. */
export type Scope = {
  readonly parent?: Scope;
  readonly sources: Source[];
  readonly promised: Promised[];
  /** Names that the list gave with AS. */
  readonly outputs: Set<string>;
  /** Plain columns of the list, by which a set operation may be ordered. */
  readonly plain: Set<string>;
  isRead: boolean;
  hasAggregate: boolean;
  /** The list's places that a number in GROUP BY may name. */
  readonly groupable: string[];
};

/** A SELECT of which nothing is known yet. */
export const emptyScope = (parent?: Scope): Scope => ({
  parent,
  sources: [],
  promised: [],
  outputs: new Set(),
  plain: new Set(),
  isRead: false,
  hasAggregate: false,
  groupable: [],
});

/** Where an expression stands. */
export type Place = {
  readonly scope: Scope;
  readonly depth: number;
  readonly aggregates: boolean;
  /** Whether names that the list gave with AS may be read. */
  readonly outputs?: boolean;
  /** Only this SELECT's own columns: an aggregate of another's would be the other's. */
  readonly isOwn?: boolean;
};

const outerOf = ({ parent }: Scope, isOwn?: boolean): Scope | undefined =>
  isOwn ? undefined : parent;

/** Remembers a column whose table is not known yet. */
export function promise(scope: Scope, column: Promised): void {
  const { table, column: name } = column;
  for (let one: Scope | undefined = scope; one !== undefined; one = one.parent) {
    if (!one.isRead) {
      one.promised.push(column);
      return;
    }
    if (table !== undefined && one.sources.some((item) => item.name === table)) return;
    if (table === undefined && one.sources.some(({ columns }) => columns.has(name))) return;
  }
}

const isKept = (scope: Scope, { table, column: name, isOwn }: Promised): boolean => {
  for (let one: Scope | undefined = scope; one !== undefined; one = outerOf(one, isOwn))
    for (const { name: owner, columns } of one.sources)
      if (columns.has(name) && (table === undefined || table === owner)) return true;
  return false;
};

/** A column of the list that FROM has not brought yet. */
export const missingFrom = (scope: Scope): Promised | undefined =>
  scope.promised.find((one) => !isKept(scope, one));

/** The tables that have the column, and the next ones on the shortest ways to them along foreign keys. */
export function tablesTowards(
  { table, column: name }: Promised,
  scope: Scope,
  schema: SpelledSchema,
): readonly string[] {
  const owners = [...schema.tables.values()]
    .filter((one) => (table === undefined || one.name === table) && one.columns.has(name))
    .map((one) => one.name);
  const reached = new Set(scope.sources.flatMap(({ table: own }) => own ?? []));
  const seen = new Set(owners);
  for (let ring = owners; ring.length > 0;) {
    const next = ring.filter((one) => schema.neighbours(one).some((other) => reached.has(other)));
    if (next.length > 0) return [...next, ...owners];
    ring = ring.flatMap((one) => schema.neighbours(one)).filter((one) => !seen.has(one));
    for (const one of ring) seen.add(one);
  }
  return owners;
}

/** Whether a table is left that is not in FROM under its own name: then a join can end, however soon it must. */
export const hasTableLeft = ({ sources }: Scope, { tables }: SpelledSchema): boolean =>
  [...tables.keys()].some((name) => sources.every((one) => one.name !== name));

/** Columns that may stand bare. */
export function columnsIn(
  { scope, outputs = false, isOwn }: Place,
  { schema, isStrict }: Naming,
): ReadonlySet<string> {
  if (!scope.isRead) return schema.columns;
  const names = new Set([...(isStrict ? [] : schema.columns), ...(outputs ? scope.outputs : [])]);
  for (let one: Scope | undefined = scope; one?.isRead; one = outerOf(one, isOwn))
    for (const { columns } of one.sources) for (const name of columns) names.add(name);
  return names;
}

/** Tables and aliases that may stand before a dot, with the columns that may follow it. */
export function qualifiersIn(
  { scope, isOwn }: Place,
  { schema, isStrict }: Naming,
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, ReadonlySet<string>>();
  for (let one: Scope | undefined = scope; one !== undefined; one = outerOf(one, isOwn)) {
    for (const { name, table, columns } of one.sources)
      if (name !== "(" && columns.size > 0 && !found.has(name))
        found.set(name, isStrict || table === undefined ? columns : schema.columns);
    if (one.isRead && isStrict) continue;
    for (const { name, columns } of schema.tables.values())
      if (!found.has(name)) found.set(name, isStrict ? columns : schema.columns);
    if (!isStrict && !one.isRead)
      for (const alias of ALIASES) if (!found.has(alias)) found.set(alias, schema.columns);
  }
  return found;
}

/** All names that an expression may begin with. */
export function namesIn(place: Place, naming: Naming): Texts {
  const qualifiers = qualifiersIn(place, naming);
  return either(columnsIn(place, naming), {
    has: (text) => qualifiers.has(text),
    [Symbol.iterator]: () => qualifiers.keys(),
  });
}
