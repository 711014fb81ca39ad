/** What may change in expressions: aggregates, columns, literals. */
import { isNode, type SqlNode, type SqlValue } from "../../sql/tree.ts";
import { type Change, type Context, identifier, type Place } from "./change.ts";
import { classOf } from "./columns.ts";
import { isDate, nearDates, nearNumbers, nearPatterns } from "./literals.ts";
import { proofOfCount } from "./proofs.ts";

const OTHER_AGGREGATES: Readonly<Record<string, readonly string[]>> = {
  sum: ["avg", "max"],
  avg: ["sum", "min"],
  min: ["max"],
  max: ["min"],
};

/** Another aggregate over the same, with DISTINCT or without. */
export function changesOfAggregate(
  kind: string,
  body: SqlNode,
  { select = {}, signed }: Place,
  context: Context,
): Change[] {
  const aggregate = (value: SqlValue, proof?: string): Change => ({
    kind: "aggregate",
    value,
    proof,
  });
  if (kind !== "count")
    return OTHER_AGGREGATES[kind].map((other) => {
      const isMean = MEANS.has(kind) && MEANS.has(other);
      const isSigned = isNode(signed) && signed[kind] === body;
      return aggregate(renamed(other, body), isMean && isSigned ? SAME_SIGN : undefined);
    });
  if (body.star === true) {
    const column = anyColumn(context);
    if (column === undefined) return [];
    return [aggregate(countOf(body, { this: { column }, star: false, distinct: true }))];
  }
  const all = countOf(body, { this: null, star: true, distinct: false });
  const proof = body.distinct === true ? undefined : proofOfCount(body.this, select, context);
  return [
    { kind: "distinct", value: countOf(body, { distinct: body.distinct !== true }) },
    aggregate(all, proof),
  ];
}

const MEANS = new Set(["sum", "avg"]);
const SAME_SIGN = "sum and average have one sign";

const countOf = (body: SqlNode, change: SqlNode): SqlNode => ({ count: { ...body, ...change } });

/** The same call under another name. */
const renamed = (name: string, body: SqlNode): SqlNode => ({
  [name]: { ...body, original_name: null, name: name.toUpperCase() },
});

/** A column that the query names somewhere. */
function anyColumn({ uses, rng }: Context): SqlNode | undefined {
  const known = [...uses.values()].filter(({ source }) => source?.table !== undefined);
  return known.length === 0 ? undefined : rng.pick(known).node;
}

const MAX_COLUMNS = 2;

/** Other columns of the same table and class. */
export function changesOfColumn(
  body: SqlNode,
  { isJoin }: Place,
  { uses, tables, rng }: Context,
): Change[] {
  const use = uses.get(body);
  const table = tables.get(use?.source?.table?.toLowerCase() ?? "");
  if (use === undefined || use.source === undefined || table === undefined || isJoin) return [];
  const key = use.name.toLowerCase();
  const own = table.columns.find(({ name }) => name.toLowerCase() === key);
  const others = table.columns.filter(
    (column) => own !== undefined && column !== own && classOf(column) === classOf(own),
  );
  const needsTable = use.scope.sources.length > 1 || use.scope.parent !== undefined;
  const qualifier = identifier(use.source.alias);
  return rng
    .shuffle(others)
    .slice(0, MAX_COLUMNS)
    .map(({ name }) => ({
      kind: "column",
      value: {
        column: { ...body, name: identifier(name), ...(needsTable && { table: qualifier }) },
      },
    }));
}

/** Values beside a literal, and another one of the column that it is compared with. */
export function changesOfLiteral(
  body: SqlNode,
  { compared, isPosition, isPattern }: Place,
  { rng }: Context,
): Change[] {
  const text = String(body.value);
  const change = (value: string): Change => ({
    kind: "value",
    value: { literal: { ...body, value } },
  });
  if (isPosition) return [];
  if (body.literal_type === "number")
    return (compared === undefined ? nearNumbers(text).slice(0, 1) : nearNumbers(text))
      .filter((near) => !near.startsWith("-"))
      .map(change);
  if (body.literal_type !== "string") return [];
  if (isPattern) {
    // No date has its year elsewhere than in front.
    const isOfDates = compared !== undefined && classOf(compared) === "date";
    const patterns = nearPatterns(text);
    return (isOfDates ? patterns.slice(1) : patterns).map(change);
  }
  const near = isDate(text) ? nearDates(text) : [];
  const others = (compared?.cellValues ?? []).filter(
    (cell) => cell !== null && String(cell) !== text,
  );
  const other = others.length > 0 ? [String(rng.pick(others))] : [];
  return [...near, ...other].map(change);
}
