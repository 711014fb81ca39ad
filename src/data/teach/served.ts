/**
 * Questions that were served, with what a person made of the answers → pairs. A line is `{question, sql}` with the right
 * SQL, or `{question, refusal}`; `predictedSql` and `at` (a time) may stand beside. A line that cannot be used is told
 * with its number and does not hinder the rest. Of two corrections of one question the later one counts.
 */
import { messageOf } from "../../base/errors.ts";
import { sha256 } from "../../base/hash.ts";
import type { Database } from "../../schema/schema.ts";
import type { Example } from "../example.ts";
import { checkPairs, type Pair } from "../pairs.ts";
import { splitKeyOf } from "../split.ts";
import type { RunMany } from "../synthesize/samples.ts";

export type ServedReason =
  | "not-json"
  | "incomplete"
  | "corrected-later"
  | "does-not-run"
  | "excluded-template";

export type ServedRejection = {
  readonly reason: ServedReason;
  readonly message: string;
  readonly line: number;
  readonly text: string;
};

export type Served = {
  readonly examples: readonly Example[];
  readonly rejections: readonly ServedRejection[];
};

export type ServedOptions = {
  readonly database: Database;
  readonly run: RunMany;
  /** Templates of test and dev. */
  readonly exclude: ReadonlySet<string>;
};

type Line = { readonly line: number; readonly text: string };
type Correction = Line & { readonly pair: Pair; readonly at: string };

/** Pairs from the text of a file of corrections. */
export async function readServed(content: string, options: ServedOptions): Promise<Served> {
  const rejections: ServedRejection[] = [];
  const reject = ({ line, text }: Line, reason: ServedReason, message: string) => {
    rejections.push({ reason, message, line, text });
  };
  const latest = new Map<string, Correction>();
  for (const [index, text] of content
    .replace(/^\uFEFF/, "")
    .split("\n")
    .entries()) {
    if (text.trim() === "") continue;
    const at = { line: index + 1, text };
    const read = readCorrection(at);
    if ("reason" in read) {
      reject(at, read.reason, read.message);
      continue;
    }
    const other = latest.get(read.pair.id);
    const isLater = other === undefined || read.at >= other.at;
    if (other !== undefined)
      reject(isLater ? other : read, "corrected-later", "the question is corrected once more");
    if (isLater) latest.set(read.pair.id, read);
  }
  const corrections = [...latest.values()];
  const examples = await checkPairs(
    corrections.map(({ pair }) => pair),
    options,
  );
  const kept = examples.filter((example, index) => {
    const correction = corrections[index];
    if (example.kind === "answer" && !example.checks.executed)
      reject(correction, "does-not-run", "the database refuses the SQL, or it took too long");
    else if (options.exclude.has(splitKeyOf(example)))
      reject(correction, "excluded-template", "its template is kept for test or dev");
    else return true;
    return false;
  });
  return { examples: kept, rejections };
}

function readCorrection(
  where: Line,
): Correction | { readonly reason: ServedReason; readonly message: string } {
  let value: unknown;
  try {
    value = JSON.parse(where.text);
  } catch (error) {
    return { reason: "not-json", message: messageOf(error) };
  }
  const { question, sql, refusal, at } = (value ?? {}) as Record<string, unknown>;
  const isText = (field: unknown): field is string =>
    typeof field === "string" && field.trim() !== "";
  if (!isText(question) || isText(sql) === isText(refusal))
    return { reason: "incomplete", message: "a question with either sql or refusal is wanted" };
  const key = question.toLowerCase().replace(/\s+/g, " ").trim();
  const pair: Pair = {
    id: `served-${sha256(key).slice(0, 12)}`,
    question: question.trim(),
    ...(isText(sql) ? { sql: sql.replace(/[;\s]+$/, "") } : { refusal: String(refusal).trim() }),
    source: { method: "served" },
  };
  return { ...where, pair, at: isText(at) ? at : "" };
}
