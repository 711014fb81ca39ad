/** The tables that every form of the report shows, as rows of text. */
import { ERROR_CLASSES } from "../error-class.ts";
import type { FileReport } from "../score-file.ts";
import { HARDNESSES, interval, isWrongIn, modesOf, percent } from "./words.ts";

export type TextTable = {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns that are set flush right. */
  readonly numeric: readonly number[];
};

/** A row for each mode: n, score, interval, score by hardness. */
export function modeRows(report: FileReport): TextTable {
  const modes = modesOf(report);
  const shown = HARDNESSES.filter((hardness) =>
    modes.some(([, { byHardness }]) => byHardness[hardness] !== undefined),
  );
  const count = (hardness: string) =>
    Math.max(...modes.map(([, { byHardness }]) => byHardness[hardness]?.n ?? 0));
  const head = ["mode", "n", "score", "95 % interval"];
  return {
    head: [...head, ...shown.map((hardness) => `${hardness} (${count(hardness)})`)],
    rows: modes.map(([mode, one]) => [
      mode,
      String(one.n),
      one.n === 0 ? "–" : percent(one.score),
      one.n === 0 ? "–" : interval(one),
      ...shown.map((hardness) => {
        const group = one.byHardness[hardness];
        return group === undefined ? "–" : percent(group.score);
      }),
    ]),
    numeric: [1, 2, 3, ...shown.map((_, i) => head.length + i)],
  };
}

/** A row for each class that occurs: how many items are wrong in each mode, most frequent first. */
export function classRows(report: FileReport): TextTable {
  const modes = modesOf(report).map(([mode]) => mode);
  const classified = report.items.filter(({ errorClass }) => errorClass !== null);
  const groups = Map.groupBy(classified, ({ errorClass }) => errorClass);
  const rows = ERROR_CLASSES.flatMap((name) => {
    const items = groups.get(name) ?? [];
    const counts = modes.map((mode) => items.filter((item) => isWrongIn(mode, item)).length);
    return items.length === 0 ? [] : [{ name, size: items.length, counts }];
  });
  return {
    head: ["error class", ...modes],
    rows: rows
      .sort((a, b) => b.size - a.size)
      .map(({ name, counts }) => [name, ...counts.map(String)]),
    numeric: modes.map((_, i) => i + 1),
  };
}
