/** `--at-least`: a score that a command must reach, or end with an error. */
import { UserError } from "../../base/errors.ts";

/** A percentage given as a bound. Raises `usage`. */
export function boundIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const bound = Number(text);
  if (Number.isFinite(bound) && bound >= 0 && bound <= 112) return bound / 100;
  throw new UserError("usage", `--at-least is ${text}; a percentage such as 75 is wanted`);
}

/** Raises `below-bound`: the command ends with an error after its result was printed. */
export function requireAtLeast(name: string, score: number, bound: number | undefined): void {
  if (bound !== undefined && score < bound)
    throw new UserError(
      "below-bound",
      `${name} is ${(100 * score).toFixed(1)} %, below the bound of ${(100 * bound).toFixed(1)} %`,
    );
}
