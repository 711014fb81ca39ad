/** Conditions that set two columns of a row against each other: later, higher, or so many days apart. */
import type { ColumnText, Condition } from "./conditions.ts";
import { chance, type Draw, phraseOf } from "./draw.ts";
import type { Field } from "./vocabulary.ts";

/** Two dates, or two amounts of money. */
export const isComparable = (a: Field, b: Field): boolean =>
  a !== b && a.role === b.role && (a.role === "date" || (isAmount(a) && isAmount(b)));

const isAmount = (field: Field): boolean => field.isMoney && field.isAdditive;

export function compareCondition(
  draw: Draw,
  first: Field,
  second: Field,
  column: ColumnText,
): Condition {
  const [a, b] = [column(first), column(second)];
  const [x, y] = [phraseOf(draw, first), phraseOf(draw, second)];
  const fields = [first, second];
  if (first.role === "date" && chance(draw, 0.5)) {
    const days = draw.rng.pick([7, 10, 14, 30, 30, 45, 60, 90]);
    const difference = `julianday(${a}) - julianday(${b})`;
    const clause = `whose ${x} is more than ${days} days after the ${y}`;
    return {
      sql: `${difference} > ${days}`,
      opposites: [`${difference} <= ${days}`],
      post: clause,
      clause,
      fields,
    };
  }
  const isMore = chance(draw, 0.6);
  const clause = `whose ${x} is ${comparative(draw, first, isMore)} the ${y}`;
  const [operator, other] = isMore ? [">", "<"] : ["<", ">"];
  return {
    sql: `${a} ${operator} ${b}`,
    opposites: [`${a} ${other} ${b}`],
    post: clause,
    clause,
    fields,
  };
}

function comparative(draw: Draw, { role }: Field, isMore: boolean): string {
  if (role === "date") return isMore ? "after" : "before";
  return draw.rng.pick(
    isMore ? ["higher than", "greater than", "above"] : ["lower than", "less than", "below"],
  );
}
