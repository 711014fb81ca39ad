/** What the script of the page is given: an entry for each item, with its results. Texts only; the script makes the markup. */
import type { Mode } from "../mode-names.ts";
import type { DifferenceMode, DifferenceRule } from "../official/difference.ts";
import type { Featured } from "./groups.ts";
import type { ShownPair } from "./results.ts";
import type { FileReport } from "../score-file.ts";
import { modesOf, type Status, statusOf, wordsOfRule } from "./words.ts";

export type PageItem = {
  readonly index: number;
  readonly id: string;
  readonly dbId: string;
  readonly question: string;
  readonly hardness: string;
  readonly features: readonly string[];
  readonly gold: string;
  readonly predicted: string;
  /** In the order of the modes. */
  readonly statuses: readonly Status[];
  readonly verdicts: readonly (number | null)[];
  readonly reasons: readonly string[];
  readonly errorClass: string | null;
  /** In words: differences from the gold, why modes disagree, flags, the database's message. */
  readonly notes: readonly string[];
  readonly confidence?: number;
  readonly results?: ShownPair;
};

export type PageData = { readonly modes: readonly Mode[]; readonly items: readonly PageItem[] };

export function pageData(
  report: FileReport,
  featured: readonly Featured[],
  results: readonly ShownPair[] | undefined,
): PageData {
  const modes = modesOf(report).map(([mode]) => mode);
  return { modes, items: featured.map((one, at) => pageItem(one, modes, results?.[at])) };
}

function pageItem(
  { item, sql }: Featured,
  modes: readonly Mode[],
  results: ShownPair | undefined,
): PageItem {
  const { index, id, dbId, question = "", hardness, goldSql, predictedSql, errorClass } = item;
  return {
    index,
    id,
    dbId,
    question,
    hardness,
    features: sql?.features ?? [],
    gold: goldSql,
    predicted: predictedSql,
    statuses: modes.map((mode) => statusOf(mode, item.verdicts[mode])),
    verdicts: modes.map((mode) => item.verdicts[mode] ?? null),
    reasons: modes.map((mode) => item.reasons[mode] ?? ""),
    errorClass,
    notes: notesOn(item),
    ...(item.confidence !== undefined && { confidence: item.confidence }),
    ...(results !== undefined && { results }),
  };
}

const notesOn = ({ differences, disagreement, flags, message }: Featured["item"]): string[] => [
  ...differences,
  ...(Object.entries(disagreement) as [DifferenceMode, readonly DifferenceRule[]][]).map(
    ([mode, rules]) =>
      `${mode} decides otherwise than strict: ${rules.map((rule) => wordsOfRule(mode, rule)).join("; ")}`,
  ),
  ...(flags.length > 0 ? [`flags: ${flags.join(", ")}`] : []),
  ...(message !== undefined && !differences.some((text) => text.includes(message))
    ? [`database: ${message}`]
    : []),
];

/** JSON that no text in it can end the script element of. */
export const scriptJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll("<", "\\u003c");
