/** OpenAI's messages. Nothing else stands in a line, because services that tune on such files refuse keys they do not know. */
import { renderAnswer } from "../../prompt/answer.ts";
import type { Message, Prompt } from "../../prompt/prompt.ts";
import type { Example } from "../example.ts";

/** Renders a question as messages; no token of a model is in them. */
export type MessagesOf = Prompt["messagesOf"];

/** System prompt, question, and the answer that a model is to write. */
export function conversationOf(example: Example, messagesOf: MessagesOf): readonly Message[] {
  return [...messagesOf(example.question), { role: "assistant", content: renderAnswer(example) }];
}

/** One pair as messages. */
export const chatLine = (example: Example, messagesOf: MessagesOf): object => ({
  messages: conversationOf(example, messagesOf),
});
