/**
 * The score of a file of predictions as Markdown for a pull request: a short table, and what is wrong, folded. Texts
 * of others are shown as they are: they mention nobody and refer to no issue.
 */
import { escapeHtml } from "../../report/html.ts";
import { goldCheckLine } from "../check-gold-text.ts";
import type { Mode } from "../mode-names.ts";
import { modeRows, type TextTable } from "./tables.ts";
import type { FileItem, FileReport } from "../score-file.ts";
import { counted, isWrongIn, modesOf } from "./words.ts";

export type MarkdownOptions = {
  readonly title?: string;
  /** Whose wrong items are listed; the first of the report where none is named. */
  readonly mode?: Mode;
  /** Items are left out, and counted, beyond it. The default is what a comment on GitHub may hold. */
  readonly maxCharacters?: number;
};

/** Room for the note that items are left out, and for the closing tags. */
const RESERVE = 200;

/** Table and wrong items. */
export function fileReportMarkdown(
  report: FileReport,
  {
    title = "Evaluation",
    mode = modesOf(report)[0]?.[0],
    maxCharacters = 65_536,
  }: MarkdownOptions = {},
): string {
  const wrong = mode === undefined ? [] : report.items.filter((item) => isWrongIn(mode, item));
  const top = [
    `### ${inline(title)}`,
    markdownTable(modeRows(report)),
    `${goldCheckLine({ ...report.golds, items: [] })}.`,
  ].join("\n\n");
  if (mode === undefined || wrong.length === 0) return `${top}\n`;
  const heading = `${counted(wrong.length, "item")} wrong in ${mode}: ${classCounts(wrong)}`;
  const list = foldedItems(wrong.map(itemMarkdown), maxCharacters - top.length - heading.length);
  return `${top}\n\n${folded(heading, list)}\n`;
}

/** As many of the texts as there is room for, and a note on the rest. */
export function foldedItems(texts: readonly string[], room: number): string {
  let left = room - RESERVE;
  const kept = texts.filter((text) => (left -= text.length + 2) >= 0);
  const rest = texts.length - kept.length;
  return [...kept, ...(rest > 0 ? [`… and ${counted(rest, "item")} more.`] : [])].join("\n\n");
}

export const folded = (summary: string, content: string): string =>
  `<details><summary>${summary}</summary>\n\n${content}\n\n</details>`;

export function markdownTable({ head, rows, numeric }: TextTable): string {
  const line = (cells: readonly string[]) => `| ${cells.map(inline).join(" | ")} |`;
  const rule = head.map((_, at) => (numeric.includes(at) ? "--:" : "---"));
  return [line(head), `|${rule.join("|")}|`, ...rows.map(line)].join("\n");
}

/** Text within HTML: no markup, no mention, no reference, no break. */
export const plain = (text: string): string =>
  escapeHtml(text.replace(/\s+/g, " ")).replace(/[@#](?=\w)/g, "$&<!-- -->");

/** The same within a line of Markdown. */
export const inline = (text: string): string => plain(text).replace(/[\\`*_[\]|~]/g, "\\$&");

/** A block of code that its content cannot end. */
export function codeBlock(text: string, language: string = "sql"): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function itemMarkdown(item: FileItem): string {
  const { id, dbId, question = "", errorClass, goldSql, predictedSql, differences } = item;
  const summary = plain(`${id} · ${dbId} · ${errorClass ?? "other"} · ${question}`);
  const gold = goldSql === "" ? "To be refused." : `Gold\n${codeBlock(goldSql)}`;
  const words = differences.map((text) => `- ${inline(text)}`).join("\n");
  return folded(
    summary,
    [gold, `Prediction\n${codeBlock(predictedSql)}`, words].join("\n\n").trim(),
  );
}

function classCounts(items: readonly FileItem[]): string {
  const groups = [...Map.groupBy(items, ({ errorClass }) => errorClass ?? "other")];
  return groups
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([name, { length }]) => `${name} ${length}`)
    .join(", ");
}
