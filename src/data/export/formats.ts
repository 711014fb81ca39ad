/** The forms in which other programs take pairs. */
import type { Example } from "../example.ts";
import { alpacaLine } from "./alpaca.ts";
import { chatLine, type ConversationOf } from "./chat.ts";
import { toParquet } from "./parquet.ts";
import { shareGptLine } from "./sharegpt.ts";

export type ExportFormat = "parquet" | "sharegpt" | "alpaca" | "chat";

export type ExportForm = {
  /** For the help and the card. */
  readonly help: string;
  readonly extension: "parquet" | "jsonl";
  readonly write: (
    examples: readonly Example[],
    conversationOf: ConversationOf,
  ) => Promise<string | Uint8Array> | string;
};

const lines =
  (lineOf: (example: Example, conversationOf: ConversationOf) => object): ExportForm["write"] =>
  (examples, conversationOf) =>
    examples.map((example) => `${JSON.stringify(lineOf(example, conversationOf))}\n`).join("");

/** How each format writes a pair. */
export const exportForms: Readonly<Record<ExportFormat, ExportForm>> = {
  parquet: {
    help: "every field of the pairs as a column; `source` and `checks` are structs",
    extension: "parquet",
    write: toParquet,
  },
  sharegpt: {
    help: "lines {id, conversations: [{from, value}]}: system, human, gpt",
    extension: "jsonl",
    write: lines(shareGptLine),
  },
  alpaca: {
    help: "lines {id, instruction, input, output}: the system prompt, the question, the answer",
    extension: "jsonl",
    write: lines(alpacaLine),
  },
  chat: {
    help: "lines {messages: [{role, content}]}: system, user, assistant",
    extension: "jsonl",
    write: lines(chatLine),
  },
};
