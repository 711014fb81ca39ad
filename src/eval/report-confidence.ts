/** The part of a report that says what confidence is worth: fitted on dev, held against what came of it on test. */
import type { Calibration } from "../predict/calibrate.ts";
import { html, type Html } from "../report/html.ts";
import { againstDiagonal } from "../report/plot.ts";
import type { ScoredItem } from "./evaluate.ts";
import { type Reliability, reliabilityOf } from "./reliability.ts";

/** How far confidence is from what came of it on test, and how far the model's own probability is. */
export type ConfidenceJson = {
  readonly n: number;
  readonly brier: Reliability["brier"];
  /** Expected calibration error in tenths. */
  readonly error: number;
  readonly model: Pick<Reliability, "brier" | "error">;
  readonly fittedOn: number;
};

/** Answers with their confidence: what was fitted, or the model's own. */
export const sureItems = (
  items: readonly ScoredItem[],
  isFitted: boolean,
): { confidence: number; verdict: 0 | 1 }[] =>
  items.flatMap(({ probabilityRight, confidence, verdict }) => {
    const sure = isFitted ? probabilityRight : confidence;
    return sure === undefined ? [] : [{ confidence: sure, verdict }];
  });

/** undefined without a calibration. */
export function confidenceJson(
  items: readonly ScoredItem[],
  calibration: Calibration | undefined,
): ConfidenceJson | undefined {
  if (calibration === undefined) return undefined;
  const { n, brier, error } = reliabilityOf(sureItems(items, true));
  const model = reliabilityOf(sureItems(items, false));
  return {
    n,
    brier,
    error,
    model: { brier: model.brier, error: model.error },
    fittedOn: calibration.n,
  };
}

/** Reliability of the calibrated confidence and of the model's own probability. */
export function confidenceHtml(
  items: readonly ScoredItem[],
  calibration: Calibration | undefined,
): Html {
  const plotOf = (isFitted: boolean, title: string) => {
    const { n, bins, brier, error } = reliabilityOf(sureItems(items, isFitted));
    if (n === 0) return html``;
    const { value, low, high } = brier;
    return againstDiagonal(
      bins.map(({ confidence, score, ...rest }) => ({ x: confidence, y: score, ...rest })),
      { x: "confidence →", y: "right" },
      `${title}, on the ${n} test questions: Brier score ${value.toFixed(3)} (95 % interval ${low.toFixed(3)} – ${high.toFixed(3)}), expected calibration error ${(100 * error).toFixed(1)} %`,
    );
  };
  return html`<h2>Confidence (tuned)</h2>
    <p class="soft">
      ${
        calibration
          ? `Fitted on ${calibration.n} dev questions. Dots on the line: right as often as confidence says.`
          : "Not calibrated: the dev split has too few questions."
      }
    </p>
    ${calibration && plotOf(true, "Calibrated")} ${plotOf(false, "The model's own probability")}`;
}
