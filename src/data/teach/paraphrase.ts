/**
 * Other wordings of the training questions by a larger model: kept are those that still say every value of the query,
 * and that differ from the original and from each other. The SQL is the parent's. Knows no server and no file.
 */
import { Rng } from "../../base/rng.ts";
import type { Example } from "../example.ts";
import type { Calls } from "./calls.ts";
import { collect, type CollectOptions, type JobEnd, type Taught } from "./collect.ts";
import { converse } from "./dialogue.ts";
import { judgeWording } from "./judge.ts";
import { paraphraseMessages, wordingFields } from "./prompts.ts";
import type { TaughtRejection } from "./reasons.ts";
import { drawVoice, type Voice } from "./voices.ts";

export type ParaphraseOptions = Omit<CollectOptions, "idPrefix"> & {
  readonly calls: Calls;
  readonly seed: number;
  /** Wordings asked for at once. */
  readonly perQuestion: number;
  readonly repairs: number;
  /** Questions of the training split, with their SQL. */
  readonly parents: readonly Example[];
};

export type ParaphraseJob = {
  readonly parent: Example;
  readonly voices: readonly Voice[];
  readonly seed: number;
};

const METHOD = "teacher:paraphrase";

/** Asks until `count` wordings are there, every question had its turn, or a limit is reached. */
export async function paraphrase(options: ParaphraseOptions): Promise<Taught> {
  const jobs = paraphraseJobs(options);
  return collect({ ...options, idPrefix: `para-${options.seed}` }, (most) =>
    jobs.splice(0, Math.ceil(most / options.perQuestion)).map((job) => () => runJob(job, options)),
  );
}

/** One for each parent, in an order drawn by the seed. */
export function paraphraseJobs({
  parents,
  seed,
  perQuestion,
}: Pick<ParaphraseOptions, "parents" | "seed" | "perQuestion">): ParaphraseJob[] {
  const rng = new Rng(seed);
  return rng.shuffle(parents).map((parent, index) => ({
    parent,
    voices: Array.from({ length: perQuestion }, () => drawVoice(rng)),
    seed: seed * 1000 + 10 * index,
  }));
}

async function runJob(
  { parent, voices, seed }: ParaphraseJob,
  { calls, repairs }: ParaphraseOptions,
): Promise<JobEnd> {
  const about = { method: METHOD, parentId: parent.id };
  const end = await converse<readonly string[], { questions: readonly string[] }>({
    calls,
    messages: paraphraseMessages(parent, voices),
    fields: wordingFields,
    seed,
    repairs,
    about,
    judge: ({ questions }) => ({ ok: true, value: questions }),
  });
  const judged = (end.value ?? []).map((wording) => judgeWording(wording, parent));
  const lost = judged.flatMap((it): TaughtRejection[] =>
    it.ok ? [] : [{ reason: it.reason, message: it.problem, ...about, seed, ...it.what }],
  );
  const { sql, checks } = parent;
  const pair = { ...about, sql, seed, isDiscriminating: checks.discriminating };
  return {
    candidates: judged.flatMap((it) => (it.ok ? [{ ...pair, question: it.value }] : [])),
    rejections: [...end.rejections, ...lost],
    isLimited: end.isLimited,
  };
}
