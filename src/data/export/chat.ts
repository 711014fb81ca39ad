/** OpenAI's messages. Nothing else stands in a line, because services that tune on such files refuse keys they do not know. */
import { renderAnswer } from "../../prompt/answer.ts";
import type { Message, Prompt } from "../../prompt/prompt.ts";
import type { Example } from "../example.ts";

/** A pair as system prompt, question, and the answer that a model is to write; no token of a model is in them. */
export type ConversationOf = (example: Example) => readonly Message[];

/** Conversations under a prompt whose schema `sqlOf` spells an answer's SQL for. */
export const conversationsUnder =
  ({ messagesOf }: Pick<Prompt, "messagesOf">, sqlOf: (sql: string) => string): ConversationOf =>
  (example) => {
    const content = renderAnswer({ ...example, sql: sqlOf(example.sql) });
    return [...messagesOf(example.question), { role: "assistant", content }];
  };

/** One pair as messages. */
export const chatLine = (example: Example, conversationOf: ConversationOf): object => ({
  messages: conversationOf(example),
});
