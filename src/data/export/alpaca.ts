/** Alpaca's records: the system prompt is the instruction, the question its input. */
import type { Example } from "../example.ts";
import type { ConversationOf } from "./chat.ts";

/** One pair as Alpaca's files have it. */
export function alpacaLine(example: Example, conversationOf: ConversationOf): object {
  const [instruction, input, output] = conversationOf(example).map(({ content }) => content);
  return { id: example.id, instruction, input, output };
}
