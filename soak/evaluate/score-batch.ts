/**
 * Scores one file of predictions in all modes of the soak and prints the verdicts, as a process of its own: what brings it
 * down is seen from outside. node score-batch.ts GOLD PREDICTIONS DATABASES TABLES TIMEOUT_MS
 */
import { scoreFile } from "../../src/eval/score-file.ts";
import { type BatchItem, SOAK_MODES } from "./batch.ts";

const [gold, predictions, databases, tables, timeoutMs] = process.argv.slice(2);
const report = await scoreFile(
  { gold, predictions, databases, tables },
  { modes: SOAK_MODES, timeoutMs: Number(timeoutMs) },
);
const items = report.items.map(({ verdicts, reasons }): BatchItem => ({ verdicts, reasons }));
process.stdout.write(JSON.stringify(items));
