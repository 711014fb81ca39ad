/**
 * Jobs in rounds until enough pairs are there: the jobs of a round run side by side, and their pairs are taken in the
 * order of the jobs, so that the same replies give the same pairs whatever comes first. What repeats a pair or has a
 * template of test or dev is left out here. Knows no teacher.
 */
import { UserError } from "../../base/errors.ts";
import type { Database } from "../../schema/schema.ts";
import { templateOf } from "../../sql/template.ts";
import { NEAR_OVERLAP, overlap, questionKey, wordSet } from "../check/questions.ts";
import type { Example } from "../example.ts";
import { checkPairs } from "../pairs.ts";
import type { RunMany } from "../synthesize/samples.ts";
import type { TaughtReason, TaughtRejection } from "./reasons.ts";

/** A pair that a teacher wrote. */
export type Candidate = {
  readonly question: string;
  readonly sql: string;
  readonly method: string;
  readonly seed: number;
  readonly parentId?: string;
  /** The SQL was compared with neighbour queries. */
  readonly isDiscriminating?: boolean;
};

export type JobEnd = {
  readonly candidates: readonly Candidate[];
  readonly rejections: readonly TaughtRejection[];
  /** A limit cut it short. */
  readonly isLimited: boolean;
};

export type CollectOptions = {
  readonly database: Database;
  readonly run: RunMany;
  readonly count: number;
  /** For `source.model`. */
  readonly model: string;
  /** Before the number of an id. */
  readonly idPrefix: string;
  /** Pairs that are there already, of all splits: their questions are not repeated. */
  readonly known: readonly Example[];
  /** Templates of test and dev. */
  readonly exclude: ReadonlySet<string>;
  readonly onProgress?: (done: number, total: number) => void;
};

export type Taught = {
  readonly examples: readonly Example[];
  readonly rejections: readonly TaughtRejection[];
  /** A limit ended it before `count` was reached. */
  readonly isLimited: boolean;
};

const ROUND = 32;
type Accepted = Candidate & { readonly id: string };

/** `draw` gives the next jobs, at most so many; none when there are no more. Raises what a job raises, after all of its round have ended. */
export async function collect(
  options: CollectOptions,
  draw: (most: number) => readonly (() => Promise<JobEnd>)[],
): Promise<Taught> {
  const { count, idPrefix, onProgress } = options;
  const judge = createJudge(options);
  const accepted: Accepted[] = [];
  const rejections: TaughtRejection[] = [];
  let isLimited = false;
  while (accepted.length < count && !isLimited) {
    const jobs = draw(Math.min(ROUND, count - accepted.length));
    if (jobs.length === 0) break;
    for (const end of await endsOf(jobs)) {
      isLimited ||= end.isLimited;
      rejections.push(...end.rejections);
      for (const candidate of end.candidates) {
        if (accepted.length >= count) break;
        const problem = judge(candidate);
        const id = `${idPrefix}-${String(accepted.length + 1).padStart(5, "0")}`;
        if (problem === undefined) accepted.push({ ...candidate, id });
        else rejections.push(rejectionOf(candidate, problem));
      }
    }
    onProgress?.(accepted.length, count);
  }
  return { examples: await completed(accepted, options), rejections, isLimited };
}

async function endsOf(jobs: readonly (() => Promise<JobEnd>)[]): Promise<JobEnd[]> {
  const ends = await Promise.allSettled(jobs.map((job) => job()));
  return ends.map((end) => {
    if (end.status === "rejected") throw end.reason;
    return end.value;
  });
}

type Problem = { readonly reason: TaughtReason; readonly message: string };

const rejectionOf = (
  { question, sql, method, seed, parentId }: Candidate,
  problem: Problem,
): TaughtRejection => ({ ...problem, method, seed, question, sql, ...(parentId && { parentId }) });

/** Why a candidate is not taken; one that is taken is known from then on. */
function createJudge({ database, known, exclude }: CollectOptions) {
  const canonicalOf = (sql: string) => {
    try {
      return templateOf(sql, database.dialect, database.tables);
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  };
  const questions = new Set(known.map(({ question }) => questionKey(question)));
  const byTemplate = Map.groupBy<string, { question: string; sql: string }>(
    known,
    (example) => (example as Example).templateId,
  );
  return ({ question, sql }: Candidate): Problem | undefined => {
    const template = canonicalOf(sql);
    if (template === undefined) return { reason: "unparsed", message: "the SQL does not parse" };
    const { templateId, canonical } = template;
    if (exclude.has(templateId))
      return { reason: "excluded-template", message: "its template is kept for test or dev" };
    if (questions.has(questionKey(question)))
      return { reason: "repeated-question", message: "the question is there already" };
    const alike = byTemplate.get(templateId) ?? [];
    const words = wordSet(question);
    const near = alike.find(
      (other) =>
        overlap(wordSet(other.question), words) >= NEAR_OVERLAP &&
        canonicalOf(other.sql)?.canonical === canonical,
    );
    if (near !== undefined)
      return { reason: "near-duplicate", message: `nearly the words of: ${near.question}` };
    questions.add(questionKey(question));
    byTemplate.set(templateId, [...alike, { question, sql }]);
    return undefined;
  };
}

const completed = (accepted: readonly Accepted[], { database, run, model }: CollectOptions) =>
  checkPairs(
    accepted.map(({ id, question, sql, method, seed, parentId, isDiscriminating = false }) => ({
      id,
      question,
      sql,
      source: { method, model, seed, ...(parentId && { parentId }) },
      checks: { executed: true, rows: 0, ms: 0, discriminating: isDiscriminating },
    })),
    { database, run },
  );
