/**
 * One answer of a larger model behind a server that speaks OpenAI's protocol, by the AI SDK: JSON of a wanted form where
 * the server can be held to one, else whatever text it writes. One call is one request; repeating and keeping is the
 * caller's. Knows no question and no SQL.
 */
import { messageOf, UserError } from "../base/errors.ts";
import type { Message } from "../prompt/prompt.ts";

export type AskServerOptions = {
  /** Ends in /v1 with most servers. */
  readonly baseUrl: string;
  readonly model: string;
  /** Sent as `Authorization: Bearer …`; written nowhere, and masked in what a server says. */
  readonly apiKey?: string;
  readonly temperature: number;
  readonly maxTokens: number;
  readonly timeoutMs: number;
};

export type ServerRequest = {
  readonly messages: readonly Message[];
  readonly fields: Readonly<
    Record<string, { readonly type: "text" | "texts"; readonly help: string }>
  >;
  readonly seed: number;
};

/** An answer, or why there is none. */
export type ServerAttempt =
  | {
      readonly ok: true;
      readonly text: string;
      readonly tokens?: { readonly input: number; readonly output: number };
      readonly ms: number;
    }
  | ServerFailure;

type ServerFailure = {
  readonly ok: false;
  readonly reason:
    | "rate-limited"
    | "server-error"
    | "timed-out"
    | "connection-cut"
    | "no-answer"
    | "request-refused";
  readonly message: string;
  readonly isPassing: boolean;
  readonly retryAfterMs?: number;
};

type Packages = {
  readonly ai: typeof import("ai");
  readonly provider: typeof import("@ai-sdk/openai-compatible");
  readonly zod: typeof import("zod");
};

/** Loads what it needs at the first call. Raises network for a refused key, model-unknown for an unknown address or model. */
export function createServerAsk(
  options: AskServerOptions,
): (request: ServerRequest) => Promise<ServerAttempt> {
  let packages: Promise<Packages> | undefined;
  let isStructured = true;
  return async (request) => {
    packages ??= importPackages();
    const loaded = await packages;
    const wasStructured = isStructured;
    const startedMs = performance.now();
    try {
      const answer = await askOnce(loaded, request, options, wasStructured);
      return { ok: true, ...answer, ms: performance.now() - startedMs };
    } catch (error) {
      const failure = failureOf(loaded, error, options);
      if (!wasStructured || failure.reason !== "request-refused" || !isAboutForm(failure.message))
        return failure;
      isStructured = false; // from now on the form stands in the prompt's words alone
      return { ...failure, isPassing: true, retryAfterMs: 0 };
    }
  };
}

async function importPackages(): Promise<Packages> {
  const [ai, provider, zod] = await Promise.all([
    import("ai"),
    import("@ai-sdk/openai-compatible"),
    import("zod"),
  ]);
  return { ai, provider, zod };
}

type Answer = {
  readonly text: string;
  readonly tokens?: { readonly input: number; readonly output: number };
};

async function askOnce(
  { ai, provider, zod: { z } }: Packages,
  { messages, fields, seed }: ServerRequest,
  { baseUrl, model, apiKey, temperature, maxTokens, timeoutMs }: AskServerOptions,
  isStructured: boolean,
): Promise<Answer> {
  const server = provider.createOpenAICompatible({
    name: "teacher",
    baseURL: baseUrl,
    apiKey,
    supportsStructuredOutputs: true,
  });
  const shape = Object.entries(fields).map(([name, { type, help }]) => {
    const field = type === "text" ? z.string() : z.array(z.string());
    return [name, field.describe(help)] as const;
  });
  const [system, ...turns] = messages;
  const common = {
    model: server(model),
    instructions: system.content,
    messages: turns.map(({ role, content }) => ({ role, content })) as (
      | { role: "user"; content: string }
      | { role: "assistant"; content: string }
    )[],
    temperature,
    seed,
    maxOutputTokens: maxTokens,
    maxRetries: 0,
    abortSignal: AbortSignal.timeout(timeoutMs),
  };
  try {
    const { text, usage } = isStructured
      ? await ai.generateText({
          ...common,
          output: ai.Output.object({ schema: z.object(Object.fromEntries(shape)) }),
        })
      : await ai.generateText(common);
    return answerOf(text, usage);
  } catch (error) {
    // the text of another form is an answer too: what is in it, the caller finds out
    if (!ai.NoObjectGeneratedError.isInstance(error) || error.text === undefined) throw error;
    return answerOf(error.text, error.usage);
  }
}

function answerOf(
  text: string,
  usage: { inputTokens: number | undefined; outputTokens: number | undefined } | undefined,
): Answer {
  const { inputTokens: input, outputTokens: output } = usage ?? {};
  return {
    text,
    ...(input !== undefined && output !== undefined && { tokens: { input, output } }),
  };
}

const isAboutForm = (message: string): boolean =>
  /response.?format|json.?schema|structured|grammar/i.test(message);

function failureOf(
  { ai }: Packages,
  error: unknown,
  { baseUrl, apiKey, timeoutMs }: AskServerOptions,
): ServerFailure {
  const mask = (text: string) => (apiKey ? text.replaceAll(apiKey, "***") : text).slice(0, 300);
  const failed = (
    reason: ServerFailure["reason"],
    message: string,
    isPassing: boolean = true,
  ): ServerFailure => ({ ok: false, reason, message: mask(message), isPassing });
  if ((error as Error).name === "TimeoutError")
    return failed("timed-out", `no answer in ${timeoutMs / 1000} s`);
  if (!ai.APICallError.isInstance(error)) throw error;
  const { statusCode: status, responseHeaders = {}, cause } = error;
  if (status === undefined || status < 400) {
    // fetch tells that the other end went away by a TypeError; else an answer came and was none
    const isAnswer = status !== undefined && (cause as Error | undefined)?.name !== "TypeError";
    const message = `${error.message}${cause === undefined ? "" : ` (${messageOf(cause)})`}`;
    return failed(isAnswer ? "no-answer" : "connection-cut", message);
  }
  const message = `HTTP ${status}: ${error.message}`;
  if (status === 429) {
    const retryAfterMs = waitOf(responseHeaders["retry-after"]);
    return { ...failed("rate-limited", message), ...(retryAfterMs > 0 && { retryAfterMs }) };
  }
  if (status === 408) return failed("timed-out", message);
  if (status >= 500 && status !== 501) return failed("server-error", message);
  if (status === 401 || status === 403)
    throw new UserError("network", `${baseUrl} refuses the API key (${mask(message)})`);
  if (status === 404)
    throw new UserError("model-unknown", `${baseUrl} knows no such model (${mask(message)})`);
  return failed("request-refused", message, false);
}

/** Retry-After in seconds or as a date. */
function waitOf(header: string | undefined): number {
  if (header === undefined) return 0;
  const seconds = Number(header);
  return Number.isNaN(seconds) ? Math.max(0, Date.parse(header) - Date.now()) || 0 : 1000 * seconds;
}
