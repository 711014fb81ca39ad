/**
 * `npm run bench -- NAME [options]`: runs one benchmark; its last line is {"name", "ours", "theirs", "ratio", "unit", "conditions"}.
 * Ratios are made in one run on one machine; what a benchmark needs and how it measures stands in its file.
 */
import { runNamed } from "../scripts/named-run.ts";

/** What a benchmark returns; the rest of the line is added here. */
export type BenchResult = {
  readonly ours: number;
  readonly theirs: number;
  readonly ratio: number;
  readonly unit: string;
  readonly conditions: Readonly<Record<string, unknown>>;
};

await runNamed<BenchResult>("bench", import.meta.dirname);
process.exit(0);
