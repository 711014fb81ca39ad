/**
 * A PostgreSQL database as plain data: the tables and views of the URL's schemas that the role may read, their columns,
 * keys and comments, row counts, typical values. Partitions stand in their table; what belongs to an extension is left
 * out. Statistics come from a sample of SAMPLE_ROWS rows a table and from the server's estimate where a table is large,
 * and what takes too long has none. Reads only. Knows no notes of people (notes.ts).
 */
import { messageOf, UserError } from "../base/errors.ts";
import type { Session } from "../db/driver.ts";
import { roleWarnings } from "../db/postgres/role.ts";
import { openPostgresSession } from "../db/postgres/session.ts";
import { readPostgresUrl } from "../db/postgres/url.ts";
import type { SqlCell } from "../db/run-result.ts";
import { quoteName } from "../sql/quote.ts";
import { SAMPLE_ROWS } from "./column-statistics.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { Introspection, IntrospectOptions } from "./introspect.ts";
import { exactName, withKnownReferences } from "./known-names.ts";
import type { Column, ForeignKey, Table } from "./schema.ts";

/** Beyond as many rows by the server's estimate, the estimate is taken. */
const COUNTED_ROWS = 1_000_000;
/** All statistics together; tables whose turn comes later have none. */
const STATISTICS_MS = 120_000;

type Relation = {
  readonly id: string;
  readonly name: string;
  readonly kind: Table["kind"];
  readonly comment?: string;
  /** The server's estimate; negative when it has none. */
  readonly estimate: number;
  readonly mayRead: boolean;
};
type FoundColumn = Omit<Column, "distinctCount" | "nullCount" | "cellValues" | "primaryKey"> & {
  /** pg_type.typcategory: N numbers, S texts, B booleans, D dates, E enumerations, … */
  readonly category: string;
  /** Of an enumeration. */
  readonly labels: readonly string[];
};
type Keys = {
  readonly primaryKey: readonly string[];
  /** Columns of which no two rows share a value. */
  readonly unique: ReadonlySet<string>;
  readonly foreignKeys: readonly ForeignKey[];
};

/** As describeDatabase (describe.ts). */
export async function introspectPostgres(
  url: string,
  { dbId, tables = [], withStatistics = true }: IntrospectOptions,
): Promise<Introspection> {
  const { schemas, shown } = readPostgresUrl(url);
  const session = await openPostgresSession(url);
  try {
    const notes = await roleWarnings(session);
    await checkSchemas(session, schemas);
    const relations = await chosenRelations(session, schemas, tables, notes);
    const columns = await columnsOf(session, relations);
    const keys = await keysOf(session, relations);
    const endMs = performance.now() + (withStatistics ? STATISTICS_MS : 0);
    const described: Table[] = [];
    for (const relation of relations) {
      const own = columns.get(relation.id) ?? [];
      if (own.length === 0) continue;
      const table = await describeTable(session, relation, own, keys.get(relation.id), {
        notes,
        endMs,
        withStatistics,
      });
      if (table !== undefined) described.push(table);
    }
    if (described.length === 0)
      throw new UserError(
        "database-empty",
        `${shown} has no table with columns that the role may read in ${schemas.join(", ")}`,
      );
    const database = {
      dbId,
      dialect: "postgres" as const,
      tables: withKnownReferences(described, notes),
      knowledge: [],
    };
    return { database: { ...database, fingerprint: fingerprintOf(database) }, notes };
  } finally {
    await session.close();
  }
}

async function checkSchemas(session: Session, schemas: readonly string[]): Promise<void> {
  const rows = await session.rows(
    "SELECT nspname::text FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp)' ORDER BY 1",
  );
  const known = rows.map(([name]) => String(name));
  const missing = schemas.find((schema) => !known.includes(schema));
  if (missing !== undefined)
    throw new UserError(
      "config-invalid",
      `the database has no schema ${missing}; it has ${known.join(", ")}`,
    );
}

/** Of two tables of one name, the one whose schema comes first. */
async function chosenRelations(
  session: Session,
  schemas: readonly string[],
  tables: readonly string[],
  notes: string[],
): Promise<Relation[]> {
  const rows = await session.rows(
    `SELECT c.oid::text, relname::text, nspname::text, relkind IN ('v', 'm') AS is_view,
       obj_description(c.oid, 'pg_class'), reltuples::float8,
       has_any_column_privilege(c.oid, 'SELECT')
     FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
     JOIN unnest(string_to_array($1, ',')) WITH ORDINALITY AS path (schema, place) ON schema = nspname
     WHERE relkind IN ('r', 'p', 'f', 'v', 'm') AND NOT relispartition
       AND NOT EXISTS (SELECT FROM pg_depend
                       WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
     ORDER BY place, c.oid`,
    [schemas.join(",")],
  );
  const found = new Map<string, Relation>();
  for (const [id, name, schema, isView, comment, estimate, mayRead] of rows) {
    const relation: Relation = {
      id: String(id),
      name: String(name),
      kind: isView === "true" ? "view" : "table",
      ...(typeof comment === "string" && { comment }),
      estimate: Number(estimate),
      mayRead: mayRead === "true",
    };
    if (!relation.mayRead)
      notes.push(`${relation.kind} ${String(name)} is left out: the role may not read it`);
    else if (found.has(relation.name))
      notes.push(
        `${relation.kind} ${String(schema)}.${relation.name} is left out: an earlier schema has one of that name`,
      );
    else found.set(relation.name, relation);
  }
  if (tables.length === 0) return [...found.values()];
  const wanted = new Set(tables.map((table) => exactName(table, [...found.keys()])));
  return [...found.values()].filter(({ name }) => wanted.has(name));
}

const idsOf = (relations: readonly Relation[]): string =>
  `{${relations.map(({ id }) => id).join(",")}}`;

/** Of each relation, in their order; those that the role may read. */
async function columnsOf(
  session: Session,
  relations: readonly Relation[],
): Promise<Map<string, FoundColumn[]>> {
  const rows = await session.rows(
    `SELECT attrelid::text, attname::text,
       CASE typtype WHEN 'd' THEN format_type(typbasetype, typtypmod) ELSE format_type(atttypid, atttypmod) END,
       attnotnull OR typnotnull, col_description(attrelid, attnum),
       typcategory::text,
       (SELECT json_agg(enumlabel ORDER BY enumsortorder)::text FROM pg_enum WHERE enumtypid = atttypid)
     FROM pg_attribute JOIN pg_type t ON t.oid = atttypid
     WHERE attrelid = ANY ($1::oid[]) AND attnum > 0 AND NOT attisdropped
       AND has_column_privilege(attrelid, attnum, 'SELECT')
     ORDER BY attrelid, attnum`,
    [idsOf(relations)],
  );
  const byRelation = Map.groupBy(rows, ([id]) => String(id));
  return new Map([...byRelation].map(([id, own]) => [id, own.map(toColumn)]));
}

function toColumn([
  ,
  name,
  type,
  notNull,
  comment,
  category,
  labels,
]: readonly SqlCell[]): FoundColumn {
  return {
    name: String(name),
    type: shortType(String(type)),
    notNull: notNull === "true",
    ...(typeof comment === "string" && { comment }),
    category: String(category),
    labels: typeof labels === "string" ? (JSON.parse(labels) as string[]) : [],
  };
}

/** The names that people write, where the standard's are long. */
const shortType = (type: string): string =>
  type
    .replace(/^character varying/, "varchar")
    .replace(/^character\b/, "char")
    .replace(/^(timestamp|time)(\(\d\))? with time zone/, "$1tz$2")
    .replace(/^(timestamp|time)(\(\d\))? without time zone/, "$1$2");

/** Of each relation; the columns of a key in the key's own order. */
async function keysOf(
  session: Session,
  relations: readonly Relation[],
): Promise<Map<string, Keys>> {
  const names = (relation: string, numbers: string) =>
    `(SELECT json_agg(attname ORDER BY place)::text FROM unnest(${numbers}) WITH ORDINALITY AS key (number, place)
      JOIN pg_attribute ON attrelid = ${relation} AND attnum = number)`;
  const rows = await session.rows(
    `SELECT conrelid::text, contype::text, ${names("conrelid", "conkey")}, relname::text, ${names("confrelid", "confkey")}
     FROM pg_constraint LEFT JOIN pg_class target ON target.oid = confrelid
     WHERE contype IN ('p', 'u', 'f') AND conrelid = ANY ($1::oid[])
     ORDER BY conrelid, conkey`,
    [idsOf(relations)],
  );
  const namesIn = (cell: SqlCell) => JSON.parse(String(cell)) as string[];
  const byRelation = Map.groupBy(rows, ([id]) => String(id));
  return new Map(
    [...byRelation].map(([id, own]): [string, Keys] => {
      const of = (wanted: string) => own.filter(([, kind]) => kind === wanted);
      const primaryKey = of("p").flatMap(([, , columns]) => namesIn(columns));
      const unique = [...of("p"), ...of("u")].map(([, , columns]) => namesIn(columns));
      const foreignKeys = of("f").map(([, , columns, refTable, refColumns]) => ({
        columns: namesIn(columns),
        refTable: String(refTable),
        refColumns: namesIn(refColumns),
      }));
      const alone = unique.filter(({ length }) => length === 1).flat();
      return [id, { primaryKey, unique: new Set(alone), foreignKeys }];
    }),
  );
}

const NO_KEYS: Keys = { primaryKey: [], unique: new Set(), foreignKeys: [] };

/** The table; nothing for a view that does not run. */
async function describeTable(
  session: Session,
  relation: Relation,
  columns: readonly FoundColumn[],
  { primaryKey, unique, foreignKeys }: Keys = NO_KEYS,
  {
    notes,
    endMs,
    withStatistics,
  }: { readonly notes: string[]; readonly endMs: number; readonly withStatistics: boolean },
): Promise<Table | undefined> {
  const { name, kind, comment } = relation;
  let counted: Counted = { rowCount: 0, statistics: columns.map(() => NO_STATISTICS) };
  try {
    if (withStatistics && performance.now() < endMs)
      counted = await countTable(session, relation, columns, unique);
    else if (withStatistics)
      notes.push(`${kind} ${name} has no statistics: there was no time left`);
  } catch (error) {
    const reason = messageOf(error).replace(/^postgres\S+: /, "");
    notes.push(
      `${kind} ${name} ${kind === "view" ? "is left out" : "has no statistics"}: ${reason}`,
    );
    if (kind === "view") return undefined;
  }
  return {
    name,
    kind,
    ...(comment !== undefined && { comment }),
    columns: columns.map(({ name: columnName, type, notNull, comment: said }, i) => ({
      name: columnName,
      type,
      notNull,
      primaryKey: primaryKey.indexOf(columnName) + 1,
      ...(said !== undefined && { comment: said }),
      ...counted.statistics[i],
    })),
    foreignKeys,
    rowCount: counted.rowCount,
  };
}

type Statistics = Pick<Column, "cellValues" | "distinctCount" | "nullCount">;
type Counted = { readonly rowCount: number; readonly statistics: readonly Statistics[] };

const NO_STATISTICS: Statistics = { cellValues: [], distinctCount: 0, nullCount: 0 };
const MAX_VALUES = 8;
const MAX_VALUE_LENGTH = 60;
/** A SELECT list has at most 1,664 items. */
const PASS = 400;

async function countTable(
  session: Session,
  relation: Relation,
  columns: readonly FoundColumn[],
  unique: ReadonlySet<string>,
): Promise<Counted> {
  const table = quoteName(relation.name, "postgres");
  const isLarge = relation.kind === "table" && relation.estimate > COUNTED_ROWS;
  const rowCount = isLarge
    ? relation.estimate
    : Number((await session.rows(`SELECT count(*) FROM ${table}`))[0][0]);
  const percent = Math.max(0.001, (100 * 2 * SAMPLE_ROWS) / relation.estimate);
  const part = isLarge ? ` TABLESAMPLE SYSTEM (${percent}) REPEATABLE (1)` : "";
  const names = columns.map(({ name }) => quoteName(name, "postgres")).join(", ");
  const from = `(SELECT ${names} FROM ${table}${part} LIMIT ${SAMPLE_ROWS}) AS sample`;
  const counts: SqlCell[] = [];
  for (let start = 0; start < columns.length; start += PASS) {
    const items = columns.slice(start, start + PASS).flatMap((column) => {
      const cell = quoteName(column.name, "postgres");
      return [
        `count(${cell})`,
        isCounted(column) ? `count(DISTINCT ${cell}::text)` : `count(${cell})`,
      ];
    });
    counts.push(...(await session.rows(`SELECT ${items.join(", ")} FROM ${from}`))[0]);
  }
  const [[sampled]] = await session.rows(`SELECT count(*) FROM ${from}`);
  const scale = sampled === 0n ? 0 : rowCount / Number(sampled);
  const statistics: Statistics[] = [];
  for (const [i, column] of columns.entries()) {
    const [filled, distinct] = [Number(counts[2 * i]), Number(counts[2 * i + 1])];
    const isKeyLike = unique.has(column.name) || distinct > filled / 2;
    statistics.push({
      cellValues:
        filled > 0 && isCounted(column) ? await valuesOf(session, column, from) : column.labels,
      distinctCount: Math.round(distinct * (isKeyLike ? scale : 1)),
      nullCount: Math.round((Number(sampled) - filled) * scale),
    });
  }
  return { rowCount, statistics };
}

/** Documents, pictures and lists are not compared. */
const isCounted = ({ category }: FoundColumn): boolean => "NSBDET".includes(category);

/** The most frequent short values, and the labels of an enumeration that no row has. */
async function valuesOf(
  session: Session,
  { name, category, labels }: FoundColumn,
  from: string,
): Promise<(number | string)[]> {
  const cell = quoteName(name, "postgres");
  const value = category === "N" ? cell : `${cell}::text`;
  const rows = await session.rows(
    `SELECT ${value} AS v, count(*) FROM ${from} WHERE length(${cell}::text) BETWEEN 1 AND ${MAX_VALUE_LENGTH}
     GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${2 * MAX_VALUES}`,
  );
  const found = rows
    .map(([v]) => (typeof v === "bigint" ? Number(v) : v))
    .filter((v): v is number | string => (typeof v === "number" ? isSafe(v) : isClean(v)));
  return [...new Set([...found, ...labels])].slice(0, MAX_VALUES);
}

const isSafe = (value: number) =>
  Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
const isClean = (value: unknown) => typeof value === "string" && !/[\p{Cc}\ufffd]/u.test(value);
