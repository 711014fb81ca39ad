/**
 * What the model sees: everything stable first (rules, schema, knowledge, fixed examples), then what belongs to one question
 * (examples like it, a hint), the question last, so that the stable part is computed once per batch in training and once per
 * schema in serving. One renderer for training, scoring and serving: the same bytes. Knows no tokenizer and no chat format: the model's own template comes as a function.
 */
import { UserError } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import type { Database } from "../schema/schema.ts";
import {
  defaultSchemaForm,
  renderCompact,
  renderSchema,
  type RenderedSchema,
  type SchemaForm,
} from "../schema/render.ts";

/** A turn of a conversation. */
export type Message = { readonly role: "system" | "user" | "assistant"; readonly content: string };

/** Renders messages as the model's chat template does, up to where the assistant's answer begins. */
export type ApplyChatTemplate = (messages: readonly Message[]) => string;

/** A question with its answer, shown in the prompt as a turn of the conversation. */
export type FewShotExample = { readonly question: string; readonly answer: string };

/** What is shown for one question alone. */
export type Shown = {
  /** Solved questions, as turns after the fixed ones. */
  readonly examples?: readonly FewShotExample[];
  /** A line below the question. */
  readonly hint?: string;
  /** Turns after the question: an answer and what was said against it. */
  readonly replies?: readonly Message[];
};

/** What is shown for a question. */
export type Show = (question: string) => Shown;

/** Renders the suffix of any question; the prefix is there at once. */
export type Prompt = {
  readonly prefix: string;
  /** The first message: rules, schema, knowledge. */
  readonly system: string;
  readonly hash: string;
  /** What of the schema was left out to keep its bound. */
  readonly dropped: RenderedSchema["dropped"];
  /** Where it was made for one question: the part of the schema that it shows. */
  readonly part?: Database;
  /** Raises model-unsupported when the chat template puts examples or replies elsewhere than behind the schema. */
  suffixOf(question: string, shown?: Shown): string;
  /** The whole as messages, for servers that render their own chat template. */
  messagesOf(question: string, shown?: Shown): readonly Message[];
};

/** The rules that a model reads first, unless the project has its own. */
export const defaultSystemTemplate = `Write one {{dialect}} SELECT that answers the question. If the tables cannot answer it or it asks for a change, write: -- cannot answer: reason
{{schema}}
{{knowledge}}`;

const dialectNames: Readonly<Record<Database["dialect"], string>> = {
  sqlite: "SQLite",
  postgres: "PostgreSQL",
  mysql: "MySQL",
  tsql: "SQL Server",
  duckdb: "DuckDB",
};
const QUESTION_MARK = "\u0000";

/** The words in double braces that a template may hold. */
export const PLACEHOLDERS: readonly string[] = ["dialect", "schema", "knowledge"];

/** The system message: a template in which {{dialect}}, {{schema}} and {{knowledge}} are replaced. */
export function renderSystem(
  database: Database,
  template: string = defaultSystemTemplate,
  schema: string = renderCompact(database),
): string {
  const text = template
    .replace("{{dialect}}", dialectNames[database.dialect])
    .replace("{{schema}}", () => schema)
    .replace("{{knowledge}}", () => database.knowledge.join(" "));
  return asText(text).trim();
}

export type PromptOptions = {
  readonly systemTemplate?: string;
  readonly fewShot?: readonly FewShotExample[];
  readonly schema?: SchemaForm;
  /** Wanted where the schema has a bound. */
  readonly countTokens?: (text: string) => number;
};

/**
 * Prepares the prompt of one schema for a model whose chat template is `apply`. Raises schema-too-long when the schema
 * cannot be cut to its bound.
 */
export function createPrompt(
  database: Database,
  apply: ApplyChatTemplate,
  options: PromptOptions = {},
): Prompt {
  const { schema = defaultSchemaForm, countTokens = () => Infinity } = options;
  const { text, dropped } = renderSchema(database, schema, countTokens);
  const turns = turnsOf(options.fewShot);
  const system: Message = {
    role: "system",
    content: renderSystem(database, options.systemTemplate, text),
  };
  const whole = apply([system, ...turns, { role: "user", content: QUESTION_MARK }]);
  const at = whole.indexOf(QUESTION_MARK);
  const prefix = whole.slice(0, at);
  const tail = whole.slice(at + QUESTION_MARK.length);
  const messagesOf = (question: string, shown: Shown = {}): Message[] => [
    system,
    ...turns,
    ...turnsOf(shown.examples),
    { role: "user", content: withHint(question, shown) },
    ...(shown.replies ?? []).map(({ role, content }) => ({ role, content: asText(content) })),
  ];
  return {
    prefix,
    system: system.content,
    dropped,
    hash: sha256(`${prefix}${QUESTION_MARK}${tail}`),
    messagesOf,
    suffixOf(question, shown = {}) {
      if (!shown.examples?.length && !shown.replies) return withHint(question, shown) + tail;
      const text = apply(messagesOf(question, shown));
      if (text.startsWith(prefix)) return text.slice(prefix.length);
      throw new UserError(
        "model-unsupported",
        "the model's chat template has no place for turns between schema and question or behind it; predict.examples none or fixed, and predict.repair 0 are wanted",
      );
    },
  };
}

/** The prompt with what `show` adds to each question. */
export const showing = (prompt: Prompt, show: Show): Prompt => ({
  ...prompt,
  suffixOf: (question, shown) => prompt.suffixOf(question, { ...show(question), ...shown }),
  messagesOf: (question, shown) => prompt.messagesOf(question, { ...show(question), ...shown }),
});

const turnsOf = (examples: readonly FewShotExample[] = []): Message[] =>
  examples.flatMap(({ question, answer }): Message[] => [
    { role: "user", content: cleanQuestion(question) },
    { role: "assistant", content: asText(answer) },
  ]);

const withHint = (question: string, { hint }: Shown): string =>
  cleanQuestion(question) + (hint === undefined ? "" : `\n${cleanQuestion(hint)}`);

/** Blanks at the ends would change the tokens at the seam; control characters have no business in a question. */
const cleanQuestion = (question: string): string =>
  asText(question.replace(/\p{Cc}+/gu, " "))
    .normalize("NFC")
    .trim();

/** The text of a special token (`<|im_end|>`) must stay text, or a question or a comment could end its own turn. */
const asText = (text: string): string => text.replaceAll("<|", "< |");
