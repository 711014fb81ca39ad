/** Differences in the parts of one SELECT: conditions, select list, groups, order, limit. Knows no joins. */
import { AGGREGATES, bodyOf, isNode, type SqlNode, type SqlValue, walk } from "../../sql/tree.ts";
import { type Difference, difference } from "./classes.ts";
import { type Condition, tableOf } from "./conditions.ts";
import type { Texts } from "./equal-columns.ts";
import type { Block, Limit, OrderTerm } from "./outline.ts";

/** What the comparison knows besides the two queries. */
export type Setting = Texts & {
  /** The results have different numbers of rows. */
  readonly hasOtherCount: boolean;
  /** The prediction ran. */
  readonly didRun: boolean;
};

/** The members of each list that have no partner of the same key in the other. */
export function unmatched<T>(
  golds: readonly T[],
  predictions: readonly T[],
  keyOf: (value: T) => string,
): { golds: T[]; predictions: T[] } {
  const left = [...predictions];
  const goldsLeft = golds.filter((gold) => {
    const at = left.findIndex((value) => keyOf(value) === keyOf(gold));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return { golds: goldsLeft, predictions: left };
}

/** Pairs by `test` what is left on both sides; takes the pairs out of the lists. */
function takePairs<T>(
  { golds, predictions }: { golds: T[]; predictions: T[] },
  test: (gold: T, prediction: T) => boolean,
): [T, T][] {
  const pairs: [T, T][] = [];
  for (const gold of golds.slice()) {
    const prediction = predictions.find((value) => test(gold, value));
    if (prediction === undefined) continue;
    golds.splice(golds.indexOf(gold), 1);
    predictions.splice(predictions.indexOf(prediction), 1);
    pairs.push([gold, prediction]);
  }
  return pairs;
}

/** `isRead` tells whether both queries read a table: conditions on others are part of the missing or added table. */
export function conditionDifferences(
  gold: Block,
  predicted: Block,
  isRead: (table: string) => boolean,
  { keyOf, textOf }: Setting,
): Difference[] {
  const values = (condition: Condition, text: (node: SqlValue) => string) =>
    condition.values.map(text).sort().join(", ");
  const show = (c: Condition) =>
    [c.operator, values(c, textOf)].filter((text) => text !== "").join(" ");
  const whole = (c: Condition) => `${textOf(c.subject)} ${show(c)}`.trim();
  const left = unmatched(
    gold.conditions,
    predicted.conditions,
    (c) => `${keyOf(c.subject)} ${c.operator} ${values(c, keyOf)}`,
  );
  const isSameSubject = (a: Condition, b: Condition) => keyOf(a.subject) === keyOf(b.subject);
  const isLiteral = (c: Condition) => c.values.every((value) => !hasColumn(value));
  const otherValues = takePairs(
    left,
    (a, b) =>
      isSameSubject(a, b) &&
      a.operator === b.operator &&
      isLiteral(a) &&
      isLiteral(b) &&
      a.values.length === b.values.length,
  ).map(([a, b]) =>
    difference("wrong-value", `${textOf(a.subject)} ${show(b)} where the gold has ${show(a)}`),
  );
  const otherOperators = takePairs(left, isSameSubject).map(([a, b]) =>
    difference(
      "wrong-condition",
      `condition on ${textOf(a.subject)}: ${show(b)} where the gold has ${show(a)}`,
    ),
  );
  const stays = (c: Condition) => [c.subject, ...c.values].flatMap(tablesIn).every(isRead);
  const rest = { golds: left.golds.filter(stays), predictions: left.predictions.filter(stays) };
  const replaced = takePairs(rest, () => true).map(([a, b]) =>
    difference("wrong-condition", `condition ${whole(b)} where the gold has ${whole(a)}`),
  );
  return [
    ...otherValues,
    ...otherOperators,
    ...replaced,
    ...rest.golds.map((c) => difference("wrong-condition", `lacks the condition ${whole(c)}`)),
    ...rest.predictions.map((c) => difference("wrong-condition", `adds the condition ${whole(c)}`)),
    ...connectorDifferences(gold, predicted),
  ];
}

function connectorDifferences(gold: Block, predicted: Block): Difference[] {
  const atoms = (block: Block) => block.conditions.length + block.nested.length;
  if (gold.orCount === predicted.orCount || atoms(gold) !== atoms(predicted)) return [];
  const [has, wanted] = predicted.orCount > gold.orCount ? ["OR", "AND"] : ["AND", "OR"];
  return [difference("wrong-condition", `${has} where the gold has ${wanted}`)];
}

function tablesIn(value: SqlValue): string[] {
  const tables: string[] = [];
  walk(value, (node) => {
    const table = tableOf(node);
    if (table !== undefined) tables.push(table);
  });
  return tables;
}

const hasColumn = (value: SqlValue) => tablesIn(value).length > 0;

/** The argument of an aggregate, null for COUNT(*); undefined for what is none. */
function aggregated(item: SqlValue): SqlValue | undefined {
  const kind = AGGREGATES.find((name) => bodyOf(item, name) !== undefined);
  return kind === undefined ? undefined : (bodyOf(item, kind)?.this ?? null);
}

export const hasAggregate = (values: readonly SqlValue[]): boolean => {
  let found = false;
  walk(values, (node) => {
    found ||= aggregated(node) !== undefined;
  });
  return found;
};

/** Differences of two select lists. */
export function itemDifferences(gold: Block, predicted: Block, setting: Setting): Difference[] {
  const { keyOf, textOf, areLinked } = setting;
  const left = unmatched(gold.items, predicted.items, keyOf);
  const instead = ([a, b]: [SqlValue, SqlValue]) => `${textOf(b)} where the gold has ${textOf(a)}`;
  const aggregates = takePairs(left, (a, b) => isOtherAggregate(a, b, keyOf)).map((pair) =>
    difference("wrong-aggregate", `selects ${instead(pair)}`),
  );
  const columns = takePairs(left, () => true).map((pair) =>
    difference("other-columns", `selects ${instead(pair)}`, areLinked(...pair)),
  );
  const found = [
    ...aggregates,
    ...columns,
    ...left.golds.map((item) => difference("other-columns", `lacks the column ${textOf(item)}`)),
    ...left.predictions.map((item) =>
      difference("other-columns", `adds the column ${textOf(item)}`),
    ),
  ];
  return found.length > 0 ? found : spellingDifferences(gold, predicted, setting);
}

/** Two aggregates, or a column and an aggregate of it. */
function isOtherAggregate(
  gold: SqlValue,
  predicted: SqlValue,
  keyOf: (node: SqlValue) => string,
): boolean {
  const [a, b] = [aggregated(gold), aggregated(predicted)];
  if (a !== undefined && b !== undefined) return true;
  if (a === undefined) return b !== undefined && b !== null && keyOf(b) === keyOf(gold);
  return a !== null && keyOf(a) === keyOf(predicted);
}

/** The same columns in another order, or equal ones of other tables. */
function spellingDifferences(gold: Block, predicted: Block, { textOf }: Setting): Difference[] {
  const list = (block: Block) => block.items.map(textOf).join(", ");
  if (list(gold) === list(predicted)) return [];
  const text = `selects ${list(predicted)} where the gold has ${list(gold)}`;
  const isAggregate = hasAggregate(gold.items) && gold.items.length === 1;
  return [difference(isAggregate ? "wrong-aggregate" : "other-columns", text, true)];
}

/** Differences in GROUP BY. Groups without any aggregate are a way of writing DISTINCT. */
export function groupDifferences(
  gold: Block,
  predicted: Block,
  { keyOf, textOf }: Setting,
): Difference[] {
  const groupsOf = (block: Block) => (isDistinctByGroups(block) ? [] : block.groups);
  const left = unmatched(groupsOf(gold), groupsOf(predicted), keyOf);
  const text = (values: readonly SqlValue[]) => values.map(textOf).join(", ");
  if (left.golds.length + left.predictions.length === 0) return [];
  if (groupsOf(predicted).length === 0)
    return [difference("wrong-grouping", `does not group by ${text(left.golds)}`)];
  if (groupsOf(gold).length === 0)
    return [difference("wrong-grouping", `groups by ${text(left.predictions)}`)];
  const isWithin = left.golds.length === 0 || left.predictions.length === 0;
  const keys = [gold, predicted].flatMap(({ pairs }) => pairs.flat().map(keyOf));
  const isKeyForName = [...left.golds, ...left.predictions].some((group) =>
    keys.includes(keyOf(group)),
  );
  const instead = `groups by ${text(predicted.groups)} where the gold groups by ${text(gold.groups)}`;
  return [difference("wrong-grouping", instead, isWithin || isKeyForName)];
}

const isDistinctByGroups = ({ groups, items, order, conditions, nested }: Block): boolean =>
  groups.length > 0 &&
  !hasAggregate([
    ...items,
    ...order.map(({ term }) => term),
    ...[...conditions, ...nested].map(({ subject = null }) => subject),
  ]);

/** DISTINCT, by that word or by groups. */
export function distinctDifferences(
  gold: Block,
  predicted: Block,
  { hasOtherCount }: Setting,
): Difference[] {
  const isDistinct = (block: Block) => block.isDistinct || isDistinctByGroups(block);
  if (isDistinct(gold) !== isDistinct(predicted))
    return [
      difference("distinct", isDistinct(gold) ? "lacks DISTINCT" : "adds DISTINCT", !hasOtherCount),
    ];
  if (gold.isDistinct !== predicted.isDistinct)
    return [difference("distinct", "DISTINCT where the other groups", true)];
  if (gold.subqueryTables.length === predicted.subqueryTables.length) return [];
  return [difference("distinct", "IN where the other joins: other duplicates", true)];
}

type Ordered = { readonly order: readonly OrderTerm[]; readonly limit: Limit };

/** Differences in ORDER BY and LIMIT. */
export function orderDifferences(
  gold: Ordered,
  predicted: Ordered,
  { keyOf, textOf }: Setting,
): Difference[] {
  const text = ({ order }: Ordered, show: (node: SqlValue) => string) =>
    order.map(({ term, isDescending }) => show(term) + (isDescending ? " DESC" : "")).join(", ");
  const [golds, predictions] = [text(gold, keyOf), text(predicted, keyOf)];
  const shown = [text(gold, textOf), text(predicted, textOf)];
  const found: Difference[] = [];
  if (golds !== predictions) {
    if (predictions === "")
      found.push(difference("wrong-ordering", `does not order by ${shown[0]}`));
    else if (golds === "") found.push(difference("wrong-ordering", `orders by ${shown[1]}`, true));
    else
      found.push(
        difference(
          "wrong-ordering",
          `orders by ${shown[1]} where the gold orders by ${shown[0]}`,
          predictions.startsWith(`${golds}, `),
        ),
      );
  }
  return [...found, ...limitDifferences(gold.limit, predicted.limit, textOf)];
}

function limitDifferences(
  gold: Limit,
  predicted: Limit,
  textOf: (node: SqlValue) => string,
): Difference[] {
  const number = (node: SqlValue | undefined, word: string) =>
    isNode(node ?? null) ? `${word} ${textOf(node as SqlNode)}` : "";
  const text = ({ count, offset }: Limit) =>
    `${number(count, "LIMIT")} ${number(offset, "OFFSET")}`.trim();
  const [wanted, got] = [text(gold), text(predicted)];
  if (wanted === got) return [];
  if (got === "") return [difference("wrong-limit", `lacks ${wanted}`)];
  return [
    difference(
      "wrong-limit",
      wanted === "" ? `adds ${got}` : `${got} where the gold has ${wanted}`,
    ),
  ];
}
