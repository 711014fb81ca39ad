/** A question's answer as the routes send it: their own form, and OpenAI's. Knows no HTTP. */
import type { Answered } from "./service.ts";

export const generateAnswer = (answered: Answered, withRows: boolean): object => ({
  request_id: answered.requestId,
  sql: answered.sql,
  ...(answered.refusal !== undefined && {
    refusal: answered.refusal,
    suggestions: answered.suggestions,
  }),
  confidence: answered.confidence,
  confidence_basis: answered.confidenceBasis,
  model: answered.model,
  tokens: answered.tokens,
  prompt_tokens_read: answered.readTokens,
  generation_time_ms: answered.generationMs,
  execution_time_ms: answered.executionMs,
  ...(answered.result && (withRows || "error" in answered.result) && { result: answered.result }),
});

type ChatAnswer = {
  readonly choices: readonly {
    readonly index: number;
    readonly message: { readonly role: "assistant"; readonly content: string };
    readonly finish_reason: string;
  }[];
  readonly usage: { readonly completion_tokens: number };
  readonly [key: string]: unknown;
};

/** A refusal is said as the model says it. */
export const chatAnswer = ({ requestId, sql, refusal, model, tokens }: Answered): ChatAnswer => ({
  id: requestId,
  object: "chat.completion",
  created: Math.floor(Date.now() / 1000),
  model,
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: sql ?? `-- cannot answer: ${refusal}` },
      finish_reason: "stop",
    },
  ],
  usage: { completion_tokens: tokens },
});
