/**
 * The Modelfile from which `ollama create` makes a model of base and adapter. Knows no database.
 * Reference: https://docs.ollama.com/modelfile
 */
export type ModelfileOptions = {
  /** Path of the base's GGUF file. */
  readonly baseFile: string;
  /** Path of the adapter's GGUF file, from the Modelfile. */
  readonly adapterFile: string;
  /** The base's own chat template (Jinja). */
  readonly chatTemplate?: string;
  readonly contextTokens: number;
  /** The system message that the adapter was trained with. */
  readonly system?: string;
};

/** ChatML in Go's template language, byte for byte what the Jinja template of such models renders. */
const CHATML = `{{- range .Messages }}<|im_start|>{{ .Role }}
{{ .Content }}<|im_end|>
{{ end }}<|im_start|>assistant
`;

/** A base with another template than ChatML keeps the one that Ollama finds in its file. */
export function renderModelfile(options: ModelfileOptions): string {
  const { baseFile, adapterFile, chatTemplate = "", contextTokens, system } = options;
  const isChatMl = chatTemplate.includes("<|im_start|>");
  return [
    `FROM ${quoted(baseFile)}`,
    `ADAPTER ${quoted(adapterFile)}`,
    ...(isChatMl ? [`TEMPLATE ${quoted(CHATML)}`, `PARAMETER stop "<|im_end|>"`] : []),
    `PARAMETER num_ctx ${contextTokens}`,
    "PARAMETER temperature 0",
    ...(system === undefined ? [] : [`SYSTEM ${quoted(system)}`]),
    "",
  ].join("\n");
}

/** Three quotes hold any text that has no three quotes itself; a path without blanks needs none. */
const quoted = (text: string): string =>
  /^[^\s"]+$/.test(text) ? text : `"""${text.replaceAll('"""', "'''")}"""`;
