/** The two ways of asking for the extreme row: ORDER BY … LIMIT 1, and a comparison with the maximum or minimum. */
import { bodyOf, nameIn, type SqlValue } from "../../sql/tree.ts";
import { type Difference, difference } from "./classes.ts";
import { type Nested, tableOf } from "./conditions.ts";
import type { Block } from "./outline.ts";
import type { Setting } from "./parts.ts";

/**
 * `ORDER BY x DESC LIMIT 1` and `x = (SELECT max(x) …)` ask for the same but for ties. Where one side has the one and
 * the other the other, both are taken out, and the ties are a minor difference.
 */
export function withoutExtremes(
  gold: Block,
  predicted: Block,
  setting: Setting,
): [Block, Block, Difference[]] {
  if (!setting.didRun) return [gold, predicted, []];
  const inGold = extremeOf(gold, predicted, setting);
  const inPredicted = extremeOf(predicted, gold, setting);
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
function extremeOf(block: Block, ordered: Block, { keyOf, textOf }: Setting): Nested | undefined {
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
