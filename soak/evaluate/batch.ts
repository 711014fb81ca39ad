/** A batch of predictions: written to files, scored by a process of its own, and halved until it is known which one broke it. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Mode } from "../../src/eval/mode-names.ts";
import type { Kind } from "./predictions.ts";

export const SOAK_MODES: readonly Mode[] = ["strict", "spider-ex", "bird-ex", "spider-em"];

export type SoakItem = {
  /** "control": the gold itself, which must be right whatever stands beside it. */
  readonly kind: Kind | "control";
  readonly dbId: string;
  readonly goldSql: string;
  readonly predictedSql: string;
};

/** What comes back of an item. */
export type BatchItem = {
  readonly verdicts: Readonly<Partial<Record<Mode, number | null>>>;
  readonly reasons: Readonly<Partial<Record<Mode, string>>>;
};

export type BatchFolders = {
  /** The scoring process works and keeps its temporary files here. */
  readonly work: string;
  readonly temporary: string;
  readonly files: string;
  readonly databases: string;
  readonly tables: string;
};

/** An item with what came back, or with why nothing did. */
export type BatchOutcome = { readonly item: SoakItem } & (
  | { readonly scored: BatchItem }
  | { readonly crash: string }
);

const TIMEOUT_MS = 1000;
const MODULE = join(import.meta.dirname, "score-batch.ts");

/** Scores the items; of a batch that breaks, the halves again, down to the items that break by themselves. */
export function scoreBatch(
  items: readonly SoakItem[],
  form: "json" | "lines",
  folders: BatchFolders,
): BatchOutcome[] {
  const result = tryBatch(items, form, folders);
  if (typeof result !== "string")
    return items.map((item, i): BatchOutcome => ({ item, scored: result[i] }));
  if (items.length === 1) return [{ item: items[0], crash: result }];
  const middle = items.length >> 1;
  return [
    ...scoreBatch(items.slice(0, middle), "json", folders),
    ...scoreBatch(items.slice(middle), "json", folders),
  ];
}

/** The scored items, or why there are none. */
function tryBatch(
  items: readonly SoakItem[],
  form: "json" | "lines",
  { work, temporary, files, databases, tables }: BatchFolders,
): BatchItem[] | string {
  const gold = join(files, "gold.json");
  const predictions = join(files, "predictions");
  const golds = items.map(({ dbId, goldSql }) => ({ db_id: dbId, query: goldSql }));
  writeFileSync(gold, JSON.stringify(golds));
  writeFileSync(predictions, form === "json" ? jsonOf(items) : linesOf(items));
  const args = [MODULE, gold, predictions, databases, tables, String(TIMEOUT_MS)];
  try {
    const output = execFileSync(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", ...args],
      {
        cwd: work,
        env: { ...process.env, TMPDIR: temporary },
        encoding: "utf8",
        maxBuffer: 1 << 28,
        stdio: ["ignore", "pipe", "pipe"],
        // A bomb has a second in each of three modes, and again where it is tried twice.
        timeout: 30_000 + 2000 * items.length,
        killSignal: "SIGKILL",
      },
    );
    const scored = JSON.parse(output) as BatchItem[];
    return scored.length === items.length ? scored : `${scored.length} items came back`;
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    return stderr?.trim() || message;
  }
}

const jsonOf = (items: readonly SoakItem[]): string =>
  JSON.stringify(items.map(({ predictedSql }) => predictedSql));

/** One a line, whatever the bytes: most of what is binary is no UTF-8. */
function linesOf(items: readonly SoakItem[]): Buffer {
  const lines = items.map(({ kind, predictedSql }) => {
    const text = predictedSql.replaceAll(/[\r\n]/g, " ");
    const bytes = Buffer.from(text, kind === "binary" ? "latin1" : "utf8");
    return Buffer.concat([bytes.map((byte) => (byte === 10 || byte === 13 ? 32 : byte)), NEWLINE]);
  });
  return Buffer.concat(lines);
}
const NEWLINE = Buffer.from("\n");
