/**
 * How one query differs from another, part by part: the set operations, the tables and joins, the sub-queries, and the
 * parts of each SELECT. Follows docs/error-classes.md: structure that is missing counts once, not with all that stands
 * in it.
 */
import type { SqlValue } from "../../sql/tree.ts";
import { bodyOf, nameIn } from "../../sql/tree.ts";
import { type Difference, difference } from "./classes.ts";
import { type Nested, tableOf } from "./conditions.ts";
import {
  columnsUsed,
  exceptAsNotIn,
  type KeyedTable,
  subqueriesJoined,
  withoutParents,
} from "./equal-ways.ts";
import type { Block, Query, SetQuery } from "./outline.ts";
import {
  conditionDifferences,
  distinctDifferences,
  groupDifferences,
  itemDifferences,
  orderDifferences,
  type Setting,
  unmatched,
} from "./parts.ts";

export type Comparison = Setting & { readonly tables: readonly KeyedTable[] };

/** All differences of `predicted` from `gold`. */
export function queryDifferences(
  gold: Query,
  predicted: Query,
  comparison: Comparison,
): Difference[] {
  if (gold.kind === "select" && predicted.kind === "select")
    return blockDifferences(gold, predicted, comparison);
  if (gold.kind === predicted.kind)
    return setDifferences(gold as SetQuery, predicted as SetQuery, comparison);
  const [a, b] = [asBlock(gold, predicted), asBlock(predicted, gold)];
  if (a !== undefined && b !== undefined) return blockDifferences(a, b, comparison);
  const word = (query: Query) => query.kind.toUpperCase();
  if (gold.kind === "select") return [difference("set-operation", `adds ${word(predicted)}`)];
  if (predicted.kind === "select") return [difference("set-operation", `lacks ${word(gold)}`)];
  return [difference("set-operation", `${word(predicted)} where the gold has ${word(gold)}`)];
}

/** A SELECT itself; EXCEPT where the other one says NOT IN or NOT EXISTS. */
function asBlock(query: Query, other: Query): Block | undefined {
  if (query.kind === "select") return query;
  const hasNotIn =
    other.kind === "select" && other.nested.some(({ operator }) => operator.startsWith("NOT "));
  return hasNotIn ? exceptAsNotIn(query) : undefined;
}

function setDifferences(gold: SetQuery, predicted: SetQuery, comparison: Comparison): Difference[] {
  const sides = (left: Query, right: Query) => [
    ...queryDifferences(gold.left, left, comparison),
    ...queryDifferences(gold.right, right, comparison),
  ];
  const weight = (found: readonly Difference[]) => found.filter(({ isMinor }) => !isMinor).length;
  const straight = sides(predicted.left, predicted.right);
  const crossed = sides(predicted.right, predicted.left);
  const isExcept = gold.kind === "except";
  const isCrossed = weight(crossed) < weight(straight) && (!isExcept || weight(crossed) === 0);
  const all = difference(
    "distinct",
    "UNION ALL for UNION or the reverse",
    !comparison.hasOtherCount,
  );
  return [
    ...(isCrossed && isExcept
      ? [difference("set-operation", "the sides of EXCEPT are exchanged")]
      : []),
    ...(isCrossed ? crossed : straight),
    ...(gold.all === predicted.all ? [] : [all]),
    ...orderDifferences(gold, predicted, comparison),
  ];
}

function blockDifferences(gold: Block, predicted: Block, comparison: Comparison): Difference[] {
  const [a, b, ties] = withoutExtremes(gold, predicted, comparison);
  const [g, p] = [subqueriesJoined(a), subqueriesJoined(b)];
  const [left, right] = [
    withoutParents(g, p, comparison.tables),
    withoutParents(p, g, comparison.tables),
  ];
  const isRead = (table: string) => left.tables.includes(table) === right.tables.includes(table);
  return [
    ...ties,
    ...tableDifferences(left, right, comparison),
    ...fromDifferences(left.fromQueries, right.fromQueries, comparison),
    ...nestedDifferences(left.nested, right.nested, comparison),
    ...conditionDifferences(left, right, isRead, comparison),
    ...groupDifferences(left, right, comparison),
    ...itemDifferences(left, right, comparison),
    ...orderDifferences(left, right, comparison),
    ...distinctDifferences(left, right, comparison),
  ];
}

/** Tables; where both read the same ones, the joins. */
function tableDifferences(gold: Block, predicted: Block, comparison: Comparison): Difference[] {
  const { textOf } = comparison;
  const left = unmatched(gold.tables, predicted.tables, (name) => name.toLowerCase());
  const [missing, added] = [left.golds.join(", "), left.predictions.join(", ")];
  if (missing !== "" && added !== "")
    return [
      difference(
        "wrong-tables",
        `reads ${added} where the gold reads ${missing}`,
        isKeyOnly(gold, predicted, comparison),
      ),
    ];
  const isInSubquery = (names: readonly string[], block: Block) =>
    names.every((name) => block.subqueryTables.includes(name));
  if (missing !== "")
    return isInSubquery(left.golds, gold)
      ? [difference("nested", `lacks the sub-query on ${missing}`)]
      : [difference("missing-join", `does not read ${missing}`)];
  if (added !== "")
    return isInSubquery(left.predictions, predicted)
      ? [difference("nested", `adds a sub-query on ${added}`)]
      : [difference("extra-join", `reads ${added}, which the gold does not`)];
  const outer = unmatched(gold.outerJoins, predicted.outerJoins, (text) => text.toLowerCase());
  const has = outer.predictions[0] ?? "inner joins";
  if (outer.golds.length + outer.predictions.length > 0)
    return [
      difference("wrong-tables", `${has} where the gold has ${outer.golds[0] ?? "inner joins"}`),
    ];
  const path = (block: Block) => joinClasses(block, textOf);
  if (path(gold) === path(predicted)) return [];
  const text = (block: Block) => path(block) || "nothing";
  return [
    difference("wrong-tables", `joins by ${text(predicted)} where the gold joins by ${text(gold)}`),
  ];
}

/** Whether each reads one table for nothing but a key: one the foreign key, the other the key it refers to. */
function isKeyOnly(gold: Block, predicted: Block, { areLinked, textOf }: Comparison): boolean {
  const columns = [gold, predicted].map((block) =>
    block.tables.length === 1 ? columnsUsed(block) : [],
  );
  const [a, b] = columns.map((used) => [
    ...new Map(used.map((one) => [textOf(one), one])).values(),
  ]);
  return a.length === 1 && b.length === 1 && areLinked(a[0], b[0]);
}

/** The sets of columns that a block sets equal, as text that does not depend on the order of the equations. */
function joinClasses({ pairs }: Block, textOf: (node: SqlValue) => string): string {
  const sets: Set<string>[] = [];
  for (const [a, b] of pairs) {
    const joined = new Set([textOf(a), textOf(b)]);
    for (const set of sets.filter((one) => [...one].some((text) => joined.has(text)))) {
      sets.splice(sets.indexOf(set), 1);
      for (const text of set) joined.add(text);
    }
    sets.push(joined);
  }
  return sets
    .map((set) => [...set].sort().join(" = "))
    .sort()
    .join(" and ");
}

function fromDifferences(
  golds: readonly Query[],
  predictions: readonly Query[],
  comparison: Comparison,
): Difference[] {
  if (golds.length > predictions.length) return [difference("nested", "lacks a sub-query in FROM")];
  if (golds.length < predictions.length) return [difference("nested", "adds a sub-query in FROM")];
  return golds.flatMap((gold, i) => queryDifferences(gold, predictions[i], comparison));
}

/** Sub-queries in conditions, first with first of the same operator, then as they stand. */
function nestedDifferences(
  golds: readonly Nested[],
  predictions: readonly Nested[],
  comparison: Comparison,
): Difference[] {
  const left = [...predictions];
  const take = (test: (nested: Nested) => boolean) => {
    const at = left.findIndex(test);
    return at < 0 ? undefined : left.splice(at, 1)[0];
  };
  const found = golds.flatMap((gold) => {
    const predicted = take(({ operator }) => operator === gold.operator) ?? take(() => true);
    return predicted === undefined
      ? [missingNested(gold, comparison)]
      : pairDifferences(gold, predicted, comparison);
  });
  const added = left.map((nested) => {
    const subject = nested.subject === undefined ? "" : `${comparison.textOf(nested.subject)} `;
    return difference("nested", `adds the sub-query ${subject}${nested.operator} (…)`);
  });
  return [...found, ...added];
}

function missingNested(
  { isExcept, subject, operator }: Nested,
  { textOf }: Comparison,
): Difference {
  const link = subject === undefined ? operator : `${textOf(subject)} ${operator}`;
  return isExcept
    ? difference("set-operation", "lacks EXCEPT")
    : difference("nested", `lacks the sub-query ${link} (…)`);
}

function pairDifferences(gold: Nested, predicted: Nested, comparison: Comparison): Difference[] {
  const { linkOf, textOf } = comparison;
  const isMember = gold.operator.endsWith("IN") && predicted.operator.endsWith("IN");
  const linkTexts = ({ subject, query }: Nested, text: (node: SqlValue) => string) => {
    const item = isMember && query.kind === "select" ? query.items[0] : undefined;
    return [subject, item].flatMap((node) => (node === undefined ? [] : [text(node)])).join(" in ");
  };
  const isTied = isMember || (gold.subject !== undefined && predicted.subject !== undefined);
  const link =
    isTied && linkTexts(gold, linkOf) !== linkTexts(predicted, linkOf)
      ? [
          difference(
            "nested",
            `ties the sub-query by ${linkTexts(predicted, textOf)} where the gold has ${linkTexts(gold, textOf)}`,
          ),
        ]
      : [];
  const operator =
    gold.operator === predicted.operator
      ? []
      : [
          difference(
            "wrong-condition",
            `${predicted.operator} (…) where the gold has ${gold.operator} (…)`,
          ),
        ];
  const inner = queryDifferences(gold.query, predicted.query, comparison).filter(
    (one) => !isMember || !IGNORED_IN_MEMBERS.has(one.class),
  );
  return [...link, ...operator, ...inner];
}

/** What does not matter in a list of members. */
const IGNORED_IN_MEMBERS: ReadonlySet<string> = new Set([
  "other-columns",
  "distinct",
  "wrong-ordering",
]);

/**
 * `ORDER BY x DESC LIMIT 1` and `x = (SELECT max(x) …)` ask for the same but for ties. Where one side has the one and
 * the other the other, both are taken out, and the ties are a minor difference.
 */
function withoutExtremes(
  gold: Block,
  predicted: Block,
  comparison: Comparison,
): [Block, Block, Difference[]] {
  if (!comparison.didRun) return [gold, predicted, []];
  const inGold = extremeOf(gold, predicted, comparison);
  const inPredicted = extremeOf(predicted, gold, comparison);
  const plain = (block: Block): Block => ({ ...block, order: [], limit: {} });
  const without = (block: Block, nested: Nested): Block => ({
    ...block,
    nested: block.nested.filter((one) => one !== nested),
  });
  if (inPredicted !== undefined) {
    const note = difference(
      "wrong-limit",
      "keeps tied rows, of which the gold's LIMIT keeps one",
      true,
    );
    return [plain(gold), without(predicted, inPredicted), [note]];
  }
  if (inGold === undefined) return [gold, predicted, []];
  const note = difference(
    "wrong-limit",
    "LIMIT keeps one of the tied rows that the gold keeps",
    true,
  );
  return [without(gold, inGold), plain(predicted), [note]];
}

/** The sub-query of `block` that asks for the extreme which `ordered` asks for by ORDER BY and LIMIT 1. */
function extremeOf(
  block: Block,
  ordered: Block,
  { keyOf, textOf }: Comparison,
): Nested | undefined {
  const [first] = ordered.order;
  const { count } = ordered.limit;
  if (first === undefined || count === undefined || textOf(count) !== "1") return undefined;
  if (block.limit.count !== undefined) return undefined;
  const kind = first.isDescending ? "max" : "min";
  return block.nested.find(({ operator, subject, query }) => {
    if (operator !== "=" || subject === undefined || query.kind !== "select") return false;
    const column = bodyOf(query.items[0], kind)?.this;
    const isTerm = keyOf(subject) === keyOf(first.term);
    return isTerm && column !== undefined && isSameColumn(column, subject);
  });
}

const isSameColumn = (a: SqlValue, b: SqlValue): boolean =>
  tableOf(a) === tableOf(b) &&
  nameIn(bodyOf(a, "column")?.name) === nameIn(bodyOf(b, "column")?.name);
