/** The score of a file of predictions as text for a terminal: golds, modes, error classes, disagreements. */
import { terminalTable } from "../../report/terminal.ts";
import { goldCheckLine } from "../check-gold-text.ts";
import type { FileReport, ModeReport } from "../score-file.ts";
import { disagreementsOf } from "./disagreements.ts";
import { classRows, modeRows } from "./tables.ts";
import { interval, modesOf, percent, remarksOn, wordsOfRule } from "./words.ts";

const MOST_LISTED = 8;

/** Everything that fits on a screen; the items stand in the other reports. */
export function fileReportText(report: FileReport): string {
  const modes = modeRows(report);
  const remarks = modesOf(report).flatMap(([mode, one]) =>
    remarksOn(mode, one).map((remark) => `  ${mode}: ${remark}`),
  );
  return [
    goldCheckLine({ ...report.golds, items: [] }),
    [terminalTable(modes.head, modes.rows, modes.numeric), ...remarks].join("\n"),
    partsText(report.modes["spider-em"]?.parts),
    classText(report),
    disagreementText(report),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** A line a file, for several answers to one gold. */
export function manyFilesText(names: readonly string[], reports: readonly FileReport[]): string {
  const modes = modesOf(reports[0]).map(([mode]) => mode);
  const rows = reports.map((report, i) => [
    names[i],
    ...modesOf(report).map(([, one]) => `${percent(one.score)} (${interval(one)}, n = ${one.n})`),
  ]);
  const head = ["predictions", ...modes.map((mode) => `${mode} (95 %)`)];
  const golds = goldCheckLine({ ...reports[0].golds, items: [] });
  return `${golds}\n\n${terminalTable(
    head,
    rows,
    modes.map((_, i) => i + 1),
  )}`;
}

function partsText(parts: ModeReport["parts"]): string {
  if (parts === undefined) return "";
  const rows = Object.entries(parts).map(([name, { accuracy, recall, f1 }]) => [
    name,
    ...[accuracy, recall, f1].map(percent),
  ]);
  return terminalTable(["part of spider-em", "accuracy", "recall", "F1"], rows, [1, 2, 3]);
}

function classText(report: FileReport): string {
  const { head, rows, numeric } = classRows(report);
  return rows.length === 0 ? "" : terminalTable(head, rows, numeric);
}

function disagreementText({ items }: FileReport): string {
  const rows = disagreementsOf(items).map(({ mode, rule, strictOnly, officialOnly }) => [
    mode,
    wordsOfRule(mode, rule),
    String(strictOnly.length),
    String(officialOnly.length),
    listed([...strictOnly, ...officialOnly]),
  ]);
  const head = ["strict against", "because there", "strict only", "it only", "items"];
  return rows.length === 0 ? "" : terminalTable(head, rows, [2, 3]);
}

const listed = (indices: readonly number[]): string =>
  indices
    .toSorted((a, b) => a - b)
    .slice(0, MOST_LISTED)
    .join(" ") + (indices.length > MOST_LISTED ? " …" : "");
