/**
 * Greedy decoding of many prompts in lockstep: all sequences of a context take one step together, so that a step is one
 * batch and every run has the same batches. Knows no text but what it returns.
 *
 * The trap: node-llama-cpp 3.21.1 samples the rows of a batch in parallel threads, and llama.cpp puts rows that are out
 * of order back in place when the first of them is read. Sequences then get each other's tokens. So rows must never be
 * out of order: a step takes one token of each sequence, by rising sequence, and a suffix is evaluated alone.
 */
import type { LlamaContextSequence, LlamaModel, Token } from "node-llama-cpp";
import type { Constraint } from "../constrain/constraint.ts";
import { type ConstrainedAnswer, writeConstrained } from "./constrained.ts";
import type { Completion, GenerateOptions } from "./generate.ts";
import { ensureState } from "./prefix-state.ts";

/** A prompt cut into tokens. */
export type Item = {
  /** Its place among the requests. */
  readonly index: number;
  /** Names the prefix and all that its evaluation depends on. */
  readonly prefixKey: string;
  /** The state of the prefix is not written to a file. */
  readonly isSingleUse?: boolean;
  /** Instead of the call's. */
  readonly constraint?: Constraint;
  readonly prefix: Token[];
  readonly suffix: Token[];
};

/** A sequence of a context and the prefix whose state it holds. */
export type Slot = { readonly sequence: LlamaContextSequence; heldKey?: string };

export type DecodeOptions = Omit<GenerateOptions, "maxTokens"> & {
  readonly maxTokens: number;
  /** Where states of prefixes are kept. */
  readonly folder: string;
  /** Of them all. */
  readonly keptBytes: number;
  /** The bytes of each token, by id; read where there is a constraint. */
  readonly pieces: () => readonly string[];
};

/**
 * Answers in the order of the items. `lanes` are the slots of each context; without a constraint, items are dealt to the
 * lanes in turn, so that every run has the same batches. Raises disk-full, or the signal's reason; then all sequences stand still and can be used again.
 */
export async function decodeAll(
  model: LlamaModel,
  lanes: readonly (readonly Slot[])[],
  items: readonly Item[],
  {
    onCompletion,
    onText,
    signal,
    maxTokens,
    folder,
    keptBytes,
    withConfidence = false,
    ...options
  }: DecodeOptions,
): Promise<Completion[]> {
  const completions: Completion[] = [];
  const failure = new AbortController();
  const stop = AbortSignal.any(signal ? [signal, failure.signal] : [failure.signal]);
  const stateOf = createStateSource(folder, keptBytes);
  const onIds = onText && ((ids: readonly Token[]) => onText(model.detokenize([...ids])));
  let done = 0;
  const lane: LaneOptions = {
    start: async (slot, item) => {
      const startedMs = performance.now();
      const readTokens = await holdPrefix(slot, item, stateOf);
      const wanted = { confidence: withConfidence };
      const tokens = slot.sequence.evaluateWithMetadata(item.suffix, wanted, { temperature: 0 });
      return { item, slot, ids: [], confidence: 1, tokens, startedMs, readTokens };
    },
    finish: (written, finishReason) => {
      const { item, ids, confidence, startedMs, firstMs, readTokens, others = [] } = written;
      const ms = performance.now() - startedMs;
      completions[item.index] = {
        text: model.detokenize(ids),
        tokens: others.reduce((sum, other) => sum + other.ids.length, ids.length),
        finishReason,
        ms,
        readTokens,
        ...((withConfidence || others.length > 0) && { confidence }),
        ...(others.length > 0 && {
          firstMs,
          others: others.map(({ ids: theirs, ...other }) => ({
            ...other,
            text: model.detokenize(theirs),
          })),
        }),
      };
      onCompletion?.(++done, items.length);
    },
    maxTokens,
    onIds,
    stop,
  };
  const { constraint, candidates = 1 } = options;
  const constrained = constraint && {
    constraint,
    pieces: options.pieces(),
    maxTokens,
    candidates,
    stop,
  };
  const waiting = items.values();
  /** One after the other: every answer asks for its own next tokens. Whichever lane is free takes the next item. */
  const runConstrained = async ([slot]: readonly Slot[]) => {
    for (const item of waiting) {
      const startedMs = performance.now();
      let firstMs = 0;
      const readTokens = await holdPrefix(slot, item, stateOf);
      const answers = await writeConstrained(model, slot.sequence, item.suffix, {
        ...constrained!,
        ...(item.constraint && { constraint: item.constraint }),
        onIds,
        onFirst: () => (firstMs = performance.now() - startedMs),
      });
      lane.finish(
        { ...answers[0], others: answers.slice(1), item, startedMs, firstMs, readTokens },
        answers[0].finishReason,
      );
    }
  };
  const runs = lanes.map((slots, i) => {
    const dealt = items.filter((_, index) => index % lanes.length === i);
    const run = constrained ? runConstrained(slots) : runLane(slots, dealt, lane);
    return run.catch((error: unknown) => failure.abort(error));
  });
  await Promise.all(runs);
  stop.throwIfAborted();
  return completions;
}

type Written = {
  readonly item: Item;
  readonly ids: readonly Token[];
  /** The product over `ids`. */
  readonly confidence: number;
  readonly startedMs: number;
  readonly firstMs?: number;
  /** See Completion. */
  readonly readTokens: number;
  readonly others?: readonly ConstrainedAnswer[];
};

/** An answer that is being written. */
type Answer = Written & {
  readonly slot: Slot;
  readonly ids: Token[];
  confidence: number;
  readonly tokens: AsyncGenerator<{ token: Token; confidence?: number }, void, void>;
};

type LaneOptions = {
  start(slot: Slot, item: Item): Promise<Answer>;
  finish(answer: Written, finishReason: Completion["finishReason"]): void;
  readonly maxTokens: number;
  readonly onIds?: (ids: readonly Token[]) => void;
  readonly stop: AbortSignal;
};

async function runLane(
  slots: readonly Slot[],
  items: readonly Item[],
  { start, finish, maxTokens, onIds, stop }: LaneOptions,
): Promise<void> {
  const waiting = [...items];
  const answers: (Answer | undefined)[] = slots.map(() => undefined);
  try {
    while (waiting.length > 0 || answers.some(Boolean)) {
      stop.throwIfAborted();
      for (const [i, slot] of slots.entries()) {
        // the first step alone: its batch holds the whole suffix
        while (answers[i] === undefined && waiting.length > 0) {
          const answer = await start(slot, waiting.shift()!);
          const reason = await takeStep(answer, maxTokens, onIds);
          if (reason === undefined) answers[i] = answer;
          else finish(answer, reason);
        }
      }
      const reasons = await Promise.all(answers.map((it) => it && takeStep(it, maxTokens, onIds)));
      for (const [i, reason] of reasons.entries())
        if (reason !== undefined) {
          finish(answers[i]!, reason);
          answers[i] = undefined;
        }
    }
  } finally {
    for (const answer of answers) await answer?.tokens.return();
  }
}

/** One more token; gives the reason if the answer ends here. */
async function takeStep(
  answer: Answer,
  maxTokens: number,
  onIds: LaneOptions["onIds"],
): Promise<Completion["finishReason"] | undefined> {
  const { done, value } = await answer.tokens.next();
  if (done) return "stop";
  answer.ids.push(value.token);
  answer.confidence *= value.confidence ?? 1;
  onIds?.(answer.ids);
  if (answer.ids.length < maxTokens) return undefined;
  await answer.tokens.return();
  return "length";
}

type StateSource = (slot: Slot, item: Item, onRead: () => void) => Promise<string>;

/** The state file of a prefix; of all slots that ask for it, the first evaluates it if there is none. */
function createStateSource(folder: string, keptBytes: number): StateSource {
  const paths = new Map<string, Promise<string>>();
  return ({ sequence }, { prefixKey, prefix }, onRead) => {
    const path =
      paths.get(prefixKey) ??
      ensureState(folder, prefixKey, keptBytes, async () => {
        onRead();
        await evaluatePrefix(sequence, prefix);
        return sequence;
      });
    paths.set(prefixKey, path);
    return path;
  };
}

async function evaluatePrefix(sequence: LlamaContextSequence, prefix: Token[]): Promise<void> {
  await sequence.clearHistory();
  await sequence.evaluateWithoutGeneratingNewTokens(prefix);
}

/** Afterwards the slot's sequence holds the item's prefix and nothing else. The tokens of the prompt that this item reads. */
async function holdPrefix(slot: Slot, item: Item, stateOf: StateSource): Promise<number> {
  const { sequence } = slot;
  if (slot.heldKey === item.prefixKey) {
    const range = { start: item.prefix.length, end: sequence.nextTokenIndex };
    if (range.end > range.start) await sequence.eraseContextTokenRanges([range]);
    return item.suffix.length;
  }
  delete slot.heldKey;
  let isRead = item.isSingleUse === true;
  if (isRead) await evaluatePrefix(sequence, item.prefix);
  else {
    const path = await stateOf(slot, item, () => (isRead = true));
    await sequence.loadStateFromFile(path, { acceptRisk: true });
  }
  slot.heldKey = item.prefixKey;
  return item.suffix.length + (isRead ? item.prefix.length : 0);
}
