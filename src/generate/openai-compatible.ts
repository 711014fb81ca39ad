/**
 * Greedy decoding by any server that speaks OpenAI's protocol (llama-server, vLLM, hosted ones): `/completions` with the
 * rendered prompt, or `/chat/completions` with messages (platform.openai.com/docs/api-reference). Some servers, Ollama
 * among them, put a chat template around the prompt of `/completions` as well: what they score is not what is sent.
 */
import { assert } from "../base/errors.ts";
import type { Completion, Generate } from "./generate.ts";
import {
  confidenceOf,
  createServerGenerate,
  type Protocol,
  SAMPLE_TEMPERATURE,
  type ServerOptions,
} from "./http.ts";

export type OpenAiOptions = ServerOptions & {
  /** Whether `grammar`, a field of llama-server's own, may be sent (llama-server.ts). */
  readonly takesGrammar?: boolean;
};

/** Generates with the model at `baseUrl`, which ends in /v1 with most servers. Errors: see createServerGenerate. */
export function createOpenAiGenerate(options: OpenAiOptions): Generate {
  const { model, sends = "text", takesGrammar = false } = options;
  const protocol: Protocol = {
    path: sends === "text" ? "/completions" : "/chat/completions",
    bodyOf({ prefix, suffix, messages }, { maxTokens, withConfidence, grammar, seed }) {
      const common = {
        model,
        max_tokens: maxTokens,
        ...(seed === undefined ? { temperature: 0 } : { temperature: SAMPLE_TEMPERATURE, seed }),
        stream: false,
        ...(takesGrammar && grammar !== undefined && { grammar }),
      };
      if (sends === "text")
        return { ...common, prompt: prefix + suffix, ...(withConfidence && { logprobs: 1 }) };
      assert(messages !== undefined, "a server that takes messages was sent a prompt without them");
      return { ...common, messages, ...(withConfidence && { logprobs: true }) };
    },
    read: readAnswer,
  };
  return createServerGenerate(protocol, options);
}

type Answer = {
  readonly choices?: readonly {
    readonly text?: unknown;
    readonly message?: { readonly content?: unknown };
    readonly finish_reason?: string | null;
    /** `/chat/completions` has content, and so has llama-server everywhere; others `token_logprobs` in `/completions`. */
    readonly logprobs?: {
      readonly content?: readonly { readonly logprob: number }[] | null;
      readonly token_logprobs?: readonly number[] | null;
    } | null;
  }[];
  readonly usage?: { readonly completion_tokens?: number } | null;
};

/** Without `usage`, which some servers leave out, the number of tokens is 0. */
function readAnswer(answer: unknown): Omit<Completion, "ms"> | undefined {
  const { choices, usage } = (answer ?? {}) as Answer;
  const choice = choices?.[0];
  if (choice === undefined) return undefined;
  const text = choice.text ?? choice.message?.content ?? "";
  if (typeof text !== "string") return undefined;
  const finishReason = choice.finish_reason === "length" ? "length" : "stop";
  const { content, token_logprobs } = choice.logprobs ?? {};
  const logProbabilities = content?.map(({ logprob }) => logprob) ?? token_logprobs;
  return {
    text,
    tokens: usage?.completion_tokens ?? 0,
    finishReason,
    ...(logProbabilities && { confidence: confidenceOf(logProbabilities) }),
  };
}
