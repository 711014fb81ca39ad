/**
 * Greedy decoding under a constraint: of the tokens that may stand next, the most probable is taken. What the constraint
 * leaves no choice about is appended without asking the model. Knows no SQL: what may stand is the constraint's business.
 */
import type { LlamaContextSequence, LlamaModel, Token } from "node-llama-cpp";
import type { AnswerState, Constraint } from "../constrain/constraint.ts";
import type { Completion } from "./generate.ts";

export type ConstrainedOptions = {
  readonly constraint: Constraint;
  /** The bytes of each token, by id (tokenizer/token-bytes.ts); what has none is never written. */
  readonly pieces: readonly string[];
  readonly maxTokens: number;
  readonly stop: AbortSignal;
};

export type ConstrainedAnswer = Pick<Completion, "finishReason"> & {
  readonly ids: readonly Token[];
  /** The product over the tokens that the model chose. */
  readonly confidence: number;
};

/**
 * How many candidates the model is asked for, one after the other until one may stand; 0 means all. The whole vocabulary
 * takes many times as long to hand over and to look through as the step itself.
 */
const CANDIDATES: readonly number[] = [64, 2048, 0];
/** With fewer tokens left than this, only what must stand may: the answer ends in time. */
const CLOSING_TOKENS = 40;

/** Writes one answer after `suffix` into a sequence that holds the prefix. Raises the signal's reason. */
export async function writeConstrained(
  model: LlamaModel,
  sequence: LlamaContextSequence,
  suffix: readonly Token[],
  { constraint, pieces, maxTokens, stop }: ConstrainedOptions,
): Promise<ConstrainedAnswer> {
  const ids: Token[] = [];
  let waiting = [...suffix];
  let state = constraint.start;
  let confidence = 1;
  while (ids.length < maxTokens) {
    stop.throwIfAborted();
    const isClosing = maxTokens - ids.length <= CLOSING_TOKENS;
    const before = state;
    const accept = (token: Token): AnswerState | undefined => {
      if (model.isEogToken(token)) return constraint.mayEnd(before) ? before : undefined;
      const piece = pieces[token];
      return piece ? constraint.advance(before, piece, isClosing) : undefined;
    };
    const choice = await chooseNext(sequence, waiting, accept);
    if (choice === undefined) return { ids, confidence, finishReason: "length" };
    confidence *= choice.probability;
    if (model.isEogToken(choice.token)) return { ids, confidence, finishReason: "stop" };
    state = choice.state;
    waiting = [choice.token];
    const forced = forcedFrom(constraint, state);
    waiting.push(...model.tokenize(forced.text).slice(0, maxTokens - ids.length - 1));
    state = forced.state;
    ids.push(...waiting);
  }
  return { ids, confidence, finishReason: "length" };
}

/** All that must follow, until there is a choice again. */
function forcedFrom(constraint: Constraint, from: AnswerState) {
  let text = "";
  let state = from;
  for (;;) {
    const more = constraint.forcedText(state);
    const next = more === "" ? undefined : constraint.advance(state, more);
    if (next === undefined) return { text: Buffer.from(text, "latin1").toString(), state };
    text += more;
    state = next;
  }
}

/** The state after a token that may stand next. */
type Accept = (token: Token) => AnswerState | undefined;

type Choice = { readonly token: Token; readonly state: AnswerState; readonly probability: number };

/** The most probable acceptable token after `tokens`, which are evaluated; the last of them again where few candidates will not do. */
async function chooseNext(
  sequence: LlamaContextSequence,
  tokens: readonly Token[],
  accept: Accept,
): Promise<Choice | undefined> {
  let waiting = tokens;
  for (const count of CANDIDATES) {
    const choice = await choose(sequence, waiting, count, accept);
    if (choice !== undefined) return choice;
    const end = sequence.nextTokenIndex;
    await sequence.eraseContextTokenRanges([{ start: end - 1, end }]);
    waiting = tokens.slice(-1);
  }
  return undefined;
}

/** Evaluates `tokens`; the most probable acceptable token after them among `count` candidates (0: all). */
async function choose(
  sequence: LlamaContextSequence,
  tokens: readonly Token[],
  count: number,
  accept: Accept,
): Promise<Choice | undefined> {
  const options = { temperature: 1, topK: count, topP: 1, minP: 0 };
  const results = await sequence.controlledEvaluate([
    ...tokens.slice(0, -1),
    [tokens[tokens.length - 1], { generateNext: { probabilities: true, options } }],
  ]);
  const probabilities = results[tokens.length - 1]?.next.probabilities ?? new Map<Token, number>();
  for (const [token, probability] of [...probabilities].sort((a, b) => b[1] - a[1])) {
    const state = accept(token);
    if (state !== undefined) return { token, state, probability };
  }
  return undefined;
}
