/** Alpaca's records: the system prompt is the instruction, the question its input. */
import type { Example } from "../example.ts";
import { conversationOf, type MessagesOf } from "./chat.ts";

/** One pair as Alpaca's files have it. */
export function alpacaLine(example: Example, messagesOf: MessagesOf): object {
  const [instruction, input, output] = conversationOf(example, messagesOf).map(
    ({ content }) => content,
  );
  return { id: example.id, instruction, input, output };
}
