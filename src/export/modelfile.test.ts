import { expect, test } from "vitest";
import type { ChatMessage } from "../tokenizer/chat-template.ts";
import { renderModelfile } from "./modelfile.ts";

const chatMl = (tail: string) => (messages: readonly ChatMessage[]) =>
  messages.map(({ role, content }) => `<|im_start|>${role}\n${content}<|im_end|>\n`).join("") +
  tail;

const common = { baseFile: "base.gguf", adapterFile: "./adapter.gguf", contextTokens: 2048 };

test("what a ChatML template writes before the answer stands in the Modelfile", () => {
  const chatTemplate = chatMl("<|im_start|>assistant\n<think>\n\n</think>\n\n");
  expect(renderModelfile({ ...common, chatTemplate })).toContain(
    '{{ end }}<|im_start|>assistant\n<think>\n\n</think>\n\n"""\n',
  );
});

test("another template is left to Ollama, and a path with blanks is quoted", () => {
  const chatTemplate = () => "[INST] S U [/INST]";
  expect(renderModelfile({ ...common, baseFile: "/my models/base.gguf", chatTemplate })).toBe(
    `FROM """/my models/base.gguf"""
ADAPTER ./adapter.gguf
PARAMETER num_ctx 2048
PARAMETER temperature 0
PARAMETER repeat_penalty 1
`,
  );
});
