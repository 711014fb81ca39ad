/** By how much a tuned model is better than its base on the same questions, with interval and test. */
import type { ReactNode } from "react";
import type { RunReport } from "../../src/serve/api-types.ts";

export const PairedText = ({
  difference,
  low,
  high,
  p,
}: RunReport["figures"]["paired"]): ReactNode => (
  <>
    Tuned minus base on the same questions: <b>{(100 * difference).toFixed(1)} points</b> (95 %
    interval {(100 * low).toFixed(1)} to {(100 * high).toFixed(1)}, exact McNemar p{" "}
    {p < 0.0001 ? "< 0.0001" : `= ${p.toFixed(4)}`})
  </>
);
