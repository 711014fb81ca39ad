/** Whether a model is right as often as it says it is. Knows no page. */
import type { Mode } from "../mode-names.ts";
import { calibrationError, tenthsOf } from "../reliability.ts";
import { meanOf } from "../statistics.ts";
import { type Score, scoreOf } from "./groups.ts";
import type { FileItem } from "../score-file.ts";

export type CalibrationBin = Score & { readonly confidence: number };
export type FileCalibration = {
  /** Items with a confidence and a verdict. */
  readonly n: number;
  /** Mean confidence and score of the items of each tenth that holds some. */
  readonly bins: readonly CalibrationBin[];
  /** See calibrationError. */
  readonly error: number;
};

/** undefined where no item carries a confidence. */
export function calibrationOf(items: readonly FileItem[], mode: Mode): FileCalibration | undefined {
  const sure = items.flatMap((item) =>
    item.confidence === undefined || typeof item.verdicts[mode] !== "number"
      ? []
      : [{ item, confidence: item.confidence }],
  );
  if (sure.length === 0) return undefined;
  const bins = tenthsOf(sure).map((group) => ({
    ...scoreOf(
      group.map(({ item }) => item),
      mode,
    ),
    confidence: meanOf(group.map(({ confidence }) => confidence)),
  }));
  return { n: sure.length, bins, error: calibrationError(bins, sure.length) };
}
