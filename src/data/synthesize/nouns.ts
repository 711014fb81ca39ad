/**
 * Plural nouns for tables, from their comments and names, none of them shared by two tables. Knows no columns.
 */
import type { Table } from "../../schema/schema.ts";
import { parseTableComment } from "./comments.ts";
import { headOf, isMassWord, isPluralWord, pluralOf, singularOf } from "./english.ts";
import { isCryptic, wordsOf } from "./names.ts";

export type TableNouns = { readonly nouns: readonly string[]; readonly area?: string };

/** Nouns for every table; a noun that two tables would claim is left to the one that has it first. */
export function nounsOfTables(tables: readonly Table[]): Map<string, TableNouns> {
  const drafts = tables.map((table) => ({ table, ...draftNouns(table, tables) }));
  const claims = new Map<string, number>();
  for (const { nouns } of drafts)
    for (const noun of new Set(nouns)) claims.set(noun, (claims.get(noun) ?? 0) + 1);
  return new Map(
    drafts.map(({ table, nouns, area }) => {
      const own = [...new Set(nouns)].filter((noun) => claims.get(noun) === 1);
      const kept = own.length > 0 ? own : [`${table.name} records`];
      return [table.name, { nouns: kept, ...(area && { area }) }];
    }),
  );
}

function draftNouns(table: Table, tables: readonly Table[]): TableNouns {
  const { nouns: noted, area } = parseTableComment(table.comment);
  const named = isCryptic(table.name) ? [] : [wordsOf(table.name).join(" ")];
  const phrases = (noted.length > 0 ? noted : named).flatMap(phraseVariants);
  const isShared =
    tables.filter(({ comment }) => comment?.toLowerCase().startsWith(`${area}:`)).length > 1;
  const all =
    area === undefined
      ? phrases
      : isShared
        ? phrases.flatMap((phrase) => withArea(area, phrase))
        : [area, ...phrases];
  const nouns = all.length > 0 ? all.map(countable) : [`${table.name} records`];
  return { nouns, ...(area && { area }) };
}

/** "payables", "invoice headers" → "payable invoices", "invoice headers". */
function withArea(area: string, phrase: string): string[] {
  const whole = phrase.replace(/ (header|master)s?$/, "");
  return whole === phrase
    ? [`${singularOf(area)} ${phrase}`, phrase]
    : [`${singularOf(area)} ${whole}`, phrase];
}

const ADVERBS: Readonly<Record<string, string>> = {
  day: "daily",
  week: "weekly",
  month: "monthly",
  quarter: "quarterly",
  year: "yearly",
};

/** "phases of jobs" → "job phases" as well; "holds on payables lines" → "holds"; "cost by month" → "monthly cost". */
function phraseVariants(phrase: string): string[] {
  const match = /^(.+?) (of|on|by|for|in|per) (?:the |an? )?(.+)$/.exec(phrase);
  const whole = phrase.replace(/ (parameters|settings|master|master data|information|info)$/, "");
  if (!match) return whole === phrase ? [phrase] : [pluralOf(whole), phrase];
  const [, head, preposition, rest] = match;
  if (preposition === "of") return [`${singularOf(rest)} ${head}`, head, phrase];
  if (Object.hasOwn(ADVERBS, rest)) return [`${ADVERBS[rest]} ${head}`];
  return [head, phrase];
}

/** A plural that can be counted: "job cost detail" → "job cost detail records". */
function countable(phrase: string): string {
  const head = headOf(phrase);
  if (/\band\b/.test(phrase) && isPluralWord(head)) return phrase;
  if (!isMassWord(head)) return pluralOf(phrase);
  return / (of|on|by|for|in|per) /.test(phrase)
    ? phrase.replace(/ (?=(of|on|by|for|in|per) )/, " records ")
    : `${phrase} records`;
}
