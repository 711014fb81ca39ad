/**
 * The Modelfile from which `ollama create` makes a model of base and adapter. Knows no database.
 * Reference: https://docs.ollama.com/modelfile
 */
import type { ChatTemplate } from "../tokenizer/chat-template.ts";

export type ModelfileOptions = {
  /** Path of the base's GGUF file. */
  readonly baseFile: string;
  /** Path of the adapter's GGUF file, from the Modelfile. */
  readonly adapterFile: string;
  /** The base's own chat template, which the adapter was trained with. */
  readonly chatTemplate: ChatTemplate;
  readonly contextTokens: number;
  /** The system message that the adapter was trained with. */
  readonly system?: string;
};

/** A base whose template is not ChatML keeps the one that Ollama finds in its file. */
export function renderModelfile(options: ModelfileOptions): string {
  const { baseFile, adapterFile, chatTemplate, contextTokens, system } = options;
  const template = toGoTemplate(chatTemplate);
  return [
    `FROM ${quoted(baseFile)}`,
    `ADAPTER ${quoted(adapterFile)}`,
    ...(template ? [`TEMPLATE ${quoted(template)}`, `PARAMETER stop "<|im_end|>"`] : []),
    `PARAMETER num_ctx ${contextTokens}`,
    "PARAMETER temperature 0",
    // Ollama's own 1.1 makes other answers than the model's, at temperature 0 too.
    "PARAMETER repeat_penalty 1",
    ...(system === undefined ? [] : [`SYSTEM ${quoted(system)}`]),
    "",
  ].join("\n");
}

/**
 * ChatML in Go's template language, with what the base's template writes before the answer (Qwen3's empty thought); the
 * same bytes as the base's template, or undefined where that is not ChatML.
 */
function toGoTemplate(chatTemplate: ChatTemplate): string | undefined {
  const turn = (role: string, content: string) => `<|im_start|>${role}\n${content}<|im_end|>\n`;
  const turns = turn("system", "S") + turn("user", "U");
  const rendered = chatTemplate([
    { role: "system", content: "S" },
    { role: "user", content: "U" },
  ]);
  if (!rendered.startsWith(turns)) return undefined;
  return `{{- range .Messages }}${turn("{{ .Role }}", "{{ .Content }}")}{{ end }}${rendered.slice(turns.length)}`;
}

/** Three quotes hold any text that has no three quotes itself; a path without blanks needs none. */
const quoted = (text: string): string =>
  /^[^\s"]+$/.test(text) ? text : `"""${text.replaceAll('"""', "'''")}"""`;
