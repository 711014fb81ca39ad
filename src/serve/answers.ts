/** What the service found in the form that is sent: a question's answer, also in OpenAI's form, and schemas. Knows no HTTP. */
import type { Database, Table } from "../schema/schema.ts";
import type { DescribedTable, GenerateAnswer, SchemaAnswer } from "./api-types.ts";
import type { Answered } from "./ask.ts";

export const generateAnswer = (answered: Answered, withRows: boolean): GenerateAnswer => ({
  request_id: answered.requestId,
  sql: answered.sql,
  ...(answered.refusal !== undefined && {
    refusal: answered.refusal,
    suggestions: answered.suggestions,
  }),
  confidence: answered.confidence,
  confidence_basis: answered.confidenceBasis,
  model: answered.model,
  run: answered.run,
  tokens: answered.tokens,
  prompt_tokens_read: answered.readTokens,
  generation_time_ms: answered.generationMs,
  execution_time_ms: answered.executionMs,
  ...(answered.result && (withRows || "error" in answered.result) && { result: answered.result }),
});

/** Names, types, keys and comments; no cell. */
export const tableAnswer = ({
  name,
  kind,
  comment,
  columns,
  foreignKeys,
}: Table): DescribedTable => ({
  name,
  kind,
  comment,
  columns: columns.map(({ name: column, type, comment: said, notNull, primaryKey }) => ({
    name: column,
    type,
    comment: said,
    notNull,
    primaryKey,
  })),
  foreignKeys,
});

export const schemaAnswer = ({ dialect, tables }: Database): SchemaAnswer => ({
  dialect,
  tables: tables.map(tableAnswer),
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
