/**
 * Generating by asking a server: a few requests at a time, each with a time limit and repetitions, finished answers kept.
 * What is sent and how an answer is read is the business of openai-compatible.ts and ollama.ts.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, UserError } from "../base/errors.ts";
import { hashOfJson } from "../base/hash.ts";
import { asTransient, retry, Transient } from "../source/retry.ts";
import { openAnswerCache } from "./answer-cache.ts";
import type { Completion, Generate, GenerateRequest } from "./generate.ts";

export type ServerOptions = {
  /** http or https, without user name and password. */
  readonly baseUrl: string;
  /** The model's name on the server. */
  readonly model: string;
  /** Sent as `Authorization: Bearer …`; written nowhere. */
  readonly apiKey?: string;
  /**
   * "text" (the default) sends the prompt as the model's chat template rendered it here, byte for byte what a local model
   * gets. "messages" leaves the template to the server, for those that take nothing else; requests need `messages` then.
   */
  readonly sends?: "text" | "messages";
  /** More fields of the request's body, which win over our own. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Requests at the same time. */
  readonly concurrency?: number;
  /** For one attempt. Node's fetch gives up after 300 s without an answer, whatever is said here. */
  readonly timeoutMs?: number;
  /** Attempts for one request. */
  readonly attempts?: number;
  /** Wait after the first failed attempt, doubled after each; a server's Retry-After comes first. */
  readonly retryDelayMs?: number;
  /**
   * Finished answers are kept here and not asked for again. They are known by address and the whole request: a server
   * that gets other weights under the same name needs another file.
   */
  readonly cacheFile?: string;
  /** Told once what the server did not take. */
  readonly onNote?: (text: string) => void;
};

/** One kind of server. */
export type Protocol = {
  /** Added to the base address. */
  readonly path: string;
  bodyOf(request: GenerateRequest, wanted: Wanted): Readonly<Record<string, unknown>>;
  /** Reads an answer; undefined when it has another form. Raises question-too-long when the prompt was cut. */
  read(answer: unknown): Omit<Completion, "ms"> | undefined;
};

export type Wanted = {
  readonly maxTokens: number;
  readonly withConfidence: boolean;
  /** See GenerateOptions. */
  readonly grammar?: string;
  /** Of an answer that is sampled; without one it is greedy. */
  readonly seed?: number;
};

/** Of answers beside the greedy one. */
export const SAMPLE_TEMPERATURE = 0.8;

/** The probability of an answer whose tokens have these natural logarithms of probabilities. */
export const confidenceOf = (logProbabilities: readonly number[]): number =>
  Math.exp(logProbabilities.reduce((sum, logProbability) => sum + logProbability, 0));

/** As for local models. */
const DEFAULT_MAX_TOKENS = 160;
/** A longer Retry-After is not waited for. */
const LONGEST_WAIT_MS = 60_000;

/** Answers one request, from the cache or by asking. */
type Answerer = (
  request: GenerateRequest,
  wanted: Wanted,
  signal: AbortSignal,
) => Promise<Completion>;

/**
 * Raises usage for an address that cannot be used. The result raises network, naming the server's answer and how many
 * answers are kept; model-unknown; question-too-long; with an aborted signal, the signal's reason. The first failure
 * stops the other requests.
 */
export function createServerGenerate(protocol: Protocol, options: ServerOptions): Generate {
  const { concurrency = 4 } = options;
  const answer = createAnswerer(protocol, options);
  return async (requests, generateOptions = {}) => {
    const { maxTokens = DEFAULT_MAX_TOKENS, withConfidence = false } = generateOptions;
    const { grammar, candidates = 1, onCompletion, signal } = generateOptions;
    const wanted = { maxTokens, withConfidence: withConfidence || candidates > 1, grammar };
    const failure = new AbortController();
    const stop = AbortSignal.any(signal ? [signal, failure.signal] : [failure.signal]);
    const completions: Completion[] = [];
    let done = 0;
    const waiting = requests.entries();
    const runLane = async () => {
      for (const [index, request] of waiting) {
        stop.throwIfAborted();
        completions[index] = await severalAnswers(answer, request, wanted, candidates, stop);
        done++;
        onCompletion?.(done, requests.length);
      }
    };
    const lanes = Array.from({ length: concurrency }, () =>
      runLane().catch((error: unknown) => failure.abort(error)),
    );
    await Promise.all(lanes);
    signal?.throwIfAborted();
    if (failure.signal.aborted)
      throw withProgress(failure.signal.reason, done, requests.length, options);
    return completions;
  };
}

/** The greedy answer, and the other ones that sampling brings. */
async function severalAnswers(
  answer: Answerer,
  request: GenerateRequest,
  wanted: Wanted,
  candidates: number,
  signal: AbortSignal,
): Promise<Completion> {
  const first = await answer(request, wanted, signal);
  let { tokens, ms } = first;
  const others = new Map<string, Completion>();
  for (let seed = 1; seed < candidates; seed++) {
    const other = await answer(request, { ...wanted, seed }, signal);
    tokens += other.tokens;
    ms += other.ms;
    if (other.text !== first.text) others.set(other.text, other);
  }
  return others.size === 0
    ? { ...first, tokens, ms }
    : { ...first, tokens, ms, others: [...others.values()] };
}

function createAnswerer(protocol: Protocol, options: ServerOptions): Answerer {
  const { baseUrl, cacheFile, onNote } = options;
  const refused = new Set<string>();
  const url = addressOf(baseUrl, protocol.path);
  const cache = cacheFile === undefined ? undefined : openAnswerCache(cacheFile);
  const bodyOf = (request: GenerateRequest, wanted: Wanted) => ({
    ...protocol.bodyOf(request, wanted),
    ...options.body,
  });
  const askFor: Answerer = async (request, wanted, signal) => {
    try {
      return await ask(url, bodyOf(request, wanted), protocol, options, signal);
    } catch (error) {
      const message = messageOf(error);
      const { grammar, ...free } = wanted;
      if (grammar !== undefined && /grammar|sampler/i.test(message)) {
        if (!refused.has(grammar))
          onNote?.(`${message}; answers are written without the grammar of the schema`);
        refused.add(grammar);
        return askFor(request, free, signal);
      }
      // Not every server and model tells probabilities; the answer counts more.
      if (!wanted.withConfidence || !/logprobs/i.test(message)) throw error;
      return askFor(request, { ...wanted, withConfidence: false }, signal);
    }
  };
  return async (request, given, signal) => {
    const { grammar, ...free } = given;
    const wanted = grammar === undefined || refused.has(grammar) ? free : given;
    const body = bodyOf(request, wanted);
    const key = hashOfJson({ url, body });
    const known = cache?.get(key);
    if (known !== undefined) return known;
    const completion = await askFor(request, wanted, signal);
    cache?.put(key, completion);
    return completion;
  };
}

function addressOf(baseUrl: string, path: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  const isUsable =
    /^https?:$/.test(url?.protocol ?? "") && url?.username === "" && url.password === "";
  if (url === undefined || !isUsable)
    throw new UserError(
      "usage",
      "the server's address must be of the form http://host:port or https://…, without user name and password",
    );
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}${path}`;
}

async function ask(
  url: string,
  body: object,
  protocol: Protocol,
  { apiKey, timeoutMs = 240_000, attempts, retryDelayMs }: ServerOptions,
  signal: AbortSignal,
): Promise<Completion> {
  const text = JSON.stringify(body);
  const startedMs = performance.now();
  const answer = await retry(url, () => post(url, text, { apiKey, timeoutMs, signal }), {
    attempts,
    retryDelayMs,
    signal,
  });
  const completion = protocol.read(answer);
  if (completion === undefined)
    throw new UserError(
      "network",
      `${url} answered in a form that is not known: ${JSON.stringify(answer).slice(0, 200)}`,
    );
  return { ...completion, ms: performance.now() - startedMs };
}

type PostOptions = {
  readonly apiKey?: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
};

/** The parsed answer of one attempt. */
async function post(
  url: string,
  body: string,
  { apiKey, timeoutMs, signal }: PostOptions,
): Promise<unknown> {
  const limit = AbortSignal.timeout(timeoutMs);
  const headers = {
    "content-type": "application/json",
    ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
  };
  let response: Response;
  let text: string;
  try {
    const both = AbortSignal.any([signal, limit]);
    response = await fetch(url, { method: "POST", headers, body, signal: both });
    text = await response.text();
  } catch (error) {
    signal.throwIfAborted();
    if (limit.aborted) throw new Transient(`no answer in ${timeoutMs / 1000} s`);
    throw asTransient(error);
  }
  if (!response.ok) throw await failureOf(url, response, text, signal);
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError("network", `${url} answered no JSON: ${text.slice(0, 200)}`);
  }
}

/** Busy and broken servers are asked again; what another attempt will not change is an error. */
async function failureOf(
  url: string,
  { status, headers }: Response,
  text: string,
  signal: AbortSignal,
): Promise<Error> {
  const reason = `HTTP ${status}: ${reasonIn(text)}`;
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const waitMs = 1000 * Number(headers.get("retry-after"));
    if (waitMs > 0) await sleep(Math.min(waitMs, LONGEST_WAIT_MS), undefined, { signal });
    return new Transient(reason);
  }
  if ([400, 413, 422].includes(status) && /context|too long|exceed/i.test(reason))
    return new UserError("question-too-long", `${url} finds the prompt too long (${reason})`);
  if (status === 404)
    return new UserError(
      "model-unknown",
      `${url} knows no such address or model (${reason}); check both, and whether it takes messages only`,
    );
  const hint = status === 401 || status === 403 ? "; is the API key right?" : "";
  return new UserError("network", `${url} refused the request (${reason})${hint}`);
}

/** The message in `{error: {message}}`, `{error}` or any other text, cut short. */
function reasonIn(text: string): string {
  let message = text;
  try {
    const { error } = JSON.parse(text) as { error?: string | { message?: string } };
    message = (typeof error === "string" ? error : error?.message) ?? text;
  } catch {
    // not JSON: the text itself
  }
  return message.trim().slice(0, 300);
}

function withProgress(
  error: unknown,
  done: number,
  total: number,
  { cacheFile }: ServerOptions,
): unknown {
  if (!(error instanceof UserError) || cacheFile === undefined) return error;
  const kept = `${done} of ${total} answers are kept in ${cacheFile}`;
  return new UserError(error.code, `${messageOf(error)}; ${kept}`, { cause: error });
}
