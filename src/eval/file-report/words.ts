/** Names, orders and number forms that the reports of a scored file share. */
import type { ItemHardness } from "../file-item.ts";
import type { Mode } from "../mode-names.ts";
import type { DifferenceMode, DifferenceRule } from "../official/difference.ts";
import type { FileItem, FileReport, ModeReport } from "../score-file.ts";

export const HARDNESSES: readonly ItemHardness[] = [
  "easy",
  "medium",
  "hard",
  "extra",
  "unparsed",
  "simple",
  "moderate",
  "challenging",
];

const ruleWords: Readonly<Record<DifferenceRule, string>> = {
  distinct: "DISTINCT does not count",
  "order-substring": 'order counts where the gold holds the text "order by"',
  ties: "tied rows have an order",
  float: "REAL numbers must be equal to the last bit",
  type: "text is never a number",
  "empty-columns": "empty results are equal whatever their columns",
  "column-order": "columns must stand in the gold's order",
  write: "a statement that may write is run",
  other: "no single rule",
};

/** What an official mode does that strict mode does not. */
export const wordsOfRule = (mode: DifferenceMode, rule: DifferenceRule): string => {
  if (mode === "bird-ex" && rule === "distinct") return "repeated rows do not count";
  if (mode === "bird-ex" && rule === "order-substring") return "order never counts";
  return ruleWords[rule];
};

export type Status = "right" | "partly" | "wrong" | "none";

/** What a verdict says in a mode. "none": the item has no valid gold there. */
export function statusOf(mode: Mode, verdict: number | null | undefined): Status {
  if (verdict === null || verdict === undefined) return "none";
  if (verdict === 0) return "wrong";
  return mode === "bird-softf1" && verdict < 1 ? "partly" : "right";
}

export const isWrongIn = (mode: Mode, { verdicts }: FileItem): boolean => verdicts[mode] === 0;

/** The modes of a report with their figures, in the order in which they were asked for. */
export const modesOf = ({ modes }: Pick<FileReport, "modes">): [Mode, ModeReport][] =>
  Object.entries(modes) as [Mode, ModeReport][];

/** "1 item", "2 items". */
export const counted = (n: number, noun: string): string =>
  `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export const interval = ({ low, high }: { readonly low: number; readonly high: number }): string =>
  `${(100 * low).toFixed(1)} – ${(100 * high).toFixed(1)} %`;

/** What has to be known beside a mode's score, a line each. */
export function remarksOn(mode: Mode, report: ModeReport): string[] {
  const { sameColumnOrder, vacuous = 0, officialCrash = 0, goldInvalid } = report;
  return [
    ...(sameColumnOrder === undefined
      ? []
      : [`${percent(sameColumnOrder)} with the gold's order of columns`]),
    ...(vacuous > 0 ? [`${vacuous} right with an empty result`] : []),
    ...(officialCrash > 0 ? [`${officialCrash} on which the official script stops: wrong`] : []),
    ...(goldInvalid > 0 ? [`${goldInvalid} left out: no valid gold in ${mode}`] : []),
  ];
}
