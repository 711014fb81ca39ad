/**
 * What the next pairs should be, as sentences: from what the schema has and the pairs lack, and from what people ask
 * more often (Spider train). Counts only; it promises no accuracy.
 */
import type { Database, Table } from "../../schema/schema.ts";
import { HARDNESSES } from "../../sql/hardness.ts";
import type { DataStats } from "../stats.ts";
import { type Counts, percent } from "./counts.ts";
import { spiderTrain } from "./question-sets.ts";

/** The advice is for this many pairs to come. */
const NEXT_PAIRS = 200;
const MOST_NAMED = 6;
/** Rarer in Spider train, a feature is no advice. */
const LEAST_SHARE = 0.03;
/** Below this part of what is usual, something counts as rare. */
const RARE = 0.5;
const LEAST_REFUSALS = 0.05;
const LEAST_VALUES_ASKED = 0.5;
/** Below this part of Spider train's distinct-2 the wording counts as narrow. */
export const NARROW = 0.8;

type Counted = Omit<DataStats, "advice">;

/** Sentences, the weightiest first; none where nothing is missing. */
export function adviceOn(stats: Counted, database: Database): string[] {
  return [
    tablesAdvice(stats, database),
    hardnessAdvice(stats),
    featuresAdvice(stats),
    joinsAdvice(stats),
    columnsAdvice(stats),
    valuesAdvice(stats),
    shapesAdvice(stats),
    wordingAdvice(stats),
    refusalAdvice(stats),
  ].filter((sentence) => sentence !== undefined);
}

const answersIn = ({ kinds }: Counted) => kinds.answer ?? 0;

/** `a, b and 3 more`. */
export function named(names: readonly string[], most: number = MOST_NAMED): string {
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** How many of the next pairs each name should get for its part of all to be what is wanted; largest first. */
function lacking(counts: Counts, wanted: Counts, perPair: number): [string, number][] {
  const have = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const total = Object.values(wanted).reduce((sum, weight) => sum + weight, 0);
  const goal = have + NEXT_PAIRS * perPair;
  const missing = Object.entries(wanted)
    .map(([name, weight]) => ({ name, count: (weight / total) * goal - (counts[name] ?? 0) }))
    .filter(({ count }) => count > 0);
  const all = missing.reduce((sum, { count }) => sum + count, 0);
  const scale = Math.min(1, (NEXT_PAIRS * perPair) / all);
  return missing
    .map(({ name, count }): [string, number] => [name, Math.ceil(count * scale)])
    .sort((a, b) => b[1] - a[1]);
}

/** What a table weighs: the digits of its row count and the keys that touch it; an empty one nothing. */
function weightOf(table: Table, { tables }: Database): number {
  const incoming = tables.flatMap(({ foreignKeys }) => foreignKeys);
  const degree =
    table.foreignKeys.length + incoming.filter(({ refTable }) => refTable === table.name).length;
  return table.rowCount === 0 ? 0 : Math.log10(10 + table.rowCount) + degree;
}

function tablesAdvice(stats: Counted, database: Database): string | undefined {
  const weights = database.tables.map((table) => [table.name, weightOf(table, database)] as const);
  const uses = Object.values(stats.tables).reduce((sum, count) => sum + count, 0);
  const perPair = Math.max(1, uses / Math.max(1, answersIn(stats)));
  const missing = lacking(stats.tables, Object.fromEntries(weights), perPair);
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  const isRare = (name: string, weight: number) =>
    stats.tables[name] < NARROW * (weight / total) * uses;
  const rare = new Set(weights.flatMap(([name, weight]) => (isRare(name, weight) ? name : [])));
  const list = missing
    .filter(([name]) => rare.has(name))
    .map(([name, count]) => `${name} (${count} times; now in ${stats.tables[name]} answers)`);
  return list.length === 0
    ? undefined
    : `The next ${NEXT_PAIRS} pairs should use these tables, which have fewer than their rows and keys let expect: ${named(list)}.`;
}

function hardnessAdvice(stats: Counted): string | undefined {
  const n = answersIn(stats);
  const missing = lacking(stats.hardness, spiderTrain.hardness, 1).filter(
    ([name]) => (stats.hardness[name] ?? 0) / Math.max(1, n) < NARROW * shareInSpider(name),
  );
  if (missing.length === 0) return undefined;
  const list = missing.map(
    ([name, count]) =>
      `${count} should be ${name} (${percent((stats.hardness[name] ?? 0) / Math.max(1, n))} now, ${percent(shareInSpider(name))} in Spider train)`,
  );
  return `Of the next ${NEXT_PAIRS} pairs ${list.join(", ")}.`;
}

const shareInSpider = (hardness: string): number =>
  spiderTrain.hardness[HARDNESSES.find((name) => name === hardness) ?? "easy"];

/** Features that are rarer than half of Spider train's share. */
export const rareFeatures = (stats: Counted): string[] =>
  Object.entries(spiderTrain.features).flatMap(([name, usual]) => {
    const share = (stats.features[name] ?? 0) / Math.max(1, answersIn(stats));
    return usual >= LEAST_SHARE && share < RARE * usual
      ? `${name} (${percent(share)} against ${percent(usual)})`
      : [];
  });

function featuresAdvice(stats: Counted): string | undefined {
  const rare = rareFeatures(stats);
  return rare.length === 0
    ? undefined
    : `Rarer than half of what people ask in Spider train: ${rare.join(", ")}.`;
}

function joinsAdvice({ joins }: Counted): string | undefined {
  if (joins.unusedKeys.length > 0)
    return `Join along the keys that no pair joins along: ${named(joins.unusedKeys)}.`;
  return joins.unusedPaths.length > 0
    ? `Every key is joined along; ${joins.paths - joins.usedPaths} of ${joins.paths} paths of two keys are not, among them ${named(joins.unusedPaths, 3)}.`
    : undefined;
}

const columnsAdvice = ({ untouchedColumns }: Counted) =>
  untouchedColumns.length === 0
    ? undefined
    : `Ask for the columns that no pair names: ${named(untouchedColumns)}.`;

function valuesAdvice({ values = [] }: Counted): string | undefined {
  const poor = values.filter(({ asked, distinct }) => asked / distinct < LEAST_VALUES_ASKED);
  const list = poor.map(
    ({ column, asked, distinct, missing }) =>
      `${column} (${asked} of ${distinct}; not ${missing.slice(0, 2).join(", ")})`,
  );
  return list.length === 0
    ? undefined
    : `Ask about more of the values that are there: ${named(list, 4)}.`;
}

function shapesAdvice({ shapes, singleShapes }: Counted): string | undefined {
  return singleShapes > RARE * shapes
    ? `${singleShapes} of ${shapes} shapes of SQL stand in one pair only: ask the same with other tables.`
    : undefined;
}

function wordingAdvice({ wording }: Counted): string | undefined {
  const usual = wording.sample && spiderTrain.distinct[wording.sample.size];
  return wording.sample && usual && wording.sample.distinct2 < NARROW * usual.distinct2
    ? `The wording is narrow: distinct-2 is ${wording.sample.distinct2.toFixed(3)} on ${wording.sample.size} questions, in Spider train (140 databases) ${usual.distinct2.toFixed(3)}; say the same in other words.`
    : undefined;
}

function refusalAdvice({ n, kinds }: Counted): string | undefined {
  const refusals = kinds.refuse ?? 0;
  return refusals < LEAST_REFUSALS * n
    ? `${refusals} of ${n} questions are to be refused; with fewer than ${percent(LEAST_REFUSALS)} a model learns to answer everything.`
    : undefined;
}
