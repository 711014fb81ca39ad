/**
 * The one path from a question to SQL, for scoring and for serving alike: prompt → generate → read the answer → keep it
 * right on the schema (decoding.ts) → where several were written, take one (choose.ts) → where it cannot run, ask once more
 * (repair.ts). What is scored is what is served because both call this. Executing the SQL that comes out is the caller's next step: scoring compares results, serving
 * shows them.
 */
import type { Completion, Generate, GenerateOptions } from "../generate/generate.ts";
import { type Answer, parseAnswer } from "../prompt/answer.ts";
import type { Message, Prompt } from "../prompt/prompt.ts";
import type { Candidate } from "./choose.ts";
import type { Decoding } from "./decoding.ts";
import { type FirstAnswer, firstOf } from "./first-answer.ts";
import { repaired } from "./repair.ts";

export type Prediction = {
  readonly question: string;
  readonly answer: Answer;
  /** What the model wrote, unread and unbound. */
  readonly completion: string;
  readonly tokens: number;
  /** "length" when the answer limit cut it. */
  readonly finishReason: "stop" | "length";
  readonly ms: number;
  /** See Completion. */
  readonly readTokens?: number;
  readonly confidence?: number;
  /** Where it was chosen among several: see Choice. */
  readonly support?: number;
  /** How probably it is right, where that was fitted (calibrate.ts). */
  readonly probabilityRight?: number;
  /** Where more was written: what the model wrote first, and until when. */
  readonly first?: FirstAnswer;
  /** The statements that it was chosen among, as the model ranks them. */
  readonly candidates?: readonly Candidate[];
};

/** Questions in, one prediction for each in the same order. */
export type Predict = (
  questions: readonly string[],
  options?: GenerateOptions,
) => Promise<Prediction[]>;

/** What a constrained model is taken to say where no statement with names of the schema came of it. */
const NO_STATEMENT: Answer = { kind: "refuse", refusal: "no statement on these tables fits" };

/** The prompt that a question is asked with. */
export type PromptFor = (question: string) => Prompt;

/** A question with its prompt, and what keeps its answer right on the schema, or on the part that the prompt shows. */
type Asked = {
  readonly question: string;
  readonly prompt: Prompt;
  readonly decoding?: Decoding;
  /** Turns after the question; nothing in the first round. */
  readonly replies?: readonly Message[];
};

/**
 * Joins prompts (of one schema or its parts) and a way of generating (one model); `decoding` keeps answers right on that
 * schema. Raises what `promptFor` and `generate` raise.
 */
export function createPredict(
  promptFor: PromptFor,
  generate: Generate,
  decoding?: Decoding,
): Predict {
  const askedWith = (question: string): Asked => {
    const prompt = promptFor(question);
    return { question, prompt, decoding: prompt.part ? decoding?.on(prompt.part) : decoding };
  };
  const read = (
    { text, tokens, finishReason, ms, readTokens, confidence }: Completion,
    { question, decoding: keeps }: Asked,
  ) => ({
    answer: finished(question, parseAnswer(text), keeps),
    completion: text,
    tokens,
    finishReason,
    ms,
    ...(readTokens !== undefined && { readTokens }),
    ...(confidence !== undefined && { confidence }),
  });
  /** The best of a completion's answers: a refusal where a server's samples doubt whether to answer, else one chosen among answers. */
  async function best(asked: Asked, completion: Completion): Promise<Prediction> {
    const first: Prediction = { question: asked.question, ...read(completion, asked) };
    const { others, firstMs } = completion;
    if (others === undefined) return first;
    const chosen = await chooseAmong(first, others, asked);
    if (firstMs === undefined) return chosen;
    const { answer, completion: text } = first;
    return { ...chosen, first: { answer, completion: text, ms: firstMs } };
  }
  async function chooseAmong(
    first: Prediction,
    others: NonNullable<Completion["others"]>,
    asked: Asked,
  ): Promise<Prediction> {
    const { choose } = decoding ?? {};
    if (choose === undefined || first.answer.kind === "refuse") return first;
    const startedMs = performance.now();
    const { tokens, ms } = first;
    const all = [
      first,
      ...others.map((other) => ({ ...first, ...read({ ...other, tokens, ms }, asked) })),
    ];
    const refusal = refusalAmong(all);
    if (refusal) return refusal;
    const usable = all.filter(isAnswer).filter((one) => isRight(one, asked.decoding));
    if (usable.length < 2) return usable[0] ?? first;
    const candidates = usable.map(({ answer: { sql }, confidence = 1 }) => ({ sql, confidence }));
    const { place, support } = await choose(asked.question, candidates);
    const took = first.ms + performance.now() - startedMs;
    return { ...usable[place], support, candidates, ms: took };
  }
  /** `reading` is the place of the constraint among those that are tried. */
  async function ask(
    asked: readonly Asked[],
    options: GenerateOptions | undefined,
    reading: number,
  ): Promise<Prediction[]> {
    const requests = asked.map(
      ({ question, prompt: { prefix, suffixOf, messagesOf, part }, replies, ...it }) => ({
        prefix,
        suffix: suffixOf(question, { replies }),
        messages: messagesOf(question, { replies }),
        ...(part && { isSingleUse: true, constraint: it.decoding?.constraints[reading] }),
      }),
    );
    const constraint = decoding?.constraints[reading];
    const completions = await generate(requests, { ...options, ...(constraint && { constraint }) });
    return Promise.all(completions.map((completion, i) => best(asked[i], completion)));
  }
  /** One round: the grammar's readings, one after the other. */
  async function answer(asked: readonly Asked[], options?: GenerateOptions): Promise<Prediction[]> {
    const { constraints = [], grammar, candidates } = decoding ?? {};
    // which of several will be taken is not known while the first is written
    const onText = (candidates ?? 1) > 1 ? undefined : options?.onText;
    const predictions = await ask(asked, { ...options, grammar, candidates, onText }, 0);
    if (constraints.length === 0) return predictions;
    const wrong = () =>
      [...predictions.entries()].filter(([i, one]) => !isRight(one, asked[i].decoding));
    for (let reading = 1; reading < constraints.length; reading++) {
      const again = wrong();
      if (again.length === 0) break;
      const answers = await ask(
        again.map(([i]) => asked[i]),
        { ...options, onCompletion: undefined, onText: undefined },
        reading,
      );
      for (const [i, [index, before]] of again.entries())
        predictions[index] = together(before, answers[i]);
    }
    for (const [index, one] of wrong()) predictions[index] = { ...one, answer: NO_STATEMENT };
    return predictions;
  }
  return async (questions, options) => {
    const predictions = await answer(questions.map(askedWith), options);
    const { findProblems } = decoding ?? {};
    if (findProblems === undefined) return predictions;
    return repaired(predictions, findProblems, (failing, replies) => {
      const again = failing.map(({ question }, i) => ({
        ...askedWith(question),
        replies: replies[i],
      }));
      return answer(again, { ...options, onCompletion: undefined, onText: undefined });
    });
  };
}

type WithSql = Prediction & { readonly answer: Extract<Answer, { readonly kind: "answer" }> };

const isAnswer = (one: Prediction): one is WithSql => one.answer.kind === "answer";

/** Refusals with this share of the probability of all that a server wrote are meant; this process writes none beside statements. */
const REFUSAL_SHARE = 0.1;

/** The most probable refusal, if all together weigh enough. */
function refusalAmong(predictions: readonly Prediction[]): Prediction | undefined {
  const weigh = (list: readonly Prediction[]) =>
    list.reduce((sum, { confidence = 1 }) => sum + confidence, 0);
  const refusals = predictions
    .filter(({ answer }) => answer.kind === "refuse")
    .sort((a, b) => (b.confidence ?? 1) - (a.confidence ?? 1));
  return weigh(refusals) >= REFUSAL_SHARE * weigh(predictions) ? refusals[0] : undefined;
}

function isRight({ answer }: Prediction, decoding?: Decoding): boolean {
  if (decoding === undefined) return true;
  return answer.kind === "refuse"
    ? decoding.isCredible(answer.refusal)
    : decoding.hasKnownNames(answer.sql);
}

/** The second answer, with what both have cost. */
const together = (before: Prediction, after: Prediction): Prediction => ({
  ...after,
  tokens: before.tokens + after.tokens,
  ms: before.ms + after.ms,
  first: firstOf(before),
});

const finished = (question: string, answer: Answer, decoding?: Decoding): Answer =>
  answer.kind === "answer" && decoding
    ? { ...answer, sql: decoding.finish(question, answer.sql) }
    : answer;
