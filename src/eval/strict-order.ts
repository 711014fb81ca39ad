/**
 * Which rows of a gold result may change places: rows that its ORDER BY does not tell apart. Takes a function that runs
 * SQL, because ties on what is not in the result are found by asking the database. Strict mode, step S4
 * (docs/evaluation.md).
 */
import type { RunResult } from "../db/executor.ts";
import { outlineOf, type QueryOutline, type SqlTerm, wordOf } from "../sql/admission.ts";
import { nameOfToken } from "../sql/lexer.ts";
import { type CellRows, identifyCells } from "./strict-cells.ts";

type Rows = Extract<RunResult, { ok: true }>;

export type GoldResult = {
  readonly columns: readonly string[];
  /** The rows before LIMIT and OFFSET that are tied with a returned one, the returned ones among them. */
  readonly rows: CellRows;
  /** Tie group of each row. */
  readonly groups: readonly number[];
  readonly offset: number;
  readonly count: number;
  /** The groups are a guess: each row is its own. */
  readonly isUnverified: boolean;
};

/** The tie groups of a gold whose own result is `gold`. */
export async function tiedGold(
  sql: string,
  gold: Rows,
  run: (sql: string) => Promise<RunResult>,
): Promise<GoldResult> {
  const outline = outlineOf(sql);
  const { offset, orderBy } = outline;
  const count = gold.rows.length;
  const { columns } = gold;
  const asReturned = (): GoldResult => ({
    columns,
    rows: gold.rows,
    groups: gold.rows.map((_, i) => (orderBy.length === 0 ? 0 : i)),
    offset: 0,
    count,
    isUnverified: true,
  });
  if (offset === undefined) return asReturned();
  const tied = (rows: CellRows, groups: readonly number[]): GoldResult => ({
    columns,
    ...tiedRows(rows, groups, offset, count),
    count,
    isUnverified: false,
  });
  if (outline.limitAt === undefined) {
    const groups = await groupsOf(sql, outline, gold, run);
    return groups === undefined ? asReturned() : tied(gold.rows, groups);
  }
  // A few rows more than were returned mostly hold all that are tied with them.
  for (const limit of [` LIMIT ${offset + count + ROWS_BEYOND}`, ""]) {
    const rows = await run(sql.slice(0, outline.limitAt) + limit);
    if (!rows.ok) return asReturned();
    const groups = await groupsOf(sql, outline, rows, run, limit);
    if (groups === undefined) return asReturned();
    const isAll = limit === "" || rows.rows.length < offset + count + ROWS_BEYOND;
    if (isAll || groups.at(-1) !== groups[offset + count - 1]) return tied(rows.rows, groups);
  }
  return asReturned();
}

const ROWS_BEYOND = 100;

/** Cut down to the tie groups that the returned rows belong to: no other row can take their place. */
function tiedRows(
  rows: CellRows,
  groups: readonly number[],
  offset: number,
  count: number,
): Pick<GoldResult, "rows" | "groups" | "offset"> {
  if (count === 0) return { rows: [], groups: [], offset: 0 };
  const start = groups.indexOf(groups[offset]);
  const end = groups.lastIndexOf(groups[offset + count - 1]) + 1;
  return { rows: rows.slice(start, end), groups: groups.slice(start, end), offset: offset - start };
}

async function groupsOf(
  sql: string,
  outline: QueryOutline,
  whole: Rows,
  run: (sql: string) => Promise<RunResult>,
  limit = "",
): Promise<number[] | undefined> {
  if (outline.orderBy.length === 0) return whole.rows.map(() => 0);
  const positions = outline.orderBy.map((term) => resultColumnOf(term, outline, whole.columns));
  if (positions.every((position) => position !== undefined))
    return consecutiveGroups(whole.rows, positions);
  if (outline.isCompound || outline.isDistinct) return undefined;
  const ranking = rankingSql(sql, outline);
  const ranks = ranking === undefined ? undefined : await run(ranking + limit);
  if (ranks === undefined || !ranks.ok || ranks.rows.length !== whole.rows.length) return undefined;
  return ranks.rows.map(([rank]) => Number(rank));
}

/** Rows that follow each other with equal keys are tied. */
function consecutiveGroups(rows: CellRows, positions: readonly number[]): number[] {
  const [keys] = identifyCells([rows.map((row) => positions.map((position) => row[position]))]);
  let group = 0;
  return keys.map((key, i) => {
    if (i > 0 && key.some((id, j) => id !== keys[i - 1][j])) group++;
    return group;
  });
}

/** The term without ASC, DESC and NULLS FIRST or LAST. */
function bareTerm(term: SqlTerm): SqlTerm {
  let end = term.length;
  if (wordOf(term[end - 2]) === "nulls") end -= 2;
  if (["asc", "desc"].includes(wordOf(term[end - 1]))) end -= 1;
  return term.slice(0, end);
}

/** The result column that a term names: by position, alias, the same text, or the same column otherwise qualified. */
function resultColumnOf(
  term: SqlTerm,
  { items }: QueryOutline,
  columns: readonly string[],
): number | undefined {
  const bare = bareTerm(term);
  const ordinal = ordinalOf(bare);
  if (ordinal !== undefined) return ordinal <= columns.length ? ordinal - 1 : undefined;
  const name = columnNameOf(bare);
  if (items.some(isStar) || items.length !== columns.length)
    return name === undefined || bare.length > 1
      ? undefined
      : onlyIndex(columns, (column) => column.toLowerCase() === name);
  const byAlias =
    name === undefined || bare.length > 1 ? -1 : items.findIndex((item) => aliasOf(item) === name);
  if (byAlias >= 0) return byAlias;
  const byText = items.findIndex((item) => textOf(expressionOf(item)) === textOf(bare));
  if (byText >= 0) return byText;
  if (name === undefined) return undefined;
  return onlyIndex(items, (item) => {
    const expression = expressionOf(item);
    const isQualified = expression.length > 1 && bare.length > 1;
    return columnNameOf(expression) === name && !isQualified;
  });
}

const ordinalOf = (term: SqlTerm): number | undefined =>
  term.length === 1 && /^[1-9]\d{0,3}$/.test(term[0].text) ? Number(term[0].text) : undefined;

const isStar = (item: SqlTerm): boolean => item.at(-1)?.text === "*";

/** The lower-case column of `a` or `t.a`. */
function columnNameOf(term: SqlTerm): string | undefined {
  const last = term.at(-1);
  if (last === undefined || (last.kind !== "word" && last.kind !== "name")) return undefined;
  const isColumn = term.length === 1 || (term.length === 3 && term[1].text === ".");
  return isColumn ? nameOfToken(last).toLowerCase() : undefined;
}

function onlyIndex<T>(items: readonly T[], test: (item: T) => boolean): number | undefined {
  const indices = items.flatMap((item, i) => (test(item) ? [i] : []));
  return indices.length === 1 ? indices[0] : undefined;
}

/** How many tokens at the end of an item are its alias: `AS n`, or `n` after something complete. */
function aliasLength(item: SqlTerm): number {
  const last = item.at(-1);
  const before = item.at(-2);
  if (last === undefined || before === undefined) return 0;
  if (last.kind !== "word" && last.kind !== "name" && last.kind !== "string") return 0;
  if (wordOf(before) === "as") return 2;
  const isComplete = before.kind !== "sign" || before.text === ")";
  return isComplete && wordOf(last) !== "end" ? 1 : 0;
}

const expressionOf = (item: SqlTerm): SqlTerm => item.slice(0, item.length - aliasLength(item));

function aliasOf(item: SqlTerm): string | undefined {
  const last = item.at(-1);
  return last !== undefined && aliasLength(item) > 0 ? nameOfToken(last).toLowerCase() : undefined;
}

/** The text of a term, whatever its blanks and the case of its words. */
const textOf = (term: SqlTerm): string =>
  term.map(({ kind, text }) => (kind === "string" ? text : text.toLowerCase())).join(" ");

/** The gold with its select list replaced by the rank of each row in its own order; positions and aliases expanded. */
function rankingSql(sql: string, outline: QueryOutline): string | undefined {
  const { itemsAt, orderByAt, limitAt, items } = outline;
  if (itemsAt === undefined || orderByAt === undefined) return undefined;
  const slice = (term: SqlTerm) => sql.slice(term[0].start, term.at(-1)?.end);
  const terms = outline.orderBy.map((term) => {
    const bare = bareTerm(term);
    const direction = term.slice(bare.length);
    const ordinal = ordinalOf(bare);
    const name = bare.length === 1 ? columnNameOf(bare) : undefined;
    const item =
      ordinal === undefined
        ? items.find((one) => name !== undefined && aliasOf(one) === name)
        : items[ordinal - 1];
    const expression = slice(item === undefined ? bare : expressionOf(item));
    return [expression, ...direction.map(({ text }) => text)].join(" ");
  });
  const order = terms.join(", ");
  const head = sql.slice(0, itemsAt.start);
  const middle = sql.slice(itemsAt.end, orderByAt.start);
  const tail = sql.slice(orderByAt.end, limitAt);
  return `${head} dense_rank() OVER (ORDER BY ${order}) ${middle} ${order} ${tail}`;
}

/** Whether the first or the last returned row has a tied row that was not returned. */
export function isTieDependent({ groups, offset, count }: GoldResult): boolean {
  const cuts = (at: number) => at > 0 && at < groups.length && groups[at - 1] === groups[at];
  return count > 0 && (cuts(offset) || cuts(offset + count));
}
