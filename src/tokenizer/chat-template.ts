/**
 * The model's own chat template (Jinja, from GGUF metadata): messages to text, up to where the assistant's answer
 * begins. Knows nothing of what the messages say.
 */
import { Template } from "@huggingface/jinja";
import { messageOf, UserError } from "../base/errors.ts";
import type { TokenizerMetadata } from "./tokenizer.ts";

export type ChatMessage = {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
};

export type ChatTemplate = (messages: readonly ChatMessage[]) => string;

/** Templates that print a date (Llama 3) get this one, so that a prompt has the same bytes every day. */
const FIXED_DATE = "26 Jul 2024";

/** Raises model-unsupported when the file has no template, model-invalid when it cannot be parsed or rendered. */
export function createChatTemplate(metadata: TokenizerMetadata): ChatTemplate {
  const source = metadata["tokenizer.chat_template"];
  if (typeof source !== "string")
    throw new UserError(
      "model-unsupported",
      "the model has no chat template (tokenizer.chat_template): choose an instruction-tuned one",
    );
  const template = attempt(() => new Template(source));
  const constants = {
    add_generation_prompt: true,
    enable_thinking: false, // Qwen3: the answer is SQL, not a chain of thought
    date_string: FIXED_DATE,
    bos_token: tokenText(metadata, "tokenizer.ggml.bos_token_id"),
    eos_token: tokenText(metadata, "tokenizer.ggml.eos_token_id"),
  };
  return (messages) =>
    attempt(() => template.render({ ...constants, messages: messages.map((it) => ({ ...it })) }));
}

function tokenText(metadata: TokenizerMetadata, key: string): string {
  const tokens = metadata["tokenizer.ggml.tokens"];
  const id = metadata[key];
  return Array.isArray(tokens) && typeof id === "number" ? String(tokens[id] ?? "") : "";
}

function attempt<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new UserError("model-invalid", `the chat template fails: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
