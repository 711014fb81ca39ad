/**
 * How Ollama serves base and adapter as they were trained: by its API, or by the Modelfile from which `ollama create`
 * makes a model. Knows no database. Reference: https://docs.ollama.com/modelfile
 */
import type { ChatTemplate } from "../tokenizer/chat-template.ts";

export type ServingOptions = {
  /** The base's own chat template, which the adapter was trained with. */
  readonly chatTemplate: ChatTemplate;
  readonly contextTokens: number;
  /** The system message that the adapter was trained with. */
  readonly system?: string;
};

export type ModelfileOptions = ServingOptions & {
  /** Path of the base's GGUF file. */
  readonly baseFile: string;
  /** Path of the adapter's GGUF file, from the Modelfile. */
  readonly adapterFile: string;
};

/** How Ollama must render prompts and decode, by the names of its API. */
export type Serving = {
  /** Absent for a base whose template is not ChatML: it keeps the one that Ollama finds in its file. */
  readonly template?: string;
  readonly system?: string;
  readonly parameters: Readonly<Record<string, number | readonly string[]>>;
};

export function servingOf({ chatTemplate, contextTokens, system }: ServingOptions): Serving {
  const template = toGoTemplate(chatTemplate);
  return {
    ...(template && { template }),
    ...(system !== undefined && { system }),
    parameters: {
      ...(template && { stop: ["<|im_end|>"] }),
      num_ctx: contextTokens,
      temperature: 0,
      // Ollama's own 1.1 makes other answers than the model's, at temperature 0 too.
      repeat_penalty: 1,
    },
  };
}

export function renderModelfile(options: ModelfileOptions): string {
  const { template, system, parameters } = servingOf(options);
  return [
    `FROM ${quoted(options.baseFile)}`,
    `ADAPTER ${quoted(options.adapterFile)}`,
    ...(template ? [`TEMPLATE ${quoted(template)}`] : []),
    ...Object.entries(parameters).flatMap(([name, value]) =>
      typeof value === "number"
        ? [`PARAMETER ${name} ${value}`]
        : value.map((text) => `PARAMETER ${name} "${text}"`),
    ),
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
