/** Sums of two tables that point to the same rows: compared by a sub-query, because a join would repeat the rows of one. */
import {
  chance,
  type Draft,
  type Draw,
  entityOf,
  phraseOf,
  pickField,
  pickLink,
  pickWeighted,
} from "../draw.ts";
import { listOf, pluralOfColumn, totalOf } from "../english.ts";
import { printSelect, quoteName, type Select } from "../select.ts";
import type { Field } from "../vocabulary.ts";
import { askForRows, finish, terse } from "../wording.ts";

/** Sums of two tables that point to the same rows, compared row by row or side by side. */
export function comparedSums(draw: Draw): Draft | undefined {
  const sides = drawSides(draw);
  if (!sides) return undefined;
  const { key, first, second } = sides;
  const [a, b] = [first, second].map(
    (field) => `${totalOf(phraseOf(draw, field))} of ${entityOf(draw, field.table).nouns[0]}`,
  );
  const name = quoteName(key.name);
  const [here, there] = [quoteName(first.table), quoteName(second.table)];
  const inner = `(SELECT SUM(${quoteName(second.name)}) FROM ${there} WHERE ${there}.${name} = ${here}.${name})`;
  const sum = `SUM(${quoteName(first.name)})`;
  const { rng } = draw;
  const keyText = phraseOf(draw, key);
  const isCompared = chance(draw, 0.6);
  const isAbove = chance(draw, 0.7);
  const [more, less] = isAbove ? ["above", "exceeds"] : ["below", "is less than"];
  const question = isCompared
    ? rng.pick([
        () =>
          finish(
            rng,
            `For which ${pluralOfColumn(keyText)} is the ${a} ${more} the ${b}? Show the ${keyText} and the ${a}`,
            ".",
          ),
        () => askForRows(rng, `the ${keyText} and ${a} where it ${less} the ${b}`),
        () => finish(rng, `List each ${keyText} with its ${a}, if that ${less} the ${b}`, "."),
        () => terse(rng, `${pluralOfColumn(keyText)} and ${a}, where it is ${more} the ${b}`),
      ])()
    : rng.pick([
        () => askForRows(rng, `the ${a} and the ${b} per ${keyText}`),
        () =>
          finish(
            rng,
            `For each ${keyText} of ${entityOf(draw, first.table).nouns[0]}, show the ${a} beside the ${b}`,
            ".",
          ),
        () => terse(rng, `${listOf([a, b])} by ${keyText}`),
        () => finish(rng, `Per ${keyText}, compare the ${a} with the ${b}: show both`, "."),
      ])();
  const select: Select = isCompared
    ? {
        columns: [name, sum],
        from: here,
        groupBy: [name],
        having: `${sum} ${isAbove ? ">" : "<"} ${inner}`,
      }
    : { columns: [name, sum, inner], from: here, groupBy: [name] };
  const opposite = { ...select, having: `${sum} ${isAbove ? "<" : ">"} ${inner}` };
  return {
    question,
    sql: printSelect(select),
    neighbours: isCompared
      ? [printSelect({ ...select, having: undefined }), printSelect(opposite)]
      : [printSelect({ ...select, columns: [name, sum, sum] })],
    isOrdered: false,
    tables: [first.table, second.table],
    fields: [key, first, second],
  };
}

/** Two tables that share a column which is unique in a third, each with a sum to take. */
function drawSides(draw: Draw): { key: Field; first: Field; second: Field } | undefined {
  const link = pickLink(draw, ({ parent, columns }) =>
    columns.some((pair) => isUniqueIn(draw, parent, pair.parent)),
  );
  const pair = link?.columns.find(({ parent }) => isUniqueIn(draw, link.parent, parent));
  if (!link || !pair) return undefined;
  const other = pickWeighted(
    draw.rng,
    draw.vocabulary.links.filter(
      ({ child, parent, columns }) =>
        parent === link.parent &&
        child !== link.child &&
        columns.some((column) => column.child === pair.child && column.parent === pair.parent),
    ),
    () => 1,
  );
  if (!other) return undefined;
  const [here, there] = [entityOf(draw, link.child), entityOf(draw, other.child)];
  const key = here.fields.find(({ name }) => name === pair.child);
  const first = pickField(draw, here.fields, ({ isAdditive }) => isAdditive);
  const second =
    first &&
    pickField(
      draw,
      there.fields,
      ({ isAdditive, isMoney, phrases }) =>
        isAdditive &&
        isMoney === first.isMoney &&
        (isMoney || phrases[0].split(" ").at(-1) === first.phrases[0].split(" ").at(-1)),
    );
  return key && key.column.nullCount === 0 && first && second ? { key, first, second } : undefined;
}

const isUniqueIn = (draw: Draw, table: string, column: string): boolean =>
  entityOf(draw, table).fields.some(({ name, isUnique }) => name === column && isUnique);
