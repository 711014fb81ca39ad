/**
 * How one query differs from another, part by part: the set operations, the tables and joins, the sub-queries, and the
 * parts of each SELECT. Follows docs/error-classes.md: structure that is missing counts once, not with all that stands
 * in it.
 */
import type { SqlValue } from "../../sql/tree.ts";
import { type Difference, difference } from "./classes.ts";
import type { Nested } from "./conditions.ts";
import { exceptAsNotIn, type KeyedTable, subqueriesJoined, withoutParents } from "./equal-ways.ts";
import { withoutExtremes } from "./extremes.ts";
import { tableDifferences } from "./joins.ts";
import type { Block, Query, SetQuery } from "./outline.ts";
import {
  conditionDifferences,
  distinctDifferences,
  groupDifferences,
  hasAggregate,
  itemDifferences,
  orderDifferences,
  type Setting,
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
  const weight = (found: readonly Difference[]) =>
    found.reduce((sum, { isMinor }) => sum + (isMinor ? 1 : 100), 0);
  const straight = sides(predicted.left, predicted.right);
  const crossed = sides(predicted.right, predicted.left);
  const isExcept = gold.kind === "except";
  const isCrossed = weight(crossed) < weight(straight) && (!isExcept || weight(crossed) < 100);
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
  const mayGroup = (own: Block, other: Block) =>
    other.groups.length > 0 && !hasAggregate(own.items);
  const [g, p] = [subqueriesJoined(a, mayGroup(a, b)), subqueriesJoined(b, mayGroup(b, a))];
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
