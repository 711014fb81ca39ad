/**
 * Greedy decoding by Ollama: `/api/generate` with `raw`, which takes the rendered prompt as it is, or `/api/chat` with
 * messages, which the template of its Modelfile renders (docs.ollama.com/api).
 */
import { assert, UserError } from "../base/errors.ts";
import type { Completion, Generate } from "./generate.ts";
import {
  confidenceOf,
  createServerGenerate,
  type Protocol,
  SAMPLE_TEMPERATURE,
  type ServerOptions,
} from "./http.ts";

export type OllamaOptions = ServerOptions & {
  /** Tokens of the longest prompt with its answer: Ollama's own default is small, and it cuts what is longer. */
  readonly contextTokens: number;
  /** More of Ollama's `options`, such as num_thread. */
  readonly modelOptions?: Readonly<Record<string, unknown>>;
};

/** Generates with a model that Ollama has. Errors: see createServerGenerate. */
export function createOllamaGenerate(options: OllamaOptions): Generate {
  const { model, sends = "text", contextTokens, modelOptions } = options;
  const protocol: Protocol = {
    path: sends === "text" ? "/api/generate" : "/api/chat",
    bodyOf({ prefix, suffix, messages }, { maxTokens, withConfidence, seed }) {
      const how =
        seed === undefined ? { temperature: 0 } : { temperature: SAMPLE_TEMPERATURE, seed };
      // Its own repeat_penalty, 1.1, makes other answers than the model's, at temperature 0 too.
      const own = { ...how, repeat_penalty: 1, num_predict: maxTokens, num_ctx: contextTokens };
      const common = {
        model,
        stream: false,
        truncate: false,
        options: { ...own, ...modelOptions },
        ...(withConfidence && { logprobs: true }),
      };
      if (sends === "text") return { ...common, prompt: prefix + suffix, raw: true };
      assert(messages !== undefined, "a server that takes messages was sent a prompt without them");
      return { ...common, messages };
    },
    read: (answer) => readAnswer(answer, contextTokens),
  };
  return createServerGenerate(protocol, options);
}

type Answer = {
  readonly response?: unknown;
  readonly message?: { readonly content?: unknown };
  readonly done_reason?: string;
  readonly prompt_eval_count?: number;
  readonly eval_count?: number;
  readonly logprobs?: readonly { readonly logprob: number }[];
};

/** Versions that do not know `truncate` cut a prompt in silence; then all of the context was the prompt. */
function readAnswer(answer: unknown, contextTokens: number): Omit<Completion, "ms"> | undefined {
  const { response, message, done_reason, prompt_eval_count, eval_count, logprobs } = (answer ??
    {}) as Answer;
  if ((prompt_eval_count ?? 0) >= contextTokens)
    throw new UserError(
      "question-too-long",
      `the prompt fills all ${contextTokens} tokens of the context, so that it was cut`,
    );
  const text = response ?? message?.content;
  if (typeof text !== "string") return undefined;
  const finishReason = done_reason === "length" ? "length" : "stop";
  return {
    text,
    tokens: eval_count ?? 0,
    finishReason,
    ...(logprobs && { confidence: confidenceOf(logprobs.map(({ logprob }) => logprob)) }),
  };
}
