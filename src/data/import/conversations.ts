/**
 * Conversations: ShareGPT's {conversations: [{from, value}]} and OpenAI's {messages: [{role, content}]}. The first question
 * and its answer count; what follows leans on it and is left out. Solved examples that a system message holds are not read.
 */
import { questionIn } from "./prompt-text.ts";
import { type Draft, type Fields, type Form, given, type LeftOut, textOf } from "./record.ts";
import { LATER_TURN } from "./dialogues.ts";

/** ShareGPT: turns from human and gpt. */
export const shareGptForm: Form = conversationForm(
  "ShareGPT: {conversations: [{from, value}]}",
  "conversations",
  "from",
  "value",
);

/** Messages with roles. */
export const chatForm: Form = conversationForm(
  "chat messages: {messages: [{role, content}]}",
  "messages",
  "role",
  "content",
);

function conversationForm(help: string, list: string, role: string, content: string): Form {
  return {
    help,
    matches: (fields) => Array.isArray(fields[list]),
    read(fields) {
      const messages = (fields[list] as (Fields | null)[]).map((message) => ({
        isQuestion: /^(?:user|human)$/i.test(textOf(message ?? {}, role)),
        isAnswer: /^(?:assistant|gpt|model|bot|chatgpt)$/i.test(textOf(message ?? {}, role)),
        text: contentOf(message?.[content]),
      }));
      const turns = messages.flatMap(({ isQuestion, text }, index) =>
        isQuestion ? [{ question: questionIn(text), answer: answerAfter(messages, index) }] : [],
      );
      const [first, ...later] = turns;
      if (first === undefined) return [{ question: "", answer: "" }];
      return [
        { ...first, ...given({ id: textOf(fields, "id") }) } satisfies Draft,
        ...later.map((turn): LeftOut => ({ reason: LATER_TURN, ...turn })),
      ];
    },
  };
}

/** Text, or a list of parts of which those of text count. */
function contentOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return (content as (Fields | null)[]).map((part) => textOf(part ?? {}, "text")).join("");
}

function answerAfter(
  messages: readonly { readonly isAnswer: boolean; readonly text: string }[],
  index: number,
): string {
  const next = messages.at(index + 1);
  return next?.isAnswer ? next.text : "";
}
