/** Differences in what one SELECT reads: its tables, outer joins, and the columns it joins by. */
import type { SqlValue } from "../../sql/tree.ts";
import { type Difference, difference } from "./classes.ts";
import { columnsUsed } from "./equal-ways.ts";
import type { Texts } from "./equal-columns.ts";
import type { Block } from "./outline.ts";
import { unmatched } from "./parts.ts";

/** Tables; where both read the same ones, the joins. */
export function tableDifferences(gold: Block, predicted: Block, texts: Texts): Difference[] {
  const { textOf } = texts;
  const left = unmatched(gold.tables, predicted.tables, (name) => name.toLowerCase());
  const [missing, added] = [left.golds.join(", "), left.predictions.join(", ")];
  if (missing !== "" && added !== "")
    return [
      difference(
        "wrong-tables",
        `reads ${added} where the gold reads ${missing}`,
        isKeyOnly(gold, predicted, texts),
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
function isKeyOnly(gold: Block, predicted: Block, { areLinked, textOf }: Texts): boolean {
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
