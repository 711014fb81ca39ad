/** Counts and typical values of a column, at a cost that does not grow with the table. */
import type { DatabaseSync } from "node:sqlite";
import { quoteName } from "../sql/quote.ts";
import type { Column, Table } from "./schema.ts";

/** Tables up to this size are counted whole. */
export const SAMPLE_ROWS = 50_000;
const SAMPLE_BLOCKS = 50;
const MAX_VALUES = 8;
const MAX_VALUE_LENGTH = 60;

type SampleColumn = { readonly name: string; readonly type: string };

/** Where statistics are read from: the table itself, or a temporary table that holds a part of it. */
export type Sample = {
  readonly from: string;
  readonly rowCount: number;
  drop(): void;
};

const quoted = (name: string) => quoteName(name, "sqlite");
/** Pictures and documents are neither copied nor compared. */
const isBinary = ({ type }: SampleColumn) => /blob|binary|image/i.test(type);

/** A small table itself; of a large one, blocks of rows spread evenly over its row ids. */
export function sampleOf(
  connection: DatabaseSync,
  table: string,
  kind: Table["kind"],
  columns: readonly SampleColumn[],
  rowCount: number,
): Sample {
  if (kind === "table" && rowCount <= SAMPLE_ROWS)
    return { from: quoted(table), rowCount, drop() {} };
  const selected = columns.map((column) =>
    isBinary(column) ? `${quoted(column.name)} IS NOT NULL OR NULL` : quoted(column.name),
  );
  const names = columns.map(({ name }) => quoted(name)).join(", ");
  const select = `SELECT ${selected.join(", ")} FROM ${quoted(table)}`;
  connection.exec(`CREATE TEMP TABLE t2s_sample (${names})`);
  const ids = kind === "table" ? rowIdRange(connection, table) : undefined;
  if (ids === undefined) connection.exec(`INSERT INTO t2s_sample ${select} LIMIT ${SAMPLE_ROWS}`);
  else {
    const block = connection.prepare(
      `INSERT INTO t2s_sample ${select} WHERE rowid >= ? AND rowid < ? LIMIT ${SAMPLE_ROWS / SAMPLE_BLOCKS}`,
    );
    const step = (ids.high - ids.low + 1) / SAMPLE_BLOCKS;
    const edge = (i: number) => Math.floor(ids.low + i * step);
    for (let i = 0; i < SAMPLE_BLOCKS; i++) block.run(edge(i), edge(i + 1));
  }
  const sampled = connection.prepare("SELECT count(*) AS n FROM t2s_sample").get()?.n as number;
  return {
    from: "t2s_sample",
    rowCount: sampled,
    drop: () => connection.exec("DROP TABLE t2s_sample"),
  };
}

/** Smallest and largest row id; undefined for a table without row ids or with unsafe ones. */
function rowIdRange(
  connection: DatabaseSync,
  table: string,
): { low: number; high: number } | undefined {
  try {
    const row = connection
      .prepare(`SELECT min(rowid) AS low, max(rowid) AS high FROM ${quoted(table)}`)
      .get();
    return { low: row?.low as number, high: row?.high as number };
  } catch {
    return undefined;
  }
}

type Statistics = Pick<Column, "cellValues" | "distinctCount" | "nullCount">;

/** Columns counted in one pass over the rows. */
const PASS = 500;

/** Names of the columns that hold anything: in a wide table each column's own passes take long. */
export function filledColumns(
  connection: DatabaseSync,
  { from }: Sample,
  columns: readonly SampleColumn[],
): Set<string> {
  const filled = new Set<string>();
  for (let start = 0; start < columns.length; start += PASS) {
    const part = columns.slice(start, start + PASS);
    const counts = part.map(({ name }, index) => `count(${quoted(name)}) AS c${index}`);
    const row = connection.prepare(`SELECT ${counts.join(", ")} FROM ${from}`).get();
    part.forEach(({ name }, index) => {
      if (row?.[`c${index}`] !== 0) filled.add(name);
    });
  }
  return filled;
}

/** Counts of a column (scaled up when the sample is a part) and its most frequent short values. */
export function columnStatistics(
  connection: DatabaseSync,
  sample: Sample,
  column: SampleColumn,
  rowCount: number,
): Statistics {
  const scale = sample.rowCount === 0 ? 0 : rowCount / sample.rowCount;
  const name = quoted(column.name);
  const distinct = isBinary(column) ? `count(${name})` : `count(DISTINCT ${name})`;
  const counts = connection
    .prepare(
      `SELECT count(*) - count(${name}) AS nulls, ${distinct} AS distincts FROM ${sample.from}`,
    )
    .get() as { nulls: number; distincts: number };
  const filled = sample.rowCount - counts.nulls;
  /** Values that hardly repeat in the sample go on not repeating in the table. */
  const isKeyLike = counts.distincts > filled / 2;
  return {
    cellValues: isBinary(column) ? [] : frequentValues(connection, sample.from, name),
    distinctCount: Math.round(counts.distincts * (isKeyLike ? scale : 1)),
    nullCount: Math.round(counts.nulls * scale),
  };
}

function frequentValues(connection: DatabaseSync, from: string, name: string): (number | string)[] {
  const statement = connection.prepare(
    `SELECT ${name} AS v, count(*) AS n FROM ${from}
     WHERE typeof(${name}) IN ('integer', 'real')
        OR (typeof(${name}) = 'text' AND length(${name}) BETWEEN 1 AND ${MAX_VALUE_LENGTH})
     GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${2 * MAX_VALUES}`,
  );
  statement.setReadBigInts(true);
  return statement
    .all()
    .map(({ v }) => (typeof v === "bigint" ? Number(v) : v))
    .filter((v): v is number | string => (typeof v === "number" ? isSafe(v) : isClean(v)))
    .slice(0, MAX_VALUES);
}

const isSafe = (value: number) =>
  Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
/** No bytes that were not UTF-8, no control characters. */
const isClean = (value: unknown) => typeof value === "string" && !/[\p{Cc}\ufffd]/u.test(value);
