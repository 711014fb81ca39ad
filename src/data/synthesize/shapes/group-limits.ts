/** Some of the groups: those with the most or the least, those beyond a bound, the figure of the greatest. */
import { chance, type Draft, type Draw } from "../draw.ts";
import { capitalise, countText, numberText, pluralOf, withArticle } from "../english.ts";
import { printSelect, type Select } from "../select.ts";
import { askForRows, finish, terse } from "../wording.ts";
import { sourceOf, tieOf, toDraft } from "./draft.ts";
import {
  drawGrouped,
  fieldsOf,
  type Grouped,
  hasNullGroup,
  selectOf,
  shownText,
} from "./grouped.ts";

/** The group, or the few groups, with the most or the least. */
export function topGroups(draw: Draw): Draft | undefined {
  const grouped = drawGrouped(draw, ["COUNT", "SUM", "AVG", "DISTINCT", "DIFFERENCE", "DAYS"]);
  if (!grouped || grouped.key.count < 3 || hasNullGroup(grouped)) return undefined;
  const { subject, keys, measure } = grouped;
  const limit = chance(draw, 0.6) ? 1 : draw.rng.pick([2, 3, 3, 5, 5, 10]);
  const isDescending = chance(draw, 0.8);
  const isShown = chance(draw, limit === 1 ? 0.55 : 0.85);
  const select: Select = {
    ...selectOf(grouped),
    ...(!isShown && { columns: keys }),
    orderBy: [`${measure.sql}${isDescending ? " DESC" : ""}`],
    limit,
  };
  const words = limit === 1 ? oneQuestion : severalQuestion;
  return toDraft(words(draw, grouped, { limit, isDescending, isShown }), subject, select, {
    fields: fieldsOf(grouped),
    tie: tieOf(select, measure.sql),
  });
}

type Top = { readonly limit: number; readonly isDescending: boolean; readonly isShown: boolean };

/** "the most unpaid invoices", "the highest total amount of unpaid invoices". */
function mostOf({ rng }: Draw, { subject, measure }: Grouped, isDescending: boolean): string {
  if (measure.kind !== "COUNT") return `the ${isDescending ? "highest" : "lowest"} ${measure.text}`;
  const words = isDescending
    ? ["the most", "the largest number of", "the highest number of"]
    : ["the fewest", "the smallest number of"];
  return `${rng.pick(words)} ${subject.text}`;
}

function oneQuestion(draw: Draw, grouped: Grouped, { isDescending, isShown }: Top): string {
  const { rng } = draw;
  const { key, measure } = grouped;
  const name = key.noun && !isShown && chance(draw, 0.3) ? key.noun : key.text;
  const most = mostOf(draw, grouped, isDescending);
  const shown = isShown
    ? rng.pick([` ${capitalise(shownText(grouped))}`, ` With the ${measure.short}`])
    : "";
  const beside = isShown ? `: ${shownText(grouped)}` : "";
  return rng.pick([
    () => `${finish(rng, `Which ${name} has ${most}`, "?").replace(/[^?]$/, "$&?")}${shown}`,
    () => `${finish(rng, `Which ${name} has ${most}`, "?").replace(/[^?]$/, "$&?")}${shown}`,
    () => terse(rng, `${name} with ${most}${beside}`),
    () => terse(rng, `${name} with ${most}${isShown ? `, with the ${measure.short}` : ""}`),
  ])();
}

function severalQuestion(
  draw: Draw,
  grouped: Grouped,
  { limit, isDescending, isShown }: Top,
): string {
  const { rng } = draw;
  const { key, measure } = grouped;
  const most = mostOf(draw, grouped, isDescending);
  const many = countText(limit, rng);
  const plural = key.noun ? pluralOf(key.noun) : key.plural;
  const shown = isShown ? rng.pick([`, with the ${measure.short}`, `: ${shownText(grouped)}`]) : "";
  const ranked = `${isDescending ? "top" : "bottom"} ${many} ${plural} by ${measure.text}${shown}`;
  return rng.pick([
    () =>
      finish(
        rng,
        `Which ${many} ${plural} have ${most}${isShown ? `? ${capitalise(shownText(grouped))}` : ""}`,
        isShown ? "." : "?",
      ),
    () => askForRows(rng, `the ${many} ${plural} with ${most}${shown}`),
    () => terse(rng, ranked),
    () => terse(rng, ranked),
  ])();
}

/** Groups whose figure is beyond a bound. */
export function groupsBeyond(draw: Draw): Draft | undefined {
  const grouped = drawGrouped(draw, ["COUNT", "SUM", "AVG"]);
  if (!grouped || grouped.key.count < 3 || hasNullGroup(grouped)) return undefined;
  const { subject, keys, measure } = grouped;
  const operator = draw.rng.pick([">", ">", ">=", "<"] as const);
  const bound = boundOf(draw, grouped);
  const isShown = chance(draw, 0.8);
  const isOrdered = isShown && chance(draw, 0.2);
  const question = beyondQuestion(draw, grouped, { operator, bound, isShown, isOrdered });
  const select: Select = {
    ...selectOf(grouped),
    ...(!isShown && { columns: keys }),
    having: `${measure.sql} ${operator} ${bound}`,
    ...(isOrdered && { orderBy: [`${measure.sql} DESC`] }),
  };
  return toDraft(question, subject, select, { fields: fieldsOf(grouped) });
}

type Beyond = {
  readonly operator: ">" | ">=" | "<";
  readonly bound: number;
  readonly isShown: boolean;
  readonly isOrdered: boolean;
};

const COUNT_BOUNDS = {
  ">": ["more than", "over"],
  ">=": ["at least"],
  "<": ["fewer than", "less than"],
};
const AMOUNTS = {
  ">": ["more than", "over"],
  ">=": ["at least"],
  "<": ["less than", "under"],
};
const BOUNDS = {
  ">": ["above", "over", "of more than"],
  ">=": ["of at least"],
  "<": ["below", "under", "of less than"],
};

function beyondQuestion(
  draw: Draw,
  grouped: Grouped,
  { operator, bound, isShown, isOrdered }: Beyond,
): string {
  const { rng } = draw;
  const { subject, key, measure } = grouped;
  const isMoney = measure.fields.some((field) => field.isMoney);
  const amount = numberText(bound, rng, isMoney);
  const isBare = measure.kind === "SUM" && !/^(total|sum of) /.test(measure.text);
  const most =
    measure.kind === "COUNT"
      ? `${rng.pick(COUNT_BOUNDS[operator])} ${countText(bound, rng)} ${subject.text}`
      : isBare && chance(draw, 0.7)
        ? `${rng.pick(AMOUNTS[operator])} ${amount} ${measure.text}`
        : `${withArticle(measure.text)} ${rng.pick(BOUNDS[operator])} ${amount}`;
  const order = isOrdered
    ? rng.pick([", highest first", ", largest first", ", from most to least"])
    : "";
  const plural = key.noun ? pluralOf(key.noun) : key.plural;
  const shown = isShown
    ? rng.pick([
        `, with the ${measure.short}`,
        `: ${shownText(grouped)}`,
        `: ${shownText(grouped)}`,
      ])
    : "";
  return rng.pick([
    () =>
      finish(
        rng,
        `Which ${plural} have ${most}${isShown ? `? ${capitalise(shownText(grouped))}${order}` : ""}`,
        isShown ? "." : "?",
      ),
    () => askForRows(rng, `the ${plural} with ${most}${shown}${order}`),
    () => terse(rng, `${plural} with ${most}${shown}${order}`),
    () => terse(rng, `${plural} with ${most}${shown}${order}`),
  ])();
}

/** A bound that some groups pass and others do not, as far as sizes tell. */
function boundOf(draw: Draw, { subject, key, measure }: Grouped): number {
  const factor = draw.rng.pick([0.5, 1, 1, 1.5, 2]);
  const narrowing = 4 ** subject.conditions.length;
  const rowsPerGroup = subject.entity.table.rowCount / Math.max(1, key.count) / narrowing;
  if (measure.kind === "COUNT") return Math.max(2, nicely(rowsPerGroup * factor));
  const spread = measure.fields[0]?.samples.spread ?? [];
  const mean =
    spread.reduce<number>((sum, value) => sum + Number(value), 0) / Math.max(1, spread.length);
  const size = measure.kind === "SUM" ? Math.max(1, rowsPerGroup) * mean : mean;
  return nicely(size * factor, measure.kind === "AVG");
}

/** Rounded to one or two leading digits; whole numbers unless small averages. */
function nicely(value: number, isFraction: boolean = false): number {
  if (Math.abs(value) < 10)
    return isFraction ? Number(value.toFixed(1)) : Math.max(1, Math.round(value));
  const unit = 10 ** Math.floor(Math.log10(Math.abs(value)) - (Math.abs(value) < 100 ? 0 : 0.3));
  return Math.round(value / unit) * unit;
}

/** The average, highest or lowest of the figures of groups. */
export function figureOfGroups(draw: Draw): Draft | undefined {
  const grouped = drawGrouped(draw, ["COUNT", "SUM"]);
  if (!grouped || grouped.key.count < 3 || hasNullGroup(grouped)) return undefined;
  const { subject, key, keys, measure } = grouped;
  const kind = draw.rng.pick(["average", "average", "highest", "lowest"]);
  if (kind === "average" && keys.length > 1) return undefined;
  const { rng } = draw;
  const them = kind === "average" ? "their average" : `the ${kind} of them`;
  const question = rng.pick([
    () => finish(rng, `What is the ${kind} ${measure.text} per ${key.text}`, "?"),
    () => finish(rng, `Work out the ${measure.text} for each ${key.text} and give ${them}`, "."),
    () => finish(rng, `Taking the ${measure.text} for each ${key.text}, what is the ${kind}`, "?"),
    () => terse(rng, `${kind} ${measure.text} per ${key.text}`),
  ])();
  const whole: Select = { columns: [measure.sql], ...sourceOf(subject) };
  const select: Select =
    kind === "average"
      ? { ...whole, columns: [`1.0 * ${measure.sql} / COUNT(DISTINCT ${keys[0]})`] }
      : {
          ...whole,
          groupBy: keys,
          orderBy: [`${measure.sql}${kind === "highest" ? " DESC" : ""}`],
          limit: 1,
        };
  return toDraft(question, subject, select, {
    fields: fieldsOf(grouped),
    neighbours: [printSelect(whole)],
  });
}
