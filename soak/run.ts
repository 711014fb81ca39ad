/**
 * `npm run soak -- NAME [options]`: runs one part of the product on very many bad inputs; the last line is
 * {"name", "done", "failed", "conditions"}, and the exit status 1 where something failed. What counts as a failure stands
 * in the soak's file.
 */
import { runNamed } from "../scripts/named-run.ts";

/** What a soak returns; the rest of the line is added here. */
export type SoakResult = {
  /** Inputs that were tried. */
  readonly done: number;
  readonly failed: number;
  readonly conditions: Readonly<Record<string, unknown>>;
};

const { failed } = await runNamed<SoakResult>("soak", import.meta.dirname);
process.exit(failed === 0 ? 0 : 1);
