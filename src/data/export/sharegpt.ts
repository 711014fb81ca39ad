/** ShareGPT's conversations: the same messages as chat, under other names. */
import type { Message } from "../../prompt/prompt.ts";
import type { Example } from "../example.ts";
import type { ConversationOf } from "./chat.ts";

const SPEAKERS: Readonly<Record<Message["role"], string>> = {
  system: "system",
  user: "human",
  assistant: "gpt",
};

/** One pair as ShareGPT's files have it. */
export const shareGptLine = (example: Example, conversationOf: ConversationOf): object => ({
  id: example.id,
  conversations: conversationOf(example).map(({ role, content }) => ({
    from: SPEAKERS[role],
    value: content,
  })),
});
