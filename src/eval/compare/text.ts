/** A comparison of two systems in words: for a terminal, and as Markdown for a pull request. */
import { terminalTable } from "../../report/terminal.ts";
import type { ChangedItem, ComparedMode, Comparison, ModeComparison } from "../compare.ts";
import {
  codeBlock,
  folded,
  foldedItems,
  inline,
  markdownTable,
  plain,
} from "../file-report/markdown.ts";
import type { TextTable } from "../file-report/tables.ts";
import { counted, interval, percent } from "../file-report/words.ts";

const MOST_LISTED = 10;

/** Scores, differences, power, and the items that changed sides in `mode`. */
export function comparisonText(comparison: Comparison, mode: ComparedMode): string {
  const { head, rows, numeric } = comparisonTable(comparison);
  return [
    `A: ${comparison.a}   B: ${comparison.b}   ${counted(comparison.n, "item")}`,
    terminalTable(head, rows, numeric),
    powerLines(comparison).join("\n"),
    ...directions(comparison, mode).map(({ title, items }) => listText(title, items, mode)),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** The same; the items are folded, and left out beyond what a comment on GitHub may hold. */
export function comparisonMarkdown(
  comparison: Comparison,
  mode: ComparedMode,
  maxCharacters: number = 65_536,
): string {
  const { a, b, n } = comparison;
  const top = [
    `### ${inline(b)} against ${inline(a)}`,
    `A is ${inline(a)}, B is ${inline(b)}, on the same ${counted(n, "item")}.`,
    markdownTable(comparisonTable(comparison)),
    powerLines(comparison)
      .map((line) => `- ${line}`)
      .join("\n"),
  ].join("\n\n");
  const room = (maxCharacters - top.length) / 2;
  const lists = directions(comparison, mode)
    .filter(({ items }) => items.length > 0)
    .map(({ title, items }) =>
      folded(
        title,
        foldedItems(
          items.map((item) => itemMarkdown(item, mode)),
          room,
        ),
      ),
    );
  return `${[top, ...lists].join("\n\n")}\n`;
}

function comparisonTable({ modes }: Comparison): TextTable {
  const head = [
    "mode",
    "n",
    "A",
    "95 %",
    "B",
    "95 %",
    "B − A, points",
    "95 %",
    "p",
    "gained",
    "lost",
  ];
  const rows = entriesOf(modes).map(([mode, one]) => [
    mode,
    String(one.n),
    percent(one.a.score),
    interval(one.a),
    percent(one.b.score),
    interval(one.b),
    signed(one.difference),
    `${signed(one.low)} to ${signed(one.high)}`,
    one.p === null ? "–" : one.p < 0.0001 ? "< 0.0001" : one.p.toFixed(4),
    String(one.gained),
    String(one.lost),
  ]);
  return { head, rows, numeric: head.map((_, at) => at).slice(1) };
}

const entriesOf = (modes: Comparison["modes"]) =>
  Object.entries(modes) as [ComparedMode, ModeComparison][];

/** Points with their sign. */
const signed = (share: number): string => {
  const points = (100 * share).toFixed(1);
  if (Number(points) === 0) return "0.0";
  return share > 0 ? `+${points}` : points.replace("-", "−");
};

/** What the number of items allows to see, for each mode whose items have sides. */
function powerLines({ modes }: Comparison): string[] {
  return entriesOf(modes).flatMap(([mode, { n, power }]) => {
    if (power === null) return [];
    if (power.changed === 0) return [`${mode}: no item changed sides.`];
    const seen =
      power.seen === null
        ? `${n} items show no difference with 80 % power`
        : `${n} items show a difference of ${(100 * power.seen).toFixed(1)} points with 80 % power`;
    return [
      `${mode}: with ${percent(power.changed)} of the items changing sides, ${seen}; to see a 2-point difference you need n = ${power.itemsForTwoPoints.toLocaleString("en")}.`,
    ];
  });
}

function directions({ items }: Comparison, mode: ComparedMode) {
  const gained = items.filter((item) => item.gained.includes(mode));
  const lost = items.filter((item) => item.lost.includes(mode));
  return [
    { title: `${counted(gained.length, "item")} better in B (${mode})`, items: gained },
    { title: `${counted(lost.length, "item")} worse in B (${mode})`, items: lost },
  ];
}

function listText(title: string, items: readonly ChangedItem[], mode: ComparedMode): string {
  const lines = items
    .slice(0, MOST_LISTED)
    .map((item) => `  ${nameOf(item)}${faultOf(item, mode)}`);
  const rest = items.length - lines.length;
  return [
    `${title}${items.length > 0 ? ":" : ""}`,
    ...lines,
    ...(rest > 0 ? [`  … and ${rest} more`] : []),
  ].join("\n");
}

const nameOf = ({ id, dbId, question }: ChangedItem): string =>
  [id, dbId, question].filter((part) => part !== undefined && part !== "").join(" · ");

/** What is wrong in the system that has it worse. */
function faultOf({ gained, a, b }: ChangedItem, mode: ComparedMode): string {
  const isBetter = gained.includes(mode);
  const { fault } = isBetter ? a : b;
  return fault === undefined ? "" : ` (${isBetter ? "A" : "B"}: ${fault})`;
}

function itemMarkdown(item: ChangedItem, mode: ComparedMode): string {
  const gold = item.goldSql === "" ? "To be refused." : `Gold\n${codeBlock(item.goldSql)}`;
  const parts = [
    gold,
    `A\n${codeBlock(item.a.predictedSql)}`,
    `B\n${codeBlock(item.b.predictedSql)}`,
  ];
  return folded(plain(nameOf(item) + faultOf(item, mode)), parts.join("\n\n"));
}
