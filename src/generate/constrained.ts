/**
 * Decoding under a constraint: of the tokens that may stand next, the most probable is taken. What the constraint leaves no
 * choice about is appended without asking the model. A model that is half inclined to refuse does. Further answers begin
 * where the model doubted most. Knows no SQL: what may stand is the constraint's business.
 */
import type { LlamaContextSequence, LlamaModel, Token } from "node-llama-cpp";
import { assert } from "../base/errors.ts";
import type { AnswerState, Constraint } from "../constrain/constraint.ts";
import type { Completion } from "./generate.ts";
import { createWholeTokens } from "./whole-tokens.ts";

export type ConstrainedOptions = {
  readonly constraint: Constraint;
  /** The bytes of each token, by id (tokenizer/token-bytes.ts); what has none is never written. */
  readonly pieces: readonly string[];
  readonly maxTokens: number;
  /** Answers to write. */
  readonly candidates: number;
  /** The first answer has grown. */
  readonly onIds?: (ids: readonly Token[]) => void;
  /** The first answer stands. */
  readonly onFirst?: () => void;
  readonly stop: AbortSignal;
};

export type ConstrainedAnswer = Pick<Completion, "finishReason"> & {
  readonly ids: readonly Token[];
  /** The product over the tokens that the model chose. */
  readonly confidence: number;
};

/**
 * How many tokens the model is asked for, one list after the other until one of them may stand; 0 means all. The whole
 * vocabulary takes many times as long to hand over and to look through as the step itself.
 */
const LIST_LENGTHS: readonly number[] = [64, 2048, 0];
/** With fewer tokens left than this, only what must stand may: the answer ends in time. */
const CLOSING_TOKENS = 40;
/** A token less probable than this begins no other answer. */
const LEAST_DOUBT = 0.01;
/** Refusing is meant where it begins with this probability: for a question that can be answered it hardly ever does. */
const LEAST_REFUSAL = 0.1;
/** An answer is given up when its probability falls below this share of the greedy one's. */
const LEAST_SHARE = 0.01;

/** An answer that is being written. */
type Path = {
  readonly ids: readonly Token[];
  /** Tokens that the model has not read yet, at least one. */
  readonly waiting: readonly Token[];
  readonly state: AnswerState;
  readonly confidence: number;
  readonly isEnded?: boolean;
};

/** Another way to go on, and the length of the sequence that it goes on from. */
type Fork = { readonly position: number; readonly path: Path };

/**
 * Writes answers after `suffix` into a sequence that holds the prefix: the greedy one first, then those that leave it
 * at the tokens whose runners-up were the most probable, each greedy from there. Raises the signal's reason.
 */
export async function writeConstrained(
  model: LlamaModel,
  sequence: LlamaContextSequence,
  suffix: readonly Token[],
  options: ConstrainedOptions,
): Promise<ConstrainedAnswer[]> {
  const readers = LIST_LENGTHS.map((length) => readerOf(sequence, length));
  try {
    return await writeAnswers(model, sequence, readers, suffix, options);
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
  }
}

async function writeAnswers(
  model: LlamaModel,
  sequence: LlamaContextSequence,
  readers: readonly Reader[],
  suffix: readonly Token[],
  { constraint, pieces, maxTokens, candidates, onIds, onFirst, stop }: ConstrainedOptions,
): Promise<ConstrainedAnswer[]> {
  const after = (path: Path, { token, state, probability }: Choice): Path => {
    const confidence = path.confidence * probability;
    if (model.isEogToken(token)) return { ...path, confidence, isEnded: true };
    const forced = forcedFrom(constraint, state);
    const room = maxTokens - path.ids.length - 1;
    const waiting = [token, ...model.tokenize(forced.text).slice(0, room)];
    return { ids: [...path.ids, ...waiting], waiting, state: forced.state, confidence };
  };

  const isWhole = createWholeTokens({
    constraint,
    pieces,
    tokenize: (text) => model.tokenize(text),
  });

  const isMeantRefusal = ({ state, probability }: Choice) =>
    probability >= LEAST_REFUSAL && constraint.isRefusal(state);

  /** Nothing if the answer becomes less probable than `floor`; where it could go on otherwise is added to `forks`. */
  async function write(
    start: Path,
    floor: number,
    forks?: Fork[],
    onGrown?: ConstrainedOptions["onIds"],
  ): Promise<ConstrainedAnswer | undefined> {
    let path = start;
    while (!path.isEnded) {
      stop.throwIfAborted();
      const { ids, confidence, state } = path;
      if (confidence < floor) return undefined;
      if (ids.length >= maxTokens) return { ids, confidence, finishReason: "length" };
      const isClosing = maxTokens - ids.length <= CLOSING_TOKENS;
      const accept = (token: Token): AnswerState | undefined => {
        if (model.isEogToken(token)) return constraint.mayEnd(state) ? state : undefined;
        const piece = pieces[token];
        return piece ? constraint.advance(state, piece, isClosing) : undefined;
      };
      const acceptWhole = (token: Token): AnswerState | undefined => {
        const next = accept(token);
        return next && (next === state || isWhole([...ids, token], next)) ? next : undefined;
      };
      const isFirst = ids.length === 0;
      const isForking = isFirst || (forks !== undefined && !constraint.isRefusal(state));
      const choices = await chooseNext(sequence, readers, path.waiting, {
        accept,
        acceptWhole,
        isForking,
      });
      const refusal = isFirst ? choices.find(isMeantRefusal) : undefined;
      const [first, second] = refusal ? [refusal] : choices;
      if (first === undefined) return { ids, confidence, finishReason: "length" };
      if (second && !constraint.isRefusal(second.state))
        forks?.push({ position: sequence.nextTokenIndex, path: after(path, second) });
      path = after(path, first);
      if (!path.isEnded) onGrown?.(path.ids);
    }
    return { ids: path.ids, confidence: path.confidence, finishReason: "stop" };
  }

  const start: Path = { ids: [], waiting: suffix, state: constraint.start, confidence: 1 };
  const forks: Fork[] = [];
  const greedy = (await write(start, 0, candidates > 1 ? forks : undefined, onIds))!;
  onFirst?.();
  const answers = [greedy];
  const floor = greedy.confidence * LEAST_SHARE;
  const doubts = forks
    .sort((a, b) => b.path.confidence - a.path.confidence)
    .slice(0, candidates - 1)
    // the last first: what the sequence holds before it is still that of the greedy answer
    .sort((a, b) => b.position - a.position);
  for (const { position, path } of doubts) {
    const range = { start: position, end: sequence.nextTokenIndex };
    if (range.end > range.start) await sequence.eraseContextTokenRanges([range]);
    const answer = await write(path, floor);
    if (answer) answers.push(answer);
  }
  return answers;
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

/** Reads tokens into a sequence; the most probable ones after them. */
type Reader = {
  readonly read: (tokens: readonly Token[]) => Promise<ReadonlyMap<Token, number>>;
  readonly close: () => Promise<unknown>;
};

/**
 * A reader that gives the `length` most probable tokens (0: all). One generator for all steps: each makes a sampler, which
 * holds 12 bytes for each token of the vocabulary, and what it holds is free only once the collector has come by.
 */
function readerOf(sequence: LlamaContextSequence, length: number): Reader {
  const options = { temperature: 1, topK: length, topP: 1, minP: 0, yieldEogToken: true };
  const start = (tokens: Token[]) =>
    sequence.evaluateWithMetadata(tokens, { probabilities: true }, options);
  let steps: ReturnType<typeof start> | undefined;
  return {
    async read(tokens) {
      const isStarted = steps !== undefined;
      steps ??= start([...tokens]);
      const { value } = await steps.next(isStarted ? [...tokens] : undefined);
      assert(value?.probabilities !== undefined, "llama.cpp gave no probabilities");
      return value.probabilities;
    },
    close: async () => steps?.return(),
  };
}

type Choosing = {
  readonly accept: Accept;
  /** The same, for tokens into which a text is cut as a whole: they come first. */
  readonly acceptWhole: Accept;
  /** Whether the next best is wanted too. */
  readonly isForking: boolean;
};

/**
 * The most probable acceptable token after `tokens`, which are evaluated, the last of them again where a short list will
 * not do; with `isForking` also the next best. Empty if none may stand.
 */
async function chooseNext(
  sequence: LlamaContextSequence,
  readers: readonly Reader[],
  tokens: readonly Token[],
  { accept, acceptWhole, isForking }: Choosing,
): Promise<Choice[]> {
  let waiting = tokens;
  for (const reader of readers) {
    const probabilities = await reader.read(waiting);
    for (const may of [acceptWhole, accept]) {
      const choices = acceptable(probabilities, may, isForking);
      if (choices.length > 0) return choices;
    }
    const end = sequence.nextTokenIndex;
    await sequence.eraseContextTokenRanges([{ start: end - 1, end }]);
    waiting = tokens.slice(-1);
  }
  return [];
}

function acceptable(
  probabilities: ReadonlyMap<Token, number>,
  accept: Accept,
  isForking: boolean,
): Choice[] {
  const choices: Choice[] = [];
  for (const [token, probability] of [...probabilities].sort((a, b) => b[1] - a[1])) {
    if (choices.length > 0 && (!isForking || probability < LEAST_DOUBT)) break;
    const state = accept(token);
    if (state !== undefined) choices.push({ token, state, probability });
    if (choices.length === 2) break;
  }
  return choices;
}
