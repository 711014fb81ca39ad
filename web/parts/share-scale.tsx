/** A share with its 95 % interval on a scale from 0 to 100 %: a dot and a bar. Numbers stand beside it, as text. */
import type { ReactNode } from "react";
import classes from "./share-scale.module.css";

export type ShareScaleProps = {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** "first" is accented; "second" is what it is compared with. */
  readonly tone?: "first" | "second";
};

const at = (share: number): string => `${(100 * share).toFixed(2)}%`;

export const ShareScale = ({ value, low, high, tone = "first" }: ShareScaleProps): ReactNode => (
  <span className={classes.scale} data-tone={tone} aria-hidden="true">
    <span className={classes.range} style={{ left: at(low), width: at(high - low) }} />
    <span className={classes.dot} style={{ left: at(value) }} />
  </span>
);
