/**
 * data/review.jsonl: what people decided about pairs, one line each, only ever appended. A decision belongs to an id and
 * to the content that was looked at, so that pairs made anew keep theirs, and a pair that became another loses it. Knows
 * no terminal and no page.
 */
import { UserError } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files.ts";
import { sha256 } from "../../base/hash.ts";
import { appendRecord, readRecords } from "../../track/metrics.ts";
import type { Example } from "../example.ts";

/** What a person may say of a pair. */
export const DECISIONS = ["accept", "fix", "reject"] as const;

/** One line of review.jsonl. */
export type Decision = {
  readonly id: string;
  /** Hash of what was looked at: see contentOf. */
  readonly content: string;
  readonly decision: (typeof DECISIONS)[number];
  /** Of a fix: what stands there now; left out where it stays. */
  readonly question?: string;
  readonly sql?: string;
  /** Of a rejection. */
  readonly reason?: string;
  /** ISO 8601. */
  readonly at: string;
  /** Who decided, if they said so. */
  readonly by?: string;
};

/** What a decision is about: the question with its answer, whatever was measured of it. */
export const contentOf = ({
  question,
  sql,
  refusal = "",
}: Pick<Example, "question" | "sql" | "refusal">): string =>
  sha256(JSON.stringify([question, sql, refusal])).slice(0, 16);

/** All decisions, oldest first. Raises `data-invalid` for a line that is none. */
export function readDecisions(file: string): Decision[] {
  const decisions = readRecords<Decision>(file);
  decisions.forEach(({ id, content, decision }, index) => {
    if (typeof id !== "string" || typeof content !== "string" || !DECISIONS.includes(decision))
      throw new UserError(
        "data-invalid",
        `${file}: decision ${index + 1} is not of the form {"id", "content", "decision": ${DECISIONS.join(" | ")}}`,
      );
  });
  return decisions;
}

/** Adds one decision. */
export const appendDecision = (file: string, decision: Decision): void =>
  appendRecord(file, decision);

/** Adds all of them, or none. */
export function appendDecisions(file: string, decisions: readonly Decision[]): void {
  const lines = [...readRecords(file), ...decisions].map((it) => `${JSON.stringify(it)}\n`);
  writeFileAtomic(file, lines.join(""));
}

/** The fixed pair: the answer that is given stands for a refusal too. */
export function fixed<T extends Pick<Example, "question" | "sql" | "refusal">>(
  pair: T,
  { question = pair.question, sql = pair.sql }: Pick<Decision, "question" | "sql">,
): T {
  const { refusal, ...rest } = pair;
  return { ...rest, question, sql, ...(sql === "" && { refusal }) } as T;
}

/**
 * The decisions that hold for a pair as it was made, in their order: the last one on that content; after a fix, also the
 * last later one on what the fix made of it.
 */
export function decisionsOn(
  pair: Pick<Example, "id" | "question" | "sql" | "refusal">,
  ofId: readonly Decision[],
): Decision[] {
  const content = contentOf(pair);
  const index = ofId.findLastIndex((decision) => decision.content === content);
  const decision = ofId[index];
  if (decision?.decision !== "fix") return decision === undefined ? [] : [decision];
  return [decision, ...decisionsOn(fixed(pair, decision), ofId.slice(index + 1))];
}

/** Decisions of each id. */
export const byId = (decisions: readonly Decision[]): ReadonlyMap<string, readonly Decision[]> =>
  Map.groupBy(decisions, ({ id }) => id);
