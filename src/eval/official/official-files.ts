/**
 * The files that the official scripts read: lines of SQL for Spider, a JSON object for BIRD. Steps X0 and B0 of
 * docs/evaluation.md. Where the scripts drop items without a word, these refuse the files. Knows no mode.
 */
import { messageOf, UserError } from "../../base/errors.ts";

export type OfficialPair = {
  readonly dbId: string;
  readonly goldSql: string;
  /** Empty for a blank line. */
  readonly predictedSql: string;
};

/**
 * Pairs Spider's gold (`sql<TAB>db_id` a line, blank lines between dialogues) with predictions (the text before a tab).
 * Raises UserError("data-invalid") unless both have the same lines.
 */
export function pairSpiderFiles(goldText: string, predictedText: string): OfficialPair[] {
  const golds = linesOf(goldText);
  const predictions = linesOf(predictedText).map((line) => line.split("\t", 1)[0].trim());
  checkCounts(golds.length, predictions.length);
  return golds.flatMap((line, i) => {
    const predictedSql = predictions[i];
    if (line !== "") return [{ ...goldOf(line, i), predictedSql }];
    if (predictedSql === "") return [];
    throw new UserError(
      "data-invalid",
      `line ${i + 1} of the gold ends a dialogue, and that of the predictions holds SQL`,
    );
  });
}

const BIRD_SEPARATOR = "\t----- bird -----\t";

/**
 * Pairs BIRD's gold (`sql<TAB>db_id` a line) with predictions (the values of a JSON object, whatever its keys).
 * Raises UserError("data-invalid") unless both have the same number.
 */
export function pairBirdFiles(goldText: string, predictedJson: string): OfficialPair[] {
  const golds = linesOf(goldText);
  const values = valuesInOrder(predictedJson);
  checkCounts(golds.length, values.length);
  return golds.map((line, i) => {
    const value = values[i];
    const text = typeof value === "string" ? value : " ";
    const [before, after] = text.split(BIRD_SEPARATOR, 2);
    return { ...goldOf(line, i), predictedSql: after === undefined ? text.trim() : before };
  });
}

const linesOf = (text: string): string[] =>
  text
    .replace(/\r?\n$/, "")
    .split("\n")
    .map((line) => line.trim());

function goldOf(line: string, index: number): Pick<OfficialPair, "goldSql" | "dbId"> {
  const [goldSql, dbId] = line.split("\t");
  if (dbId !== undefined) return { goldSql, dbId: dbId.trim() };
  throw new UserError(
    "data-invalid",
    `line ${index + 1} of the gold has no database; "SQL<TAB>db_id" is wanted`,
  );
}

function checkCounts(golds: number, predictions: number): void {
  if (golds === predictions) return;
  throw new UserError(
    "data-invalid",
    `there are ${predictions} predictions for ${golds} gold lines: one for each is wanted`,
  );
}

const JSON_PIECE = /"(?:[^"\\]|\\.)*"|[{}[\]]|[^\s{}[\]:,"]+/g;

/** The values of a flat JSON object as the file has them; JSON.parse would sort keys that are numbers. */
function valuesInOrder(json: string): unknown[] {
  checkObject(json);
  const values = new Map<string, unknown>();
  const pieces = (json.match(JSON_PIECE) ?? []).slice(1, -1);
  for (let i = 0; i < pieces.length; i += 2) {
    const [key, value] = pieces.slice(i, i + 2);
    values.set(key, JSON.parse(value));
  }
  return [...values.values()];
}

function checkObject(json: string): void {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new UserError("data-invalid", `the predictions are not JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const isFlat =
    value !== null &&
    typeof value === "object" &&
    !Array.isArray(value) &&
    Object.values(value).every((one) => one === null || typeof one !== "object");
  if (!isFlat)
    throw new UserError("data-invalid", "the predictions are not a JSON object of SQL texts");
}
