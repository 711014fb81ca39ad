/**
 * Decoding: token ids in, text out. One function type; each backend is a file beside this one. Knows no database and
 * no SQL, and nothing of how a model was trained.
 */
import type { Constraint } from "../constrain/constraint.ts";
import type { Message } from "../prompt/prompt.ts";

/** One prompt in its two parts. */
export type GenerateRequest = {
  /** The stable part (system text, schema, rules, fixed examples): its state is computed once and kept. */
  readonly prefix: string;
  /** What differs from request to request, up to where the answer begins. */
  readonly suffix: string;
  /** The same prompt before a chat template rendered it: for servers that take nothing else. */
  readonly messages?: readonly Message[];
  /** No other request has this prefix: its state is written nowhere. */
  readonly isSingleUse?: boolean;
  /** Instead of the call's. */
  readonly constraint?: Constraint;
};

/** What a model wrote after a prompt. */
export type Completion = {
  readonly text: string;
  readonly tokens: number;
  readonly finishReason: "stop" | "length";
  readonly ms: number;
  /** Tokens of the prompt that were read; those of a prefix whose state was kept are not among them. */
  readonly readTokens?: number;
  /** Probability of the whole answer: the product of its tokens' probabilities. Only where it was asked for and is known. */
  readonly confidence?: number;
  /** Until the first answer stood, where further ones were written after it. */
  readonly firstMs?: number;
  /** Further answers, where they were asked for; `tokens` and `ms` are of all. */
  readonly others?: readonly Pick<Completion, "text" | "finishReason" | "confidence">[];
};

/** How answers are written, the same for all of a call. */
export type GenerateOptions = {
  /** Most tokens of one answer. */
  readonly maxTokens?: number;
  /** The answers' confidence is wanted; it takes time: llama.cpp then sorts all words for each token. */
  readonly withConfidence?: boolean;
  /** What answers may be (constrain/constraint.ts). llama.cpp in this process keeps it; servers cannot. */
  readonly constraint?: Constraint;
  /** The same as GBNF (constrain/gbnf.ts), for a server that takes it. */
  readonly grammar?: string;
  /** Answers to write for each request, with their confidence; more than one only under a constraint or by a server. */
  readonly candidates?: number;
  /** What an answer is so far, each time that it has grown; of further candidates nothing. llama.cpp in this process alone. */
  readonly onText?: (text: string) => void;
  readonly onCompletion?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
};

/** Greedy answers in the order of the requests. Requests of one call that share their prefix should stand together. */
export type Generate = (
  requests: readonly GenerateRequest[],
  options?: GenerateOptions,
) => Promise<Completion[]>;
